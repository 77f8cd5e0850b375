#include "services/budgets/api/counter.h"

#include <set>

#include "common/error/macros.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/api/statement_convert.h"
#include "services/budgets/store/commitment_store.h"
#include "services/budgets/store/document_days.h"

namespace jointly::budgets {
namespace {

namespace pb = jointly::budgets::v1;

absl::Status CheckRuns(const Budget& budget) {
  if (TakesDocuments(budget.state)) return absl::OkStatus();
  const std::string state(Name(budget.state));
  return FailedPrecondition(kBudgetNotActive, "the budget is " + state + ": activate it first",
                            {{"budget", BudgetName(budget.id)}, {"state", state}});
}

// The journal, what its lines have now, and what they crossed.
pb::PostingReply ReplyOf(const Desk& desk, const BudgetBalance& balance,
                         const std::vector<Alert>& alerts) {
  const Budget& budget = desk.budget();
  pb::PostingReply reply;
  *reply.mutable_journal() = JournalToProto(desk.journals().front(), "");
  std::set<LineKey> lines;
  for (const Posting& posting : desk.journals().front().postings) {
    const auto account = ParseAccount(posting.account);
    if (account.has_value() && account->family == Family::kLine) lines.insert(*account->line);
  }
  for (const LineKey& line : lines) {
    const auto found = balance.lines.find(line);
    if (found == balance.lines.end()) continue;
    *reply.add_lines() = ToProto(line, found->second, budget.id, budget.currency);
  }
  for (const Alert& alert : alerts) {
    *reply.add_alerts() = ToProto(alert, budget.id, budget.currency);
  }
  return reply;
}

}  // namespace

absl::StatusOr<Counter> Begin(db::Tx& tx, const rpc::Call& call, const std::string& budget,
                              workflow::Set<Role> roles, std::string_view action) {
  ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, WhoOf(call), budget, ScopeOf(call)));
  ASSIGN_OR_RETURN(const Role role,
                   RequireRole(RolesOn(call.principal, desk.budget()), roles, action));
  RETURN_IF_ERROR(CheckRuns(desk.budget()));
  return Counter{std::move(desk), role};
}

absl::StatusOr<pb::PostingReply> Finish(Desk& desk, bus::Outbox& outbox, std::string_view action) {
  ASSIGN_OR_RETURN(const std::vector<Alert> alerts, desk.Settle());
  const Budget before = desk.budget();
  Budget after = before;
  after.revision += 1;
  after.update_time = desk.who().now;
  desk.Save(after);
  ASSIGN_OR_RETURN(const BudgetBalance balance, desk.Balance());
  outbox.Append(
      desk.tx(),
      BudgetChanged(desk.who(), &before, after,
                    {.action = action, .from = Name(before.state), .to = Name(after.state)}, alerts,
                    &balance));
  return ReplyOf(desk, balance, alerts);
}

absl::StatusOr<pb::PostingReply> Finish(Desk& desk, bus::Outbox& outbox, const Commitment& before,
                                        const CommitmentDecision& decision) {
  ASSIGN_OR_RETURN(const std::vector<Alert> alerts, desk.Settle());
  SaveStep(desk, outbox, before, decision, alerts);
  return Answer(desk, alerts);
}

absl::StatusOr<pb::PostingReply> Answer(const Desk& desk, const std::vector<Alert>& alerts) {
  ASSIGN_OR_RETURN(const BudgetBalance balance, desk.Balance());
  return ReplyOf(desk, balance, alerts);
}

void KeepUse(const Desk& desk, const CommitmentDecision& decision) {
  if (decision.original_used == 0) return;
  store::KeepOriginalUse(desk.tx(), decision.after.budget, desk.journals().back().sequence,
                         decision.original_used);
}

void SaveStep(Desk& desk, bus::Outbox& outbox, const Commitment& before,
              const CommitmentDecision& decision, const std::vector<Alert>& alerts) {
  store::SaveCommitment(desk.tx(), decision.after);
  SetTimers(desk, decision.timers);
  outbox.Append(desk.tx(), CommitmentChanged(desk.who(), desk.place(), &before, decision.after,
                                             {.action = decision.move->event,
                                              .from = Name(decision.from),
                                              .to = Name(decision.after.state)},
                                             alerts));
}

absl::StatusOr<std::string> SourceOf(const Budget& budget, const std::string& organisation) {
  for (const Source& source : budget.sources) {
    if (source.kind == Kind::kCash && (organisation.empty() || organisation == source.organisation))
      return source.organisation;
  }
  Violations violations;
  violations.Add("organisation", "is no cash source of the budget");
  return violations.ToStatus();
}

}  // namespace jointly::budgets
