#pragma once

#include <string>

namespace jointly::blob {

// The media type that the content of an open file has, whatever its name says: "application/pdf".
// "application/octet-stream" when nothing is recognised. Reads from the start; thread-safe.
std::string SniffMediaType(int descriptor);

}  // namespace jointly::blob
