#include <cmath>

#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/name.h"
#include "services/mobility/api/convert.h"
#include "services/mobility/api/mobility_api.h"
#include "services/mobility/api/view.h"

// The steps of an application: each says which row of the workflow table it takes and what it
// brings.
namespace jointly::mobility {
namespace {

using A = ApplicationAction;

std::optional<Choice> OptionalChoice(bool given, const pb::Choice& message,
                                     Violations& violations) {
  if (!given) return std::nullopt;
  return FromProto(message, "choice", violations);
}

// An offer may end when the office says, later than the student can first see it.
absl::Status SetExpiry(Time expire_time, ApplicationDecision& decision) {
  Offer& offer = *decision.after.offer;
  Violations violations;
  violations.Require(expire_time > offer.offer_time, "expire_time",
                     "must be after the offer can be seen, at " + FormatTime(offer.offer_time));
  RETURN_IF_ERROR(violations.ToStatus());
  offer.expire_time = expire_time;
  for (QuotaCommand& command : decision.quota) {
    if (command.kind == QuotaCommandKind::kHold) command.expire_time = expire_time;
  }
  for (TimerEffect& effect : decision.timers) {
    if (effect.arm) effect.due = expire_time;
  }
  return absl::OkStatus();
}

// What the office brings to a check: the reasons, and for an incomplete one until when.
absl::StatusOr<ApplicationInput> CheckInputOf(const pb::CheckApplicationRequest& request) {
  Violations violations;
  ApplicationInput input;
  for (int i = 0; i < request.reasons_size(); ++i) {
    CheckNote(request.reasons(i), true, "reasons[" + std::to_string(i) + "]", violations);
    input.reasons.push_back(request.reasons(i));
  }
  violations.Require(request.reasons_size() <= 20, "reasons", "has more than 20 entries");
  const bool incomplete = request.outcome() == pb::CheckApplicationRequest::INCOMPLETE;
  if (request.has_complete_until_date()) {
    const auto date = rpc::FromProto(request.complete_until_date());
    if (violations.Require(date.has_value(), "complete_until_date", "must be a calendar date")) {
      // To the end of that day, in the zone that is filled in from the call.
      input.complete_until =
          CivilTime{.date = *date, .clock = std::chrono::seconds(86'399), .zone = ""};
    }
  }
  violations.Require(!incomplete || request.has_complete_until_date(), "complete_until_date",
                     "is required: until when the student can complete it");
  violations.Require(request.outcome() != pb::CheckApplicationRequest::OUTCOME_UNSPECIFIED ||
                         request.validate_only(),
                     "outcome",
                     "is required: ELIGIBLE, INELIGIBLE or INCOMPLETE (or ask with validate_only)");
  RETURN_IF_ERROR(violations.ToStatus());
  return input;
}

A ActionOf(pb::CheckApplicationRequest::Outcome outcome) {
  switch (outcome) {
    case pb::CheckApplicationRequest::INELIGIBLE:
      return A::kFindIneligible;
    case pb::CheckApplicationRequest::INCOMPLETE:
      return A::kFindIncomplete;
    default:
      return A::kFindEligible;
  }
}

// Which state a granted appeal goes back to is the application's to say, under its lock.
bool IsAppealDecision(A action) {
  return action == A::kGrantToRanked || action == A::kGrantToEligible;
}

}  // namespace

absl::StatusOr<pb::Application> Api::TakeStep(db::Tx& tx, rpc::Call& call, const Step& step) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("applications", step.name));
  ASSIGN_OR_RETURN(const store::Case row,
                   store::LoadCase(tx, id, ScopeOf(call), store::Lock::kYes));
  const Relation relation = RelationTo(call.principal, row);
  RETURN_IF_ERROR(rpc::MatchEtag(step.etag, VisibleRevision(row, relation, call.now)));
  const A action = IsAppealDecision(step.action) ? GrantAppealAction(row.application) : step.action;
  ASSIGN_OR_RETURN(const Role role, ActingRole(relation, kApplicationWorkflow, action));
  ApplicationFacts facts = FactsOf(row, call.now);
  facts.input = step.input;
  if (facts.input.complete_until.has_value()) {
    facts.input.complete_until->zone = row.call.close_time.zone;
  }
  ASSIGN_OR_RETURN(const ApplicationDecision decision, Decide(facts, action, role));
  const Actor actor = ActorOf(call);
  Books books(tx, engine_.outbox(), actor);
  ASSIGN_OR_RETURN(const store::Case after,
                   engine_.Carry({.tx = tx, .actor = actor, .books = books}, row, decision));
  return Answer(tx, call, after);
}

// The ledger of the choice that an offer or a waiting place is about; empty when there is none.
absl::StatusOr<std::string> Api::TargetLedger(Books& books, const store::Case& row,
                                              const Step& step) {
  if (step.action != A::kOffer && step.action != A::kWaitlist) return std::string();
  ApplicationFacts facts = FactsOf(row, row.call.update_time);
  facts.input.choice = step.input.choice;
  const auto choice = EffectiveChoice(facts);
  if (!choice.has_value()) return std::string();
  const AgreementCondition* condition = FindCondition(facts, choice->condition);
  if (condition == nullptr) return std::string();
  return books.Open(*condition, row.call.academic_year, ids_);
}

absl::StatusOr<pb::Application> Api::TakePlaceStep(db::Tx& tx, rpc::Call& call, const Step& step) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("applications", step.name));
  const store::Scope scope = ScopeOf(call);
  const Actor actor = ActorOf(call);
  Books books(tx, engine_.outbox(), actor);
  const Turn turn{.tx = tx, .actor = actor, .books = books};
  ASSIGN_OR_RETURN(const store::Case seen, store::LoadCase(tx, id, scope, store::Lock::kNo));
  const Relation relation = RelationTo(call.principal, seen);
  ASSIGN_OR_RETURN(const Role role, ActingRole(relation, kApplicationWorkflow, step.action));
  std::vector<std::string> ledgers;
  ASSIGN_OR_RETURN(const std::string target, TargetLedger(books, seen, step));
  if (!target.empty()) ledgers.push_back(target);
  ASSIGN_OR_RETURN(const store::Case row,
                   engine_.LockWithLedgers(turn, seen, scope, std::move(ledgers)));
  RETURN_IF_ERROR(rpc::MatchEtag(step.etag, VisibleRevision(row, relation, call.now)));
  ApplicationFacts facts = FactsOf(row, call.now);
  facts.input = step.input;
  facts.quotas = books.Balances();
  if (!target.empty()) {
    facts.last_waitlist_ticket = books.Find(target)->last_ticket;
    ASSIGN_OR_RETURN(facts.linked, store::LoadLinked(tx, row.application, row.call.linked_group));
  }
  ASSIGN_OR_RETURN(ApplicationDecision decision, Decide(facts, step.action, role));
  if (step.expire_time.has_value()) RETURN_IF_ERROR(SetExpiry(*step.expire_time, decision));
  ASSIGN_OR_RETURN(const store::Case after, engine_.Carry(turn, row, decision));
  if (!decision.promote_quota.empty()) {
    RETURN_IF_ERROR(engine_.Promote(turn, decision.promote_quota));
  }
  books.Settle();
  return Answer(tx, call, after);
}

absl::StatusOr<pb::Application> Api::SubmitApplication(
    rpc::Call& call, const pb::SubmitApplicationRequest& request) {
  const Step step{.action = A::kSubmit,
                  .name = request.name(),
                  .etag = request.etag(),
                  .input = {},
                  .expire_time = {},
                  .validate_only = request.validate_only()};
  return Run<pb::Application>(call, request, step.validate_only,
                              [&](db::Tx& tx) { return TakeStep(tx, call, step); });
}

absl::StatusOr<pb::Application> Api::ResubmitApplication(
    rpc::Call& call, const pb::ResubmitApplicationRequest& request) {
  const Step step{.action = A::kResubmit,
                  .name = request.name(),
                  .etag = request.etag(),
                  .input = {},
                  .expire_time = {}};
  return Run<pb::Application>(call, request, false,
                              [&](db::Tx& tx) { return TakeStep(tx, call, step); });
}

// The verdict of every guard of "eligible", refused or not; nothing is changed.
absl::StatusOr<pb::Application> Api::Rehearsal(rpc::Call& call, const std::string& name) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("applications", name));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::Application> {
        ASSIGN_OR_RETURN(const store::Case row,
                         store::LoadCase(tx, id, ScopeOf(call), store::Lock::kNo));
        const Relation relation = RelationTo(call.principal, row);
        RETURN_IF_ERROR(ActingRole(relation, kApplicationWorkflow, A::kFindEligible).status());
        if (relation.student()) {
          return PermissionDenied(kWrongRole, "the home office checks applications",
                                  {{"application", name}});
        }
        ASSIGN_OR_RETURN(pb::Application message, Answer(tx, call, row));
        message.clear_reasons();
        for (const auto& finding : Findings(FactsOf(row, call.now), A::kFindEligible)) {
          *message.add_reasons() = ToProto(finding);
        }
        return message;
      },
      call.transact_options());
}

absl::StatusOr<pb::Application> Api::CheckApplication(rpc::Call& call,
                                                      const pb::CheckApplicationRequest& request) {
  ASSIGN_OR_RETURN(ApplicationInput input, CheckInputOf(request));
  if (request.outcome() == pb::CheckApplicationRequest::OUTCOME_UNSPECIFIED) {
    return Rehearsal(call, request.name());
  }
  const Step step{.action = ActionOf(request.outcome()),
                  .name = request.name(),
                  .etag = request.etag(),
                  .input = std::move(input),
                  .expire_time = {},
                  .validate_only = request.validate_only()};
  return Run<pb::Application>(call, request, step.validate_only,
                              [&](db::Tx& tx) { return TakeStep(tx, call, step); });
}

absl::StatusOr<pb::Application> Api::ScoreApplication(rpc::Call& call,
                                                      const pb::ScoreApplicationRequest& request) {
  Violations violations;
  violations.Require(
      std::isfinite(request.score()) && request.score() >= 0 && request.score() <= 100, "score",
      "must be from 0 to 100");
  RETURN_IF_ERROR(violations.ToStatus());
  Step step{.action = A::kScore,
            .name = request.name(),
            .etag = request.etag(),
            .input = {},
            .expire_time = {}};
  step.input.score = request.score();
  return Run<pb::Application>(call, request, false,
                              [&](db::Tx& tx) { return TakeStep(tx, call, step); });
}

absl::StatusOr<pb::Application> Api::OfferApplication(rpc::Call& call,
                                                      const pb::OfferApplicationRequest& request) {
  Violations violations;
  Step step{.action = A::kOffer,
            .name = request.name(),
            .etag = request.etag(),
            .input = {},
            .expire_time = {},
            .validate_only = request.validate_only()};
  step.input.choice = OptionalChoice(request.has_choice(), request.choice(), violations);
  // Whether it is ahead is asked with the offer: a retry of what was done comes later.
  if (request.has_expire_time()) step.expire_time = rpc::FromProto(request.expire_time());
  RETURN_IF_ERROR(violations.ToStatus());
  return Run<pb::Application>(call, request, step.validate_only,
                              [&](db::Tx& tx) { return TakePlaceStep(tx, call, step); });
}

absl::StatusOr<pb::Application> Api::WaitlistApplication(
    rpc::Call& call, const pb::WaitlistApplicationRequest& request) {
  Violations violations;
  Step step{.action = A::kWaitlist,
            .name = request.name(),
            .etag = request.etag(),
            .input = {},
            .expire_time = {}};
  step.input.choice = OptionalChoice(request.has_choice(), request.choice(), violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return Run<pb::Application>(call, request, false,
                              [&](db::Tx& tx) { return TakePlaceStep(tx, call, step); });
}

absl::StatusOr<pb::Application> Api::RejectApplication(
    rpc::Call& call, const pb::RejectApplicationRequest& request) {
  Violations violations;
  CheckNote(request.reason(), true, "reason", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  Step step{.action = A::kReject,
            .name = request.name(),
            .etag = request.etag(),
            .input = {},
            .expire_time = {},
            .validate_only = request.validate_only()};
  step.input.reasons = {request.reason()};
  return Run<pb::Application>(call, request, step.validate_only,
                              [&](db::Tx& tx) { return TakePlaceStep(tx, call, step); });
}

absl::StatusOr<pb::Application> Api::AcceptOffer(rpc::Call& call,
                                                 const pb::AcceptOfferRequest& request) {
  const Step step{.action = A::kAccept,
                  .name = request.name(),
                  .etag = request.etag(),
                  .input = {},
                  .expire_time = {}};
  return Run<pb::Application>(call, request, false,
                              [&](db::Tx& tx) { return TakePlaceStep(tx, call, step); });
}

absl::StatusOr<pb::Application> Api::DeclineOffer(rpc::Call& call,
                                                  const pb::DeclineOfferRequest& request) {
  const Step step{.action = A::kDecline,
                  .name = request.name(),
                  .etag = request.etag(),
                  .input = {},
                  .expire_time = {}};
  return Run<pb::Application>(call, request, false,
                              [&](db::Tx& tx) { return TakePlaceStep(tx, call, step); });
}

absl::StatusOr<pb::Application> Api::AppealApplication(
    rpc::Call& call, const pb::AppealApplicationRequest& request) {
  Violations violations;
  CheckNote(request.grounds(), true, "grounds", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  Step step{.action = A::kAppeal,
            .name = request.name(),
            .etag = request.etag(),
            .input = {},
            .expire_time = {}};
  step.input.appeal_grounds = request.grounds();
  return Run<pb::Application>(call, request, false,
                              [&](db::Tx& tx) { return TakeStep(tx, call, step); });
}

absl::StatusOr<pb::Application> Api::DecideAppeal(rpc::Call& call,
                                                  const pb::DecideAppealRequest& request) {
  Violations violations;
  CheckNote(request.reason(), true, "reason", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  Step step{.action = request.granted() ? A::kGrantToRanked : A::kRefuseAppeal,
            .name = request.name(),
            .etag = request.etag(),
            .input = {},
            .expire_time = {}};
  step.input.reasons = {request.reason()};
  step.input.note = request.reason();
  return Run<pb::Application>(call, request, false,
                              [&](db::Tx& tx) { return TakeStep(tx, call, step); });
}

absl::StatusOr<pb::Application> Api::WithdrawApplication(
    rpc::Call& call, const pb::WithdrawApplicationRequest& request) {
  const Step step{.action = A::kWithdraw,
                  .name = request.name(),
                  .etag = request.etag(),
                  .input = {},
                  .expire_time = {},
                  .validate_only = request.validate_only()};
  return Run<pb::Application>(call, request, step.validate_only,
                              [&](db::Tx& tx) { return TakePlaceStep(tx, call, step); });
}

}  // namespace jointly::mobility
