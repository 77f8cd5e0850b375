#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/budgets/domain/decide.h"
#include "services/budgets/domain/refuse.h"
#include "services/budgets/domain/text.h"

// Decisions on expense claims.
namespace jointly::budgets {
namespace {

std::string SubjectOf(const ExpenseClaim& claim) {
  return "budgets/" + claim.budget + "/claims/" + claim.id;
}

absl::Status CheckInput(const ClaimFacts& facts, ClaimAction action) {
  const ClaimInput& input = facts.input;
  switch (action) {
    case ClaimAction::kRequestChanges:
    case ClaimAction::kDecline:
    case ClaimAction::kFailPayment:
    case ClaimAction::kReverseApproval:
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
    case ClaimAction::kReverseApproval:
      after.note = facts.input.note;
      after.certifier = after.approver = after.reapprover = {};
      after.recognised = 0;
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

std::vector<ClaimAction> OpenActions(ClaimState state, Role role) {
  return ActionsOf<ClaimAction>(kClaimWorkflow, state, role);
}
std::vector<Allowed<ClaimAction>> AllowedActions(const ClaimFacts& facts, Role role) {
  return AllowedIn<Allowed<ClaimAction>>(kClaimWorkflow, facts, facts.claim.state, role);
}
std::vector<workflow::Edge> ClaimEdges() { return EdgesOf(kClaimWorkflow); }

}  // namespace jointly::budgets
