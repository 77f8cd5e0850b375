#include "services/budgets/events/handlers.h"

#include <jointly/identity/v1/identity_events.pb.h>
#include <jointly/mobility/v1/mobility_events.pb.h>
#include <jointly/partnerships/v1/partnerships_events.pb.h>
#include <jointly/theses/v1/theses_events.pb.h>

#include <algorithm>
#include <functional>

#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/text/text.h"
#include "services/budgets/api/claim_vault.h"
#include "services/budgets/store/claim_store.h"
#include "services/budgets/store/replica_store.h"

namespace jointly::budgets {
namespace {

namespace identity = jointly::identity::v1;
namespace mobility = jointly::mobility::v1;
namespace partnerships = jointly::partnerships::v1;
namespace theses = jointly::theses::v1;

// Thesis.funding_state of a thesis that waits for its answer.
constexpr std::string_view kAsked = "asked";

template <typename EventMessage>
absl::StatusOr<EventMessage> Read(const bus::Message& message) {
  EventMessage event;
  if (event.ParseFromString(message.body)) return event;
  return InvalidArgument(kInvalidArgument, "the body is no " + event.GetDescriptor()->full_name(),
                         {{"message_id", message.message_id}});
}

absl::Status FollowInstitution(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, Read<partnerships::InstitutionEvent>(message));
  store::SaveInstitution(tx, event.institution().name(), event.institution().time_zone(),
                         message.revision);
  return absl::OkStatus();
}

// What the person wrote and named goes; that money was claimed, approved and paid, stays.
absl::Status Erase(Engine& engine, db::Tx& tx, const Who& who, const std::string& person) {
  store::DestroyKey(tx, person, who.now);
  ASSIGN_OR_RETURN(const std::vector<ExpenseClaim> claims, store::ClaimsOf(tx, person));
  for (const ExpenseClaim& before : claims) {
    ASSIGN_OR_RETURN(const Budget budget,
                     store::LoadBudget(tx, before.budget, store::Everything(), store::Lock::kNo));
    ExpenseClaim after = before;
    after.sealed.clear();
    ClearTexts(after);
    after.revision += 1;
    after.update_time = who.now;
    store::SaveClaim(tx, after);
    engine.outbox().Append(
        tx,
        ClaimChanged(who, {budget, {}}, &before, after,
                     {.action = "updated", .from = Name(before.state), .to = Name(after.state)}));
  }
  return absl::OkStatus();
}

std::string OfficeName(int role) {
  return LowerCase(options::v1::Role_Name(static_cast<options::v1::Role>(role)));
}

absl::Status FollowPerson(Engine& engine, db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, Read<identity::PersonEvent>(message));
  const identity::Person& person = event.person();
  std::vector<store::Office> offices;
  if (person.state() == identity::Person::ACTIVE) {
    for (const auto& grant : person.grants()) {
      offices.push_back({.role = OfficeName(grant.role()), .scope = grant.scope()});
    }
  }
  store::SaveOffices(tx, person.name(), offices);
  if (person.state() != identity::Person::ERASED) return absl::OkStatus();
  return Erase(engine, tx, FollowerWho(message, engine.clock().Now()), person.name());
}

absl::Status FollowMobility(Engine& engine, db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, Read<mobility::MobilityEvent>(message));
  const mobility::MobilityCase& stay = event.mobility();
  const Who who = FollowerWho(message, engine.clock().Now());
  Asker asked{.kind = Asker::Kind::kStay,
              .id = message.aggregate_id,
              .name = stay.name(),
              .funding_reference = stay.funding().funding_reference(),
              .call = event.call(),
              .first = {},
              .last = {},
              .demo = stay.demo(),
              // Events of before stays could ask again have no number.
              .request_number = std::max(1, stay.funding().request_number())};
  if (stay.has_planned_start_date()) asked.first = rpc::FromProto(stay.planned_start_date());
  if (stay.has_planned_end_date()) asked.last = rpc::FromProto(stay.planned_end_date());
  if (stay.state() == mobility::MobilityCase::CANCELLED) {
    return engine.ReleaseGrant(tx, who, asked);
  }
  const bool asks = stay.state() == mobility::MobilityCase::APPROVED &&
                    stay.funding().state() == mobility::Funding::REQUESTED;
  return asks ? engine.AskForGrant(tx, who, asked) : absl::OkStatus();
}

// Abandoned, transferred, or without its agreement: nobody is paid for it any more. What was
// defended keeps its money.
bool EndedEarly(theses::Thesis::State state) {
  return state == theses::Thesis::ABANDONED || state == theses::Thesis::TRANSFERRED ||
         state == theses::Thesis::AGREEMENT_LOST;
}

absl::Status FollowThesis(Engine& engine, db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, Read<theses::ThesisEvent>(message));
  const theses::Thesis& thesis = event.thesis();
  const Who who = FollowerWho(message, engine.clock().Now());
  const Asker asked{.kind = Asker::Kind::kThesis,
                    .id = message.aggregate_id,
                    .name = thesis.name(),
                    .funding_reference = thesis.funding_reference(),
                    .call = "",
                    .first = {},
                    .last = {},
                    .demo = thesis.demo()};
  if (EndedEarly(thesis.state())) return engine.ReleaseGrant(tx, who, asked);
  return thesis.funding_state() == kAsked ? engine.AskForGrant(tx, who, asked) : absl::OkStatus();
}

}  // namespace

std::vector<bus::Subscription> Subscriptions(Engine& engine) {
  return {
      {.aggregate = "partnerships.institution", .handler = &FollowInstitution},
      {.aggregate = "identity.person", .handler = std::bind_front(&FollowPerson, std::ref(engine))},
      {.aggregate = "mobility.mobility",
       .handler = std::bind_front(&FollowMobility, std::ref(engine))},
      {.aggregate = "theses.thesis", .handler = std::bind_front(&FollowThesis, std::ref(engine))}};
}

std::map<std::string, timers::Handler> TimerHandlers(Engine& engine) {
  return {{std::string(kCommitmentExpires), std::bind_front(&Engine::ExpireCommitment, &engine)},
          {std::string(kPeriodDue), std::bind_front(&Engine::RemindOfClose, &engine)},
          {std::string(kReportDue), std::bind_front(&Engine::MoveReport, &engine)},
          {std::string(kBudgetEnds), std::bind_front(&Engine::EndBudget, &engine)},
          {std::string(kLinesWatched), std::bind_front(&Engine::WatchLines, &engine)}};
}

}  // namespace jointly::budgets
