#include "common/deadlines/deadlines.h"

#include <algorithm>
#include <cstdlib>

#include "common/error/check.h"
#include "common/error/error.h"
#include "common/error/macros.h"

namespace jointly::deadlines {
namespace {

inline constexpr Reason kNoOpenDay{"NO_OPEN_DAY"};
inline constexpr Reason kDateOutOfRange{"DATE_OUT_OF_RANGE"};

// A calendar that is closed for longer than this is a mistake in its data, not a holiday.
constexpr int kLongestClosure = 366;
// Rules speak of days to some years; more is a mistake and would leave the calendar's range.
constexpr int kMostMonths = 12 * 100;
constexpr int kMostDays = 366 * 100;
constexpr int kMostWorkingDays = 366 * 10;

bool InRange(Date date) {
  return date.ok() && date.year() >= std::chrono::year(1900) &&
         date.year() <= std::chrono::year(2200);
}

absl::Status RefuseRange(const Rule& rule) {
  return InvalidArgument(kDateOutOfRange, "the rule leaves the years 1900 to 2200",
                         {{"kind", rule.kind}});
}

Date AddMonths(Date date, int months, bool& clamped) {
  const auto year_month = date.year() / date.month() + std::chrono::months(months);
  const Date last{year_month / std::chrono::last};
  clamped = date.day() > last.day();
  return clamped ? last : Date{year_month / date.day()};
}

// The nearest open day from `date` on (itself included) in the direction of `step`.
absl::StatusOr<Date> OpenDay(const Calendar& calendar, Date date, int step) {
  for (int i = 0; i <= kLongestClosure; ++i) {
    if (calendar.IsOpen(date)) return date;
    date = AddDays(date, step);
  }
  return InvalidArgument(kNoOpenDay, "the calendar has no open day within a year",
                         {{"date", FormatDate(date)}});
}

struct Walk {
  Date date;
  int skipped = 0;  // Closed days passed over.
};

// The day of the start does not count: one working day after a Friday is the Monday.
absl::StatusOr<Walk> AddWorkingDays(const Calendar& calendar, Date start, int count) {
  const int step = count < 0 ? -1 : 1;
  Walk walk{start};
  for (int i = 0; i < std::abs(count); ++i) {
    const Date next = AddDays(walk.date, step);
    ASSIGN_OR_RETURN(const Date open, OpenDay(calendar, next, step));
    const auto passed = std::chrono::sys_days(open) - std::chrono::sys_days(next);
    walk.skipped += static_cast<int>(std::abs(passed.count()));
    walk.date = open;
  }
  return walk;
}

std::string Text(const CivilTime& civil) {
  return FormatDate(civil.date) + " " + FormatClock(civil.clock) + " " + civil.zone;
}

// " + 10 working days", " - 1 month".
std::string Offset(int count, std::string_view unit) {
  const int size = std::abs(count);
  return (count < 0 ? " - " : " + ") + std::to_string(size) + " " + std::string(unit) +
         (size == 1 ? "" : "s");
}

absl::StatusOr<Date> RollDate(const Rule& rule, const Calendar& calendar, Date date) {
  switch (rule.roll) {
    case Roll::kNone:
      return date;
    case Roll::kNextOpenDay:
      return OpenDay(calendar, date, 1);
    case Roll::kPreviousOpenDay:
      return OpenDay(calendar, date, -1);
  }
  Die("a roll of no kind");
}

absl::StatusOr<Date> Shift(const Rule& rule, Date date, const Calendar& calendar,
                           std::string& rationale) {
  if (rule.months != 0) {
    bool clamped = false;
    date = AddMonths(date, rule.months, clamped);
    rationale += Offset(rule.months, "month") + (clamped ? " (clamped to the month's end)" : "");
  }
  if (rule.days != 0) {
    date = AddDays(date, rule.days);
    rationale += Offset(rule.days, "day");
  }
  if (!InRange(date)) return RefuseRange(rule);
  if (rule.working_days != 0) {
    ASSIGN_OR_RETURN(const Walk walk, AddWorkingDays(calendar, date, rule.working_days));
    date = walk.date;
    rationale += Offset(rule.working_days, "working day");
    if (walk.skipped > 0) {
      rationale += " (" + std::to_string(walk.skipped) + " closed passed over)";
    }
  }
  ASSIGN_OR_RETURN(const Date rolled, RollDate(rule, calendar, date));
  if (rolled != date) {
    rationale += ", " + FormatDate(date) + " is closed, so the " +
                 (rule.roll == Roll::kNextOpenDay ? "next" : "previous") + " open day";
  }
  if (!InRange(rolled)) return RefuseRange(rule);
  return rolled;
}

}  // namespace

bool Calendar::IsOpen(Date date) const {
  const std::chrono::weekday day = WeekdayOf(date);
  const bool weekend = day == std::chrono::Saturday || day == std::chrono::Sunday;
  if (weekend && !weekends_open) return false;
  return !std::binary_search(closed.begin(), closed.end(), date);
}

absl::StatusOr<Due> Evaluate(const Rule& rule, const CivilTime& anchor, const Calendar& calendar) {
  if (!InRange(anchor.date) || std::abs(rule.months) > kMostMonths ||
      std::abs(rule.days) > kMostDays || std::abs(rule.working_days) > kMostWorkingDays) {
    return RefuseRange(rule);
  }
  std::string rationale = Text(anchor);
  Due due;
  due.civil = anchor;
  ASSIGN_OR_RETURN(due.civil.date, Shift(rule, anchor.date, calendar, rationale));
  if (rule.clock.has_value() && *rule.clock != anchor.clock) {
    due.civil.clock = *rule.clock;
    rationale += ", at " + FormatClock(*rule.clock);
  }
  ASSIGN_OR_RETURN(due.instant, ToInstant(due.civil));
  if (rationale != Text(anchor)) rationale += " = " + Text(due.civil);
  // A clock that the zone skips on that day reads later: say so, the reader would look for 02:30.
  ASSIGN_OR_RETURN(const CivilTime shown, ToCivil(due.instant, due.civil.zone));
  if (shown.clock != due.civil.clock || shown.date != due.civil.date) {
    rationale += ", which that zone skips: " + Text(shown);
  }
  due.rationale = std::move(rationale);
  return due;
}

std::string_view Name(Severity severity) {
  switch (severity) {
    case Severity::kStatutory:
      return "statutory";
    case Severity::kAgreement:
      return "agreement";
    case Severity::kLocal:
      return "local";
    case Severity::kCourtesy:
      return "courtesy";
  }
  Die("a severity without a name");
}

std::string_view Name(State state) {
  switch (state) {
    case State::kArmed:
      return "armed";
    case State::kMet:
      return "met";
    case State::kWaived:
      return "waived";
    case State::kMissed:
      return "missed";
    case State::kSuperseded:
      return "superseded";
    case State::kCancelled:
      return "cancelled";
  }
  Die("a deadline's state without a name");
}

}  // namespace jointly::deadlines
