#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/error/error.h"

// Texts as the services get and name them.
namespace jointly {

// ASCII letters alone; all other bytes stay. Names of enumerations are upper case on the wire
// ("FOUND_ELIGIBLE") and lower case where they are stored.
std::string LowerCase(std::string_view text);
std::string UpperCase(std::string_view text);

// Below 0x20, or DEL: never in what people read, but for the ends of lines.
bool IsControl(char c);

struct TextRule {
  bool required = false;
  std::size_t bytes_max = 0;
  std::string_view controls = {};  // The control characters that it may have: "\n\t".
};
// Adds what a text violates, with its path in the request.
void CheckText(std::string_view text, const TextRule& rule, std::string_view path,
               Violations& violations);

}  // namespace jointly
