#pragma once

#include "services/budgets/domain/ledger.h"
#include "tests/support/budgets/invariants.h"

namespace jointly::budgets::invariants {

// B20 of one budget: every conversion is reckoned again from its amount and the text of its rate,
// without the service's arithmetic; the rate is the published one of its date, and what was posted
// is what came out.
void CheckConversions(db::Database& database, const std::string& budget,
                      const std::vector<Journal>& journals, Findings& findings);

}  // namespace jointly::budgets::invariants
