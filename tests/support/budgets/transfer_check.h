#pragma once

#include "tests/support/budgets/invariants.h"

namespace jointly::budgets::invariants {

// B18 of one budget: what was moved between the funder's categories without its letter, reckoned
// from the journal.
void CheckTransfers(db::Database& database, const std::string& budget, Findings& findings);

}  // namespace jointly::budgets::invariants
