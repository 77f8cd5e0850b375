#include "services/theses/domain/text.h"

namespace jointly::theses {
namespace {

template <typename Part>
std::string Joined(const std::vector<Part>& parts, std::string_view between) {
  std::string text;
  for (const Part& part : parts) {
    if (&part != &parts.front()) text += between;
    text += part;
  }
  return text;
}

}  // namespace

std::string Join(const std::vector<std::string>& parts, std::string_view between) {
  return Joined(parts, between);
}
std::string Join(const std::vector<std::string_view>& parts, std::string_view between) {
  return Joined(parts, between);
}

std::string Text(const CivilTime& civil) {
  return FormatDate(civil.date) + " " + FormatClock(civil.clock) + " " + civil.zone;
}

std::string Text(const std::optional<Date>& date, std::string_view otherwise) {
  return date.has_value() ? FormatDate(*date) : std::string(otherwise);
}

}  // namespace jointly::theses
