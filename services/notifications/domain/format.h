#pragma once

#include <string>
#include <string_view>

#include "common/time/civil.h"

// Dates as a reader writes them, always with the time and the zone: never a bare date across sides.
namespace jointly::notifications {

// "31 October 2026 at 23:59 (Paris time)", "31 octobre 2026 à 23 h 59 (heure de Paris)",
// "2026年10月31日(土) 23:59(日本時間)".
std::string FormatCivil(const CivilTime& civil, std::string_view language);

// The same, and what it is on the reader's clock where that differs.
std::string FormatDue(const CivilTime& due, std::string_view language,
                      std::string_view reader_zone);

// A range of days, as a budget's period or a mission: "2020-04-01/2021-03-31" as "1 April 2020 – 31
// March 2021". Whole days of the budget's own calendar, so without a zone. Empty when it is none.
std::string EncodeDays(Date first, Date last);
std::string FormatDays(std::string_view encoded, std::string_view language);

// Whole days from `at` to the date, by the calendar of the date's zone: 0 on the day itself,
// negative after it.
int DaysUntil(const CivilTime& due, Time at);

// How a civil time is kept in a message's parameters: "2026-11-14 12:00:00 Europe/Paris".
std::string EncodeCivil(const CivilTime& civil);
absl::StatusOr<CivilTime> DecodeCivil(std::string_view text);

}  // namespace jointly::notifications
