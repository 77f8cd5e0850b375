#include "tests/store/mobility/world.h"

// Nominations between the two offices.
namespace jointly::mobility {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class NominationTest : public MobilityTest {
 protected:
  absl::StatusOr<pb::MobilityCase> Approve(const std::string& name, const std::string& proposal,
                                           const std::string& etag = "") {
    pb::ApproveNominationRequest request;
    request.set_name(name);
    request.set_proposal_id(proposal);
    request.set_etag(etag);
    rpc::Call caller = As(HostOffice());
    return api().ApproveNomination(caller, request);
  }
  absl::StatusOr<pb::MobilityCase> Reject(const std::string& name, const std::string& proposal,
                                          const std::string& comment) {
    pb::RejectNominationRequest request;
    request.set_name(name);
    request.set_proposal_id(proposal);
    request.set_comment(comment);
    rpc::Call caller = As(HostOffice());
    return api().RejectNomination(caller, request);
  }
  absl::StatusOr<pb::MobilityCase> Cancel(const auth::Principal& principal, const std::string& name,
                                          bool validate_only = false) {
    pb::CancelMobilityRequest request;
    request.set_name(name);
    request.set_reason("the student fell ill");
    request.set_validate_only(validate_only);
    rpc::Call caller = As(principal);
    return api().CancelMobility(caller, request);
  }
};

TEST_P(NominationTest, ASummaryCountsByDirectionAndStateWhatTheCallerSees) {
  const pb::MobilityCase first = world().Nominated(world().PublishedCall(), 1);
  pb::SummariseMobilitiesRequest request;
  request.add_partners(first.sending_institution());
  request.add_partners(first.receiving_institution());
  const auto summary = [&](const auth::Principal& principal) {
    rpc::Call caller = As(principal);
    std::vector<std::string> rows;
    const auto response = api().SummariseMobilities(caller, request);
    if (!response.ok()) return std::vector{Outcome(response)};
    for (const auto& count : response->counts()) {
      pb::ListMobilitiesRequest list;
      list.set_filter(count.filter());
      rpc::Call reader = As(principal);
      const auto listed = api().ListMobilities(reader, list);
      EXPECT_TRUE(listed.ok()) << listed.status();
      EXPECT_EQ(listed->mobilities_size(), count.mobilities()) << "the filter lists the records";
      rows.push_back(count.state() + " " + std::to_string(count.mobilities()));
    }
    return rows;
  };
  EXPECT_THAT(summary(HomeOffice()), ElementsAre("nominated 1"));
  ASSERT_TRUE(Approve(first.name(), first.proposal_id()).ok());
  EXPECT_THAT(summary(HostOffice()), ElementsAre("approved 1"));
  EXPECT_THAT(summary(Student(1)), ElementsAre("approved 1"));
  EXPECT_THAT(summary(Student(2)), ElementsAre());
  request.set_partners(1, "institutions/elsewhere");
  EXPECT_THAT(summary(HomeOffice()), ElementsAre());
  request.mutable_partners()->RemoveLast();
  EXPECT_THAT(summary(HomeOffice()), ElementsAre("INVALID_ARGUMENT"));
}

TEST_P(NominationTest, ACorrectionIsANewProposal) {
  const pb::MobilityCase first = world().Nominated(world().PublishedCall(), 1);
  EXPECT_EQ(Code(Reject(first.name(), first.proposal_id(), "")), "INVALID_ARGUMENT");
  ASSERT_OK_AND_ASSIGN(const auto rejected,
                       Reject(first.name(), first.proposal_id(), "wrong birth date"));
  EXPECT_EQ(rejected.state(), pb::MobilityCase::NOMINATION_REJECTED);
  EXPECT_EQ(rejected.waiting_for(), "home_office");
  pb::CorrectNominationRequest correct;
  correct.set_name(first.name());
  *correct.mutable_nominee() = world().UsualNominee();
  correct.mutable_nominee()->mutable_birth_date()->set_day(18);
  rpc::Call home = As(HomeOffice());
  ASSERT_OK_AND_ASSIGN(const auto corrected, api().CorrectNomination(home, correct));
  EXPECT_EQ(corrected.state(), pb::MobilityCase::NOMINATED);
  EXPECT_NE(corrected.proposal_id(), first.proposal_id());
  EXPECT_EQ(corrected.nominee().birth_date().day(), 18);
  // G12: a decision on the proposal that was read before.
  const auto stale = Approve(first.name(), first.proposal_id());
  EXPECT_EQ(Code(stale), "ABORTED");
  EXPECT_EQ(Outcome(stale), "STALE_PROPOSAL");
  EXPECT_EQ(Outcome(Reject(first.name(), first.proposal_id(), "again")), "STALE_PROPOSAL");
  ASSERT_OK_AND_ASSIGN(const auto approved, Approve(first.name(), corrected.proposal_id()));
  EXPECT_EQ(approved.state(), pb::MobilityCase::APPROVED);
  EXPECT_THAT(Actions("mobility.mobility", first.name()),
              ElementsAre("nominated", "rejected", "corrected", "approved"));
}

TEST_P(NominationTest, ACorrectionWithoutANomineeKeepsTheStoredOne) {
  const pb::MobilityCase first = world().Nominated(world().PublishedCall(), 1);
  ASSERT_TRUE(Reject(first.name(), first.proposal_id(), "please confirm").ok());
  pb::CorrectNominationRequest correct;
  correct.set_name(first.name());
  rpc::Call home = As(HomeOffice());
  ASSERT_OK_AND_ASSIGN(const auto corrected, api().CorrectNomination(home, correct));
  EXPECT_EQ(corrected.nominee().family_name(), "CanaryFamily");
}

TEST_P(NominationTest, EveryMissingFieldIsNamedAtOnce) {
  const auto confirmed = world().Confirmed(world().PublishedCall(), 1);
  pb::NominateApplicationRequest nominate;
  nominate.set_name(confirmed.name());
  rpc::Call home = As(HomeOffice());
  EXPECT_EQ(Code(api().NominateApplication(home, nominate)), "INVALID_ARGUMENT") << "no nominee";
  nominate.mutable_nominee()->set_given_name("Given");
  rpc::Call again = As(HomeOffice());
  const auto refused = api().NominateApplication(again, nominate);
  EXPECT_EQ(Outcome(refused), "GUARD_REFUSED");
  for (const char* field : {"birth_date", "nationality", "email", "family_name"}) {
    EXPECT_THAT(refused.status().ToString(), HasSubstr(field));
  }
}

TEST_P(NominationTest, AStaleEtagIsAborted) {
  const pb::MobilityCase mobility = world().Nominated(world().PublishedCall(), 1);
  ASSERT_TRUE(Reject(mobility.name(), mobility.proposal_id(), "why").ok());
  pb::CorrectNominationRequest correct;
  correct.set_name(mobility.name());
  correct.set_etag(mobility.etag());
  rpc::Call home = As(HomeOffice());
  const auto stale = api().CorrectNomination(home, correct);
  EXPECT_EQ(Code(stale), "ABORTED");
  EXPECT_EQ(Outcome(stale), "STALE_ETAG");
}

TEST_P(NominationTest, EachOfficeTakesItsOwnSteps) {
  const pb::MobilityCase mobility = world().Nominated(world().PublishedCall(), 1);
  pb::ApproveNominationRequest approve;
  approve.set_name(mobility.name());
  approve.set_proposal_id(mobility.proposal_id());
  rpc::Call home = As(HomeOffice());
  EXPECT_EQ(Outcome(api().ApproveNomination(home, approve)), "WRONG_ROLE");
  rpc::Call student = As(Student(1));
  EXPECT_EQ(Outcome(api().ApproveNomination(student, approve)), "WRONG_ROLE");
  rpc::Call auditor = As(Auditor());
  EXPECT_EQ(Outcome(api().ApproveNomination(auditor, approve)), "WRONG_ROLE");
  EXPECT_EQ(Outcome(Cancel(HostOffice(), mobility.name())), "WRONG_ROLE");
  // One office of both universities acts as the one that the step needs.
  auth::Principal everywhere = HomeOffice();
  everywhere.grants = {{auth::Role::kInternationalOffice, "*"}};
  rpc::Call both = As(everywhere);
  EXPECT_TRUE(api().ApproveNomination(both, approve).ok());
  EXPECT_TRUE(Cancel(everywhere, mobility.name()).ok());
}

TEST_P(NominationTest, ACancelledMobilityGivesItsPlaceToTheNext) {
  const std::string call = world().PublishedCall();
  const std::string second = world().Offered(call, 2).name();
  const std::string third = world().Ranked(call, 3).name();
  const std::string fourth = world().Ranked(call, 4).name();
  const pb::MobilityCase mobility = world().Nominated(call, 1);
  for (const std::string& name : {third, fourth}) {
    pb::WaitlistApplicationRequest request;
    request.set_name(name);
    rpc::Call caller = As(HomeOffice());
    Must(api().WaitlistApplication(caller, request), "waitlist");
  }
  ASSERT_OK_AND_ASSIGN(const auto rehearsed, Cancel(HomeOffice(), mobility.name(), true));
  EXPECT_EQ(rehearsed.state(), pb::MobilityCase::CANCELLED);
  EXPECT_EQ(world().QuotaOf(kOut).confirmed(), 1) << "only what would be";
  EXPECT_EQ(world().Get(HomeOffice(), third).state(), pb::Application::WAITLISTED);
  ASSERT_OK_AND_ASSIGN(const auto cancelled, Cancel(HomeOffice(), mobility.name()));
  EXPECT_EQ(cancelled.state(), pb::MobilityCase::CANCELLED);
  EXPECT_EQ(cancelled.cancel_reason(), "the student fell ill");
  EXPECT_EQ(world().QuotaOf(kOut).confirmed(), 0);
  EXPECT_EQ(world().QuotaOf(kOut).held(), 2);
  EXPECT_EQ(world().Get(HomeOffice(), third).state(), pb::Application::OFFERED);
  EXPECT_EQ(world().Get(HomeOffice(), fourth).state(), pb::Application::WAITLISTED);
  EXPECT_EQ(Outcome(Cancel(HomeOffice(), mobility.name())), "ILLEGAL_MOVE");
  EXPECT_EQ(world().Get(Student(1), mobility.application()).waiting_for(), "nobody");
}

TEST_P(NominationTest, TheWindowOfTheHostIsKept) {
  const std::string call = world().PublishedCall([](pb::Call& change) {
    *change.mutable_nomination_open_time() = change.decision_time();
    *change.mutable_nomination_close_time() = change.decision_time();
    change.mutable_nomination_open_time()->mutable_date()->set_month(3);
    change.mutable_nomination_open_time()->mutable_date()->set_day(1);
    change.mutable_nomination_close_time()->mutable_date()->set_month(4);
    change.mutable_nomination_close_time()->mutable_date()->set_day(30);
  });
  const auto confirmed = world().Confirmed(call, 1);
  pb::NominateApplicationRequest nominate;
  nominate.set_name(confirmed.name());
  *nominate.mutable_nominee() = world().UsualNominee();
  rpc::Call early = As(HomeOffice());
  const auto refused = api().NominateApplication(early, nominate);
  EXPECT_EQ(Outcome(refused), "GUARD_REFUSED");
  EXPECT_THAT(refused.status().ToString(), HasSubstr("G11"));
  world().clock().Advance(std::chrono::hours(24 * 40));
  nominate.set_validate_only(true);
  rpc::Call rehearsing = As(HomeOffice());
  EXPECT_TRUE(api().NominateApplication(rehearsing, nominate).ok());
  EXPECT_EQ(Number("SELECT COUNT(*) FROM mobility"), 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM personal"), 0);
  nominate.set_validate_only(false);
  rpc::Call in_time = As(HomeOffice());
  EXPECT_TRUE(api().NominateApplication(in_time, nominate).ok());
}

INSTANTIATE_ON_ENGINES(NominationTest);

}  // namespace
}  // namespace jointly::mobility
