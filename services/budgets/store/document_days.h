#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>

#include "common/db/database.h"
#include "common/time/civil.h"

// What the journal says of the days of one commitment: the steps on it may be dated as they like,
// and whatever day is looked at, it must have been bound before it was used and recognised before
// it was paid.
namespace jointly::budgets::store {

// The day of its last revaluation; nothing when there was none.
absl::StatusOr<std::optional<Date>> LastRevaluation(db::Tx& tx, const std::string& budget,
                                                    const std::string& commitment);

// What is recognised on it and not paid, by its claims too, on `from` or any later day: the least
// of them, in minor units of the control currency.
absl::StatusOr<std::int64_t> LeastOwed(db::Tx& tx, const std::string& budget,
                                       const std::string& commitment, Date from);

}  // namespace jointly::budgets::store
