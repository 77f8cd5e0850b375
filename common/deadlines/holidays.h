#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/deadlines/deadlines.h"

// Public holidays of France and Japan for 2020-2030, computed by rule where the law gives a rule
// and listed where it gives a date. Institutional closures come on top, as data of the institution.
namespace jointly::deadlines {

inline constexpr int kFirstHolidayYear = 2020;
inline constexpr int kLastHolidayYear = 2030;

struct Holiday {
  Date date;
  std::string_view name;  // In the country's own language.
};

// Sorted by date; empty for a region or year that is not covered.
std::vector<Holiday> PublicHolidays(std::string_view region_code, int year);

// The working days of a place by its time zone: "Europe/Paris" has France's holidays, "Asia/Tokyo"
// Japan's, any other weekends only. `name` is how a rationale calls it: "France", "Japan",
// "weekends".
struct NamedCalendar {
  std::string name;
  Calendar calendar;
};
const NamedCalendar& CalendarOfZone(std::string_view zone);

// Easter Sunday of the Gregorian calendar.
Date EasterSunday(int year);

}  // namespace jointly::deadlines
