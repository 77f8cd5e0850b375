#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/budgets/domain/decide.h"
#include "services/budgets/domain/refuse.h"
#include "services/budgets/domain/text.h"

// Decisions on commitments and expense claims.
namespace jointly::budgets {
namespace {

std::string SubjectOf(const Commitment& commitment) {
  return "budgets/" + commitment.budget + "/commitments/" + commitment.id;
}
std::string SubjectOf(const ExpenseClaim& claim) {
  return "budgets/" + claim.budget + "/claims/" + claim.id;
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
  if (after.expire_date.has_value()) {
    decision.timers.push_back({.arm = true,
                               .kind = std::string(kCommitmentExpires),
                               .subject = after.budget + "/" + after.id,
                               .on = AddDays(*after.expire_date, 1)});
  }
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
  return absl::OkStatus();
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
      decision.after.paid -= facts.input.settled;
      return absl::OkStatus();
  }
  Die("a commitment action of no kind");
}

// How much of the line a step takes: what a refusal calls "requested".
std::int64_t Requested(const CommitmentFacts& facts, CommitmentAction action) {
  if (action == CommitmentAction::kRevalue) {
    return facts.input.control - facts.commitment.remaining;
  }
  return facts.input.control;
}

absl::Status CheckInput(const ClaimFacts& facts, ClaimAction action) {
  const ClaimInput& input = facts.input;
  switch (action) {
    case ClaimAction::kRequestChanges:
    case ClaimAction::kDecline:
    case ClaimAction::kFailPayment:
      if (input.note.empty()) return MissingInput(Name(action), "note", "Say why.");
      return absl::OkStatus();
    case ClaimAction::kPay:
      if (input.payment_reference.empty()) {
        return MissingInput("pay", "payment_reference", "Name the payment order.");
      }
      Check(!input.payment_journal.empty(), "a payment without a journal");
      return absl::OkStatus();
    case ClaimAction::kUpdate:
      Check(input.updated.has_value(), "no claim to update");
      return absl::OkStatus();
    default:
      return absl::OkStatus();
  }
}

void KeepOwn(const ExpenseClaim& before, ExpenseClaim& after) {
  after.id = before.id;
  after.budget = before.budget;
  after.commitment = before.commitment;
  after.claimant = before.claimant;
  after.currency = before.currency;
  after.attachments = before.attachments;
  after.create_time = before.create_time;
  after.note = before.note;
}

void Pay(const ClaimFacts& facts, ClaimDecision& decision) {
  ExpenseClaim& after = decision.after;
  after.payer = facts.actor.hand;
  after.payment_reference = facts.input.payment_reference;
  after.payment_journal = facts.input.payment_journal;
  decision.movements.push_back(
      {.kind = MovementKind::kPay,
       .document = "claims/" + after.id,
       .effective_date = facts.input.effective_date.value_or(after.mission_end_date),
       .line = facts.commitment.line,
       .amount = after.recognised,
       .partner = facts.commitment.line.partner});
}

void Effect(const ClaimFacts& facts, ClaimAction action, ClaimDecision& decision) {
  ExpenseClaim& after = decision.after;
  switch (action) {
    case ClaimAction::kSubmit:
      after.note.clear();
      return;
    case ClaimAction::kCertify:
      after.certifier = facts.actor.hand;
      return;
    case ClaimAction::kRequestChanges:
      after.certifier = {};
      after.note = facts.input.note;
      return;
    case ClaimAction::kDecline:
      after.note = facts.input.note;
      return;
    case ClaimAction::kApprove:
      // After a failed payment the cost is in the ledger already: only the payment is open again.
      if (decision.from == ClaimState::kPaymentFailed) {
        after.reapprover = facts.actor.hand;
        return;
      }
      after.approver = facts.actor.hand;
      after.recognised = facts.input.control;
      decision.liquidates = true;
      return;
    case ClaimAction::kPay:
      Pay(facts, decision);
      return;
    case ClaimAction::kFailPayment:
      after.note = facts.input.note;
      decision.movements.push_back(
          {.kind = MovementKind::kReverse,
           .document = "claims/" + after.id,
           .effective_date = facts.input.effective_date.value_or(after.mission_end_date),
           .amount = after.recognised,
           .reverses = after.payment_journal});
      after.payment_journal.clear();
      after.payer = {};
      return;
    case ClaimAction::kUpdate:
      return;
  }
}

Facts MoneyFacts(const ClaimFacts& facts) {
  const ExpenseClaim& claim = facts.claim;
  const Commitment& commitment = facts.commitment;
  Facts list = {
      {"claimed", Text(TotalOf(claim), claim.currency)},
      {"requested", Text(TotalOf(claim), claim.currency)},
      {"period", facts.period.id},
      {"state", std::string(TakesDocuments(facts.budget.state) ? Name(facts.period.state)
                                                               : Name(facts.budget.state))},
      {"date", FormatDate(claim.mission_end_date)},
      {"start", FormatDate(facts.period.start_date)},
      {"end", FormatDate(facts.period.end_date)},
      {"requester", claim.claimant}};
  if (facts.sees_budget) {
    list.push_back({"remaining", Text(commitment.original_remaining, commitment.amount.currency)});
  }
  return list;
}

}  // namespace

absl::StatusOr<CommitmentDecision> Decide(const CommitmentFacts& facts, CommitmentAction action,
                                          Role role) {
  const Commitment& before = facts.commitment;
  const std::string subject = SubjectOf(before);
  ASSIGN_OR_RETURN(const CommitmentMove* move,
                   RowFor(kCommitmentWorkflow, subject, before.state, action, role));
  RETURN_IF_ERROR(CheckInput(facts, action));
  const bool pays = action == CommitmentAction::kPay;
  RETURN_IF_ERROR(
      RefusalOf(Name(action), subject, workflow::Examine(*move, facts),
                pays ? PaymentFacts(facts) : MoneyFacts(facts, Requested(facts, action))));
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

absl::StatusOr<ClaimDecision> Decide(const ClaimFacts& facts, ClaimAction action, Role role) {
  const ExpenseClaim& before = facts.claim;
  const std::string subject = SubjectOf(before);
  ASSIGN_OR_RETURN(const ClaimMove* move,
                   RowFor(kClaimWorkflow, subject, before.state, action, role));
  RETURN_IF_ERROR(CheckInput(facts, action));
  RETURN_IF_ERROR(
      RefusalOf(Name(action), subject, workflow::Examine(*move, facts), MoneyFacts(facts)));
  ClaimDecision decision;
  decision.after = action == ClaimAction::kUpdate ? *facts.input.updated : before;
  KeepOwn(before, decision.after);
  decision.after.state = move->to;
  decision.after.update_time = facts.now;
  decision.after.revision = before.revision + 1;
  decision.from = before.state;
  decision.move = move;
  Effect(facts, action, decision);
  return decision;
}

CommitmentAction LiquidateAction(const Commitment& commitment, std::int64_t original, bool final) {
  return final || original >= commitment.original_remaining ? CommitmentAction::kLiquidateAll
                                                            : CommitmentAction::kLiquidate;
}

CommitmentAction ReleaseAction(const Commitment& commitment, std::int64_t original) {
  if (original < commitment.original_remaining) return CommitmentAction::kRelease;
  return commitment.liquidated == 0 ? CommitmentAction::kReleaseAll
                                    : CommitmentAction::kReleaseRest;
}

std::vector<CommitmentAction> OpenActions(CommitmentState state, Role role) {
  return ActionsOf<CommitmentAction>(kCommitmentWorkflow, state, role);
}
std::vector<ClaimAction> OpenActions(ClaimState state, Role role) {
  return ActionsOf<ClaimAction>(kClaimWorkflow, state, role);
}
std::vector<Allowed<CommitmentAction>> AllowedActions(const CommitmentFacts& facts, Role role) {
  return AllowedIn<Allowed<CommitmentAction>>(kCommitmentWorkflow, facts, facts.commitment.state,
                                              role);
}
std::vector<Allowed<ClaimAction>> AllowedActions(const ClaimFacts& facts, Role role) {
  return AllowedIn<Allowed<ClaimAction>>(kClaimWorkflow, facts, facts.claim.state, role);
}
std::vector<workflow::Edge> CommitmentEdges() { return EdgesOf(kCommitmentWorkflow); }
std::vector<workflow::Edge> ClaimEdges() { return EdgesOf(kClaimWorkflow); }

}  // namespace jointly::budgets
