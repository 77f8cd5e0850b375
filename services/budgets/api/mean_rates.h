#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "common/db/database.h"
#include "services/budgets/domain/converted.h"
#include "services/budgets/domain/statement.h"

namespace jointly::budgets {

// Of which days of a statement's period the rates are averaged.
enum class MeanOf {
  kDaysSoFar,  // Of a running one those that have a rate: for a look at how it stands.
  kAllDays,    // All of them, or those until the statement's date: never another mean again.
};

// A statement's actuals in another currency, as its funder converts: at the mean of the daily rates
// of each period. Nothing is converted for an empty currency. Errors: UNKNOWN_CURRENCY;
// FAILED_PRECONDITION RATE_MISSING (currency, and of kAllDays the period).
absl::StatusOr<ConvertedActuals> ConvertActuals(db::Tx& tx, const StatementInput& input,
                                                const Statement& statement,
                                                const std::string& currency_code, MeanOf days);

}  // namespace jointly::budgets
