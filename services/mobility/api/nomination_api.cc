#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/list.h"
#include "common/rpc/name.h"
#include "common/text/text.h"
#include "services/mobility/api/convert.h"
#include "services/mobility/api/mobility_api.h"
#include "services/mobility/api/view.h"
#include "services/mobility/store/replica_store.h"

// Nominations: what the home office tells the host, and what the host answers.
namespace jointly::mobility {
namespace {

using M = MobilityAction;

constexpr int kStayDaysMax = 3 * 366;

// The message's field numbers are also ISO 5218's values: an unset gender is "not known".
absl::StatusOr<Nominee> NomineeOf(const pb::Nominee& message) {
  Violations violations;
  Nominee nominee = FromProto(message, "nominee", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return nominee;
}

// A stay as planned; both days or none, in order.
struct Plan {
  std::optional<Date> start;
  std::optional<Date> end;
};

template <typename Request>
Plan PlanOf(const Request& request, Violations& violations) {
  Plan plan;
  if (request.has_planned_start_date()) plan.start = rpc::FromProto(request.planned_start_date());
  if (request.has_planned_end_date()) plan.end = rpc::FromProto(request.planned_end_date());
  const bool both = request.has_planned_start_date() == request.has_planned_end_date();
  violations.Require(both, "planned_end_date", "is given with planned_start_date, or not at all");
  violations.Require(!request.has_planned_start_date() || plan.start.has_value(),
                     "planned_start_date", "must be a day of the calendar");
  violations.Require(!request.has_planned_end_date() || plan.end.has_value(), "planned_end_date",
                     "must be a day of the calendar");
  if (plan.start.has_value() && plan.end.has_value()) {
    violations.Require(*plan.start <= *plan.end, "planned_end_date",
                       "must not be before planned_start_date");
    violations.Require(*plan.end <= AddDays(*plan.start, kStayDaysMax), "planned_end_date",
                       "must be within three years of planned_start_date");
  }
  return plan;
}

MobilityFacts FactsOf(const store::MobilityRow& row,
                      const std::optional<AgreementCondition>& condition, Time now) {
  MobilityFacts facts;
  facts.mobility = row.mobility;
  facts.call = row.call;
  facts.now = now;
  facts.condition = condition;
  return facts;
}

}  // namespace

absl::StatusOr<pb::MobilityCase> Api::Answer(const rpc::Call& call, const store::MobilityRow& row,
                                             const std::optional<AgreementCondition>& condition) {
  const Relation relation = RelationTo(call.principal, row);
  ASSIGN_OR_RETURN(pb::MobilityCase message, MobilityFor(relation, row, vault_));
  MobilityFacts facts = FactsOf(row, condition, call.now);
  ASSIGN_OR_RETURN(facts.mobility.nominee, vault_.OpenNominee(row.mobility.student, row.wrapped_key,
                                                              row.mobility.id, row.sealed_nominee));
  AddAllowedActions(facts, relation, message);
  return message;
}

// Keeps the nominee under the student's key, which is made when this is the first thing to seal.
absl::Status Api::SealNominee(db::Tx& tx, store::MobilityRow& row, const Nominee& nominee,
                              Time now) {
  const std::string& person = row.mobility.student;
  if (row.wrapped_key.empty()) {
    ASSIGN_OR_RETURN(row.wrapped_key,
                     store::KeepKey(tx, person, vault_.NewWrappedKey(person), now));
  }
  ASSIGN_OR_RETURN(row.sealed_nominee,
                   vault_.SealNominee(person, row.wrapped_key, row.mobility.id, nominee));
  store::SaveSealed(tx, row.mobility.id, person, row.sealed_nominee);
  return absl::OkStatus();
}

absl::StatusOr<pb::MobilityCase> Api::Nominate(db::Tx& tx, rpc::Call& call, const std::string& id,
                                               const std::string& etag,
                                               const ApplicationInput& input) {
  ASSIGN_OR_RETURN(const store::Case row,
                   store::LoadCase(tx, id, ScopeOf(call), store::Lock::kYes));
  const Relation relation = RelationTo(call.principal, row);
  RETURN_IF_ERROR(rpc::MatchEtag(etag, VisibleRevision(row, relation, call.now)));
  ASSIGN_OR_RETURN(const Role role,
                   ActingRole(relation, kApplicationWorkflow, ApplicationAction::kNominate));
  ApplicationFacts facts = jointly::mobility::FactsOf(row, call.now);
  facts.input = input;
  facts.input.mobility_id = ids_.Next();
  facts.input.proposal_id = ids_.Next();
  ASSIGN_OR_RETURN(const ApplicationDecision decision,
                   Decide(facts, ApplicationAction::kNominate, role));
  const Actor actor = ActorOf(call);
  Books books(tx, engine_.outbox(), actor);
  ASSIGN_OR_RETURN(const store::Case after,
                   engine_.Carry({.tx = tx, .actor = actor, .books = books}, row, decision));
  store::MobilityRow mobility;
  mobility.mobility = *decision.mobility;
  mobility.call = row.call;
  mobility.sending_unit = row.application.profile.home_unit;
  mobility.receiving_unit = after.host_unit;
  mobility.wrapped_key = row.wrapped_key;
  store::InsertMobility(tx, mobility);
  RETURN_IF_ERROR(SealNominee(tx, mobility, *input.nominee, call.now));
  engine_.outbox().Append(
      tx,
      MobilityChanged(
          actor, nullptr, mobility,
          {.action = "nominated", .from = "", .to = Name(mobility.mobility.state), .note = ""}));
  return Answer(call, mobility, std::nullopt);
}

absl::StatusOr<pb::MobilityCase> Api::NominateApplication(
    rpc::Call& call, const pb::NominateApplicationRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("applications", request.name()));
  Violations violations;
  violations.Require(request.has_nominee(), "nominee", "is required: whom the host will receive");
  const Plan plan = PlanOf(request, violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ApplicationInput input;
  ASSIGN_OR_RETURN(input.nominee, NomineeOf(request.nominee()));
  input.planned_start = plan.start;
  input.planned_end = plan.end;
  return Run<pb::MobilityCase>(call, request, request.validate_only(), [&](db::Tx& tx) {
    return Nominate(tx, call, id, request.etag(), input);
  });
}

absl::StatusOr<pb::MobilityCase> Api::GetMobility(rpc::Call& call,
                                                  const pb::GetMobilityRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("mobilities", request.name()));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::MobilityCase> {
        ASSIGN_OR_RETURN(const store::MobilityRow row,
                         store::LoadMobility(tx, id, ScopeOf(call), store::Lock::kNo));
        ASSIGN_OR_RETURN(const auto condition, store::LoadCondition(tx, row.mobility.condition));
        return Answer(call, row, condition);
      },
      call.transact_options());
}

absl::StatusOr<pb::ListMobilitiesResponse> Api::ListMobilities(
    rpc::Call& call, const pb::ListMobilitiesRequest& request) {
  static const rpc::ListSpec kSpec{
      .columns = {{.field = "state", .sql = "mobility.state", .map = &LowerCase},
                  {.field = "sending_institution", .sql = "mobility.sending_institution"},
                  {.field = "receiving_institution", .sql = "mobility.receiving_institution"},
                  {.field = "student", .sql = "mobility.student"}},
      .key_sql = "mobility.id"};
  const store::Scope scope = ScopeOf(call);
  ASSIGN_OR_RETURN(
      const rpc::Page page,
      rpc::ParsePage(kSpec, {request.page_size(), request.page_token(), request.filter()},
                     store::MobilityScopeParameters(scope) + 1));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListMobilitiesResponse> {
        ASSIGN_OR_RETURN(
            const auto rows,
            store::ListMobilities(tx, scope, {page.where, page.order_and_limit, page.parameters}));
        pb::ListMobilitiesResponse response;
        std::string last;
        for (const store::MobilityRow& row : rows) {
          if (response.mobilities_size() == page.size) {
            response.set_next_page_token(rpc::NextPageToken(page, last));
            break;
          }
          const Relation relation = RelationTo(call.principal, row);
          pb::MobilityCase& message = *response.add_mobilities();
          ASSIGN_OR_RETURN(message, MobilityFor(relation, row, vault_));
          AddOpenActions(row.mobility.state, relation, message);
          last = row.mobility.id;
        }
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::MobilityCase> Api::TakeMobilityStep(db::Tx& tx, rpc::Call& call,
                                                       const MobilityStep& step) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("mobilities", step.name));
  const store::Scope scope = ScopeOf(call);
  const Actor actor = ActorOf(call);
  Books books(tx, engine_.outbox(), actor);
  if (step.action == M::kCancel) {
    ASSIGN_OR_RETURN(const store::MobilityRow seen,
                     store::LoadMobility(tx, id, scope, store::Lock::kNo));
    RETURN_IF_ERROR(books.Lock({seen.mobility.quota}));  // A mobility never changes its ledger.
  }
  ASSIGN_OR_RETURN(const store::MobilityRow before,
                   store::LoadMobility(tx, id, scope, store::Lock::kYes));
  RETURN_IF_ERROR(rpc::MatchEtag(step.etag, before.mobility.revision));
  const Relation relation = RelationTo(call.principal, before);
  ASSIGN_OR_RETURN(const Role role, ActingRole(relation, kMobilityWorkflow, step.action));
  ASSIGN_OR_RETURN(const auto condition, store::LoadCondition(tx, before.mobility.condition));
  MobilityFacts facts = FactsOf(before, condition, call.now);
  facts.input = step.input;
  if (step.action == M::kCorrect) {
    facts.input.new_proposal_id = ids_.Next();
    ASSIGN_OR_RETURN(
        facts.mobility.nominee,
        vault_.OpenNominee(before.mobility.student, before.wrapped_key, id, before.sealed_nominee));
  }
  ASSIGN_OR_RETURN(const MobilityDecision decision, Decide(facts, step.action, role));
  store::MobilityRow after = before;
  after.mobility = decision.after;
  for (const QuotaCommand& command : decision.quota) RETURN_IF_ERROR(books.Apply(command));
  store::SaveMobility(tx, after.mobility);
  if (step.input.nominee.has_value()) {
    RETURN_IF_ERROR(SealNominee(tx, after, *step.input.nominee, call.now));
  }
  engine_.outbox().Append(tx, MobilityChanged(actor, &before.mobility, after,
                                              {.action = decision.move->event,
                                               .from = Name(decision.from),
                                               .to = Name(after.mobility.state),
                                               .note = ""}));
  if (!decision.promote_quota.empty()) {
    RETURN_IF_ERROR(
        engine_.Promote({.tx = tx, .actor = actor, .books = books}, decision.promote_quota));
  }
  if (step.action == M::kCancel) {
    Application ended;
    ended.id = before.mobility.application;
    ended.student = before.mobility.student;
    RETURN_IF_ERROR(engine_.WakeLinked({.tx = tx, .actor = actor, .books = books}, ended,
                                       before.call.linked_group));
  }
  books.Settle();
  return Answer(call, after, condition);
}

absl::StatusOr<pb::MobilityCase> Api::ApproveNomination(
    rpc::Call& call, const pb::ApproveNominationRequest& request) {
  Violations violations;
  CheckLine(request.proposal_id(), true, "proposal_id", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  MobilityStep step{
      .action = M::kApprove, .name = request.name(), .etag = request.etag(), .input = {}};
  step.input.proposal_id = request.proposal_id();
  return Run<pb::MobilityCase>(call, request, false,
                               [&](db::Tx& tx) { return TakeMobilityStep(tx, call, step); });
}

absl::StatusOr<pb::MobilityCase> Api::RejectNomination(rpc::Call& call,
                                                       const pb::RejectNominationRequest& request) {
  Violations violations;
  CheckLine(request.proposal_id(), true, "proposal_id", violations);
  CheckNote(request.comment(), true, "comment", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  MobilityStep step{
      .action = M::kReject, .name = request.name(), .etag = request.etag(), .input = {}};
  step.input.proposal_id = request.proposal_id();
  step.input.comment = request.comment();
  return Run<pb::MobilityCase>(call, request, false,
                               [&](db::Tx& tx) { return TakeMobilityStep(tx, call, step); });
}

absl::StatusOr<pb::MobilityCase> Api::CorrectNomination(
    rpc::Call& call, const pb::CorrectNominationRequest& request) {
  MobilityStep step{
      .action = M::kCorrect, .name = request.name(), .etag = request.etag(), .input = {}};
  Violations violations;
  const Plan plan = PlanOf(request, violations);
  RETURN_IF_ERROR(violations.ToStatus());
  step.input.planned_start = plan.start;
  step.input.planned_end = plan.end;
  if (request.has_nominee()) {
    ASSIGN_OR_RETURN(step.input.nominee, NomineeOf(request.nominee()));
  }
  return Run<pb::MobilityCase>(call, request, false,
                               [&](db::Tx& tx) { return TakeMobilityStep(tx, call, step); });
}

absl::StatusOr<pb::MobilityCase> Api::CancelMobility(rpc::Call& call,
                                                     const pb::CancelMobilityRequest& request) {
  Violations violations;
  CheckNote(request.reason(), true, "reason", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  MobilityStep step{.action = M::kCancel,
                    .name = request.name(),
                    .etag = request.etag(),
                    .input = {},
                    .validate_only = request.validate_only()};
  step.input.reason = request.reason();
  return Run<pb::MobilityCase>(call, request, step.validate_only,
                               [&](db::Tx& tx) { return TakeMobilityStep(tx, call, step); });
}

absl::StatusOr<pb::MobilityCase> Api::RequestFunding(rpc::Call& call,
                                                     const pb::RequestFundingRequest& request) {
  const MobilityStep step{.action = M::kRequestFunding,
                          .name = request.name(),
                          .etag = request.etag(),
                          .input = {},
                          .validate_only = request.validate_only()};
  return Run<pb::MobilityCase>(call, request, step.validate_only,
                               [&](db::Tx& tx) { return TakeMobilityStep(tx, call, step); });
}

}  // namespace jointly::mobility
