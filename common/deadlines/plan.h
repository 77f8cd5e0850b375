#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/deadlines/deadlines.h"
#include "common/deadlines/facts.h"
#include "common/deadlines/rule_set.h"

// The plan of one subject: every obligation that the rules make of its facts, each with its reasons
// as data. A pure function: the same facts give the same plan, whatever happened before. So a
// waiver revives, and an order of events cannot matter.
namespace jointly::deadlines {

enum class StepKind {
  kAnchor,    // name = field, at = its value.
  kSession,   // name = table, detail = column, session = label of the row, at = its date.
  kDeadline,  // name = the other rule's id, label = its title, at = its due.
  kInterval,  // name = interval, at = its last day.
  kOffset,    // name = "-P14D", at = the day that it gives.
  kClamp,     // The month is shorter: at = its last day.
  kPause,     // name = basis, days = by how much, at = the day that it gives.
  kRoll,    // name = what is closed ("closure:uga"), detail = "previous" or "next", at = open day.
  kDue,     // at = the due, zone and time attached.
  kWaived,  // name = the predicate.
  kMet,     // name = the predicate.
  kHolds,   // name = the predicate of a condition that holds.
  kBroken,  // name = the predicate of a condition that does not hold.
};

struct Step {
  StepKind kind = StepKind::kAnchor;
  std::string name;
  std::string detail;
  std::string session;
  Text label;      // What people call `name`; empty: by its name.
  CivilTime at{};  // Its zone is empty where only the day counts.
  std::int64_t days = 0;
  friend bool operator==(const Step& a, const Step& b);
};

struct Obligation {
  // "<rule>" or "<rule>/<occasion>"; "<rule>@<institution>..." only where both sides match one
  // rule. Stable: it does not change when the date, the version or the state does.
  std::string id;
  std::string rule_id;
  std::int64_t rule_version = 1;
  Scope scope;                  // Of the rule.
  std::string institution;      // Of the side: "institutions/uga"; empty: of no side.
  std::string occasion;         // "2026"; empty: none.
  CivilTime due{};              // The truth.
  Time due_time{};              // The instant, computed from it.
  State state = State::kArmed;  // kArmed, kMet or kWaived.
  Severity severity = Severity::kLocal;
  ConstraintKind constraint = ConstraintKind::kNone;
  bool broken = false;  // A constraint that the facts do not respect: due in the past, not holding.
  std::vector<std::string> audience;  // Roles.
  std::string basis;
  Text title;
  std::vector<Step> rationale;
  // What the date hangs on: "defence.date", "year.start", "table:tsukuba.ssm/2027-03/thesis_due",
  // "rule:fr.declaration", "interval:agreement".
  std::vector<std::string> anchor_refs;
  friend bool operator==(const Obligation& a, const Obligation& b);
};

struct Plan {
  std::vector<Obligation> obligations;                // By due instant, then id.
  const Obligation* Find(std::string_view id) const;  // Null: none.
};

// Errors (INVALID_ARGUMENT): UNKNOWN_FIELD or BAD_FACT for facts that the vocabulary does not have
// (all of them at once), UNKNOWN_ZONE, DATE_OUTSIDE_CALENDARS when an armed rule rolls on a day
// whose holidays nobody knows, naming the rule and the date.
absl::StatusOr<Plan> Compute(const Catalogue& catalogue, const Facts& facts);

// One sentence that answers "why this date?", in "en", "fr" or "ja".
std::string RationaleText(const Obligation& obligation, std::string_view language);
// "Tuesday 20 October 2026, 23:59 (Paris time)", "mardi 20 octobre 2026 à 23 h 59 (heure de
// Paris)", "2026年10月20日(火) 23:59(パリ時間)"; without a zone the day alone.
std::string DateText(const CivilTime& civil, std::string_view language);

enum class ChangeKind { kAdded, kRemoved, kChanged };
struct Change {
  ChangeKind kind = ChangeKind::kChanged;
  std::string id;
  std::optional<Obligation> before;  // Unset when added.
  std::optional<Obligation> after;   // Unset when removed.
  bool moved = false;                // Another due.
  bool state_changed = false;
  std::int64_t days = 0;  // By how many days the due moved.
};
// What differs between two plans of one subject, by id. An obligation whose reasons alone differ
// (another rule version with the same date) is kChanged with neither flag.
std::vector<Change> Diff(const Plan& before, const Plan& after);

}  // namespace jointly::deadlines
