#include <algorithm>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/budgets/domain/decide.h"
#include "services/budgets/domain/refuse.h"
#include "services/budgets/domain/text.h"

// Decisions on commitments.
namespace jointly::budgets {
namespace {

std::string SubjectOf(const Commitment& commitment) {
  return "budgets/" + commitment.budget + "/commitments/" + commitment.id;
}
Date EffectiveDate(const CommitmentFacts& facts) {
  return facts.input.effective_date.value_or(BoundOn(facts));
}

// What a money rule's refusal says.
Facts MoneyFacts(const CommitmentFacts& facts, std::int64_t requested) {
  const Commitment& commitment = facts.commitment;
  const Date on = EffectiveDate(facts);
  const FunderTerms& terms = facts.budget.terms;
  const CategoryRule* rule = FindCategoryRule(terms.rule_set, terms.rule_variant, on);
  return {{"available", Text(facts.available, facts.budget.currency)},
          {"requested", Text(requested, facts.budget.currency)},
          {"remaining", Text(commitment.original_remaining, commitment.amount.currency)},
          {"line", Text(commitment.line)},
          {"period", facts.period.id},
          {"state", std::string(TakesDocuments(facts.budget.state) ? Name(facts.period.state)
                                                                   : Name(facts.budget.state))},
          {"date", FormatDate(on)},
          {"start", FormatDate(facts.period.start_date)},
          {"end", FormatDate(facts.period.end_date)},
          {"category", commitment.line.category},
          {"rule", rule == nullptr ? terms.rule_set : std::string(rule->id)},
          {"requester", commitment.requester.person}};
}

// Beside them, of a step that takes back: what, and what it was.
void AddTakenBack(const CommitmentFacts& facts, Facts& list) {
  const auto& document = facts.input.taken_back;
  if (!document.has_value()) return;
  list.push_back({"journal", document->name});
  list.push_back({"cost", Text(document->use.spent, facts.budget.currency)});
  list.push_back({"paid", Text(facts.commitment.paid, facts.budget.currency)});
  list.push_back({"payments", Join(document->payments, ",")});
}

// Of a payment: of what was recognised, not of what is reserved.
Facts PaymentFacts(const CommitmentFacts& facts) {
  const Commitment& commitment = facts.commitment;
  return {{"remaining", Text(OwedOn(facts), facts.budget.currency)},
          {"requested", Text(facts.input.settled, facts.budget.currency)},
          {"commitment", SubjectOf(commitment)},
          {"partner", commitment.line.partner},
          {"state", std::string(Name(facts.budget.state))},
          {"requester", commitment.requester.person},
          {"approver", commitment.approver.person}};
}

bool Positive(std::int64_t amount) { return amount > 0; }

absl::Status CheckInput(const CommitmentFacts& facts, CommitmentAction action) {
  using enum CommitmentAction;
  const CommitmentInput& input = facts.input;
  switch (action) {
    case kApprove:
    case kReconsider:
      // An amount so small that the rate makes it nothing reserves nothing.
      if (!Positive(input.control))
        return MissingInput("approve", "amount", "It is worth nothing.");
      return absl::OkStatus();
    case kRefuse:
      if (input.reason.empty()) return MissingInput("refuse", "reason", "Say why.");
      return absl::OkStatus();
    case kLiquidate:
    case kLiquidateAll:
      if (!Positive(input.original) || input.control < 0) {
        return MissingInput("liquidate", "amount", "Say what the document costs, above 0.");
      }
      return absl::OkStatus();
    case kRelease:
    case kReleaseAll:
    case kReleaseRest:
      if (!Positive(input.original)) {
        return MissingInput("release", "amount", "Say what is given back, above 0.");
      }
      return absl::OkStatus();
    case kCarry:
      Check(!input.to_period.empty(), "a carry to nowhere");
      return absl::OkStatus();
    case kReverseLiquidation:
    case kReverseOnlyLiquidation:
    case kCredit:
      Check(input.taken_back.has_value(), "nothing is taken back");
      return absl::OkStatus();
    case kReversePayment:
      Check(input.taken_back.has_value() || input.through_claim, "nothing is taken back");
      return absl::OkStatus();
    default:
      return absl::OkStatus();
  }
}

MovementPlan Plan(const CommitmentFacts& facts, MovementKind kind, std::int64_t amount) {
  return {.kind = kind,
          .document = "commitments/" + facts.commitment.id,
          .effective_date = EffectiveDate(facts),
          .line = facts.commitment.line,
          .amount = amount};
}

void Expect(const Commitment& commitment, Date on, CommitmentDecision& decision) {
  decision.timers.push_back({.arm = true,
                             .kind = std::string(kCommitmentExpires),
                             .subject = commitment.budget + "/" + commitment.id,
                             .on = on});
}

void Reserve(const CommitmentFacts& facts, CommitmentDecision& decision) {
  Commitment& after = decision.after;
  after.reserved = facts.input.control;
  after.remaining = facts.input.control;
  after.original_remaining = after.amount.minor;
  after.conversion = facts.input.conversion;
  after.approver = facts.actor.hand;
  MovementPlan plan = Plan(facts, MovementKind::kReserve, facts.input.control);
  plan.conversion = facts.input.conversion;
  decision.movements.push_back(std::move(plan));
  if (after.expire_date.has_value()) Expect(after, AddDays(*after.expire_date, 1), decision);
}

void Forget(const Commitment& commitment, CommitmentDecision& decision) {
  if (!commitment.expire_date.has_value()) return;
  decision.timers.push_back({.arm = false,
                             .kind = std::string(kCommitmentExpires),
                             .subject = commitment.budget + "/" + commitment.id});
}

// What was reserved, used and given back over the life of a commitment only grows.
absl::Status Grow(std::int64_t& sum, std::int64_t amount, const money::Currency& currency) {
  ASSIGN_OR_RETURN(const money::Money grown, money::Add({sum, currency}, {amount, currency}));
  sum = grown.minor;
  return absl::OkStatus();
}

absl::Status Liquidate(const CommitmentFacts& facts, CommitmentDecision& decision) {
  Commitment& after = decision.after;
  ASSIGN_OR_RETURN(const ReservationUse plan, PlanUse(after,
                                                      {.original = facts.input.original,
                                                       .control = facts.input.control,
                                                       .final = facts.input.final},
                                                      facts.budget.currency));
  // What is used and given back is part of what was reserved.
  RETURN_IF_ERROR(Grow(after.reserved, plan.excess, facts.budget.currency));
  after.liquidated += plan.spent;
  after.released += plan.released;
  after.remaining -= plan.from_reservation;
  after.original_remaining -= plan.original_used;
  MovementPlan movement = Plan(facts, MovementKind::kLiquidate, plan.spent);
  movement.from_reservation = plan.from_reservation;
  movement.excess = plan.excess;
  movement.conversion = facts.input.conversion;
  decision.movements.push_back(std::move(movement));
  if (plan.ends) Forget(after, decision);
  if (after.amount.currency != facts.budget.currency) decision.original_used = plan.original_used;
  return absl::OkStatus();
}

// The entry of what is taken back, mirrored.
MovementPlan MirrorOf(const CommitmentFacts& facts, std::int64_t amount) {
  MovementPlan plan = Plan(facts, MovementKind::kReverse, amount);
  plan.reverses = facts.input.taken_back->journal;
  return plan;
}

void ReverseLiquidation(const CommitmentFacts& facts, CommitmentDecision& decision) {
  Commitment& after = decision.after;
  const ReservationUse& use = facts.input.taken_back->use;
  after.reserved -= use.excess;
  after.liquidated -= use.spent;
  after.released -= use.released;
  after.remaining += use.from_reservation;
  after.original_remaining += use.original_used;
  decision.movements.push_back(MirrorOf(facts, use.spent));
  // What its last day would have given back is given back by the timer again.
  if (!after.expire_date.has_value()) return;
  Expect(after, AddDays(std::max(*after.expire_date, facts.today), 1), decision);
}

void ReversePayment(const CommitmentFacts& facts, CommitmentDecision& decision) {
  decision.after.paid -= facts.input.settled;
  if (facts.input.through_claim) return;
  decision.movements.push_back(MirrorOf(facts, facts.input.settled));
}

void Credit(const CommitmentFacts& facts, CommitmentDecision& decision) {
  decision.after.credited += facts.input.settled;
  MovementPlan plan = Plan(facts, MovementKind::kCredit, facts.input.settled);
  const std::string& name = facts.input.taken_back->name;
  plan.document = "journals/" + name.substr(name.rfind('/') + 1);
  plan.line = facts.input.taken_back->line;
  decision.movements.push_back(std::move(plan));
}

absl::Status Release(const CommitmentFacts& facts, std::int64_t original,
                     CommitmentDecision& decision) {
  Commitment& after = decision.after;
  ASSIGN_OR_RETURN(const std::int64_t part, PlanRelease(after, original, facts.budget.currency));
  after.released += part;
  after.remaining -= part;
  after.original_remaining -= original;
  MovementPlan plan = Plan(facts, MovementKind::kRelease, part);
  if (part > 0) decision.movements.push_back(std::move(plan));
  if (after.original_remaining == 0) Forget(after, decision);
  return absl::OkStatus();
}

// It is given back on its last day, or at the period's end when that came first.
absl::Status Expire(const CommitmentFacts& facts, CommitmentDecision& decision) {
  RETURN_IF_ERROR(Release(facts, facts.commitment.original_remaining, decision));
  const Date last = std::min(*facts.commitment.expire_date, facts.period.end_date);
  const Date bound = facts.revalued_on.value_or(last);
  for (MovementPlan& plan : decision.movements) {
    plan.effective_date = std::max({last, bound, facts.period.start_date});
  }
  decision.timers.clear();
  return absl::OkStatus();
}

absl::Status Revalue(const CommitmentFacts& facts, CommitmentDecision& decision) {
  Commitment& after = decision.after;
  const std::int64_t change = facts.input.control - after.remaining;
  if (change > 0) {
    RETURN_IF_ERROR(Grow(after.reserved, change, facts.budget.currency));
  } else {
    after.released -= change;
  }
  after.remaining = facts.input.control;
  after.conversion = facts.input.conversion;
  if (change == 0) return absl::OkStatus();
  MovementPlan plan = Plan(facts, MovementKind::kRevalue, change);
  plan.from_reservation = facts.commitment.remaining;
  plan.conversion = facts.input.conversion;
  decision.movements.push_back(std::move(plan));
  return absl::OkStatus();
}

void Pay(const CommitmentFacts& facts, CommitmentDecision& decision) {
  decision.after.paid += facts.input.settled;
  if (facts.input.through_claim) return;
  MovementPlan plan = Plan(facts, MovementKind::kPay, facts.input.settled);
  plan.partner = facts.commitment.line.partner;
  plan.organisation = facts.input.organisation;
  plan.conversion = facts.input.conversion;
  decision.movements.push_back(std::move(plan));
}

absl::Status Effect(const CommitmentFacts& facts, CommitmentAction action,
                    CommitmentDecision& decision) {
  using enum CommitmentAction;
  switch (action) {
    case kApprove:
    case kReconsider:
      Reserve(facts, decision);
      return absl::OkStatus();
    case kRefuse:
      decision.after.refusal = facts.input.reason;
      return absl::OkStatus();
    case kLiquidate:
    case kLiquidateAll:
      return Liquidate(facts, decision);
    case kRelease:
    case kReleaseAll:
    case kReleaseRest:
      return Release(facts, facts.input.original, decision);
    case kExpire:
      return Expire(facts, decision);
    case kCarry:
      decision.after.line.period = facts.input.to_period;
      return absl::OkStatus();
    case kRevalue:
      return Revalue(facts, decision);
    case kFindUndercovered:
      return absl::OkStatus();
    case kPay:
      Pay(facts, decision);
      return absl::OkStatus();
    case kReversePayment:
      ReversePayment(facts, decision);
      return absl::OkStatus();
    case kReverseLiquidation:
    case kReverseOnlyLiquidation:
      ReverseLiquidation(facts, decision);
      return absl::OkStatus();
    case kCredit:
      Credit(facts, decision);
      return absl::OkStatus();
  }
  Die("a commitment action of no kind");
}

// How much of the line a step takes: what a refusal calls "requested".
std::int64_t Requested(const CommitmentFacts& facts, CommitmentAction action) {
  if (action == CommitmentAction::kRevalue) {
    return facts.input.control - facts.commitment.remaining;
  }
  if (facts.input.taken_back.has_value()) return facts.input.taken_back->use.released;
  return facts.input.control;
}

}  // namespace

absl::StatusOr<CommitmentDecision> Decide(const CommitmentFacts& facts, CommitmentAction action,
                                          Role role) {
  const Commitment& before = facts.commitment;
  const std::string subject = SubjectOf(before);
  ASSIGN_OR_RETURN(const CommitmentMove* move,
                   RowFor(kCommitmentWorkflow, subject, before.state, action, role));
  RETURN_IF_ERROR(CheckInput(facts, action));
  Facts money = action == CommitmentAction::kPay ? PaymentFacts(facts)
                                                 : MoneyFacts(facts, Requested(facts, action));
  AddTakenBack(facts, money);
  RETURN_IF_ERROR(
      RefusalOf(Name(action), subject, workflow::Examine(*move, facts), std::move(money)));
  CommitmentDecision decision;
  decision.after = before;
  decision.after.state = move->to;
  decision.after.update_time = facts.now;
  decision.after.revision += 1;
  decision.from = before.state;
  decision.move = move;
  RETURN_IF_ERROR(Effect(facts, action, decision));
  const Commitment& after = decision.after;
  Check(
      after.reserved == after.liquidated + after.released + after.remaining && after.remaining >= 0,
      "a commitment does not add up (B4)");
  return decision;
}

CommitmentAction LiquidateAction(const Commitment& commitment, std::int64_t original, bool final) {
  return final || original >= commitment.original_remaining ? CommitmentAction::kLiquidateAll
                                                            : CommitmentAction::kLiquidate;
}

CommitmentAction ReverseAction(const Commitment& commitment, const TakenBack& liquidation) {
  return commitment.liquidated == liquidation.use.spent ? CommitmentAction::kReverseOnlyLiquidation
                                                        : CommitmentAction::kReverseLiquidation;
}

CommitmentAction ReleaseAction(const Commitment& commitment, std::int64_t original) {
  if (original < commitment.original_remaining) return CommitmentAction::kRelease;
  return commitment.liquidated == 0 ? CommitmentAction::kReleaseAll
                                    : CommitmentAction::kReleaseRest;
}

std::vector<CommitmentAction> OpenActions(CommitmentState state, Role role) {
  return ActionsOf<CommitmentAction>(kCommitmentWorkflow, state, role);
}
std::vector<Allowed<CommitmentAction>> AllowedActions(const CommitmentFacts& facts, Role role) {
  return AllowedIn<Allowed<CommitmentAction>>(kCommitmentWorkflow, facts, facts.commitment.state,
                                              role);
}
std::vector<workflow::Edge> CommitmentEdges() { return EdgesOf(kCommitmentWorkflow); }

}  // namespace jointly::budgets
