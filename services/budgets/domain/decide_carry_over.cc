#include <algorithm>

#include "common/error/macros.h"
#include "common/money/wide.h"
#include "services/budgets/domain/decide.h"
#include "services/budgets/domain/refuse.h"
#include "services/budgets/domain/text.h"

// Decisions on carry-overs.
namespace jointly::budgets {
namespace {

std::string SubjectOf(const CarryOver& carry_over) {
  return "budgets/" + carry_over.budget + "/carryOvers/" + carry_over.id;
}

Facts FactsIn(const CarryOverFactsOf& facts) {
  money::Wide left = 0;
  for (const Leftover& leftover : facts.leftovers) left += leftover.available;
  Facts said = {{"available", Text(money::Clamped(left), facts.budget.currency)},
                {"requested", Text(TotalOf(facts.carry_over), facts.budget.currency)},
                {"line", facts.from.id},
                {"period", facts.from.id},
                {"requester", facts.carry_over.requester.person}};
  const bool open = facts.from.state != PeriodState::kClosed;
  if (open && facts.other.has_value()) {
    said.push_back({"carry_over", SubjectOf(*facts.other)});
    said.push_back({"state", std::string(Name(facts.other->state))});
  } else {
    said.push_back({"state", std::string(Name(facts.from.state))});
  }
  return said;
}

}  // namespace

absl::Status CheckProposal(const CarryOverFactsOf& facts) {
  std::vector<workflow::Finding> findings;
  for (const auto* guard : carry_over_rows::kToPropose) {
    findings.push_back({std::string(guard->id), std::string(guard->title), guard->check(facts)});
  }
  // A refused one was never there: its period is what can be looked at.
  const std::string period = "budgets/" + facts.budget.id + "/periods/" + facts.from.id;
  return RefusalOf("propose", period, findings, FactsIn(facts));
}

std::optional<CarryOverAction> SettledBy(const CarryOver& carry_over,
                                         const CarryOverJudgement& close) {
  const bool returned = OfLines(carry_over, close.returned) > 0;
  if (carry_over.state == CarryOverState::kRefused) {
    return returned ? std::optional(CarryOverAction::kReturn) : std::nullopt;
  }
  if (carry_over.state != CarryOverState::kApproved) return std::nullopt;
  const bool nothing = returned && OfLines(carry_over, close.carried) == 0;
  return nothing ? CarryOverAction::kReturn : CarryOverAction::kPost;
}

absl::StatusOr<CarryOverDecision> Decide(const CarryOverFactsOf& facts, CarryOverAction action,
                                         Role role) {
  const CarryOver& before = facts.carry_over;
  const std::string subject = SubjectOf(before);
  ASSIGN_OR_RETURN(const CarryOverMove* move,
                   RowFor(kCarryOverWorkflow, subject, before.state, action, role));
  RETURN_IF_ERROR(
      RefusalOf(Name(action), subject, workflow::Examine(*move, facts), FactsIn(facts)));
  CarryOverDecision decision{.after = before, .from = before.state, .move = move};
  decision.after.state = move->to;
  decision.after.update_time = facts.now;
  decision.after.revision += 1;
  // What goes on of a refused one's lines goes on by another's decision.
  if (action == CarryOverAction::kPost) {
    decision.after.carried = OfLines(before, facts.judgement.carried);
  }
  if (action == CarryOverAction::kPost || action == CarryOverAction::kReturn) {
    decision.after.returned = OfLines(before, facts.judgement.returned);
  }
  if (action == CarryOverAction::kApprove || action == CarryOverAction::kRefuse) {
    decision.after.approver = facts.actor.hand;
  }
  return decision;
}

std::vector<CarryOverAction> OpenActions(CarryOverState state, Role role) {
  return ActionsOf<CarryOverAction>(kCarryOverWorkflow, state, role);
}
std::vector<Allowed<CarryOverAction>> AllowedActions(const CarryOverFactsOf& facts, Role role) {
  return AllowedIn<Allowed<CarryOverAction>>(kCarryOverWorkflow, facts, facts.carry_over.state,
                                             role);
}
std::vector<workflow::Edge> CarryOverEdges() { return EdgesOf(kCarryOverWorkflow); }

}  // namespace jointly::budgets
