#pragma once

#include <absl/status/statusor.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/time/civil.h"

// Civil-date rules as data and their evaluation with a rationale; pure. This first evaluator knows
// a fixed anchor, an offset in months, days and working days, a roll to an open day, and a time of
// day.
namespace jointly::deadlines {

enum class Severity { kStatutory = 1, kAgreement = 2, kLocal = 3, kCourtesy = 4 };
enum class State {
  kArmed = 1,
  kMet = 2,
  kWaived = 3,
  kMissed = 4,
  kSuperseded = 5,
  kCancelled = 6
};
enum class Roll { kNone, kNextOpenDay, kPreviousOpenDay };

// Days on which an institution does not work: weekends and a table of dates.
struct Calendar {
  bool weekends_open = false;
  std::vector<Date> closed;  // Sorted.
  bool IsOpen(Date date) const;
};

// Arithmetic in this order: months (end of month clamped), days, working days, roll, time of day,
// zone.
struct Rule {
  std::string kind;  // "offer_expires".
  int months = 0;
  int days = 0;
  int working_days = 0;
  Roll roll = Roll::kNone;                    // Never automatic: opt in per rule.
  std::optional<std::chrono::seconds> clock;  // Unset: the anchor's own.
  Severity severity = Severity::kLocal;
  std::string basis;  // "arrete 25-05-2016 art. 17".
};

struct Due {
  CivilTime civil;
  Time instant;
  std::string rationale;  // "2026-11-14 12:00:00 Europe/Paris + 10 working days = ..."
};

// Errors: INVALID_ARGUMENT for an unknown zone, a date outside 1900-2200, or a calendar without an
// open day within a year.
absl::StatusOr<Due> Evaluate(const Rule& rule, const CivilTime& anchor, const Calendar& calendar);

// Whom a deadline concerns: one person, or everybody who holds a role in an institution or unit.
struct Audience {
  std::string person;       // "people/x"; empty when role is set.
  std::string role;         // "international_office".
  std::string institution;  // "institutions/uga": the role's scope.
  std::string unit;         // Narrower than the institution when set.
  friend bool operator==(const Audience&, const Audience&) = default;
};

// A deadline as it travels in its owner's event: jointly.deadlines.v1.Deadline without protobuf.
struct Deadline {
  std::string id;               // "<subject>/<kind>": stable.
  std::int64_t generation = 0;  // A newer one replaces an older one.
  std::string kind;             // "offer_expires".
  std::string subject;          // Resource name of the aggregate that owns it.
  CivilTime due;                // The truth.
  Time due_time;                // The instant, computed from it.
  Severity severity = Severity::kLocal;
  State state = State::kArmed;
  std::vector<Audience> audience;
  std::string basis;
  std::string rationale;
};

std::string_view Name(Severity severity);  // "statutory".
std::string_view Name(State state);        // "armed".

}  // namespace jointly::deadlines
