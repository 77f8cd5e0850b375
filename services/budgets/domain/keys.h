#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "common/error/error.h"
#include "common/money/money.h"
#include "common/time/civil.h"

// The words that every part of the budgets service shares: where money is, and why it is refused.
namespace jointly::budgets {

enum class Kind { kCash, kInKind };

// One period, category, partner and kind of a budget. Bare ids but for the partner, which is a
// resource name of another service.
struct LineKey {
  std::string period;    // "p1".
  std::string category;  // "EQUIP".
  std::string partner;   // "institutions/tsukuba".
  Kind kind = Kind::kCash;
  friend auto operator<=>(const LineKey&, const LineKey&) = default;
};

// How an amount was converted: enough to do it again (B20).
struct Conversion {
  money::Money from;
  money::Money to;
  std::string rate;  // "120.83", as published: units of the foreign currency for 1 EUR.
  Date rate_date{};
  std::string policy;
};

inline constexpr Reason kBudgetNotFound{"BUDGET_NOT_FOUND"};
inline constexpr Reason kCommitmentNotFound{"COMMITMENT_NOT_FOUND"};
inline constexpr Reason kAmountNotAvailable{"AMOUNT_NOT_AVAILABLE"};  // available, requested, line
inline constexpr Reason kMoreThanRemains{"MORE_THAN_REMAINS"};        // remaining, requested
inline constexpr Reason kPeriodNotOpen{"PERIOD_NOT_OPEN"};            // period, state
inline constexpr Reason kLastPeriodClosed{"LAST_PERIOD_CLOSED"};      // period, end
inline constexpr Reason kPartnerNotFree{"PARTNER_NOT_FREE"};   // partner, left, committed, owed
inline constexpr Reason kCommitmentEnded{"COMMITMENT_ENDED"};  // commitment, state
inline constexpr Reason kDateOutsideBudget{"DATE_OUTSIDE_BUDGET"};  // date, start, end
inline constexpr Reason kBudgetNotActive{"BUDGET_NOT_ACTIVE"};      // state
inline constexpr Reason kCategoryRefused{"CATEGORY_REFUSED"};       // category, rule
inline constexpr Reason kSelfApproval{"SELF_APPROVAL"};             // requester
inline constexpr Reason kRateMissing{"RATE_MISSING"};               // currency, date
inline constexpr Reason kJournalConflict{"JOURNAL_CONFLICT"};       // field: same id, other payload
inline constexpr Reason kCarryOverExists{"CARRY_OVER_EXISTS"};      // carry_over, period, state
inline constexpr Reason kAlreadyReversed{"ALREADY_REVERSED"};       // journal, by
// What is paid would no longer be covered: the payments are taken back first.
inline constexpr Reason kStillPaid{"STILL_PAID"};  // cost, paid, payments
// Of one cost no more is credited than it was.
inline constexpr Reason kCreditExceedsCost{
    "CREDIT_EXCEEDS_COST"};  // cost, credited, requested, journal

}  // namespace jointly::budgets
