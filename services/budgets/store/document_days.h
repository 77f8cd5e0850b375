#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/db/database.h"
#include "common/time/civil.h"

// What the journal says of the days of one commitment: the steps on it may be dated as they like,
// and whatever day is looked at, it must have been bound before it was used and recognised before
// it was paid.
namespace jointly::budgets::store {

// The day of its last revaluation, or of the last document taken back; nothing when there was none.
absl::StatusOr<std::optional<Date>> LastRevaluation(db::Tx& tx, const std::string& budget,
                                                    const std::string& commitment);

// What is recognised on it and not paid, by its claims too, on `from` or any later day: the least
// of them, in minor units of the control currency.
absl::StatusOr<std::int64_t> LeastOwed(db::Tx& tx, const std::string& budget,
                                       const std::string& commitment, Date from);

// Its payments, and those of its claims, that are not taken back: sequences, the last one first.
absl::StatusOr<std::vector<std::int64_t>> StandingPayments(db::Tx& tx, const std::string& budget,
                                                           const std::string& commitment);

// The id of the entry that takes this one back; nothing when it stands.
absl::StatusOr<std::optional<std::string>> MirrorOf(db::Tx& tx, const std::string& budget,
                                                    const std::string& journal);

// What the foreign document of this entry used of its commitment's original amount.
void KeepOriginalUse(db::Tx& tx, const std::string& budget, std::int64_t sequence,
                     std::int64_t original);
// Nothing for one that was entered before it was kept.
absl::StatusOr<std::optional<std::int64_t>> OriginalUse(db::Tx& tx, const std::string& budget,
                                                        std::int64_t sequence);

}  // namespace jointly::budgets::store
