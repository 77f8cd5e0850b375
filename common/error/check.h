#pragma once

#include <source_location>
#include <string_view>

namespace jointly {

// Ends the process with the place and the text: for a broken invariant of our own, never for input.
[[noreturn]] void Die(std::string_view text,
                      std::source_location where = std::source_location::current());

inline void Check(bool holds, std::string_view text,
                  std::source_location where = std::source_location::current()) {
  if (!holds) [[unlikely]] {
    Die(text, where);
  }
}

}  // namespace jointly
