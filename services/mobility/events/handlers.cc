#include "services/mobility/events/handlers.h"

#include <jointly/budgets/v1/budgets_events.pb.h>
#include <jointly/identity/v1/identity_events.pb.h>
#include <jointly/partnerships/v1/partnerships_events.pb.h>

#include <algorithm>
#include <functional>

#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/text/text.h"
#include "services/mobility/api/books.h"
#include "services/mobility/api/convert.h"
#include "services/mobility/events/agreement_reader.h"
#include "services/mobility/store/mobility_store.h"
#include "services/mobility/store/replica_store.h"

namespace jointly::mobility {
namespace {

namespace partnerships = jointly::partnerships::v1;
namespace identity = jointly::identity::v1;
namespace budgets = jointly::budgets::v1;

template <typename EventMessage>
absl::StatusOr<EventMessage> Read(const bus::Message& message) {
  EventMessage event;
  if (event.ParseFromString(message.body)) return event;
  return InvalidArgument(kInvalidArgument, "the body is no " + event.GetDescriptor()->full_name(),
                         {{"message_id", message.message_id}});
}

absl::Status FollowInstitution(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, Read<partnerships::InstitutionEvent>(message));
  const auto& institution = event.institution();
  store::SaveInstitution(tx, {.name = institution.name(),
                              .time_zone = institution.time_zone(),
                              .region_code = institution.region_code(),
                              .academic_year_start_month = institution.academic_year_start_month(),
                              .revision = message.revision});
  return absl::OkStatus();
}

// Places of the agreement's ledgers become what the text in effect says; those who wait take what
// is gained. Nobody who was promised a place loses it: see domain/places.h.
absl::Status FollowPlaces(Engine& engine, db::Tx& tx, const Actor& actor,
                          const std::string& agreement,
                          const std::vector<AgreementCondition>& conditions) {
  ASSIGN_OR_RETURN(const auto rows, store::QuotasOfAgreement(tx, agreement));
  std::vector<std::string> ids;
  for (const store::QuotaRow& row : rows) ids.push_back(row.quota.id);
  Books books(tx, engine.outbox(), actor);
  RETURN_IF_ERROR(books.Lock(ids));
  for (const store::QuotaRow& row : rows) {
    const auto condition = std::find_if(
        conditions.begin(), conditions.end(),
        [&](const AgreementCondition& other) { return other.name == row.quota.condition; });
    const bool dropped = condition == conditions.end();
    books.Agree(row.quota.id, dropped ? 0 : condition->places_per_year);
    RETURN_IF_ERROR(engine.Promote({.tx = tx, .actor = actor, .books = books}, row.quota.id));
  }
  books.Settle();
  return absl::OkStatus();
}

absl::Status FollowAgreement(Engine& engine, db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, Read<partnerships::AgreementEvent>(message));
  const std::vector<AgreementCondition> conditions = ConditionsOf(event.agreement());
  store::SaveAgreement(tx, AgreementOf(event.agreement(), message.revision), conditions);
  // An agreement that ended keeps its places: what was promised under it is carried out.
  if (!event.agreement().effective()) return absl::OkStatus();
  const Actor actor = FollowerActor(message, engine.clock().Now());
  return FollowPlaces(engine, tx, actor, event.agreement().name(), conditions);
}

// What only the person themself could tell us goes; that a case existed, and how it ended, stays.
absl::Status Erase(Engine& engine, db::Tx& tx, const Actor& actor, const std::string& person) {
  ASSIGN_OR_RETURN(const auto ids, store::ApplicationsOf(tx, person));
  store::ErasePerson(tx, person);
  for (const std::string& id : ids) {
    ASSIGN_OR_RETURN(const store::Case before,
                     store::LoadCase(tx, id, store::Everything(actor.now), store::Lock::kYes));
    store::Case after = before;
    Application& application = after.application;
    application.documents.clear();
    application.profile.languages.clear();
    application.profile.grade = 0;
    application.decision_note.clear();
    application.appeal_grounds.clear();
    for (workflow::Finding& reason : application.reasons) reason.verdict.evidence.clear();
    application.revision += 1;
    application.update_time = actor.now;
    store::SaveCase(tx, before, after);
    engine.outbox().Append(tx, ApplicationChanged(actor, &before, after,
                                                  {.action = "updated",
                                                   .from = Name(application.state),
                                                   .to = Name(application.state),
                                                   .note = ""}));
  }
  return absl::OkStatus();
}

absl::Status FollowPerson(Engine& engine, db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, Read<identity::PersonEvent>(message));
  const auto& person = event.person();
  store::SaveStudent(tx, {.name = person.name(),
                          .institution = person.institution(),
                          .language = person.language_code(),
                          .time_zone = person.time_zone(),
                          .state = LowerCase(identity::Person::State_Name(person.state())),
                          .revision = message.revision});
  if (person.state() != identity::Person::ERASED) return absl::OkStatus();
  return Erase(engine, tx, FollowerActor(message, engine.clock().Now()), person.name());
}

FundingState AnswerOf(budgets::Commitment::State state) {
  switch (state) {
    case budgets::Commitment::REFUSED:
      return FundingState::kUnfunded;
    case budgets::Commitment::CANCELLED:
    case budgets::Commitment::EXPIRED:
      return FundingState::kReleased;
    case budgets::Commitment::STATE_UNSPECIFIED:
    case budgets::Commitment::REQUESTED:
      return FundingState::kRequested;
    default:
      return FundingState::kFunded;
  }
}

// The grant of a stay is a commitment that names it.
absl::Status FollowCommitment(Engine& engine, db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, Read<budgets::CommitmentEvent>(message));
  const budgets::Commitment& commitment = event.commitment();
  constexpr std::string_view kMobilities = "mobilities/";
  const std::string& mobility = commitment.mobility();
  const FundingState state = AnswerOf(commitment.state());
  if (!mobility.starts_with(kMobilities) || state == FundingState::kRequested) {
    return absl::OkStatus();
  }
  const bool refused = state == FundingState::kUnfunded;
  const bool holds = !refused && state != FundingState::kReleased &&
                     commitment.state() != budgets::Commitment::LIQUIDATED;
  return engine.AnswerFunding(tx, FollowerActor(message, engine.clock().Now()),
                              mobility.substr(kMobilities.size()),
                              {.state = state,
                               .reference = "",
                               .commitment = refused ? "" : commitment.name(),
                               .amount = commitment.amount().value(),
                               .currency_code = commitment.amount().currency_code(),
                               .reason = commitment.refusal(),
                               .message = commitment.refusal_message(),
                               .facts = rpc::FromProto(commitment.refusal_facts()),
                               // Answers of before stays could ask again have no number.
                               .request_number = std::max(1, commitment.request_number())},
                              holds);
}

}  // namespace

std::vector<bus::Subscription> Subscriptions(Engine& engine) {
  return {
      {.aggregate = "partnerships.institution", .handler = &FollowInstitution},
      {.aggregate = "partnerships.agreement",
       .handler = std::bind_front(&FollowAgreement, std::ref(engine))},
      {.aggregate = "identity.person", .handler = std::bind_front(&FollowPerson, std::ref(engine))},
      {.aggregate = "budgets.commitment",
       .handler = std::bind_front(&FollowCommitment, std::ref(engine))}};
}

std::map<std::string, timers::Handler> TimerHandlers(Engine& engine) {
  return {{std::string(kOfferExpires), std::bind_front(&Engine::ExpireOffer, &engine)},
          {std::string(kMayBePromoted), std::bind_front(&Engine::PromoteDue, &engine)}};
}

}  // namespace jointly::mobility
