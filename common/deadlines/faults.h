#pragma once

#include <absl/status/status.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/error/error.h"

// What is wrong with rules as data: every fault of every document at once, each with its reason,
// its place and what to do about it.
namespace jointly::deadlines {

// Rule sets.
inline constexpr Reason kBadJson{"BAD_JSON"};        // Not JSON, or a value of a wrong kind.
inline constexpr Reason kUnknownKey{"UNKNOWN_KEY"};  // A key that no rule set has.
inline constexpr Reason kMissingKey{"MISSING_KEY"};
inline constexpr Reason kBadValue{"BAD_VALUE"};    // A word or number that is not allowed.
inline constexpr Reason kBadOffset{"BAD_OFFSET"};  // Not "-P14D", "P3M", "P1Y6M2W".
inline constexpr Reason kUnknownField{"UNKNOWN_FIELD"};
inline constexpr Reason kUnknownSymbol{"UNKNOWN_SYMBOL"};
inline constexpr Reason kUnknownTable{"UNKNOWN_TABLE"};
inline constexpr Reason kUnknownColumn{"UNKNOWN_COLUMN"};
inline constexpr Reason kUnknownZone{"UNKNOWN_ZONE"};
inline constexpr Reason kUnknownInterval{"UNKNOWN_INTERVAL"};
inline constexpr Reason kUnknownOccasion{"UNKNOWN_OCCASION"};
inline constexpr Reason kUnknownRule{"UNKNOWN_RULE"};  // An anchor on a rule that is not there.
inline constexpr Reason kUnknownClosure{"UNKNOWN_CLOSURE"};
inline constexpr Reason kScopeTooWide{"SCOPE_TOO_WIDE"};  // own., other. or a school without side.
inline constexpr Reason kRuleCycle{"RULE_CYCLE"};         // Named in full: a -> b -> a.
inline constexpr Reason kRuleOverlap{"RULE_OVERLAP"};     // Same id, scope, version and dates.
inline constexpr Reason kNoBasis{"NO_BASIS"};             // A statutory rule without its law.
inline constexpr Reason kDuplicate{"DUPLICATE"};          // Two sets, tables or closures, one id.
// Predicates.
inline constexpr Reason kBadPredicate{"BAD_PREDICATE"};    // Does not parse, too long or too deep.
inline constexpr Reason kPredicateType{"PREDICATE_TYPE"};  // A date compared with a number.
// Session tables.
inline constexpr Reason kSessionRowOutOfOrder{"SESSION_ROW_OUT_OF_ORDER"};    // Within one row.
inline constexpr Reason kSessionRowsOutOfOrder{"SESSION_ROWS_OUT_OF_ORDER"};  // Among rows.
inline constexpr Reason kSessionRowWeekday{"SESSION_ROW_WEEKDAY"};
inline constexpr Reason kSessionRowYear{"SESSION_ROW_YEAR"};  // Not the label's, or a year off.
inline constexpr Reason kSessionRowTooEarly{
    "SESSION_ROW_TOO_EARLY"};  // > 18 months before the end.
inline constexpr Reason kSessionRowIncomplete{"SESSION_ROW_INCOMPLETE"};
// Facts and questions.
inline constexpr Reason kBadFact{"BAD_FACT"};                         // A value of another type.
inline constexpr Reason kOutsideCalendars{"DATE_OUTSIDE_CALENDARS"};  // Holidays are not known.
inline constexpr Reason kBadQuestion{"BAD_QUESTION"};

struct Fault {
  std::string reason;  // "UNKNOWN_FIELD".
  std::string path;    // "france: rules[2](fr.reports).when".
  std::string text;    // What is there, why it cannot be, what to do.
  friend bool operator==(const Fault&, const Fault&) = default;
};

// OK when empty; else one INVALID_ARGUMENT with a violation per fault, in order: field = path,
// description = "REASON: text". Its ErrorInfo has the reason of the faults when they all share one,
// else RULES_REFUSED.
inline constexpr Reason kRulesRefused{"RULES_REFUSED"};
absl::Status ToStatus(const std::vector<Fault>& faults);

}  // namespace jointly::deadlines
