#include "services/theses/domain/cotutelle_decide.h"

#include <algorithm>

#include "common/error/macros.h"
#include "services/theses/domain/cotutelle_rows.h"
#include "services/theses/domain/cotutelle_text.h"

namespace jointly::theses {
namespace {

using Action = CotutelleAction;

std::string SubjectOf(const Cotutelle& cotutelle) { return "cotutelles/" + cotutelle.id; }

// What was agreed about a text that is not the text any more.
void VoidAgreement(Cotutelle& cotutelle) {
  cotutelle.content_hash.clear();
  cotutelle.approvals.clear();
  cotutelle.ladder.clear();
  cotutelle.ladder_date.reset();
  cotutelle.signed_date.reset();
}

CotutelleDecision Moved(const Cotutelle& before, const CotutelleMove& move, Time now) {
  CotutelleDecision decision{.after = before, .from = before.state, .move = &move};
  decision.after.state = move.to;
  decision.after.revision += 1;
  decision.after.update_time = now;
  return decision;
}

absl::Status Missing(Action action, std::string_view field, std::string_view text) {
  return InvalidArgument(kMissingAgreementInput, text,
                         {{"action", std::string(Name(action))}, {"field", std::string(field)}});
}

bool NeedsReason(Action action) {
  return action == Action::kReturn || action == Action::kSuspend || action == Action::kGiveNotice ||
         action == Action::kTerminate;
}

// What a move changes beside the state.
void Apply(const CotutelleFacts& facts, const CotutelleInput& input, Action action,
           Cotutelle& after) {
  switch (action) {
    case Action::kFreeze:
      after.version += 1;
      after.content_hash = ContentHashOf(after.text);
      break;
    case Action::kReturn:
      VoidAgreement(after);
      break;
    case Action::kStartSigning:
      after.ladder = agreement::MakeLadder(after.text.signatories);
      after.ladder_date = facts.on;
      break;
    case Action::kPutInForce:
      after.in_force_date = facts.on;
      after.timeline = {{.first = facts.on, .amendment = "", .text = after.text}};
      break;
    case Action::kSuspend:
      after.rests.push_back({.first = facts.on, .last = std::nullopt});
      break;
    case Action::kResume:
      if (!after.rests.empty() && !after.rests.back().last.has_value()) {
        after.rests.back().last = AddDays(facts.on, -1);
      }
      break;
    case Action::kGiveNotice:
      if (!facts.by_time) after.notice_end_date = facts.on;
      break;
    case Action::kRenew:
      after.successor = facts.successor->id;
      after.ended_date = AddDays(facts.successor->head().start_date, -1);
      break;
    case Action::kTerminate:
      if (!after.timeline.empty()) after.ended_date = facts.on;
      after.end_reason = input.reason;
      after.blocked_by.clear();
      break;
    case Action::kExpire:
      after.ended_date = LastDay(after);
      after.blocked_by.clear();
      break;
    default:
      break;
  }
}

}  // namespace

absl::StatusOr<Cotutelle> CreateCotutelle(const CotutelleFacts& facts, Time now) {
  if (Ended(facts.thesis.state)) {
    return FailedPrecondition(kThesisEnded, "a thesis that ended gets no agreement any more",
                              {{"thesis", "theses/" + facts.thesis.id},
                               {"state", std::string(Name(facts.thesis.state))}});
  }
  Cotutelle created = facts.cotutelle;
  created.thesis = facts.thesis.id;
  created.partners = {facts.thesis.sides[0].institution, facts.thesis.sides[1].institution};
  const std::string other = OverlapOf(created, facts.siblings, created.text.end_date);
  if (!other.empty()) {
    return FailedPrecondition(kAgreementsOverlap,
                              "the thesis has an agreement on some of these days: " + other +
                                  "; choose other days, or end that one first",
                              {{"thesis", "theses/" + facts.thesis.id}, {"other", other}});
  }
  created.state = CotutelleState::kIdea;
  created.revision = 1;
  created.create_time = now;
  created.update_time = now;
  return created;
}

absl::StatusOr<CotutelleDecision> UpdateText(const CotutelleFacts& facts, const CotutelleText& text,
                                             Time now) {
  const Cotutelle& before = facts.cotutelle;
  ASSIGN_OR_RETURN(const CotutelleMove* move,
                   rows::Find(kCotutelleWorkflow, SubjectOf(before), before.state, Action::kUpdate,
                              OfficeRole::kOffice));
  CotutelleDecision decision = Moved(before, *move, now);
  decision.after.text = text;
  VoidAgreement(decision.after);
  const std::string other = OverlapOf(decision.after, facts.siblings, text.end_date);
  if (other.empty()) return decision;
  return FailedPrecondition(kAgreementsOverlap,
                            "the thesis has an agreement on some of these days: " + other,
                            {{"cotutelle", SubjectOf(before)}, {"other", other}});
}

absl::StatusOr<CotutelleDecision> Decide(const CotutelleFacts& facts, Action action,
                                         OfficeRole role, const CotutelleInput& input, Time now) {
  const Cotutelle& before = facts.cotutelle;
  ASSIGN_OR_RETURN(const CotutelleMove* move,
                   rows::Find(kCotutelleWorkflow, SubjectOf(before), before.state, action, role));
  if (role == OfficeRole::kOffice && NeedsReason(action) && input.reason.empty()) {
    return Missing(action, "reason", "say why, in reason");
  }
  RETURN_IF_ERROR(
      workflow::RefusalOf(Name(action), SubjectOf(before), workflow::Examine(*move, facts)));
  CotutelleDecision decision = Moved(before, *move, now);
  Apply(facts, input, action, decision.after);
  return decision;
}

absl::StatusOr<CotutelleDecision> Approve(const CotutelleFacts& facts, const CotutelleInput& input,
                                          Time now) {
  const Cotutelle& before = facts.cotutelle;
  // The text comes first: who read another one must not be told about states.
  if (!before.content_hash.empty() || before.state == CotutelleState::kNegotiating) {
    RETURN_IF_ERROR(agreement::MatchContent(input.content_hash, before.content_hash));
  }
  ASSIGN_OR_RETURN(const CotutelleMove* move,
                   rows::Find(kCotutelleWorkflow, SubjectOf(before), before.state, Action::kApprove,
                              OfficeRole::kOffice));
  const bool known =
      std::any_of(before.approvals.begin(), before.approvals.end(),
                  [&](const auto& approval) { return approval.institution == input.institution; });
  if (known) {
    return FailedPrecondition(kAlreadyApproved, input.institution + " approved this text already",
                              {{"institution", input.institution}});
  }
  CotutelleDecision decision = Moved(before, *move, now);
  decision.after.approvals.push_back({.institution = input.institution,
                                      .content_hash = input.content_hash,
                                      .person = input.person,
                                      .time = now});
  return decision;
}

absl::StatusOr<CotutelleDecision> Sign(const CotutelleFacts& facts, const CotutelleInput& input,
                                       Time now) {
  const Cotutelle& before = facts.cotutelle;
  agreement::Ladder ladder = before.ladder;
  Action action = Action::kSign;
  const agreement::Signature* next = agreement::NextRung(ladder);
  const bool again =
      input.signing.step >= 1 &&
      input.signing.step < (next == nullptr ? static_cast<int>(ladder.size()) + 1 : next->step);
  if (again) {
    action = Action::kRecordOriginal;
  } else if (agreement::Unsigned(ladder).size() == 1) {
    action = Action::kSignLast;
  }
  ASSIGN_OR_RETURN(
      const CotutelleMove* move,
      rows::Find(kCotutelleWorkflow, SubjectOf(before), before.state, action, OfficeRole::kOffice));
  RETURN_IF_ERROR(agreement::MatchContent(input.content_hash, before.content_hash));
  RETURN_IF_ERROR(agreement::Sign(ladder, input.signing));
  CotutelleDecision decision = Moved(before, *move, now);
  decision.after.ladder = std::move(ladder);
  if (!again) decision.after.ladder_date = input.signing.signed_date;
  if (action == Action::kSignLast) {
    decision.after.signed_date = input.signing.signed_date;
    decision.after.ladder_date.reset();
  }
  return decision;
}

CotutelleDecision AmendmentMoved(const CotutelleFacts& facts, Action action,
                                 const std::optional<TextFrom>& amended, Time now) {
  const Cotutelle& before = facts.cotutelle;
  const CotutelleMove* move = workflow::Find(kCotutelleWorkflow, before.state, action);
  CotutelleDecision decision{.after = before, .from = before.state, .move = move};
  decision.after.revision += 1;
  decision.after.update_time = now;
  if (amended.has_value()) {
    decision.after.timeline.push_back(*amended);
    decision.after.blocked_by.clear();
  }
  return decision;
}

std::optional<CotutelleDecision> BlockExpiry(const CotutelleFacts& facts, Time now) {
  const Cotutelle& before = facts.cotutelle;
  std::vector<std::string> dependants =
      DependantsAfter(before, facts.thesis, facts.siblings, LastDay(before));
  const CotutelleMove* move =
      workflow::Find(kCotutelleWorkflow, before.state, Action::kBlockExpiry);
  if (move == nullptr || dependants.empty() || dependants == before.blocked_by) return std::nullopt;
  CotutelleDecision decision = Moved(before, *move, now);
  decision.after.blocked_by = std::move(dependants);
  return decision;
}

std::vector<AllowedCotutelleAction> AllowedActions(const CotutelleFacts& facts) {
  return rows::AllowedIn<AllowedCotutelleAction>(kCotutelleWorkflow, facts.cotutelle.state, facts);
}

std::optional<Action> ParseMoveAction(std::string_view name) {
  for (const Action action :
       {Action::kNegotiate, Action::kFreeze, Action::kReturn, Action::kStartSigning,
        Action::kPutInForce, Action::kSuspend, Action::kResume, Action::kGiveNotice, Action::kRenew,
        Action::kTerminate, Action::kReview}) {
    if (Name(action) == name) return action;
  }
  return std::nullopt;
}

std::vector<workflow::Edge> CotutelleEdges() { return rows::EdgesOf(kCotutelleWorkflow); }
std::vector<workflow::Edge> AmendmentEdges() { return rows::EdgesOf(kAmendmentWorkflow); }

}  // namespace jointly::theses
