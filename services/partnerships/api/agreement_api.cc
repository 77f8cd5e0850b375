#include <jointly/partnerships/v1/partnerships_events.pb.h>

#include "common/rpc/convert.h"
#include "common/rpc/list.h"
#include "common/rpc/mask.h"
#include "common/rpc/name.h"
#include "common/text/text.h"
#include "services/partnerships/api/convert.h"
#include "services/partnerships/api/partnerships_api.h"
#include "services/partnerships/store/agreement_store.h"
#include "services/partnerships/store/institution_store.h"

namespace jointly::partnerships {
namespace {

inline constexpr Reason kAgreementExists{"AGREEMENT_EXISTS"};

store::Viewer ViewerOf(const auth::Principal& principal) {
  return {.institutions = principal.ScopesOf(auth::Role::kInternationalOffice),
          .everywhere = principal.everywhere(auth::Role::kAdministrator) ||
                        principal.everywhere(auth::Role::kAuditor)};
}

// The partner for which the caller works; empty when for neither.
std::string PartnerOf(const auth::Principal& principal, const Agreement& agreement) {
  for (const std::string& partner : agreement.partners) {
    if (principal.HoldsIn(auth::Role::kInternationalOffice, partner)) return partner;
  }
  return "";
}

Role RoleOf(const Agreement& agreement, const std::string& partner) {
  const bool proposed_by_other =
      agreement.state == State::kProposed && partner != agreement.proposer;
  return proposed_by_other ? Role::kCounterparty : Role::kPartner;
}

pb::Agreement ForCaller(const Agreement& agreement, const auth::Principal& principal) {
  pb::Agreement message = ToProto(agreement);
  const std::string partner = PartnerOf(principal, agreement);
  if (partner.empty()) {
    message.clear_comment();
    return message;
  }
  for (std::string& action : AllowedActions(agreement, RoleOf(agreement, partner))) {
    message.add_allowed_actions(std::move(action));
  }
  return message;
}

bus::Event EventFor(bus::Event event, const Agreement* before, const Agreement& after,
                    const std::string& action) {
  pb::AgreementEvent body;
  *body.mutable_agreement() = ToProto(after);
  body.mutable_agreement()->clear_comment();
  body.mutable_change()->set_action(action);
  body.mutable_change()->set_from(before == nullptr ? "" : std::string(Name(before->state)));
  body.mutable_change()->set_to(std::string(Name(after.state)));
  body.mutable_change()->set_actor(event.actor);
  event.aggregate_type = "partnerships.agreement";
  event.aggregate_id = after.id;
  event.revision = after.revision;
  event.action = action;
  event.subject = "agreements/" + after.id;
  event.message_name = pb::AgreementEvent::descriptor()->full_name();
  event.body = body.SerializeAsString();
  event.from = body.change().from();
  event.to = body.change().to();
  event.audience = after.partners;
  return event;
}

// A text may name only institutions that exist: mobility would wait for them for ever.
absl::Status CheckPartnersExist(db::Tx& tx, const Agreement& agreement) {
  Violations violations;
  for (std::size_t i = 0; i < agreement.partners.size(); ++i) {
    const std::string path = "agreement.partners[" + std::to_string(i) + "]";
    const auto ids = rpc::ParseName("institutions/*", agreement.partners[i]);
    if (!violations.Require(ids.size() == 1, path, "must look like institutions/uga")) continue;
    const auto found = store::LoadInstitution(tx, ids[0], false);
    if (absl::IsNotFound(found.status())) {
      violations.Add(path, agreement.partners[i] + " does not exist");
    } else if (!found.ok()) {
      return found.status();
    }
  }
  return violations.ToStatus();
}

const rpc::ListSpec& AgreementList() {
  static const rpc::ListSpec kSpec{
      .columns = {{"state", "state", rpc::FilterColumn::Type::kText, &LowerCase},
                  {"first_partner", "first_partner"},
                  {"second_partner", "second_partner"}},
      .key_sql = "id"};
  return kSpec;
}

}  // namespace

void Api::Record(db::Tx& tx, const rpc::Call& call, const Agreement* before, const Agreement& after,
                 const std::string& event) {
  outbox_.Append(tx, EventFor(rpc::EventOf(call), before, after, event));
}

void Api::ArmEnd(db::Tx& tx, const Agreement& agreement) {
  const std::optional<Date> last = LastDay(agreement);
  if (!agreement.effective() || !last.has_value()) {
    timers::Cancel(tx, kAgreementEndsTimer, agreement.id);
    return;
  }
  // It holds to the end of its last day, in whichever zone that is last (UTC-12).
  const Time due = Time(std::chrono::sys_days(AddDays(*last, 1))) + std::chrono::hours(12);
  timers::Arm(tx, {.kind = kAgreementEndsTimer,
                   .subject = agreement.id,
                   .due = due,
                   .generation = agreement.revision});
}

absl::StatusOr<pb::Agreement> Api::CreateAgreement(rpc::Call& call,
                                                   const pb::CreateAgreementRequest& request) {
  Violations violations;
  violations.Require(request.agreement_id().empty() || rpc::IsResourceId(request.agreement_id()),
                     "agreement_id", "must be lower case letters, digits and dashes");
  Agreement agreement = FromProto(request.agreement(), "agreement", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  if (PartnerOf(call.principal, agreement).empty()) {
    return PermissionDenied(kNotAPartner,
                            "You work for neither of the partners that the draft names.");
  }
  agreement.id = request.agreement_id().empty() ? ids_.Next() : request.agreement_id();
  agreement.revision = 1;
  agreement.create_time = call.now;
  agreement.update_time = call.now;
  return rpc::Mutate<pb::Agreement>(
      database_, call, request, [&](db::Tx& tx) -> absl::StatusOr<pb::Agreement> {
        RETURN_IF_ERROR(CheckPartnersExist(tx, agreement));
        const auto existing = store::LoadAgreement(tx, agreement.id, {{}, true}, false);
        if (existing.ok()) {
          return AlreadyExists(kAgreementExists, "agreements/" + agreement.id + " exists already.");
        }
        if (!absl::IsNotFound(existing.status())) return existing.status();
        store::InsertAgreement(tx, agreement);
        Record(tx, call, nullptr, agreement, "created");
        return ForCaller(agreement, call.principal);
      });
}

absl::StatusOr<pb::Agreement> Api::GetAgreement(rpc::Call& call,
                                                const pb::GetAgreementRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("agreements", request.name()));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::Agreement> {
        ASSIGN_OR_RETURN(const Agreement agreement,
                         store::LoadAgreement(tx, id, ViewerOf(call.principal), false));
        return ForCaller(agreement, call.principal);
      },
      call.transact_options());
}

absl::StatusOr<pb::ListAgreementsResponse> Api::ListAgreements(
    rpc::Call& call, const pb::ListAgreementsRequest& request) {
  ASSIGN_OR_RETURN(
      const rpc::Page page,
      rpc::ParsePage(AgreementList(), {request.page_size(), request.page_token(), request.filter()},
                     3));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListAgreementsResponse> {
        ASSIGN_OR_RETURN(const auto found,
                         store::ListAgreements(tx, ViewerOf(call.principal),
                                               page.where + page.order_and_limit, page.parameters));
        pb::ListAgreementsResponse response;
        for (const Agreement& agreement : found) {
          if (response.agreements_size() == page.size) {
            response.set_next_page_token(
                rpc::NextPageToken(page, found[static_cast<std::size_t>(page.size) - 1].id));
            break;
          }
          *response.add_agreements() = ForCaller(agreement, call.principal);
        }
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::SummariseAgreementsResponse> Api::SummariseAgreements(
    rpc::Call& call, const pb::SummariseAgreementsRequest& request) {
  ASSIGN_OR_RETURN(const std::vector<std::string> partners,
                   rpc::NamesOf(request.partners(),
                                {.pattern = "institutions/*", .path = "partners", .least = 2}));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::SummariseAgreementsResponse> {
        ASSIGN_OR_RETURN(const store::AgreementCounts counts,
                         store::CountAgreements(tx, ViewerOf(call.principal), partners));
        pb::SummariseAgreementsResponse response;
        for (const auto& [state, agreements] : counts.by_state) {
          auto& message = *response.add_counts();
          message.set_state(static_cast<pb::Agreement::State>(state));
          message.set_agreements(agreements);
        }
        if (counts.earliest_start.has_value()) {
          *response.mutable_earliest_start_date() = rpc::ToProto(*counts.earliest_start);
        }
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::Agreement> Api::UpdateAgreement(rpc::Call& call,
                                                   const pb::UpdateAgreementRequest& request) {
  ASSIGN_OR_RETURN(const std::string id,
                   rpc::IdOf("agreements", request.agreement().name(), "agreement.name"));
  return rpc::Mutate<pb::Agreement>(
      database_, call, request, [&](db::Tx& tx) -> absl::StatusOr<pb::Agreement> {
        ASSIGN_OR_RETURN(const Agreement before,
                         store::LoadAgreement(tx, id, ViewerOf(call.principal), true));
        RETURN_IF_ERROR(rpc::MatchEtag(request.agreement().etag(), before.revision));
        const std::string partner = PartnerOf(call.principal, before);
        if (partner.empty()) return PermissionDenied(kNotAPartner, "You work for neither partner.");
        const Facts facts{.agreement = &before,
                          .today = Date(std::chrono::floor<std::chrono::days>(call.now)),
                          .acting_partner = partner};
        ASSIGN_OR_RETURN(Decision decision,
                         Decide(before, Action::kUpdate, RoleOf(before, partner), facts, call.now));
        pb::Agreement message = ToProto(before);
        RETURN_IF_ERROR(rpc::ApplyMask(request.update_mask(),
                                       {"display_name", "start_date", "end_date", "conditions"},
                                       request.agreement(), message));
        Violations violations;
        const Agreement text = FromProto(message, "agreement", violations);
        RETURN_IF_ERROR(violations.ToStatus());
        decision.after.display_name = text.display_name;
        decision.after.start_date = text.start_date;
        decision.after.end_date = text.end_date;
        decision.after.conditions = text.conditions;
        store::SaveAgreement(tx, decision.after, /*text_changed=*/true);
        Record(tx, call, &before, decision.after, decision.event);
        return ForCaller(decision.after, call.principal);
      });
}

absl::StatusOr<pb::Agreement> Api::Move(db::Tx& tx, rpc::Call& call, const Verb& verb) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("agreements", verb.name));
  ASSIGN_OR_RETURN(const Agreement before,
                   store::LoadAgreement(tx, id, ViewerOf(call.principal), true));
  RETURN_IF_ERROR(rpc::MatchEtag(verb.etag, before.revision));
  const std::string partner = PartnerOf(call.principal, before);
  if (partner.empty()) {
    return PermissionDenied(kNotAPartner, "You work for neither partner of agreements/" + id + ".");
  }
  const Facts facts{.agreement = &before,
                    .approved_hash = verb.approved_hash,
                    .termination_date = verb.termination_date,
                    .today = Date(std::chrono::floor<std::chrono::days>(call.now)),
                    .acting_partner = partner};
  ASSIGN_OR_RETURN(Decision decision,
                   Decide(before, verb.action, RoleOf(before, partner), facts, call.now));
  if (verb.action == Action::kReturn) decision.after.comment = verb.comment;
  // An amendment starts as a copy of the text in effect, under the next version.
  store::SaveAgreement(tx, decision.after, verb.action == Action::kAmend);
  ArmEnd(tx, decision.after);
  Record(tx, call, &before, decision.after, decision.event);
  return ForCaller(decision.after, call.principal);
}

template <typename Request>
absl::StatusOr<pb::Agreement> Api::Run(rpc::Call& call, const Request& request, const Verb& verb) {
  const auto body = [&](db::Tx& tx) { return Move(tx, call, verb); };
  if (verb.validate_only) return rpc::Rehearse(database_, call, body);
  return rpc::Mutate<pb::Agreement>(database_, call, request, body);
}

absl::StatusOr<pb::Agreement> Api::ProposeAgreement(rpc::Call& call,
                                                    const pb::ProposeAgreementRequest& request) {
  return Run(call, request,
             {.action = Action::kPropose,
              .name = request.name(),
              .etag = request.etag(),
              .validate_only = request.validate_only()});
}

absl::StatusOr<pb::Agreement> Api::ApproveAgreement(rpc::Call& call,
                                                    const pb::ApproveAgreementRequest& request) {
  Violations violations;
  violations.Require(!request.content_hash().empty(), "content_hash",
                     "is required: the content_hash of the text that you read");
  RETURN_IF_ERROR(violations.ToStatus());
  return Run(call, request,
             {.action = Action::kApprove,
              .name = request.name(),
              .etag = request.etag(),
              .approved_hash = request.content_hash(),
              .validate_only = request.validate_only()});
}

absl::StatusOr<pb::Agreement> Api::ReturnAgreement(rpc::Call& call,
                                                   const pb::ReturnAgreementRequest& request) {
  Violations violations;
  violations.Require(!request.comment().empty() && request.comment().size() <= 4000, "comment",
                     "is required, at most 4000 bytes: say what should change");
  RETURN_IF_ERROR(violations.ToStatus());
  return Run(call, request,
             {.action = Action::kReturn,
              .name = request.name(),
              .etag = request.etag(),
              .comment = request.comment()});
}

absl::StatusOr<pb::Agreement> Api::AmendAgreement(rpc::Call& call,
                                                  const pb::AmendAgreementRequest& request) {
  return Run(call, request,
             {.action = Action::kAmend, .name = request.name(), .etag = request.etag()});
}

absl::StatusOr<pb::Agreement> Api::TerminateAgreement(
    rpc::Call& call, const pb::TerminateAgreementRequest& request) {
  Violations violations;
  const std::optional<Date> date = rpc::FromProto(request.termination_date());
  violations.Require(date.has_value(), "termination_date", "is required: a calendar date");
  violations.Require(!request.reason().empty() && request.reason().size() <= 4000, "reason",
                     "is required, at most 4000 bytes");
  RETURN_IF_ERROR(violations.ToStatus());
  return Run(call, request,
             {.action = Action::kTerminate,
              .name = request.name(),
              .etag = request.etag(),
              .termination_date = date,
              .validate_only = request.validate_only()});
}

absl::Status Api::EndAgreement(db::Tx& tx, const timers::Timer& timer) {
  ASSIGN_OR_RETURN(const Agreement before,
                   store::LoadAgreement(tx, timer.subject, {{}, true}, true));
  if (!before.effective()) return absl::OkStatus();
  const std::optional<Date> last = LastDay(before);
  const bool terminated = before.termination_date.has_value() && last == before.termination_date;
  const Facts facts{.agreement = &before};
  ASSIGN_OR_RETURN(const Decision decision,
                   Decide(before, terminated ? Action::kEnd : Action::kExpire, Role::kTimer, facts,
                          clock_.Now()));
  store::SaveAgreement(tx, decision.after, /*text_changed=*/false);
  bus::Event event;
  event.actor = "timer";
  outbox_.Append(tx, EventFor(std::move(event), &before, decision.after, decision.event));
  return absl::OkStatus();
}

}  // namespace jointly::partnerships
