#include <google/rpc/error_details.pb.h>

#include "services/mobility/store/replica_store.h"
#include "tests/store/mobility/world.h"

// What happens elsewhere and reaches this service as events.
namespace jointly::mobility {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class ReplicaTest : public MobilityTest {
 protected:
  void Waitlist(const std::string& name) {
    pb::WaitlistApplicationRequest request;
    request.set_name(name);
    rpc::Call caller = As(HomeOffice());
    Must(api().WaitlistApplication(caller, request), "waitlist");
  }
  void Agree(std::int64_t revision, int out_places, int labs_places) {
    auto agreement = world().UsualAgreement(out_places, labs_places);
    agreement.set_revision(revision);
    world().TellAgreement(agreement);
  }
};

TEST_P(ReplicaTest, AnUnknownAgreementMayBeOnItsWay) {
  pb::CreateCallRequest create;
  *create.mutable_call() = world().UsualCall();
  create.mutable_call()->set_agreement("agreements/unheard-of");
  rpc::Call office = As(HomeOffice());
  const auto refused = api().CreateCall(office, create);
  EXPECT_EQ(Code(refused), "FAILED_PRECONDITION");
  EXPECT_EQ(Outcome(refused), "AGREEMENT_UNKNOWN");
  EXPECT_TRUE(refused.status().GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  auto agreement = world().UsualAgreement(1, 1);
  agreement.set_name("agreements/unheard-of");
  world().TellAgreement(agreement);
  rpc::Call again = As(HomeOffice());
  EXPECT_TRUE(api().CreateCall(again, create).ok());
}

TEST_P(ReplicaTest, AnUnknownConditionMayBeOnItsWay) {
  pb::CreateApplicationRequest create;
  create.mutable_application()->set_call(world().PublishedCall());
  pb::Choice& choice = *create.mutable_application()->add_choices();
  choice.set_condition(std::string(kAgreement) + "/conditions/new");
  choice.set_term(pb::FIRST);
  rpc::Call student = As(Student(1));
  const auto refused = api().CreateApplication(student, create);
  EXPECT_EQ(Outcome(refused), "CONDITION_UNKNOWN");
  EXPECT_TRUE(refused.status().GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  // One of another agreement is a mistake.
  choice.set_condition("agreements/another/conditions/new");
  rpc::Call again = As(Student(1));
  EXPECT_EQ(Code(api().CreateApplication(again, create)), "INVALID_ARGUMENT");
}

TEST_P(ReplicaTest, ACallNeedsAnAgreementInEffect) {
  auto draft = world().UsualAgreement(1, 1);
  draft.set_name("agreements/draft");
  draft.set_effective(false);
  draft.set_state(jointly::partnerships::v1::Agreement::DRAFT);
  world().TellAgreement(draft);
  pb::CreateCallRequest create;
  *create.mutable_call() = world().UsualCall();
  create.mutable_call()->set_agreement(draft.name());
  rpc::Call office = As(HomeOffice());
  pb::PublishCallRequest publish;
  publish.set_name(Must(api().CreateCall(office, create)).name());
  rpc::Call publisher = As(HomeOffice());
  const auto refused = api().PublishCall(publisher, publish);
  EXPECT_EQ(Outcome(refused), "GUARD_REFUSED");
  EXPECT_THAT(refused.status().ToString(), HasSubstr("is not in effect"));
}

TEST_P(ReplicaTest, MorePlacesGoToThoseWhoWait) {
  const std::string call = world().PublishedCall();
  world().Offered(call, 1);
  world().Offered(call, 2);
  std::vector<std::string> waiting;
  for (int i = 3; i <= 5; ++i) {
    waiting.push_back(world().Ranked(call, i).name());
    Waitlist(waiting.back());
  }
  Agree(2, /*out_places=*/4, 3);
  EXPECT_EQ(world().QuotaOf(kOut).places(), 4);
  EXPECT_EQ(world().QuotaOf(kOut).held(), 4);
  EXPECT_EQ(world().Get(HomeOffice(), waiting[1]).state(), pb::Application::OFFERED);
  EXPECT_EQ(world().Get(HomeOffice(), waiting[2]).state(), pb::Application::WAITLISTED);
}

TEST_P(ReplicaTest, FewerPlacesTakeNothingFromThoseWhoHaveOne) {
  const std::string call = world().PublishedCall();
  const std::string one = world().Offered(call, 1).name();
  const std::string two = world().Offered(call, 2).name();
  const std::string waiting = world().Ranked(call, 3).name();
  Waitlist(waiting);
  Agree(2, /*out_places=*/1, 3);
  EXPECT_EQ(world().QuotaOf(kOut).places(), 2) << "two are in use";
  EXPECT_EQ(world().QuotaOf(kOut).free(), 0);
  const db::Rows entries = Query("SELECT reason FROM quota_entry WHERE kind = 'agreed'");
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_THAT(entries.front().Text("reason"), HasSubstr("gives 1 places; 2 are in use"));
  world().PassDecision();
  const auto decline = [&](const std::string& name, int student) {
    pb::DeclineOfferRequest request;
    request.set_name(name);
    rpc::Call caller = As(Student(student));
    Must(api().DeclineOffer(caller, request), "decline");
  };
  decline(one, 1);
  EXPECT_EQ(world().QuotaOf(kOut).places(), 1) << "it comes down as places are given back";
  EXPECT_EQ(world().Get(HomeOffice(), waiting).state(), pb::Application::WAITLISTED);
  decline(two, 2);
  EXPECT_EQ(world().Get(HomeOffice(), waiting).state(), pb::Application::OFFERED);
  EXPECT_EQ(world().QuotaOf(kOut).places(), 1);
}

TEST_P(ReplicaTest, AConditionThatIsDroppedIsNotInEffect) {
  const std::string call = world().PublishedCall();
  const std::string name = world().Ranked(call, 1).name();
  auto agreement = world().UsualAgreement(2, 3);
  agreement.mutable_conditions()->DeleteSubrange(0, 1);
  agreement.set_revision(2);
  world().TellAgreement(agreement);
  pb::OfferApplicationRequest offer;
  offer.set_name(name);
  rpc::Call office = As(HomeOffice());
  const auto refused = api().OfferApplication(office, offer);
  EXPECT_EQ(Outcome(refused), "GUARD_REFUSED");
  EXPECT_THAT(refused.status().ToString(), HasSubstr("G2"));
}

TEST_P(ReplicaTest, WhileAnAmendmentIsDraftedTheOldTextHolds) {
  world().PublishedCall();
  auto agreement = world().UsualAgreement(/*out_places=*/50, 3);
  *agreement.mutable_effective_conditions() = world().UsualAgreement(2, 3).conditions();
  agreement.set_state(jointly::partnerships::v1::Agreement::DRAFT);
  agreement.set_revision(2);
  world().TellAgreement(agreement);
  EXPECT_EQ(world().QuotaOf(kOut).places(), 2);
}

TEST_P(ReplicaTest, AnErasedPersonLeavesNoPapersAndNoName) {
  const pb::MobilityCase mobility = world().Nominated(world().PublishedCall(), 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM personal_key"), 1);
  world().TellPerson(Student(1), "ERASED");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM personal_key"), 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM personal"), 0);
  pb::GetMobilityRequest get;
  get.set_name(mobility.name());
  rpc::Call host = As(HostOffice());
  ASSERT_OK_AND_ASSIGN(const auto seen, api().GetMobility(host, get));
  EXPECT_FALSE(seen.has_nominee());
  EXPECT_EQ(seen.state(), pb::MobilityCase::NOMINATED) << "the case is still there";
  const auto application = world().Get(HomeOffice(), mobility.application());
  EXPECT_EQ(application.documents_size(), 0);
  EXPECT_EQ(application.profile().grade(), 0);
  EXPECT_EQ(application.profile().languages_size(), 0);
}

TEST_P(ReplicaTest, NothingPersonalIsKeptAfterAnErasure) {
  const pb::Application confirmed = world().Confirmed(world().PublishedCall(), 1);
  world().TellPerson(Student(1), "ERASED");
  pb::NominateApplicationRequest request;
  request.set_name(confirmed.name());
  *request.mutable_nominee() = world().UsualNominee();
  rpc::Call office = As(HomeOffice());
  EXPECT_EQ(Outcome(api().NominateApplication(office, request)), "PERSON_ERASED");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM personal_key"), 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM personal"), 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM mobility"), 0);
}

TEST_P(ReplicaTest, StudentsAndInstitutionsAreKept) {
  world().TellPerson(Student(4));
  const auto student =
      Must(database().Read([](db::Tx& tx) { return store::LoadStudent(tx, "people/student-4"); }));
  ASSERT_TRUE(student.has_value());
  EXPECT_EQ(student->institution, kUga);
  EXPECT_EQ(student->language, "fr");
  EXPECT_EQ(student->time_zone, "Europe/Paris");
  EXPECT_EQ(student->state, "active");
}

TEST_P(ReplicaTest, ABodyThatIsNoEventIsRefusedForGood) {
  for (const char* aggregate :
       {"partnerships.institution", "partnerships.agreement", "identity.person"}) {
    const absl::Status status = world().Apply(aggregate, 2, "\xff\xff\xff nonsense");
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << aggregate << ": parked at once";
  }
}

INSTANTIATE_ON_ENGINES(ReplicaTest);

}  // namespace
}  // namespace jointly::mobility
