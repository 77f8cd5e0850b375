#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/bus/event.h"
#include "common/rpc/call.h"
#include "services/budgets/api/convert.h"

// What the service tells the others: one event per changed document, written in its transaction.
namespace jointly::budgets {

// Who makes a change, and when. `seed` tells this command from every other: the ids of its journals
// are derived from it, so that a repetition meets them.
struct Who {
  bus::Event base;  // Actor, request, trace.
  Time now;
  std::string seed;
};
Who WhoOf(const rpc::Call& call);
Who TimerWho(Time now, const std::string& seed);
Who FollowerWho(const bus::Message& cause, Time now);

// What happened, in the words of the workflow table.
struct Change {
  std::string_view action;  // "submitted".
  std::string_view from;    // Empty: it is new.
  std::string_view to;
  std::string_view note = {};  // By which rule, and the like; never of persons.
};

// Where documents are: their budget, and of lines their period.
struct Place {
  const Budget& budget;
  const std::vector<Period>& periods;
};

bus::Event BudgetChanged(const Who& who, const Budget* before, const Budget& after,
                         const Change& change, const std::vector<Alert>& alerts,
                         const BudgetBalance* balance);
bus::Event PeriodChanged(const Who& who, const Place& place, const Period* before,
                         const Period& after, const Change& change, const BudgetBalance* balance);
bus::Event CommitmentChanged(const Who& who, const Place& place, const Commitment* before,
                             const Commitment& after, const Change& change,
                             const std::vector<Alert>& alerts);
bus::Event ClaimChanged(const Who& who, const Place& place, const ExpenseClaim* before,
                        const ExpenseClaim& after, const Change& change);
bus::Event TransferChanged(const Who& who, const Place& place, const LineTransfer* before,
                           const LineTransfer& after, const Change& change);
bus::Event AmendmentChanged(const Who& who, const Place& place, const Amendment* before,
                            const Amendment& after, const Change& change);
bus::Event CarryOverChanged(const Who& who, const Place& place, const CarryOver* before,
                            const CarryOver& after, const Change& change);
bus::Event DelegationChanged(const Who& who, const Budget& budget, const Delegation* before,
                             const Delegation& after, std::string_view action);
bus::Event ReportChanged(const Who& who, const Place& place, const PeriodicReport* before,
                         const PeriodicReport& after, const Change& change);

// The period of a line; null when the budget has none of this id.
const Period* FindPeriod(const std::vector<Period>& periods, std::string_view id);

}  // namespace jointly::budgets
