#include "common/error/macros.h"
#include "services/budgets/api/engine.h"
#include "services/budgets/api/payments.h"
#include "services/budgets/api/statement_convert.h"
#include "services/budgets/store/commitment_store.h"

// Foreign remainders at a new rate.
namespace jointly::budgets {
namespace {

// The decision for one commitment: revalued, or found undercovered; nothing when neither changes
// anything.
absl::StatusOr<std::optional<CommitmentDecision>> DecideOne(Desk& desk,
                                                            const Commitment& commitment,
                                                            const Engine::RevaluationOrder& order) {
  ASSIGN_OR_RETURN(CommitmentFacts facts, FactsOf(desk, commitment));
  // It was revalued for a later day already.
  if (BoundOn(facts) > order.effective_date) return std::nullopt;
  facts.role = Role::kAccountant;
  facts.input.effective_date = order.effective_date;
  const money::Money remainder{.minor = commitment.original_remaining,
                               .currency = commitment.amount.currency};
  ASSIGN_OR_RETURN(Cost cost, desk.CostOf(remainder, order.rate_date));
  facts.input.control = cost.control;
  facts.input.conversion = std::move(cost.conversion);
  if (cost.control == commitment.remaining) return std::nullopt;
  auto decision = Decide(facts, CommitmentAction::kRevalue, Role::kAccountant);
  if (ReasonOf(decision.status()) == kAmountNotAvailable.name) {
    if (commitment.state == CommitmentState::kUndercovered) return std::nullopt;
    decision = Decide(facts, CommitmentAction::kFindUndercovered, Role::kAccountant);
  }
  RETURN_IF_ERROR(decision.status());
  return *std::move(decision);
}

}  // namespace

void Engine::TellAlerts(Desk& desk, const std::vector<Alert>& alerts) {
  if (alerts.empty()) return;
  const Budget before = desk.budget();
  Budget after = before;
  after.revision += 1;
  after.update_time = desk.who().now;
  desk.Save(after);
  outbox_.Append(
      desk.tx(),
      BudgetChanged(desk.who(), &before, after,
                    {.action = "alerted", .from = Name(before.state), .to = Name(after.state)},
                    alerts, nullptr));
}

absl::StatusOr<pb::RevalueBudgetResponse> Engine::Revalue(Desk& desk,
                                                          const RevaluationOrder& order) {
  const Budget& budget = desk.budget();
  ASSIGN_OR_RETURN(const Period period,
                   CheckDate(desk, order.effective_date, "", Role::kAccountant));
  ASSIGN_OR_RETURN(const std::vector<Commitment> open,
                   store::OpenCommitments(desk.tx(), budget.id, "", store::Lock::kYes));
  std::vector<std::pair<Commitment, CommitmentDecision>> changes;
  for (const Commitment& commitment : open) {
    if (commitment.amount.currency == budget.currency) continue;
    // On that day it was not bound yet, or the day is one of another period's.
    if (commitment.effective_date > order.effective_date) continue;
    if (commitment.line.period != period.id) continue;
    ASSIGN_OR_RETURN(std::optional<CommitmentDecision> decision,
                     DecideOne(desk, commitment, order));
    if (!decision.has_value()) continue;
    RETURN_IF_ERROR(desk.Carry(decision->movements));
    changes.emplace_back(commitment, *std::move(decision));
  }
  ASSIGN_OR_RETURN(const std::vector<Alert> alerts, desk.Settle());
  pb::RevalueBudgetResponse response;
  for (const Journal& journal : desk.journals()) {
    *response.add_journals() = JournalToProto(journal, "");
  }
  for (const auto& [before, decision] : changes) {
    store::SaveCommitment(desk.tx(), decision.after);
    outbox_.Append(desk.tx(), CommitmentChanged(desk.who(), desk.place(), &before, decision.after,
                                                {.action = decision.move->event,
                                                 .from = Name(decision.from),
                                                 .to = Name(decision.after.state)},
                                                {}));
    if (decision.after.state == CommitmentState::kUndercovered) {
      *response.add_undercovered() = ToProto(decision.after, budget.currency);
    }
  }
  TellAlerts(desk, alerts);
  return response;
}

}  // namespace jointly::budgets
