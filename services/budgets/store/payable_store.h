#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>

#include "common/db/database.h"
#include "services/budgets/domain/facts.h"

namespace jointly::budgets::store {

// What was recognised as owed to a partner and is neither paid nor owed on a commitment (less what
// credit notes took back of each): minor units of the control currency; below 0 when a credit note
// took back more.
absl::StatusOr<std::int64_t> OwedWithoutCommitment(db::Tx& tx, const std::string& budget,
                                                   const std::string& partner);

// What a partner still has to do with money: of its lines, the open and asked for commitments, and
// what it is owed. What is available on its lines, the ledger says.
absl::StatusOr<Standing> StandingOf(db::Tx& tx, const std::string& budget,
                                    const std::string& partner);

// Of what is owed without a commitment, how much only somebody else than `actor` may pay: what the
// actor recognised, less what others have paid of it. At least 0.
absl::StatusOr<std::int64_t> OwnOwedWithoutCommitment(db::Tx& tx, const std::string& budget,
                                                      const std::string& partner,
                                                      const std::string& actor);

}  // namespace jointly::budgets::store
