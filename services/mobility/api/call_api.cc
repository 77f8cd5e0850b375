#include "common/error/macros.h"
#include "common/rpc/list.h"
#include "common/rpc/mask.h"
#include "common/rpc/name.h"
#include "common/text/text.h"
#include "services/mobility/api/convert.h"
#include "services/mobility/api/mobility_api.h"
#include "services/mobility/store/replica_store.h"

namespace jointly::mobility {
namespace {

constexpr Reason kCallExists{"CALL_EXISTS"};
constexpr Reason kAgreementUnknown{"AGREEMENT_UNKNOWN"};
constexpr Reason kNotYourInstitution{"NOT_YOUR_INSTITUTION"};
constexpr std::chrono::milliseconds kReplicaDelay{2'000};

constexpr auth::Role kOffice = auth::Role::kInternationalOffice;

// Everything that a draft may change; a published call's rules are its guard's.
const std::vector<std::string_view> kCallFields = {"display_name",
                                                   "agreement",
                                                   "academic_year",
                                                   "open_time",
                                                   "close_time",
                                                   "decision_time",
                                                   "minimum_choices",
                                                   "maximum_choices",
                                                   "required_documents",
                                                   "offer_validity_hours",
                                                   "appeal_working_days",
                                                   "priority",
                                                   "linked_group",
                                                   "nomination_open_time",
                                                   "nomination_close_time",
                                                   "funding_reference"};

Relation RelationTo(const auth::Principal& principal, const Call& call) {
  if (principal.HoldsIn(kOffice, call.home_institution)) {
    return {.roles = {Role::kHomeOffice}, .eyes = Eyes::kOffice};
  }
  // Another institution's office may read a published call; its steps are not for it.
  if (principal.Holds(kOffice)) return {.roles = {Role::kHostOffice}, .eyes = Eyes::kReader};
  return {};
}

pb::Call CallFor(const rpc::Call& caller, const Call& call) {
  pb::Call message = ToProto(call, caller.now);
  for (const Role role : RelationTo(caller.principal, call).roles) {
    for (const CallAction action : OpenActions(call.state, role)) {
      message.add_allowed_actions(std::string(Name(action)));
    }
  }
  return message;
}

absl::Status UnknownAgreement(const std::string& name) {
  return WithRetryAfter(
      FailedPrecondition(kAgreementUnknown,
                         name + " is not known here yet: it arrives a moment after it was made; "
                                "try again, or correct the name",
                         {{"agreement", name}}),
      kReplicaDelay);
}

bool Sends(const AgreementCondition& condition, const Call& call) {
  return condition.sending_institution == call.home_institution &&
         condition.first_academic_year <= call.academic_year &&
         call.academic_year <= condition.last_academic_year;
}

absl::StatusOr<CallFacts> LoadFacts(db::Tx& tx, const Call& call, Time now) {
  CallFacts facts;
  facts.call = call;
  facts.now = now;
  ASSIGN_OR_RETURN(const auto agreement, store::LoadAgreement(tx, call.agreement));
  facts.agreement_known = agreement.has_value();
  facts.agreement_effective = agreement.has_value() && agreement->effective;
  ASSIGN_OR_RETURN(const auto conditions, store::LoadConditions(tx, call.agreement));
  for (const AgreementCondition& condition : conditions) {
    facts.sends_students = facts.sends_students || Sends(condition, call);
  }
  ASSIGN_OR_RETURN(const store::CallUse use, store::LoadCallUse(tx, call.id));
  facts.decisions_exist = use.decisions_exist;
  facts.live_mobilities_exist = use.live_mobilities_exist;
  return facts;
}

}  // namespace

bool LostARace(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  return reason == kCaseMoved.name || reason == db::kUniqueViolation.name;
}

absl::StatusOr<pb::Call> Api::CreateCall(rpc::Call& call, const pb::CreateCallRequest& request) {
  Violations violations;
  violations.Require(request.call_id().empty() || rpc::IsResourceId(request.call_id()), "call_id",
                     "must be lower case letters, digits and dashes");
  Call draft = FromProto(request.call(), "call", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  if (!call.principal.HoldsIn(kOffice, draft.home_institution)) {
    return PermissionDenied(kNotYourInstitution,
                            "a call is made by the international office of its home institution",
                            {{"home_institution", draft.home_institution}});
  }
  draft.id = request.call_id().empty() ? ids_.Next() : request.call_id();
  draft.create_time = call.now;
  draft.update_time = call.now;
  draft.revision = 1;
  return Run<pb::Call>(call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::Call> {
    ASSIGN_OR_RETURN(const auto agreement, store::LoadAgreement(tx, draft.agreement));
    if (!agreement.has_value()) return UnknownAgreement(draft.agreement);
    const auto existing =
        store::LoadCall(tx, draft.id, store::Everything(call.now), store::Lock::kNo);
    if (existing.ok()) {
      return AlreadyExists(kCallExists, "calls/" + draft.id + " exists already: choose another id",
                           {{"call", "calls/" + draft.id}});
    }
    if (!absl::IsNotFound(existing.status())) return existing.status();
    store::InsertCall(tx, draft);
    engine_.outbox().Append(
        tx, CallChanged(ActorOf(call), nullptr, draft,
                        {.action = "created", .from = "", .to = Name(draft.state), .note = ""}));
    return CallFor(call, draft);
  });
}

absl::StatusOr<pb::Call> Api::GetCall(rpc::Call& call, const pb::GetCallRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("calls", request.name()));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::Call> {
        ASSIGN_OR_RETURN(const Call found,
                         store::LoadCall(tx, id, ScopeOf(call), store::Lock::kNo));
        return CallFor(call, found);
      },
      call.transact_options());
}

absl::StatusOr<pb::ListCallsResponse> Api::ListCalls(rpc::Call& call,
                                                     const pb::ListCallsRequest& request) {
  static const rpc::ListSpec kSpec{
      .columns = {{.field = "state", .sql = "call.state", .map = &LowerCase},
                  {.field = "home_institution", .sql = "call.home_institution"},
                  {.field = "academic_year", .sql = "call.academic_year"}},
      .key_sql = "call.id"};
  const store::Scope scope = ScopeOf(call);
  ASSIGN_OR_RETURN(
      const rpc::Page page,
      rpc::ParsePage(kSpec, {request.page_size(), request.page_token(), request.filter()},
                     store::CallScopeParameters(scope) + 1));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListCallsResponse> {
        ASSIGN_OR_RETURN(
            const auto calls,
            store::ListCalls(tx, scope, {page.where, page.order_and_limit, page.parameters}));
        pb::ListCallsResponse response;
        for (const Call& found : calls) {
          if (response.calls_size() == page.size) {
            const std::string last = response.calls(page.size - 1).name().substr(6);
            response.set_next_page_token(rpc::NextPageToken(page, last));
            break;
          }
          *response.add_calls() = CallFor(call, found);
        }
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::Call> Api::UpdateCall(rpc::Call& call, const pb::UpdateCallRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("calls", request.call().name(), "call.name"));
  return Run<pb::Call>(call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::Call> {
    ASSIGN_OR_RETURN(const Call before, store::LoadCall(tx, id, ScopeOf(call), store::Lock::kYes));
    RETURN_IF_ERROR(rpc::MatchEtag(request.call().etag(), before.revision));
    ASSIGN_OR_RETURN(const Role role, ActingRole(RelationTo(call.principal, before), kCallWorkflow,
                                                 CallAction::kUpdate));
    pb::Call message = ToProto(before, call.now);
    RETURN_IF_ERROR(rpc::ApplyMask(request.update_mask(), kCallFields, request.call(), message));
    Violations violations;
    Call updated = FromProto(message, "call", violations);
    RETURN_IF_ERROR(violations.ToStatus());
    ASSIGN_OR_RETURN(CallFacts facts, LoadFacts(tx, before, call.now));
    facts.updated = std::move(updated);
    if (facts.updated->agreement != before.agreement) {
      ASSIGN_OR_RETURN(const auto agreement, store::LoadAgreement(tx, facts.updated->agreement));
      if (!agreement.has_value()) return UnknownAgreement(facts.updated->agreement);
    }
    ASSIGN_OR_RETURN(const CallDecision decision, Decide(facts, CallAction::kUpdate, role));
    store::SaveCall(tx, decision.after);
    engine_.outbox().Append(tx, CallChanged(ActorOf(call), &before, decision.after,
                                            {.action = decision.move->event,
                                             .from = Name(decision.from),
                                             .to = Name(decision.after.state),
                                             .note = ""}));
    return CallFor(call, decision.after);
  });
}

// Every condition that sends from here in this year has a ledger once the call is public, so that
// both offices see the places before the first offer.
absl::Status Api::OpenQuotas(db::Tx& tx, const Actor& actor, const Call& call) {
  Books books(tx, engine_.outbox(), actor);
  ASSIGN_OR_RETURN(const auto conditions, store::LoadConditions(tx, call.agreement));
  for (const AgreementCondition& condition : conditions) {
    if (!Sends(condition, call)) continue;
    RETURN_IF_ERROR(books.Open(condition, call.academic_year, ids_).status());
  }
  return absl::OkStatus();
}

absl::StatusOr<pb::Call> Api::TakeCallStep(db::Tx& tx, rpc::Call& call, const CallStep& step) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("calls", step.name));
  ASSIGN_OR_RETURN(const Call before, store::LoadCall(tx, id, ScopeOf(call), store::Lock::kYes));
  RETURN_IF_ERROR(rpc::MatchEtag(step.etag, before.revision));
  ASSIGN_OR_RETURN(const Role role,
                   ActingRole(RelationTo(call.principal, before), kCallWorkflow, step.action));
  ASSIGN_OR_RETURN(CallFacts facts, LoadFacts(tx, before, call.now));
  if (step.action == CallAction::kPublish && !facts.agreement_known) {
    return UnknownAgreement(before.agreement);
  }
  facts.cancel_reason = step.reason;
  ASSIGN_OR_RETURN(const CallDecision decision, Decide(facts, step.action, role));
  const Actor actor = ActorOf(call);
  store::SaveCall(tx, decision.after);
  if (step.action == CallAction::kPublish) RETURN_IF_ERROR(OpenQuotas(tx, actor, decision.after));
  engine_.outbox().Append(tx, CallChanged(actor, &before, decision.after,
                                          {.action = decision.move->event,
                                           .from = Name(decision.from),
                                           .to = Name(decision.after.state),
                                           .note = ""}));
  return CallFor(call, decision.after);
}

absl::StatusOr<pb::Call> Api::PublishCall(rpc::Call& call, const pb::PublishCallRequest& request) {
  const CallStep step{.action = CallAction::kPublish,
                      .name = request.name(),
                      .etag = request.etag(),
                      .reason = "",
                      .validate_only = request.validate_only()};
  return Run<pb::Call>(call, request, step.validate_only,
                       [&](db::Tx& tx) { return TakeCallStep(tx, call, step); });
}

absl::StatusOr<pb::Call> Api::CancelCall(rpc::Call& call, const pb::CancelCallRequest& request) {
  Violations violations;
  CheckNote(request.reason(), true, "reason", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  const CallStep step{.action = CallAction::kCancel,
                      .name = request.name(),
                      .etag = request.etag(),
                      .reason = request.reason(),
                      .validate_only = false};
  return Run<pb::Call>(call, request, step.validate_only,
                       [&](db::Tx& tx) { return TakeCallStep(tx, call, step); });
}

}  // namespace jointly::mobility
