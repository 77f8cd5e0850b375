#pragma once

#include "services/budgets/domain/ledger.h"
#include "services/budgets/store/statement_store.h"
#include "tests/support/budgets/invariants.h"

namespace jointly::budgets::invariants {

// B16 of one budget as of a sequence and a date: the statement by its own periods, by Japanese
// fiscal years and by exercices, each against what the journal's entries add up to, and so against
// each other.
void CheckCalendars(db::Database& database, const std::string& budget,
                    const std::vector<Journal>& journals, std::int64_t as_of_sequence,
                    std::optional<Date> as_of_date, Findings& findings);

}  // namespace jointly::budgets::invariants
