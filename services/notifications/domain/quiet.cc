#include "services/notifications/domain/quiet.h"

#include <chrono>

namespace jointly::notifications {
namespace {

using std::chrono::hours;

constexpr hours kOpens{8};
constexpr hours kCloses{20};
constexpr hours kLastHour{19};

bool IsWeekday(Date date) {
  const std::chrono::weekday day = WeekdayOf(date);
  return day != std::chrono::Saturday && day != std::chrono::Sunday;
}

CivilTime CivilIn(Time time, std::string_view zone) {
  const auto civil = ToCivil(time, zone);
  if (civil.ok()) return *civil;
  const auto day = std::chrono::floor<std::chrono::days>(time);
  return {Date(day), std::chrono::floor<std::chrono::seconds>(time - day), "UTC"};
}

Time InstantOf(const CivilTime& civil) {
  const auto instant = ToInstant(civil);
  return instant.ok() ? *instant : Time(std::chrono::sys_days(civil.date)) + civil.clock;
}

bool IsOpen(const CivilTime& civil) {
  return IsWeekday(civil.date) && civil.clock >= kOpens && civil.clock < kCloses;
}

// The first opening after a civil time at which it is closed.
Time NextOpening(const CivilTime& closed) {
  Date date = closed.clock < kOpens ? closed.date : AddDays(closed.date, 1);
  while (!IsWeekday(date)) date = AddDays(date, 1);
  return InstantOf({date, kOpens, closed.zone});
}

// The last hour of the window before a civil time at which it is closed.
Time PreviousWindow(const CivilTime& closed) {
  Date date = closed.clock >= kCloses ? closed.date : AddDays(closed.date, -1);
  while (!IsWeekday(date)) date = AddDays(date, -1);
  return InstantOf({date, kLastHour, closed.zone});
}

}  // namespace

bool IsOpen(Time time, std::string_view zone) { return IsOpen(CivilIn(time, zone)); }

Time QuietShift(Time wanted, std::optional<Time> due, std::string_view zone) {
  const CivilTime civil = CivilIn(wanted, zone);
  if (IsOpen(civil)) return wanted;
  const Time next = NextOpening(civil);
  if (!due.has_value() || next < *due) return next;
  return PreviousWindow(civil);
}

}  // namespace jointly::notifications
