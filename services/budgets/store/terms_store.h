#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "common/db/database.h"
#include "services/budgets/domain/statement.h"
#include "services/budgets/domain/types.h"

// The terms of a budget by the journal's sequence: a statement of then is printed under the terms
// of then. An entry stands under the terms that were in force when it was made; an amendment's own
// entries stand under those that it brings. An amendment without an entry changes nothing that is
// printed until the next one: under one number, one statement.
namespace jointly::budgets::store {

struct Terms {
  std::int64_t authorised_version = 0;   // 0 before the first entry.
  std::vector<std::string> partners;     // In the budget's order.
  std::vector<StatementPeriod> periods;  // By date.
};

// What an amendment is about to replace. `until_sequence`: the last one before its own entries. The
// budget's ledger is locked.
absl::Status KeepTerms(db::Tx& tx, const Budget& budget, const std::vector<Period>& periods,
                       std::int64_t until_sequence);
// `budget` and `periods` as they are now.
absl::StatusOr<Terms> TermsAt(db::Tx& tx, const Budget& budget, const std::vector<Period>& periods,
                              std::int64_t sequence);

// As they are now, by date.
std::vector<StatementPeriod> BoundsOf(const std::vector<Period>& periods);

}  // namespace jointly::budgets::store
