#include "services/mobility/domain/decide.h"

#include <algorithm>
#include <cmath>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/mobility/domain/deadlines_of.h"
#include "services/mobility/domain/refuse.h"
#include "services/mobility/domain/text.h"

namespace jointly::mobility {
namespace {

using A = ApplicationAction;
using S = ApplicationState;

std::string SubjectOf(const Application& application) { return "applications/" + application.id; }

absl::Status Missing(std::string_view action, std::string_view field, std::string_view text) {
  return InvalidArgument(kMissingInput, text,
                         {{"action", std::string(action)}, {"field", std::string(field)}});
}

// The guards whose refusal is a reason to send an application back: it is not eligible, or papers
// or destinations do not fit.
std::vector<workflow::Finding> Faults(const ApplicationFacts& facts) {
  std::vector<workflow::Finding> findings;
  const auto examine = [&](const ApplicationGuard& guard) {
    workflow::Verdict verdict = guard.check(facts);
    if (verdict.passed) return;
    findings.push_back({std::string(guard.id), std::string(guard.title), std::move(verdict)});
  };
  examine(kDocuments);
  examine(kChoices);
  for (const ApplicationGuard* guard : application_rows::kSound) examine(*guard);
  return findings;
}

// What the student is told: what the guards found, and what the office adds in its own words.
std::vector<workflow::Finding> ReasonsOf(const ApplicationFacts& facts, bool with_faults) {
  std::vector<workflow::Finding> reasons;
  if (with_faults) reasons = Faults(facts);
  for (const std::string& text : facts.input.reasons) {
    reasons.push_back({"OFFICE", "The home office's reason", {false, text, ""}});
  }
  return reasons;
}

absl::Status CheckReasons(const ApplicationFacts& facts, A action) {
  const bool guards_count = action == A::kFindIneligible || action == A::kFindIncomplete;
  if (!ReasonsOf(facts, guards_count).empty()) return absl::OkStatus();
  return Missing(Name(action), "reasons", "Say why: at least one reason is needed.");
}

absl::Status CheckCompleteUntil(const ApplicationFacts& facts) {
  const auto& until = facts.input.complete_until;
  if (!until.has_value()) {
    return Missing("find_incomplete", "complete_until", "Say until when it can be completed.");
  }
  ASSIGN_OR_RETURN(const Time due, ToInstant(*until));
  if (due > facts.now) return absl::OkStatus();
  return Missing("find_incomplete", "complete_until", "The time to complete it must be ahead.");
}

absl::Status CheckChoice(const ApplicationFacts& facts, A action) {
  const std::optional<Choice> choice = EffectiveChoice(facts);
  const auto& choices = facts.application.choices;
  if (choice.has_value() && std::find(choices.begin(), choices.end(), *choice) != choices.end()) {
    return absl::OkStatus();
  }
  return InvalidArgument(
      kNotAChoice, "Name one of the application's own choices.",
      {{"action", std::string(Name(action))}, {"choice", choice.has_value() ? Text(*choice) : ""}});
}

absl::Status CheckInput(const ApplicationFacts& facts, A action) {
  const ApplicationInput& input = facts.input;
  switch (action) {
    case A::kFindIncomplete:
      RETURN_IF_ERROR(CheckCompleteUntil(facts));
      return CheckReasons(facts, action);
    case A::kFindIneligible:
    case A::kReject:
    case A::kGrantToRanked:
    case A::kGrantToEligible:
    case A::kRefuseAppeal:
      return CheckReasons(facts, action);
    case A::kScore:
      if (input.score.has_value() && *input.score >= 0 && *input.score <= 100) {
        return absl::OkStatus();
      }
      return Missing("score", "score", "A score is a number from 0 to 100.");
    case A::kOffer:
    case A::kWaitlist:
    case A::kPromote:
      return CheckChoice(facts, action);
    case A::kAppeal:
      if (!input.appeal_grounds.empty()) return absl::OkStatus();
      return Missing("appeal", "grounds", "Say on what grounds you appeal.");
    case A::kNominate:
      if (!input.nominee.has_value()) {
        return Missing("nominate", "nominee", "The host must know whom you nominate.");
      }
      // The days of the stay decide what it is paid.
      if (!facts.call.funding_reference.empty() &&
          (!input.planned_start.has_value() || !input.planned_end.has_value())) {
        return Missing("nominate", "planned_start_date, planned_end_date",
                       "This call's stays are paid by " + facts.call.funding_reference +
                           ": say from when until when the stay is planned.");
      }
      Check(!input.mobility_id.empty() && !input.proposal_id.empty(), "nominate without ids");
      return absl::OkStatus();
    default:
      return absl::OkStatus();
  }
}

// The ledger of the effective choice. The caller opens it before it decides on a place.
absl::StatusOr<const Quota*> QuotaOf(const ApplicationFacts& facts, const Choice& choice) {
  const Quota* quota = FindQuota(facts, choice);
  if (quota == nullptr)
    return Internal(kInternal, "the quota of " + Text(choice) + " is not loaded");
  return quota;
}

void LeaveWaitingList(Application& application) {
  application.waitlist_ticket = 0;
  application.waitlist_choice.reset();
  application.waitlist_quota.clear();
}

absl::Status PlaceOffer(const ApplicationFacts& facts, ApplicationDecision& decision) {
  const std::optional<Choice> choice = EffectiveChoice(facts);
  ASSIGN_OR_RETURN(const Quota* quota, QuotaOf(facts, *choice));
  Application& after = decision.after;
  Offer offer;
  offer.choice = *choice;
  offer.quota = quota->id;
  offer.places = PlacesTaken(quota->measure, choice->term);
  offer.offer_time = OfferStart(facts.call, facts.now);
  offer.expire_time = OfferEnd(facts.call, facts.now);
  decision.quota.push_back({.kind = QuotaCommandKind::kHold,
                            .quota = offer.quota,
                            .application = after.id,
                            .places = offer.places,
                            .expire_time = offer.expire_time});
  decision.timers.push_back(
      {true, std::string(kOfferExpires), after.id, offer.expire_time, after.revision});
  after.decision_time = offer.offer_time;
  after.offer = std::move(offer);
  after.reasons.clear();
  LeaveWaitingList(after);
  return absl::OkStatus();
}

absl::Status JoinWaitingList(const ApplicationFacts& facts, ApplicationDecision& decision) {
  const std::optional<Choice> choice = EffectiveChoice(facts);
  ASSIGN_OR_RETURN(const Quota* quota, QuotaOf(facts, *choice));
  decision.after.waitlist_choice = choice;
  decision.after.waitlist_quota = quota->id;
  decision.after.waitlist_ticket = facts.last_waitlist_ticket + 1;
  decision.after.decision_time = OfferStart(facts.call, facts.now);
  return absl::OkStatus();
}

// Gives the place of the last offer back, whoever ends it, and stops its timer.
void GivePlaceBack(const ApplicationFacts& facts, ApplicationDecision& decision) {
  const Application& before = facts.application;
  if (!before.offer.has_value()) return;
  decision.quota.push_back({.kind = QuotaCommandKind::kRelease,
                            .quota = before.offer->quota,
                            .application = before.id,
                            .places = before.offer->places});
  decision.promote_quota = before.offer->quota;
  if (before.state == S::kOffered) {
    decision.timers.push_back({false, std::string(kOfferExpires), before.id, {}, 0});
  }
}

void Answer(const ApplicationFacts& facts, ApplicationDecision& decision) {
  if (decision.after.offer.has_value()) decision.after.offer->answer_time = facts.now;
}

void AcceptOffer(const ApplicationFacts& facts, ApplicationDecision& decision) {
  const Application& before = facts.application;
  Answer(facts, decision);
  decision.quota.push_back({.kind = QuotaCommandKind::kConfirm,
                            .quota = before.offer->quota,
                            .application = before.id,
                            .places = before.offer->places});
  decision.timers.push_back({false, std::string(kOfferExpires), before.id, {}, 0});
}

void ApplyUpdate(const ApplicationInput& input, Application& after) {
  if (input.choices.has_value()) after.choices = *input.choices;
  if (input.profile.has_value()) after.profile = *input.profile;
  if (input.documents.has_value()) after.documents = *input.documents;
}

// A decision against the student, from when it is known and until when it can be appealed.
absl::Status DecideAgainst(const ApplicationFacts& facts, Time known_from, bool with_faults,
                           Application& after) {
  ASSIGN_OR_RETURN(after.appeal_until, AppealUntil(facts.call, known_from));
  after.reasons = ReasonsOf(facts, with_faults);
  after.decision_note = facts.input.note;
  after.decision_time = known_from;
  return absl::OkStatus();
}

void DecideFor(const ApplicationFacts& facts, Application& after) {
  after.reasons.clear();
  after.decision_note = facts.input.note;
  after.decision_time = facts.now;
}

absl::Status CreateMobility(const ApplicationFacts& facts, ApplicationDecision& decision) {
  const Application& before = facts.application;
  const Offer& offer = *before.offer;
  const AgreementCondition* condition = FindCondition(facts, offer.choice.condition);
  Check(condition != nullptr, "G2 and G11 let an unknown condition pass");
  const auto stay = StayPeriod(facts.call.academic_year, condition->receiving_year_start_month,
                               offer.choice.term);
  Check(stay.has_value(), "G2 let a wrong academic year pass");
  MobilityCase mobility;
  mobility.id = facts.input.mobility_id;
  mobility.application = before.id;
  mobility.student = before.student;
  mobility.sending_institution = condition->sending_institution;
  mobility.receiving_institution = condition->receiving_institution;
  mobility.agreement = condition->agreement;
  mobility.condition = condition->name;
  mobility.quota = offer.quota;
  mobility.places = offer.places;
  mobility.term = offer.choice.term;
  mobility.sending_academic_year = AcademicYearOf(stay->first, condition->sending_year_start_month);
  mobility.receiving_academic_year = facts.call.academic_year;
  mobility.isced_code = before.profile.isced_code;
  mobility.eqf_level = before.profile.eqf_level;
  mobility.proposal_id = facts.input.proposal_id;
  mobility.nominee = facts.input.nominee;
  mobility.planned_start = facts.input.planned_start;
  mobility.planned_end = facts.input.planned_end;
  mobility.create_time = facts.now;
  mobility.update_time = facts.now;
  mobility.revision = 1;
  mobility.demo = before.demo;
  decision.after.mobility = mobility.id;
  decision.mobility = std::move(mobility);
  return absl::OkStatus();
}

// What a move changes beside the state.
absl::Status Effect(const ApplicationFacts& facts, A action, ApplicationDecision& decision) {
  Application& after = decision.after;
  switch (action) {
    case A::kUpdate:
      ApplyUpdate(facts.input, after);
      return absl::OkStatus();
    case A::kSubmit:
    case A::kResubmit:
      if (!after.submit_time.has_value()) after.submit_time = facts.now;
      after.reasons.clear();
      return absl::OkStatus();
    case A::kFindEligible:
      DecideFor(facts, after);
      return absl::OkStatus();
    case A::kFindIneligible:
      return DecideAgainst(facts, facts.now, true, after);
    case A::kFindIncomplete:
      after.complete_until = facts.input.complete_until;
      after.reasons = ReasonsOf(facts, true);
      after.decision_note = facts.input.note;
      return absl::OkStatus();
    case A::kScore:
      after.score = facts.input.score;
      return absl::OkStatus();
    case A::kOffer:
    case A::kPromote:
      return PlaceOffer(facts, decision);
    case A::kWaitlist:
      return JoinWaitingList(facts, decision);
    case A::kReject:
      LeaveWaitingList(after);
      return DecideAgainst(facts, OfferStart(facts.call, facts.now), false, after);
    case A::kAccept:
      AcceptOffer(facts, decision);
      return absl::OkStatus();
    case A::kDecline:
      Answer(facts, decision);
      GivePlaceBack(facts, decision);
      return absl::OkStatus();
    case A::kExpire:
      GivePlaceBack(facts, decision);
      return absl::OkStatus();
    case A::kAppeal:
      after.appealed = facts.application.state;
      after.appeal_grounds = facts.input.appeal_grounds;
      return absl::OkStatus();
    case A::kGrantToRanked:
    case A::kGrantToEligible:
      DecideFor(facts, after);
      after.appealed.reset();
      return absl::OkStatus();
    case A::kRefuseAppeal:
      after.reasons = ReasonsOf(facts, false);
      after.decision_note = facts.input.note;
      after.decision_time = facts.now;
      return absl::OkStatus();
    case A::kWithdraw:
      if (facts.application.state == S::kOffered || facts.application.state == S::kConfirmed) {
        GivePlaceBack(facts, decision);
      }
      LeaveWaitingList(after);
      return absl::OkStatus();
    case A::kNominate:
      return CreateMobility(facts, decision);
  }
  Die("an action without an effect");
}

// The row of the table for what the role sees. A student is not told by a refusal what the embargo
// still hides: the action must be open in the state that is shown and in the one that is.
const ApplicationMove* OpenMove(const ApplicationFacts& facts, A action, S seen) {
  if (workflow::Find(kApplicationWorkflow, seen, action) == nullptr) return nullptr;
  return workflow::Find(kApplicationWorkflow, facts.application.state, action);
}

}  // namespace

absl::StatusOr<Application> CreateApplication(const ApplicationFacts& facts, bool live_exists) {
  const Call& call = facts.call;
  const auto close = ToInstant(call.close_time);
  if (call.state != CallState::kPublished || !close.ok() || facts.now > *close) {
    return FailedPrecondition(kCallNotOpen,
                              "Applications are taken by a published call until it closes.",
                              {{"call", "calls/" + call.id},
                               {"state", std::string(Name(call.state))},
                               {"close_time", Text(call.close_time)},
                               {"now", Text(facts.now, call.close_time.zone)}});
  }
  if (live_exists) {
    return AlreadyExists(kApplicationExists,
                         "You have an application in this call: change it, or withdraw it first.",
                         {{"call", "calls/" + call.id}});
  }
  Application application;
  application.id = facts.application.id;
  application.call = call.id;
  application.student = facts.application.student;
  application.home_institution = call.home_institution;
  application.choices = facts.application.choices;
  application.profile = facts.application.profile;
  application.create_time = facts.now;
  application.update_time = facts.now;
  application.revision = 1;
  application.demo = facts.application.demo;
  return application;
}

absl::StatusOr<ApplicationDecision> Decide(const ApplicationFacts& facts, ApplicationAction action,
                                           Role role) {
  const Application& before = facts.application;
  const S seen = StateFor(before, facts.call, role, facts.now);
  const ApplicationMove* move = OpenMove(facts, action, seen);
  if (move == nullptr) {
    return IllegalMove(SubjectOf(before), Name(action), Name(seen), OpenActions(seen, role));
  }
  if (!move->by.Has(role)) return WrongRole(SubjectOf(before), Name(action), *move, role);
  RETURN_IF_ERROR(CheckInput(facts, action));
  RETURN_IF_ERROR(
      workflow::RefusalOf(Name(action), SubjectOf(before), workflow::Examine(*move, facts)));
  ApplicationDecision decision;
  decision.after = before;
  decision.after.state = move->to;
  decision.after.update_time = facts.now;
  decision.after.revision += 1;
  decision.from = before.state;
  decision.move = move;
  RETURN_IF_ERROR(Effect(facts, action, decision));
  return decision;
}

std::vector<workflow::Finding> Findings(const ApplicationFacts& facts, ApplicationAction action) {
  const ApplicationMove* move =
      workflow::Find(kApplicationWorkflow, facts.application.state, action);
  if (move == nullptr) return {};
  return workflow::Examine(*move, facts);
}

ApplicationAction GrantAppealAction(const Application& application) {
  return application.appealed == S::kIneligible ? A::kGrantToEligible : A::kGrantToRanked;
}

std::vector<ApplicationAction> OpenActions(ApplicationState state, Role role) {
  return ActionsOf<ApplicationAction>(kApplicationWorkflow, state, role);
}

std::vector<Allowed<ApplicationAction>> AllowedActions(const ApplicationFacts& facts, Role role) {
  const S seen = StateFor(facts.application, facts.call, role, facts.now);
  std::vector<Allowed<ApplicationAction>> rows;
  for (const A action : OpenActions(seen, role)) {
    const ApplicationMove* move = OpenMove(facts, action, seen);
    const bool grant = action == A::kGrantToRanked || action == A::kGrantToEligible;
    if (move == nullptr || (grant && action != GrantAppealAction(facts.application))) continue;
    rows.push_back({action, Refusing(workflow::Examine(*move, facts))});
  }
  return rows;
}

std::vector<workflow::Edge> ApplicationEdges() { return EdgesOf(kApplicationWorkflow); }

}  // namespace jointly::mobility
