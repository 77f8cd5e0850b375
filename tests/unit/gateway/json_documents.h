#pragma once

#include <string>
#include <vector>

namespace jointly::gateway {

// A document that RFC 8259, or our stricter reading of it, refuses.
struct Malformed {
  std::string what;
  std::string text;
};

// Over a hundred ways of getting JSON wrong, made for this product's request messages.
std::vector<Malformed> MalformedDocuments();

}  // namespace jointly::gateway
