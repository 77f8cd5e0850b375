#include "tests/simulation/worlds/players.h"

// Agreements and people, while the world goes on.
namespace jointly::simulation {

namespace pb = partnerships::v1;
using Api = partnerships::Api;

void Players::ActOnAgreement() {
  const auth::Principal& office = world_.Chance(50) ? board_.home_office : board_.host_office;
  const std::uint64_t chance = world_.rng().Below(100);
  if (chance < 15) {
    pb::GetAgreementRequest request;
    request.set_name(kAgreement);
    world_.Send(world_.partnerships(), office, &Api::GetAgreement, request, SeeAgreement());
    return;
  }
  if (chance < 20) {
    pb::UpdateInstitutionRequest request;
    request.mutable_institution()->set_name(kTsukuba);
    request.mutable_institution()->set_website("https://example.org/" + std::to_string(chance));
    request.mutable_update_mask()->add_paths("website");
    world_.Send(world_.partnerships(), board_.administrator, &Api::UpdateInstitution, request);
    return;
  }
  switch (board_.agreement.state()) {
    case pb::Agreement::DRAFT:
      if (chance < 60) return ChangeAgreement(office);
      Propose(office);
      return;
    case pb::Agreement::PROPOSED:
      if (chance < 35) return ReturnAgreement(office);
      Approve(office);
      return;
    default:
      Amend(office);
  }
}

Command& Players::Amend(const auth::Principal& office) {
  pb::AmendAgreementRequest request;
  request.set_name(kAgreement);
  return world_.Send(world_.partnerships(), office, &Api::AmendAgreement, request, SeeAgreement());
}

// More places, or fewer.
void Players::ChangeAgreement(const auth::Principal& office) {
  pb::UpdateAgreementRequest request;
  request.mutable_agreement()->set_name(kAgreement);
  *request.mutable_agreement()->mutable_conditions() = board_.agreement.conditions();
  for (pb::AgreementCondition& condition : *request.mutable_agreement()->mutable_conditions()) {
    condition.set_places_per_year(static_cast<int>(1 + world_.rng().Below(3)));
  }
  // A condition is dropped, and may come back.
  auto& conditions = *request.mutable_agreement()->mutable_conditions();
  if (conditions.size() > 1 && world_.Chance(15)) conditions.RemoveLast();
  request.mutable_update_mask()->add_paths("conditions");
  world_.Send(world_.partnerships(), office, &Api::UpdateAgreement, request, SeeAgreement());
}

Command& Players::Propose(const auth::Principal& office) {
  pb::ProposeAgreementRequest request;
  request.set_name(kAgreement);
  return world_.Send(world_.partnerships(), office, &Api::ProposeAgreement, request,
                     SeeAgreement());
}

Command& Players::Approve(const auth::Principal& office) {
  pb::ApproveAgreementRequest request;
  request.set_name(kAgreement);
  request.set_content_hash(board_.agreement.content_hash());
  return world_.Send(world_.partnerships(), office, &Api::ApproveAgreement, request,
                     SeeAgreement());
}

void Players::ReturnAgreement(const auth::Principal& office) {
  pb::ReturnAgreementRequest request;
  request.set_name(kAgreement);
  request.set_comment(Words());
  world_.Send(world_.partnerships(), office, &Api::ReturnAgreement, request, SeeAgreement());
}

void Players::ActOnPeople() {
  const std::uint64_t chance = world_.rng().Below(100);
  if (chance < 15) {
    CreatePerson(kUga, auth::Role::kStudent, kUga, nullptr);
    return;
  }
  ChangePerson();
}

void Players::ChangePerson() {
  using Identity = identity::Api;
  namespace ipb = identity::v1;
  if (board_.people.empty()) return;
  const ipb::Person person = world_.AnyOf(board_.people).second;
  IdentityNode& node = world_.identity();
  const std::uint64_t chance = world_.rng().Below(100);
  const auto named = [&](auto request) {
    request.set_name(person.name());
    return request;
  };
  if (chance < 35) {
    ipb::UpdatePersonRequest request;
    request.mutable_person()->set_name(person.name());
    request.mutable_person()->set_language_code(world_.Chance(50) ? "fr" : "ja");
    request.mutable_person()->set_given_name("Quetzal the Other");
    request.mutable_update_mask()->add_paths("language_code");
    request.mutable_update_mask()->add_paths("given_name");
    world_.Send(node, board_.administrator, &Identity::UpdatePerson, request, SeePerson());
  } else if (chance < 55) {
    ipb::AddGrantRequest request = named(ipb::AddGrantRequest());
    request.mutable_grant()->set_role(options::v1::INTERNATIONAL_OFFICE);
    request.mutable_grant()->set_scope(kSapporo);
    world_.Send(node, board_.administrator, &Identity::AddGrant, request, SeePerson());
  } else if (chance < 70) {
    ipb::RemoveGrantRequest request = named(ipb::RemoveGrantRequest());
    request.mutable_grant()->set_role(options::v1::INTERNATIONAL_OFFICE);
    request.mutable_grant()->set_scope(kSapporo);
    world_.Send(node, board_.administrator, &Identity::RemoveGrant, request, SeePerson());
  } else if (chance < 85) {
    world_.Send(node, board_.administrator, &Identity::RevokeSessions,
                named(ipb::RevokeSessionsRequest()), SeePerson());
  } else if (chance < 92) {
    world_.Send(node, board_.administrator, &Identity::DisablePerson,
                named(ipb::DisablePersonRequest()), SeePerson());
  } else if (chance < 97) {
    world_.Send(node, board_.administrator, &Identity::ErasePerson,
                named(ipb::ErasePersonRequest()), SeePerson());
  } else {
    world_.Send(node, board_.administrator, &Identity::RotateKey, ipb::RotateKeyRequest());
  }
}

}  // namespace jointly::simulation
