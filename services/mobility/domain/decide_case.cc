#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/mobility/domain/decide.h"
#include "services/mobility/domain/refuse.h"

// Decisions on mobilities and calls.
namespace jointly::mobility {
namespace {

absl::Status Missing(std::string_view action, std::string_view field, std::string_view text) {
  return InvalidArgument(kMissingInput, text,
                         {{"action", std::string(action)}, {"field", std::string(field)}});
}

absl::Status CheckInput(const MobilityInput& input, MobilityAction action) {
  switch (action) {
    case MobilityAction::kApprove:
    case MobilityAction::kReject:
      if (input.proposal_id.empty()) {
        return Missing(Name(action), "proposal_id", "Name the proposal that you decide on.");
      }
      if (action == MobilityAction::kReject && input.comment.empty()) {
        return Missing("reject", "comment", "Tell the home office why.");
      }
      return absl::OkStatus();
    case MobilityAction::kCorrect:
      Check(!input.new_proposal_id.empty(), "a correction without a new proposal id");
      return absl::OkStatus();
    case MobilityAction::kCancel:
      if (input.reason.empty()) return Missing("cancel", "reason", "Say why it is cancelled.");
      return absl::OkStatus();
    case MobilityAction::kFund:
    case MobilityAction::kRefuseFunding:
    case MobilityAction::kReleaseFunding:
    case MobilityAction::kRequestFunding:
      return absl::OkStatus();
  }
  Die("a mobility action of no kind");
}

// The budget that the call names now; the refusal before stays in the history.
void Ask(const MobilityFacts& facts, MobilityCase& after) {
  const Funding& before = facts.mobility.funding;
  const std::string& named = facts.call.funding_reference;
  after.funding = {.state = FundingState::kRequested,
                   .reference = named.empty() ? before.reference : named,
                   .request_number = before.request_number + 1};
}

void Effect(const MobilityFacts& facts, MobilityAction action, MobilityDecision& decision) {
  MobilityCase& after = decision.after;
  switch (action) {
    case MobilityAction::kApprove:
      after.host_comment.clear();
      if (!facts.call.funding_reference.empty()) Ask(facts, after);
      return;
    case MobilityAction::kReject:
      after.host_comment = facts.input.comment;
      return;
    case MobilityAction::kCorrect:
      after.proposal_id = facts.input.new_proposal_id;
      if (facts.input.nominee.has_value()) after.nominee = facts.input.nominee;
      if (facts.input.planned_start.has_value()) after.planned_start = facts.input.planned_start;
      if (facts.input.planned_end.has_value()) after.planned_end = facts.input.planned_end;
      return;
    case MobilityAction::kFund:
    case MobilityAction::kRefuseFunding:
    case MobilityAction::kReleaseFunding:
      after.funding = facts.input.funding;
      after.funding.reference = facts.mobility.funding.reference;
      after.funding.request_number = facts.mobility.funding.request_number;
      return;
    case MobilityAction::kRequestFunding:
      Ask(facts, after);
      return;
    case MobilityAction::kCancel:
      after.cancel_reason = facts.input.reason;
      decision.quota.push_back({.kind = QuotaCommandKind::kRelease,
                                .quota = after.quota,
                                .application = after.application,
                                .places = after.places});
      decision.promote_quota = after.quota;
      return;
  }
}

}  // namespace

absl::StatusOr<MobilityDecision> Decide(const MobilityFacts& facts, MobilityAction action,
                                        Role role) {
  const MobilityCase& before = facts.mobility;
  const std::string subject = "mobilities/" + before.id;
  const MobilityMove* move = workflow::Find(kMobilityWorkflow, before.state, action);
  if (move == nullptr) {
    return IllegalMove(subject, Name(action), Name(before.state), OpenActions(before.state, role));
  }
  if (!move->by.Has(role)) return WrongRole(subject, Name(action), *move, role);
  RETURN_IF_ERROR(CheckInput(facts.input, action));
  const auto findings = workflow::Examine(*move, facts);
  // G12 is a conflict, not a missing condition: somebody corrected the nomination meanwhile.
  for (const workflow::Finding& finding : findings) {
    if (finding.guard != kProposalCurrent.id || finding.verdict.passed) continue;
    return Aborted(kStaleProposal, finding.verdict.evidence + ". " + finding.verdict.remedy,
                   {{"guard", finding.guard},
                    {"mobility", subject},
                    {"proposal_id", facts.input.proposal_id},
                    {"current", before.proposal_id}});
  }
  RETURN_IF_ERROR(workflow::RefusalOf(Name(action), subject, findings));
  MobilityDecision decision;
  decision.after = before;
  decision.after.state = move->to;
  decision.after.update_time = facts.now;
  decision.after.revision += 1;
  decision.from = before.state;
  decision.move = move;
  Effect(facts, action, decision);
  return decision;
}

absl::StatusOr<CallDecision> Decide(const CallFacts& facts, CallAction action, Role role) {
  const Call& before = facts.call;
  const std::string subject = "calls/" + before.id;
  const CallMove* move = workflow::Find(kCallWorkflow, before.state, action);
  if (move == nullptr) {
    return IllegalMove(subject, Name(action), Name(before.state), OpenActions(before.state, role));
  }
  if (!move->by.Has(role)) return WrongRole(subject, Name(action), *move, role);
  if (action == CallAction::kUpdate) Check(facts.updated.has_value(), "an update without a text");
  if (action == CallAction::kCancel && facts.cancel_reason.empty()) {
    return Missing("cancel", "reason", "Say why it is cancelled.");
  }
  RETURN_IF_ERROR(workflow::RefusalOf(Name(action), subject, workflow::Examine(*move, facts)));
  CallDecision decision;
  decision.after = action == CallAction::kUpdate ? *facts.updated : before;
  if (action == CallAction::kCancel) decision.after.cancel_reason = facts.cancel_reason;
  // Whatever an update says, these are the service's.
  decision.after.id = before.id;
  decision.after.home_institution = before.home_institution;
  decision.after.create_time = before.create_time;
  decision.after.state = move->to;
  decision.after.update_time = facts.now;
  decision.after.revision = before.revision + 1;
  decision.from = before.state;
  decision.move = move;
  return decision;
}

std::vector<MobilityAction> OpenActions(MobilityState state, Role role) {
  return ActionsOf<MobilityAction>(kMobilityWorkflow, state, role);
}

std::vector<CallAction> OpenActions(CallState state, Role role) {
  return ActionsOf<CallAction>(kCallWorkflow, state, role);
}

std::vector<Allowed<MobilityAction>> AllowedActions(const MobilityFacts& facts, Role role) {
  std::vector<Allowed<MobilityAction>> rows;
  for (const MobilityAction action : OpenActions(facts.mobility.state, role)) {
    const MobilityMove* move = workflow::Find(kMobilityWorkflow, facts.mobility.state, action);
    rows.push_back({action, Refusing(workflow::Examine(*move, facts))});
  }
  return rows;
}

std::vector<Allowed<CallAction>> AllowedActions(const CallFacts& facts, Role role) {
  std::vector<Allowed<CallAction>> rows;
  for (const CallAction action : OpenActions(facts.call.state, role)) {
    const CallMove* move = workflow::Find(kCallWorkflow, facts.call.state, action);
    rows.push_back({action, Refusing(workflow::Examine(*move, facts))});
  }
  return rows;
}

std::vector<workflow::Edge> MobilityEdges() { return EdgesOf(kMobilityWorkflow); }
std::vector<workflow::Edge> CallEdges() { return EdgesOf(kCallWorkflow); }

}  // namespace jointly::mobility
