#include "common/error/check.h"
#include "common/rpc/convert.h"
#include "tests/simulation/worlds/canary.h"
#include "tests/simulation/worlds/players.h"

// What international offices do with applications.
namespace jointly::simulation {

namespace pb = mobility::v1;
using Api = mobility::Api;

namespace {

bool WaitsForOffice(const pb::Application& application) {
  switch (application.state()) {
    case pb::Application::SUBMITTED:
    case pb::Application::ELIGIBLE:
    case pb::Application::RANKED:
    case pb::Application::WAITLISTED:
    case pb::Application::APPEALED:
    case pb::Application::CONFIRMED:
      return true;
    default:
      return false;
  }
}

}  // namespace

void Players::ActAsOffice() {
  if (board_.applications.empty() || world_.Chance(10)) return Look();
  const Application* chosen = &world_.AnyOf(board_.applications).second;
  for (int tries = 0; tries < 4 && !WaitsForOffice(*chosen); ++tries) {
    chosen = &world_.AnyOf(board_.applications).second;
  }
  TakeOfficeStep(AnyOffice(), Application(*chosen));
}

void Players::TakeOfficeStep(const auth::Principal& office, const Application& application) {
  const std::string& name = application.name();
  const std::uint64_t chance = world_.rng().Below(100);
  switch (application.state()) {
    case Application::SUBMITTED:
      if (chance >= 75) return CheckOtherwise(office, name);
      FindEligible(office, name);
      return;
    case Application::INCOMPLETE:
      return CheckOtherwise(office, name);
    case Application::ELIGIBLE:
      Score(office, name);
      return;
    case Application::RANKED:
      if (chance < 10) {
        Score(office, name);
        return;
      }
      if (chance < 50) return Offer(office, application);
      if (chance < 70) return Allocate(application.call());
      return chance < 88 ? Waitlist(office, application) : Reject(office, name);
    case Application::WAITLISTED:
      if (chance < 40) return Offer(office, application);
      if (chance < 50) return Reject(office, name);
      return Look();
    case Application::APPEALED:
      return DecideAppeal(office, name);
    case Application::CONFIRMED:
      return Nominate(office, name);
    default:
      pb::GetApplicationRequest request;
      request.set_name(name);
      world_.Send(world_.mobility(), office, &Api::GetApplication, request, SeeApplication());
  }
}

void Players::Look() {
  pb::ListApplicationsRequest request;
  request.set_page_size(100);
  world_.Send(world_.mobility(), board_.home_office, &Api::ListApplications, request,
              std::function([see = SeeApplication()](const pb::ListApplicationsResponse& reply) {
                for (const Application& application : reply.applications()) see(application);
              }));
}

Command& Players::FindEligible(const auth::Principal& office, const std::string& application) {
  pb::CheckApplicationRequest request;
  request.set_name(application);
  request.set_outcome(pb::CheckApplicationRequest::ELIGIBLE);
  request.set_etag(SomeEtag(board_.applications[application].etag()));
  return world_.Send(world_.mobility(), office, &Api::CheckApplication, request, SeeApplication());
}

void Players::CheckOtherwise(const auth::Principal& office, const std::string& application) {
  pb::CheckApplicationRequest request;
  request.set_name(application);
  request.set_validate_only(world_.Chance(20));
  if (world_.Chance(50)) {
    request.set_outcome(pb::CheckApplicationRequest::INELIGIBLE);
  } else {
    request.set_outcome(pb::CheckApplicationRequest::INCOMPLETE);
    const std::chrono::hours ahead(24 * world_.rng().Below(5));
    *request.mutable_complete_until_date() = In(ahead).date();
  }
  request.add_reasons(Words());
  world_.Send(world_.mobility(), office, &Api::CheckApplication, request,
              request.validate_only() ? nullptr : SeeApplication());
}

Command& Players::Score(const auth::Principal& office, const std::string& application) {
  pb::ScoreApplicationRequest request;
  request.set_name(application);
  request.set_score(static_cast<double>(world_.rng().Below(world_.Chance(97) ? 101 : 200)));
  return world_.Send(world_.mobility(), office, &Api::ScoreApplication, request, SeeApplication());
}

void Players::Offer(const auth::Principal& office, const Application& application) {
  pb::OfferApplicationRequest request;
  request.set_name(application.name());
  request.set_validate_only(world_.Chance(5));
  request.set_etag(SomeEtag(application.etag()));
  if (!application.choices().empty() && world_.Chance(50)) {
    *request.mutable_choice() = world_.AnyOf(application.choices());
  }
  if (world_.Chance(15)) {
    *request.mutable_expire_time() =
        rpc::ToProto(world_.clock().Now() + std::chrono::hours(1 + world_.rng().Below(200)));
  }
  world_.Send(world_.mobility(), office, &Api::OfferApplication, request,
              request.validate_only() ? nullptr : SeeApplication());
}

void Players::Waitlist(const auth::Principal& office, const Application& application) {
  pb::WaitlistApplicationRequest request;
  request.set_name(application.name());
  if (!application.choices().empty() && world_.Chance(50)) {
    *request.mutable_choice() = world_.AnyOf(application.choices());
  }
  world_.Send(world_.mobility(), office, &Api::WaitlistApplication, request, SeeApplication());
}

void Players::Reject(const auth::Principal& office, const std::string& application) {
  pb::RejectApplicationRequest request;
  request.set_name(application);
  request.set_reason(Words());
  world_.Send(world_.mobility(), office, &Api::RejectApplication, request, SeeApplication());
}

void Players::DecideAppeal(const auth::Principal& office, const std::string& application) {
  pb::DecideAppealRequest request;
  request.set_name(application);
  request.set_granted(world_.Chance(60));
  request.set_reason(Words());
  world_.Send(world_.mobility(), office, &Api::DecideAppeal, request, SeeApplication());
}

pb::Nominee Players::SomeNominee() {
  pb::Nominee nominee;
  nominee.mutable_birth_date()->set_year(2004);
  nominee.mutable_birth_date()->set_month(5);
  nominee.mutable_birth_date()->set_day(17);
  nominee.set_nationality(world_.Chance(95) ? "FR" : "?");
  nominee.set_gender(2);
  nominee.set_email("quetzal-nominee@jointly.example");
  nominee.set_given_name("Quetzal");
  nominee.set_family_name("Quetzalli");
  return nominee;
}

void Players::Nominate(const auth::Principal& office, const std::string& application) {
  pb::NominateApplicationRequest request;
  request.set_name(application);
  *request.mutable_nominee() = SomeNominee();
  if (world_.has_budgets()) {
    // Between a month and half a year, from some day of the next months.
    const std::chrono::hours start(24 * (10 + world_.rng().Below(100)));
    *request.mutable_planned_start_date() = In(start).date();
    *request.mutable_planned_end_date() =
        In(start + std::chrono::hours(24 * (30 + world_.rng().Below(150)))).date();
  }
  request.set_validate_only(world_.Chance(5));
  world_.Send(world_.mobility(), office, &Api::NominateApplication, request,
              request.validate_only() ? nullptr : SeeMobility());
}

void Players::ActOnNomination() {
  if (board_.mobilities.empty()) {
    for (const auto& [name, application] : board_.applications) {
      if (application.state() == Application::CONFIRMED) {
        return Nominate(board_.home_office, std::string(name));
      }
    }
    return Look();
  }
  const MobilityCase chosen = world_.AnyOf(board_.mobilities).second;
  TakeNominationStep(chosen);
}

void Players::LookAtMobility(const std::string& name) {
  pb::GetMobilityRequest request;
  request.set_name(name);
  world_.Send(world_.mobility(), board_.host_office, &Api::GetMobility, request, SeeMobility());
}

void Players::TakeNominationStep(const MobilityCase& mobility) {
  const std::uint64_t chance = world_.rng().Below(100);
  if (chance < 25) {
    pb::CancelMobilityRequest request;
    request.set_name(mobility.name());
    request.set_reason(Words());
    request.set_validate_only(world_.Chance(10));
    world_.Send(world_.mobility(), AnyOffice(), &Api::CancelMobility, request,
                request.validate_only() ? nullptr : SeeMobility());
  } else if (chance < 50) {
    pb::ApproveNominationRequest request;
    request.set_name(mobility.name());
    request.set_proposal_id(mobility.proposal_id());
    world_.Send(world_.mobility(), world_.Chance(90) ? board_.host_office : AnyOffice(),
                &Api::ApproveNomination, request, SeeMobility());
  } else if (chance < 75) {
    pb::RejectNominationRequest request;
    request.set_name(mobility.name());
    request.set_proposal_id(mobility.proposal_id());
    request.set_comment(Words());
    world_.Send(world_.mobility(), board_.host_office, &Api::RejectNomination, request,
                SeeMobility());
  } else if (chance < 92) {
    pb::CorrectNominationRequest request;
    request.set_name(mobility.name());
    if (world_.Chance(60)) *request.mutable_nominee() = SomeNominee();
    world_.Send(world_.mobility(), AnyOffice(), &Api::CorrectNomination, request, SeeMobility());
  } else {
    LookAtMobility(mobility.name());
  }
}

}  // namespace jointly::simulation
