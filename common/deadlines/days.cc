#include "common/deadlines/days.h"

namespace jointly::deadlines {
namespace {

constexpr int kMostMonths = 12 * 100;
constexpr int kMostDays = 366 * 100;

// Designators in the order in which ISO 8601 wants them.
constexpr std::string_view kUnits = "YMWD";

}  // namespace

std::optional<Offset> ParseOffset(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.size() < 3 || text[0] != 'P') return std::nullopt;
  text.remove_prefix(1);
  Offset offset;
  std::size_t next_unit = 0;
  while (!text.empty()) {
    int number = 0;
    std::size_t digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
      if (digits == 5) return std::nullopt;
      number = number * 10 + (text[digits++] - '0');
    }
    if (digits == 0 || digits == text.size()) return std::nullopt;
    const std::size_t unit = kUnits.find(text[digits], next_unit);
    if (unit == std::string_view::npos) return std::nullopt;
    next_unit = unit + 1;
    if (unit == 0) offset.months += 12 * number;
    if (unit == 1) offset.months += number;
    if (unit == 2) offset.days += 7 * number;
    if (unit == 3) offset.days += number;
    text.remove_prefix(digits + 1);
  }
  if (offset.months > kMostMonths || offset.days > kMostDays) return std::nullopt;
  if (negative) offset = {-offset.months, -offset.days};
  return offset;
}

Shifted Shift(Day day, Offset offset) {
  Shifted shifted{day};
  if (offset.months != 0) {
    const Date date = DateOf(day);
    const auto month = date.year() / date.month() + std::chrono::months(offset.months);
    const Date last{month / std::chrono::last};
    const bool clamped = date.day() > last.day();
    shifted.day = DayOf(clamped ? last : Date{month / date.day()});
    if (clamped) shifted.clamped_from_month_end = shifted.day;
  }
  shifted.day += offset.days;
  return shifted;
}

bool InRange(Day day) {
  constexpr Day kFirst = -25567;  // 1900-01-01.
  constexpr Day kLast = 84370;    // 2200-12-31.
  return day >= kFirst && day <= kLast;
}

}  // namespace jointly::deadlines
