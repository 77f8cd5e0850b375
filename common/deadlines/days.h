#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "common/time/civil.h"

// Private to common/deadlines: days as numbers, so that a comparison is one of integers.
namespace jointly::deadlines {

using Day = std::int32_t;  // Since 1970-01-01.
inline constexpr Day kNoDay = std::numeric_limits<Day>::min();

inline Day DayOf(Date date) {
  return static_cast<Day>(std::chrono::sys_days(date).time_since_epoch().count());
}
inline Date DateOf(Day day) { return Date(std::chrono::sys_days(std::chrono::days(day))); }

// A plain offset: months first, clamped to the month's end, then days.
struct Offset {
  int months = 0;
  int days = 0;
  bool Nothing() const { return months == 0 && days == 0; }
};
// "P14D", "-P1Y2M", "P10W"; nothing for another text or for more than a hundred years.
std::optional<Offset> ParseOffset(std::string_view text);

struct Shifted {
  Day day = kNoDay;
  Day clamped_from_month_end = kNoDay;  // The month's last day, when the clamp took it.
};
Shifted Shift(Day day, Offset offset);

// Dates that we are ready to speak about: 1900 to 2200, as everywhere.
bool InRange(Day day);

}  // namespace jointly::deadlines
