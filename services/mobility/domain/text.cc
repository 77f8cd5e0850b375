#include "services/mobility/domain/text.h"

#include <array>
#include <charconv>

namespace jointly::mobility {

std::string Text(const CivilTime& civil) {
  return FormatDate(civil.date) + " " + FormatClock(civil.clock) + " " + civil.zone;
}

std::string Text(Time time, std::string_view zone) {
  const auto civil = ToCivil(time, zone);
  return civil.ok() ? Text(*civil) : FormatTime(time);
}

std::string Text(double value) {
  std::array<char, 400> buffer;  // The longest double has 309 digits before its point.
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::fixed, 4)
                       .ptr;
  std::string text(buffer.data(), end);
  if (text.find('.') == std::string::npos) return text;  // "inf", "nan".
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string Text(const Choice& choice) {
  return choice.condition + " (" + std::string(Name(choice.term)) + ")";
}

std::string Join(const std::vector<std::string>& parts, std::string_view between) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += between;
    text += part;
  }
  return text;
}

}  // namespace jointly::mobility
