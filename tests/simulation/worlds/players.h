#pragma once

#include "tests/simulation/worlds/world.h"

// The people of a world: random commands, mostly sensible ones for what the board shows, some not.
namespace jointly::simulation {

class Players {
 public:
  explicit Players(World& world) : world_(world), board_(world.board()) {}

  // Somebody does something.
  void Act();

  // What must be there before anything else: institutions, people, an agreement. False when a
  // command was refused for good.
  bool Found();
  // Calls, and applications on their way.
  bool Open();
  // Calls whose stays a budget pays, and most applications nominated.
  bool OpenPaid();

  // For others who act in the world.
  void ActOnNomination();
  Command& CreatePerson(const std::string& institution, auth::Role role, const std::string& scope,
                        auth::Principal* made);
  // Sends until it is acknowledged, also when it is refused because news has not arrived yet.
  bool Insist(const std::function<Command&()>& send);

 private:
  using Application = mobility::v1::Application;
  using MobilityCase = mobility::v1::MobilityCase;

  bool FoundPatiently();

  void ActAsStudent();
  void ActAsOffice();
  void ActOnPlaces();
  void ActOnCalls();
  void ActOnAgreement();
  void ActOnPeople();
  void ActAsReader();
  void ActStrangely();

  // The student's side: students.cc.
  void TakeStudentStep(const auth::Principal& student, const Application& application);
  Command& Apply(const auth::Principal& student, const std::string& call);
  Command& Submit(const auth::Principal& student, const std::string& application);
  void Resubmit(const auth::Principal& student, const std::string& application);
  void ChangeDraft(const auth::Principal& student, const std::string& application);
  void Upload(const auth::Principal& student, const std::string& application);
  void DeleteDocument(const auth::Principal& student, const Application& application);
  void Accept(const auth::Principal& student, const std::string& application);
  void Decline(const auth::Principal& student, const std::string& application);
  void Appeal(const auth::Principal& student, const std::string& application);
  void Withdraw(const auth::Principal& student, const std::string& application);

  // The offices' side: offices.cc, nominations.cc.
  void TakeOfficeStep(const auth::Principal& office, const Application& application);
  Command& FindEligible(const auth::Principal& office, const std::string& application);
  void CheckOtherwise(const auth::Principal& office, const std::string& application);
  Command& Score(const auth::Principal& office, const std::string& application);
  void Offer(const auth::Principal& office, const Application& application);
  void Waitlist(const auth::Principal& office, const Application& application);
  void Reject(const auth::Principal& office, const std::string& application);
  void DecideAppeal(const auth::Principal& office, const std::string& application);
  void Nominate(const auth::Principal& office, const std::string& application);
  void TakeNominationStep(const MobilityCase& mobility);
  void Look();
  void LookAtMobility(const std::string& name);

  // The call and its places: calls.cc.
  Command& CreateCall();
  Command& PublishCall(const std::string& call);
  void MoveCall(const mobility::v1::Call& call);
  void CancelCall(const std::string& call);
  void Allocate(const std::string& call);
  void AdjustQuota(const mobility::v1::Quota& quota);

  // People, institutions and agreements: founders.cc, partners.cc.
  Command& CreateInstitution(const std::string& id, const std::string& zone,
                             const std::string& region, int start_month);
  Command& CreateAgreement();
  Command& Propose(const auth::Principal& office);
  Command& Approve(const auth::Principal& office);
  void ChangeAgreement(const auth::Principal& office);
  Command& Amend(const auth::Principal& office);
  void ReturnAgreement(const auth::Principal& office);
  void ChangePerson();

  // Learning from replies.
  std::function<void(const Application&)> SeeApplication();
  std::function<void(const MobilityCase&)> SeeMobility();
  std::function<void(const mobility::v1::Call&)> SeeCall();
  std::function<void(const mobility::v1::Quota&)> SeeQuota();
  std::function<void(const partnerships::v1::Agreement&)> SeeAgreement();
  std::function<void(const identity::v1::Person&)> SeePerson();

  std::string SomeEtag(const std::string& known);  // Mostly none, sometimes a stale one.
  std::string Words();                             // For one person's eyes.
  mobility::v1::Nominee SomeNominee();
  // What a new call names as its funding; empty: nothing.
  std::string SomeFunding();
  mobility::v1::CivilDateTime In(std::chrono::minutes ahead);
  const auth::Principal& AnyOffice();
  const auth::Principal& Anybody();
  const auth::Principal* StudentOf(const Application& application);

  World& world_;
  Board& board_;
};

}  // namespace jointly::simulation
