#pragma once

#include <map>
#include <string>
#include <string_view>

namespace jointly::notifications {

// The values of a pattern's placeholders: texts, and numbers for plurals.
struct Arguments {
  std::map<std::string, std::string> texts;
  std::map<std::string, int> numbers;
};

// ICU MessageFormat. A pattern that is broken, or a placeholder without a value, gives the pattern
// itself: a test proves that the catalogue has neither.
std::string FormatMessage(std::string_view pattern, std::string_view language,
                          const Arguments& arguments);

// The city of a zone in a language: "Paris", "パリ". The zone's own last part when ICU knows none.
std::string CityOf(std::string_view zone, std::string_view language);

}  // namespace jointly::notifications
