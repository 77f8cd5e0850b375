#include "common/time/civil.h"

#include <date/tz.h>

#include <cstdint>

#include "common/error/error.h"

namespace jointly {
namespace {

inline constexpr Reason kInvalidDate{"INVALID_DATE"};
inline constexpr Reason kInvalidTime{"INVALID_TIME"};
inline constexpr Reason kUnknownZone{"UNKNOWN_TIME_ZONE"};

// Digits only, exactly as many as asked; -1 for anything else.
int Digits(std::string_view text, std::size_t begin, std::size_t count) {
  if (begin + count > text.size()) return -1;
  int value = 0;
  for (const char c : text.substr(begin, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

const date::time_zone* Locate(std::string_view zone) {
  try {
    return date::locate_zone(std::string(zone));
  } catch (const std::exception&) {
    return nullptr;
  }
}

date::local_seconds LocalOf(const CivilTime& civil) {
  const auto days = std::chrono::sys_days(civil.date).time_since_epoch();
  return date::local_seconds(std::chrono::duration_cast<std::chrono::seconds>(days) + civil.clock);
}

// Written digit by digit: every command and event formats dozens of dates, and snprintf is slow.
void AppendPadded(std::string& text, std::int64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  if (digits.size() < width) text.append(width - digits.size(), '0');
  text += digits;
}

void AppendClock(std::string& text, std::int64_t seconds) {
  AppendPadded(text, seconds / 3600, 2);
  text += ':';
  AppendPadded(text, seconds / 60 % 60, 2);
  text += ':';
  AppendPadded(text, seconds % 60, 2);
}

}  // namespace

absl::StatusOr<Date> ParseDate(std::string_view text) {
  const int year = Digits(text, 0, 4);
  const int month = Digits(text, 5, 2);
  const int day = Digits(text, 8, 2);
  const Date date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                  std::chrono::day(static_cast<unsigned>(day))};
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || year < 1900 || year > 2200 ||
      month < 1 || day < 1 || !date.ok()) {
    return InvalidArgument(kInvalidDate, "not a date of the form 2026-11-14",
                           {{"date", std::string(text.substr(0, 40))}});
  }
  return date;
}

std::string FormatDate(Date date) {
  std::string text;
  text.reserve(sizeof("2026-11-14T11:00:00.000000Z"));
  AppendPadded(text, static_cast<int>(date.year()), 4);
  text += '-';
  AppendPadded(text, static_cast<unsigned>(date.month()), 2);
  text += '-';
  AppendPadded(text, static_cast<unsigned>(date.day()), 2);
  return text;
}

Date AddDays(Date date, int days) {
  return Date(std::chrono::sys_days(date) + std::chrono::days(days));
}

std::chrono::weekday WeekdayOf(Date date) {
  return std::chrono::weekday(std::chrono::sys_days(date));
}

std::string FormatTime(Time time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::int64_t micros = (time - days).count();
  const std::int64_t seconds = micros / 1'000'000;
  std::string text = FormatDate(Date(days));
  text += 'T';
  AppendClock(text, seconds);
  text += '.';
  AppendPadded(text, micros % 1'000'000, 6);
  text += 'Z';
  return text;
}

absl::StatusOr<Time> ParseTime(std::string_view text) {
  const auto refused = [&] {
    return InvalidArgument(kInvalidTime, "not an RFC 3339 time in UTC like 2026-11-14T11:00:00Z",
                           {{"time", std::string(text.substr(0, 40))}});
  };
  if (text.size() < 20 || text[10] != 'T' || text.back() != 'Z') return refused();
  const auto date = ParseDate(text.substr(0, 10));
  const auto clock = ParseClock(text.substr(11, 8));
  if (!date.ok() || !clock.ok()) return refused();
  std::int64_t micros = 0;
  if (text.size() > 20) {
    const std::size_t count = text.size() - 21;
    const int fraction = count <= 6 ? Digits(text, 20, count) : -1;
    if (text[19] != '.' || count == 0 || fraction < 0) return refused();
    micros = fraction;
    for (std::size_t i = count; i < 6; ++i) micros *= 10;
  }
  return Time(std::chrono::sys_days(*date)) + *clock + std::chrono::microseconds(micros);
}

absl::StatusOr<std::chrono::seconds> ParseClock(std::string_view text) {
  const int hours = Digits(text, 0, 2);
  const int minutes = Digits(text, 3, 2);
  const int seconds = text.size() == 5 ? 0 : Digits(text, 6, 2);
  if ((text.size() != 5 && text.size() != 8) || text[2] != ':' ||
      (text.size() == 8 && text[5] != ':') || hours < 0 || hours > 23 || minutes < 0 ||
      minutes > 59 || seconds < 0 || seconds > 59) {
    return InvalidArgument(kInvalidTime, "not a time of day of the form 12:00 or 12:00:00",
                           {{"clock", std::string(text.substr(0, 40))}});
  }
  return std::chrono::seconds(hours * 3600 + minutes * 60 + seconds);
}

std::string FormatClock(std::chrono::seconds clock) {
  std::string text;
  AppendClock(text, clock.count());
  return text;
}

bool KnownZone(std::string_view zone) { return !zone.empty() && Locate(zone) != nullptr; }

absl::StatusOr<Time> ToInstant(const CivilTime& civil) {
  const date::time_zone* zone = Locate(civil.zone);
  if (zone == nullptr) {
    return InvalidArgument(kUnknownZone, "not an IANA time zone", {{"time_zone", civil.zone}});
  }
  const date::local_seconds local = LocalOf(civil);
  const date::local_info info = zone->get_info(local);
  // Unique: one offset. Skipped or repeated: the offset before the change (skipped) gives the
  // later wall reading, the one after it (repeated) gives the later instant.
  const auto offset =
      info.result == date::local_info::ambiguous ? info.second.offset : info.first.offset;
  return Time(local.time_since_epoch() - offset);
}

absl::StatusOr<CivilTime> ToCivil(Time time, std::string_view zone_name) {
  const date::time_zone* zone = Locate(zone_name);
  if (zone == nullptr) {
    return InvalidArgument(kUnknownZone, "not an IANA time zone",
                           {{"time_zone", std::string(zone_name)}});
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto local = zone->to_local(seconds).time_since_epoch();
  const auto days = std::chrono::floor<std::chrono::days>(local);
  return CivilTime{Date(std::chrono::sys_days(days)), local - days, std::string(zone_name)};
}

std::string AcademicYearOf(Date date, unsigned start_month) {
  int year = static_cast<int>(date.year());
  if (static_cast<unsigned>(date.month()) < start_month) --year;
  std::string text;
  AppendPadded(text, year, 4);
  text += '/';
  AppendPadded(text, year + 1, 4);
  return text;
}

std::optional<Period> AcademicYearPeriod(std::string_view year, unsigned start_month) {
  const int first = Digits(year, 0, 4);
  const int second = Digits(year, 5, 4);
  if (year.size() != 9 || year[4] != '/' || first < 1900 || second != first + 1 ||
      start_month < 1 || start_month > 12) {
    return std::nullopt;
  }
  const Date start{std::chrono::year(first), std::chrono::month(start_month), std::chrono::day(1)};
  const Date next{std::chrono::year(second), std::chrono::month(start_month), std::chrono::day(1)};
  return Period{start, AddDays(next, -1)};
}

}  // namespace jointly
