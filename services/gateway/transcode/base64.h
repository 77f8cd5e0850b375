#pragma once

#include <string>
#include <string_view>

namespace jointly::gateway {

// Either alphabet, padded or not, as proto3's JSON mapping allows; nothing else. False when the
// text is none.
bool DecodeBase64(std::string_view text, std::string& bytes);

// The standard alphabet with padding, appended.
void EncodeBase64(std::string_view bytes, std::string& text);

}  // namespace jointly::gateway
