#include "services/theses/events/handlers.h"

#include <jointly/budgets/v1/budgets_events.pb.h>
#include <jointly/identity/v1/identity_events.pb.h>
#include <jointly/mobility/v1/mobility_events.pb.h>
#include <jointly/partnerships/v1/partnerships_events.pb.h>

#include <functional>

#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/name.h"
#include "common/text/text.h"
#include "services/theses/api/convert.h"
#include "services/theses/api/cotutelle_engine.h"
#include "services/theses/store/answer_store.h"
#include "services/theses/store/replica_store.h"
#include "services/theses/store/stay_store.h"
#include "services/theses/store/thesis_store.h"

namespace jointly::theses {
namespace {

namespace budgets = jointly::budgets::v1;
namespace identity = jointly::identity::v1;
namespace mobility = jointly::mobility::v1;
namespace partnerships = jointly::partnerships::v1;

template <typename EventMessage>
absl::StatusOr<EventMessage> Read(const bus::Message& message) {
  EventMessage event;
  if (event.ParseFromString(message.body)) return event;
  return InvalidArgument(kInvalidArgument, "the body is no " + event.GetDescriptor()->full_name(),
                         {{"message_id", message.message_id}});
}

absl::Status Tell(Engine& engine, db::Tx& tx, const Who& who, const Thesis& before,
                  const Thesis& after, std::string_view action) {
  return engine
      .SaveAndTell(
          tx, who, &before, after,
          {.action = action, .from = Name(before.state), .to = Name(after.state), .note = ""})
      .status();
}

absl::Status FollowInstitution(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, Read<partnerships::InstitutionEvent>(message));
  const partnerships::Institution& institution = event.institution();
  store::SaveInstitution(
      tx,
      {.name = institution.name(),
       .zone = institution.time_zone(),
       .region = institution.region_code(),
       .academic_year_start_month = static_cast<unsigned>(institution.academic_year_start_month())},
      message.revision);
  return absl::OkStatus();
}

absl::Status FollowUnit(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, Read<partnerships::UnitEvent>(message));
  store::SaveUnit(tx, event.unit().name(), message.revision);
  return absl::OkStatus();
}

// A thesis is told again when the framework above it ended, or holds again: its warnings changed.
absl::Status FollowFramework(Engine& engine, db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, Read<partnerships::AgreementEvent>(message));
  const partnerships::Agreement& agreement = event.agreement();
  store::Framework framework{
      .name = agreement.name(),
      .partners = {agreement.partners().begin(), agreement.partners().end()},
      .state = LowerCase(partnerships::Agreement::State_Name(agreement.state())),
      .end_date = "",
      .revision = message.revision};
  if (framework.partners.size() != 2) return absl::OkStatus();
  const auto end = rpc::FromProto(agreement.has_termination_date() ? agreement.termination_date()
                                                                   : agreement.end_date());
  if (end.has_value()) framework.end_date = FormatDate(*end);
  ASSIGN_OR_RETURN(const std::string ended_before, store::EndedFramework(tx, framework.partners));
  store::SaveFramework(tx, framework);
  ASSIGN_OR_RETURN(const std::string ended, store::EndedFramework(tx, framework.partners));
  if (ended == ended_before) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto ids, store::ThesesBetween(tx, framework.partners));
  const Who who = FollowerWho(message, engine.clock().Now());
  for (const std::string& id : ids) {
    ASSIGN_OR_RETURN(const Thesis thesis,
                     store::LoadThesis(tx, id, store::Everything(), store::Lock::kYes));
    RETURN_IF_ERROR(Tell(engine, tx, who, thesis, thesis, "recomputed"));
  }
  return absl::OkStatus();
}

// What only the person themself could tell us goes; that a thesis existed, and how it ended, stays.
absl::Status Erase(Engine& engine, db::Tx& tx, const Who& who, const std::string& person) {
  store::EraseAnswersOf(tx, person);
  ASSIGN_OR_RETURN(const auto ids, store::ThesesOf(tx, person));
  for (const std::string& id : ids) {
    ASSIGN_OR_RETURN(const Thesis before,
                     store::LoadThesis(tx, id, store::Everything(), store::Lock::kYes));
    Thesis after = before;
    after.end_reason.clear();
    if (after.extension_request.has_value()) after.extension_request->reason.clear();
    RETURN_IF_ERROR(Tell(engine, tx, who, before, after, "updated"));
  }
  return absl::OkStatus();
}

absl::Status FollowPerson(Engine& engine, db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, Read<identity::PersonEvent>(message));
  const identity::Person& person = event.person();
  store::SavePerson(tx, person.name(), LowerCase(identity::Person::State_Name(person.state())),
                    message.revision);
  if (person.state() != identity::Person::ERASED) return absl::OkStatus();
  return Erase(engine, tx, FollowerWho(message, engine.clock().Now()), person.name());
}

// An approved stay with its days counts for the residence; a cancelled one does not any more.
absl::Status FollowMobility(Engine& engine, db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, Read<mobility::MobilityEvent>(message));
  const mobility::MobilityCase& stay = event.mobility();
  const auto first = rpc::FromProto(stay.planned_start_date());
  const auto last = rpc::FromProto(stay.planned_end_date());
  if (!first.has_value() || !last.has_value()) return absl::OkStatus();
  store::SaveStay(tx, {.stay = {.mobility = stay.name(),
                                .sending = stay.sending_institution(),
                                .receiving = stay.receiving_institution(),
                                .first = *first,
                                .last = *last},
                       .student = stay.student(),
                       .state = LowerCase(mobility::MobilityCase::State_Name(stay.state())),
                       .revision = message.revision});
  ASSIGN_OR_RETURN(const auto ids, store::ThesesOf(tx, stay.student()));
  const Who who = FollowerWho(message, engine.clock().Now());
  for (const std::string& id : ids) RETURN_IF_ERROR(engine.Recompute(tx, who, id).status());
  return absl::OkStatus();
}

FundingState AnswerOf(budgets::Commitment::State state) {
  switch (state) {
    case budgets::Commitment::REFUSED:
      return FundingState::kRefused;
    case budgets::Commitment::CANCELLED:
    case budgets::Commitment::EXPIRED:
      return FundingState::kReleased;
    case budgets::Commitment::STATE_UNSPECIFIED:
    case budgets::Commitment::REQUESTED:
      return FundingState::kAsked;
    default:
      return FundingState::kReserved;
  }
}

// The money of a thesis is a commitment that names it; refused, it may be in no budget.
absl::Status FollowCommitment(Engine& engine, db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, Read<budgets::CommitmentEvent>(message));
  const budgets::Commitment& commitment = event.commitment();
  const auto ids = rpc::ParseName("theses/*", commitment.thesis());
  const FundingState state = AnswerOf(commitment.state());
  if (ids.empty() || state == FundingState::kAsked) return absl::OkStatus();
  const auto before = store::LoadThesis(tx, ids[0], store::Everything(), store::Lock::kYes);
  if (absl::IsNotFound(before.status())) return absl::OkStatus();
  RETURN_IF_ERROR(before.status());
  Thesis after = *before;
  after.funding.state = state;
  after.funding.commitment = state == FundingState::kReserved ? commitment.name() : "";
  after.funding.note = commitment.refusal();
  if (after.funding == before->funding) return absl::OkStatus();
  return Tell(engine, tx, FollowerWho(message, engine.clock().Now()), *before, after, "funding");
}

}  // namespace

std::vector<bus::Subscription> Subscriptions(Engine& engine) {
  return {
      {.aggregate = "partnerships.institution", .handler = &FollowInstitution},
      {.aggregate = "partnerships.unit", .handler = &FollowUnit},
      {.aggregate = "partnerships.agreement",
       .handler = std::bind_front(&FollowFramework, std::ref(engine))},
      {.aggregate = "identity.person", .handler = std::bind_front(&FollowPerson, std::ref(engine))},
      {.aggregate = "mobility.mobility",
       .handler = std::bind_front(&FollowMobility, std::ref(engine))},
      {.aggregate = "budgets.commitment",
       .handler = std::bind_front(&FollowCommitment, std::ref(engine))}};
}

std::map<std::string, timers::Handler> TimerHandlers(Engine& engine) {
  return CotutelleTimers(engine);
}

}  // namespace jointly::theses
