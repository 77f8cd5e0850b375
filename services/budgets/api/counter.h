#pragma once

#include <absl/status/statusor.h>
#include <jointly/budgets/v1/budgets.pb.h>

#include <string>
#include <string_view>

#include "common/bus/outbox.h"
#include "common/rpc/call.h"
#include "services/budgets/api/desk.h"
#include "services/budgets/domain/decide.h"

// What every posting does first and last.
namespace jointly::budgets {

struct Counter {
  Desk desk;
  Role role;
};
// The desk, the caller's role, a budget that runs. Errors: BUDGET_NOT_FOUND, WRONG_ROLE,
// BUDGET_NOT_ACTIVE.
absl::StatusOr<Counter> Begin(db::Tx& tx, const rpc::Call& call, const std::string& budget,
                              workflow::Set<Role> roles, std::string_view action);

// Writes what was posted: ledger, lines, the budget's revision and event; and answers with it.
absl::StatusOr<v1::PostingReply> Finish(Desk& desk, bus::Outbox& outbox, std::string_view action);
// The same of a step on a commitment: its revision and event, and none of the budget.
absl::StatusOr<v1::PostingReply> Finish(Desk& desk, bus::Outbox& outbox, const Commitment& before,
                                        const CommitmentDecision& decision);

// What was posted last, with what its lines have now and crossed.
absl::StatusOr<v1::PostingReply> Answer(const Desk& desk, const std::vector<Alert>& alerts);

// Keeps what a foreign document used of its commitment's original amount. After its entry, which is
// the last one.
void KeepUse(const Desk& desk, const CommitmentDecision& decision);

// Writes a commitment after a step, and tells it.
void SaveStep(Desk& desk, bus::Outbox& outbox, const Commitment& before,
              const CommitmentDecision& decision, const std::vector<Alert>& alerts);

// A source of the budget; the first cash one when none is named. Errors: INVALID_ARGUMENT.
absl::StatusOr<std::string> SourceOf(const Budget& budget, const std::string& organisation);

}  // namespace jointly::budgets
