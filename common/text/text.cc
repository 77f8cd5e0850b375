#include "common/text/text.h"

#include <algorithm>

namespace jointly {

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string UpperCase(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

void CheckText(std::string_view text, const TextRule& rule, std::string_view path,
               Violations& violations) {
  violations.Require(!rule.required || !text.empty(), path, "is required");
  violations.Require(text.size() <= rule.bytes_max, path,
                     "is longer than " + std::to_string(rule.bytes_max) + " bytes");
  const bool clean = std::none_of(text.begin(), text.end(), [&](char c) {
    return IsControl(c) && rule.controls.find(c) == std::string_view::npos;
  });
  violations.Require(clean, path, "has control characters");
}

}  // namespace jointly
