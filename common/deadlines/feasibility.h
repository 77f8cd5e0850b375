#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/deadlines/facts.h"
#include "common/deadlines/rule_set.h"

// When can it be held? The days of a date that every constraint of the rules allows, or which
// constraints contradict each other.
namespace jointly::deadlines {

inline constexpr int kQuestionDaysMax = 366 * 10;

struct Question {
  std::string variable = "defence.date";  // A shared date or time field.
  Date first{};
  Date last{};  // Included.
  // Days on which it is not held at all, in the words of a roll: "weekends", "holidays:FR",
  // "closure:uga". They count as one more constraint, named "closed".
  std::vector<std::string> closed;
};

struct Span {
  Date first{};
  Date last{};  // Included.
  friend bool operator==(const Span&, const Span&) = default;
};

// A rule with a constraint, seen on the days of the question.
struct Requirement {
  std::string rule_id;            // "closed" for the closed days of the question.
  std::int64_t rule_version = 1;  // Of the one that applies on the first day it forbids.
  std::string institution;        // Empty: of no side.
  std::string occasion;
  std::string basis;
  Text title;
  std::vector<Span> feasible;  // The days that it allows alone.
};

// One requirement that no day satisfies; or two that no day satisfies together; or, when every two
// can be satisfied, a set that cannot and of which none can be left out.
struct Conflict {
  std::vector<Requirement> requirements;
};

struct Feasibility {
  std::optional<Date> earliest;  // Unset: no day is feasible, and `conflicts` says why.
  std::optional<Date> latest;
  std::vector<Span> feasible;  // Ascending.
  // All that do not allow every day, by rule id: why a day is not among `feasible`.
  std::vector<Requirement> requirements;
  std::vector<Conflict> conflicts;  // Empty when a day is feasible. At most kConflictsMax.
};
inline constexpr std::size_t kConflictsMax = 16;

// Tries every day as the variable's value, everything else as in `facts` (the time of day and zone
// of a time stay those of the facts; without a value, noon in the zone of the first role).
// A rule allows a day on which its `when` is false or it is met or waived. Errors
// (INVALID_ARGUMENT): those of Compute, BAD_QUESTION for a variable that is no shared date, an
// empty or too long range or an unknown closure, DATE_OUTSIDE_CALENDARS for days whose holidays
// nobody knows.
absl::StatusOr<Feasibility> Solve(const Catalogue& catalogue, const Facts& facts,
                                  const Question& question);

}  // namespace jointly::deadlines
