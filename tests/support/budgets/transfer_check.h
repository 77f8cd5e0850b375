#pragma once

#include "services/budgets/domain/ledger.h"
#include "tests/support/budgets/invariants.h"

namespace jointly::budgets::invariants {

// B18 of one budget: what was moved between the funder's categories without its letter, reckoned
// from the journal by limits that are written down here anew (budgets.md 4.1).
void CheckTransfers(db::Database& database, const std::string& budget,
                    const std::vector<Journal>& journals, Findings& findings);

}  // namespace jointly::budgets::invariants
