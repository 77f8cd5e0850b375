#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>

#include "common/db/database.h"

namespace jointly::budgets::store {

// What was recognised as owed to a partner and is neither paid nor owed on a commitment: minor
// units of the control currency; below 0 when a credit note took back more.
absl::StatusOr<std::int64_t> OwedWithoutCommitment(db::Tx& tx, const std::string& budget,
                                                   const std::string& partner);

}  // namespace jointly::budgets::store
