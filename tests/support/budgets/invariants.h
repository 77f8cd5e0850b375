#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/db/database.h"
#include "services/budgets/domain/ledger.h"
#include "tests/support/budgets/alert_model.h"

// The invariants of a budgets database, for whoever has lived through something with it: a
// simulated world, a random sequence of commands. From the database alone, on either engine. Each
// check adds one sentence per finding, which begins with the invariant's name: "B14 one person
// twice on ...".
namespace jointly::budgets::invariants {

using Findings = std::vector<std::string>;
// What the service signs a close with: the raw signature of a text.
using Signer = std::function<std::string(std::string_view)>;

// Every budget keeps B1-B16 and B18-B20.
void CheckBudgets(db::Database& database, const Signer& sign, Findings& findings);

// The part of it that needs no journal to be read again: B4, B5, B7, B8, B14, B15 of all budgets.
void CheckDocuments(db::Database& database, Findings& findings);

std::vector<Journal> JournalsOf(db::Database& database, const std::string& budget);

// B17: what the events say was crossed is what was crossed, each once.
void CheckAlerts(db::Database& database, const AlertModel& model, Findings& findings);

}  // namespace jointly::budgets::invariants
