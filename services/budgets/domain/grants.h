#pragma once

#include <absl/status/statusor.h>

#include <string_view>

#include "services/budgets/domain/types.h"

// What a stay is granted: a rate per day, by a named way to count the days; and a thesis: an
// amount.
namespace jointly::budgets {

inline constexpr Reason kUnknownDayConvention{"UNKNOWN_DAY_CONVENTION"};  // day_convention

// "calendar_days": every day, the first and the last included. "30_per_month": as Erasmus counts,
// every month has 30 days (1 February to 28 February are 30).
bool KnownDayConvention(std::string_view name);
// Days of a stay; INVALID_ARGUMENT when it ends before it starts.
absl::StatusOr<std::int64_t> DaysOf(Date first, Date last, std::string_view convention);
// The scheme that pays the stays of a call: the first that names it, else the first that names
// none; null when there is neither.
const GrantScheme* SchemeFor(const Budget& budget, std::string_view call);
// The first scheme that pays theses; null when there is none.
const GrantScheme* ThesisSchemeOf(const Budget& budget);
// Of a scheme that pays stays.
absl::StatusOr<money::Money> GrantOf(const GrantScheme& scheme, Date first, Date last);

// Why a grant is refused, as its asker is told: who asked, approves or could do it stays here.
struct GrantRefusal {
  std::string reason;
  std::string message;
  Facts facts;
};
GrantRefusal GrantRefusalOf(const absl::Status& why);

}  // namespace jointly::budgets
