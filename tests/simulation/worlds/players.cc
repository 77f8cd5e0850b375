#include "tests/simulation/worlds/players.h"

#include <algorithm>

#include "common/error/check.h"
#include "common/rpc/convert.h"
#include "tests/simulation/worlds/canary.h"

namespace jointly::simulation {

void Players::Act() {
  const std::uint64_t chance = world_.rng().Below(100);
  if (chance < 30) return ActAsStudent();
  if (chance < 60) return ActAsOffice();
  if (chance < 69) return ActOnNomination();
  if (chance < 75) return ActOnPlaces();
  if (chance < 79) return ActOnCalls();
  if (chance < 84) return ActOnAgreement();
  if (chance < 87) return ActOnPeople();
  if (chance < 92) return ActAsReader();
  ActStrangely();
}

// Whoever may or may not, at whatever may or may not be theirs.
void Players::ActStrangely() {
  if (board_.applications.empty()) return;
  const Application application = world_.AnyOf(board_.applications).second;
  const auth::Principal& anybody = Anybody();
  Application imagined = application;
  imagined.set_state(static_cast<Application::State>(1 + world_.rng().Below(16)));
  if (world_.Chance(50)) {
    TakeStudentStep(anybody, imagined);
  } else {
    TakeOfficeStep(anybody, imagined);
  }
}

void Players::ActAsReader() {
  auto& node = world_.notifications();
  using Api = notifications::Api;
  namespace pb = notifications::v1;
  const auth::Principal reader = Anybody();
  switch (world_.rng().Below(7)) {
    case 0:
    case 1:
      world_.Send(
          node, reader, &Api::ListNotifications, pb::ListNotificationsRequest(),
          std::function([board = &board_, reader](const pb::ListNotificationsResponse& reply) {
            board->reader = reader;
            board->notifications.clear();
            for (const auto& row : reply.notifications()) {
              board->notifications.push_back(row.name());
            }
          }));
      return;
    case 2:
    case 3: {
      if (board_.notifications.empty()) return;
      pb::MarkNotificationRequest request;
      request.set_name(world_.AnyOf(board_.notifications));
      request.set_read(world_.Chance(80));
      world_.Send(node, world_.Chance(90) ? board_.reader : reader, &Api::MarkNotification,
                  request);
      return;
    }
    case 4:
      world_.Send(node, reader, &Api::MarkAllNotifications, pb::MarkAllNotificationsRequest());
      return;
    case 5:
      world_.Send(node, reader, &Api::ListActivities, pb::ListActivitiesRequest());
      return;
    default:
      world_.Send(node, reader, &Api::ListDeadlines, pb::ListDeadlinesRequest());
  }
}

std::function<void(const mobility::v1::Application&)> Players::SeeApplication() {
  return [board = &board_](const Application& seen) { board->applications[seen.name()] = seen; };
}

std::function<void(const mobility::v1::MobilityCase&)> Players::SeeMobility() {
  return [board = &board_](const MobilityCase& seen) {
    board->mobilities[seen.name()] = seen;
    const auto application = board->applications.find(seen.application());
    if (application == board->applications.end()) return;
    application->second.set_state(Application::NOMINATED);
    application->second.set_mobility(seen.name());
  };
}

std::function<void(const mobility::v1::Call&)> Players::SeeCall() {
  return [board = &board_](const mobility::v1::Call& seen) { board->calls[seen.name()] = seen; };
}

std::function<void(const mobility::v1::Quota&)> Players::SeeQuota() {
  return [board = &board_](const mobility::v1::Quota& seen) { board->quotas[seen.name()] = seen; };
}

std::function<void(const partnerships::v1::Agreement&)> Players::SeeAgreement() {
  return [board = &board_](const partnerships::v1::Agreement& seen) { board->agreement = seen; };
}

// Whoever is disabled or erased does not sign in any more.
std::function<void(const identity::v1::Person&)> Players::SeePerson() {
  return [board = &board_](const identity::v1::Person& seen) {
    board->people[seen.name()] = seen;
    if (seen.state() == identity::v1::Person::ACTIVE) return;
    std::erase_if(board->students,
                  [&](const auth::Principal& student) { return student.name == seen.name(); });
  };
}

std::string Players::SomeEtag(const std::string& known) {
  const std::uint64_t chance = world_.rng().Below(100);
  if (chance < 80) return "";
  return chance < 95 ? known : "\"1\"";
}

std::string Players::Words() {
  return std::string(kNoteCanary) + " " + std::to_string(world_.rng().Below(1'000'000));
}

mobility::v1::CivilDateTime Players::In(std::chrono::minutes ahead) {
  const auto civil = ToCivil(world_.clock().Now() + ahead, "Europe/Paris");
  Check(civil.ok(), "the time in Paris");
  mobility::v1::CivilDateTime message;
  *message.mutable_date() = rpc::ToProto(civil->date);
  message.set_clock(FormatClock(civil->clock));
  message.set_time_zone(civil->zone);
  return message;
}

const auth::Principal& Players::AnyOffice() {
  const std::uint64_t chance = world_.rng().Below(100);
  if (chance < 85) return board_.home_office;
  return chance < 95 ? board_.host_office : board_.other_office;
}

const auth::Principal& Players::Anybody() {
  const std::uint64_t chance = world_.rng().Below(100);
  if (chance < 50 && !board_.students.empty()) return world_.AnyOf(board_.students);
  if (chance < 92) return AnyOffice();
  return chance < 96 ? board_.administrator : board_.auditor;
}

const auth::Principal* Players::StudentOf(const Application& application) {
  const auto found = std::find_if(
      board_.students.begin(), board_.students.end(),
      [&](const auth::Principal& student) { return student.name == application.student(); });
  return found == board_.students.end() ? nullptr : &*found;
}

}  // namespace jointly::simulation
