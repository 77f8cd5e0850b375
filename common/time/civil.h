#pragma once

#include <absl/status/statusor.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "common/time/clock.h"

namespace jointly {

using Date = std::chrono::year_month_day;

// "2026-11-14". Refuses impossible dates and years outside 1900-2200.
absl::StatusOr<Date> ParseDate(std::string_view text);
std::string FormatDate(Date date);
Date AddDays(Date date, int days);
std::chrono::weekday WeekdayOf(Date date);

// RFC 3339 in UTC with microseconds: "2026-11-14T11:00:00.000000Z". Sorts as text.
std::string FormatTime(Time time);
absl::StatusOr<Time> ParseTime(std::string_view text);

// A civil date and time where it holds. This is the truth of a deadline; the instant is a cache.
struct CivilTime {
  Date date;
  std::chrono::seconds clock{0};  // Since midnight: 0 to 86399.
  std::string zone;               // IANA name, for example "Europe/Paris".
};

// "12:00" or "12:00:00".
absl::StatusOr<std::chrono::seconds> ParseClock(std::string_view text);
std::string FormatClock(std::chrono::seconds clock);  // "12:00:00"

bool KnownZone(std::string_view zone);

// A time that a zone skips means the later instant; one that occurs twice means the later one too
// (so that nobody loses an hour before a deadline). Errors: INVALID_ARGUMENT for an unknown zone.
absl::StatusOr<Time> ToInstant(const CivilTime& civil);
absl::StatusOr<CivilTime> ToCivil(Time time, std::string_view zone);

// "2026/2027" for a date, given the month in which the institution's year starts (1-12).
std::string AcademicYearOf(Date date, unsigned start_month);
// First and last day of "2026/2027"; nothing when the text is not two consecutive years.
struct Period {
  Date first;
  Date last;
};
std::optional<Period> AcademicYearPeriod(std::string_view year, unsigned start_month);

}  // namespace jointly
