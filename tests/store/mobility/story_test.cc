#include <jointly/mobility/v1/mobility_events.pb.h>

#include "tests/store/mobility/world.h"

// One student's way from a draft to an approved nomination, as every caller sees it.
namespace jointly::mobility {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

using StoryTest = MobilityTest;

std::vector<std::string> ActionNames(const pb::Application& application) {
  std::vector<std::string> names;
  for (const auto& action : application.allowed_actions()) names.push_back(action.action());
  return names;
}

TEST_P(StoryTest, FromDraftToConfirmedPlace) {
  const std::string call = world().PublishedCall();
  const pb::Application draft = world().Draft(call, 1);
  EXPECT_EQ(draft.state(), pb::Application::DRAFT);
  EXPECT_EQ(draft.revision(), 1);
  EXPECT_EQ(draft.etag(), "\"1\"");
  EXPECT_EQ(draft.student(), "people/student-1");
  EXPECT_EQ(draft.home_institution(), kUga);
  EXPECT_EQ(draft.waiting_for(), "student");
  EXPECT_THAT(ActionNames(draft), ElementsAre("update", "submit", "withdraw"));

  pb::SubmitApplicationRequest submit;
  submit.set_name(draft.name());
  submit.set_etag(draft.etag());
  rpc::Call student = As(Student(1));
  ASSERT_OK_AND_ASSIGN(const auto submitted, api().SubmitApplication(student, submit));
  EXPECT_EQ(submitted.state(), pb::Application::SUBMITTED);
  EXPECT_EQ(submitted.waiting_for(), "home_office");
  EXPECT_TRUE(submitted.has_submit_time());

  pb::CheckApplicationRequest check;
  check.set_name(draft.name());
  check.set_outcome(pb::CheckApplicationRequest::ELIGIBLE);
  rpc::Call office = As(HomeOffice());
  ASSERT_OK_AND_ASSIGN(const auto eligible, api().CheckApplication(office, check));
  EXPECT_EQ(eligible.state(), pb::Application::ELIGIBLE);

  pb::ScoreApplicationRequest score;
  score.set_name(draft.name());
  score.set_score(87.5);
  rpc::Call scorer = As(HomeOffice());
  ASSERT_OK_AND_ASSIGN(const auto ranked, api().ScoreApplication(scorer, score));
  EXPECT_EQ(ranked.score(), 87.5);

  pb::OfferApplicationRequest offer;
  offer.set_name(draft.name());
  rpc::Call offerer = As(HomeOffice());
  ASSERT_OK_AND_ASSIGN(const auto offered, api().OfferApplication(offerer, offer));
  EXPECT_EQ(offered.state(), pb::Application::OFFERED);
  EXPECT_EQ(offered.offer().condition(), kOut);
  EXPECT_EQ(world().QuotaOf(kOut).held(), 1);
  EXPECT_EQ(world().QuotaOf(kOut).free(), 1);

  world().PassDecision();
  pb::AcceptOfferRequest accept;
  accept.set_name(draft.name());
  rpc::Call accepter = As(Student(1));
  ASSERT_OK_AND_ASSIGN(const auto confirmed, api().AcceptOffer(accepter, accept));
  EXPECT_EQ(confirmed.state(), pb::Application::CONFIRMED);
  EXPECT_EQ(world().QuotaOf(kOut).held(), 0);
  EXPECT_EQ(world().QuotaOf(kOut).confirmed(), 1);

  EXPECT_THAT(
      Actions("mobility.application", draft.name()),
      ElementsAre("created", "submitted", "found_eligible", "scored", "offered", "accepted"));
  EXPECT_THAT(Actions("mobility.quota", world().QuotaOf(kOut).name()),
              ElementsAre("opened", "changed", "changed"));
  EXPECT_THAT(Actions("mobility.call", call), ElementsAre("created", "published"));
}

TEST_P(StoryTest, FromConfirmedPlaceToApprovedNomination) {
  const std::string application = world().Confirmed(world().PublishedCall(), 1).name();
  pb::NominateApplicationRequest nominate;
  nominate.set_name(application);
  *nominate.mutable_nominee() = world().UsualNominee();
  rpc::Call nominator = As(HomeOffice());
  ASSERT_OK_AND_ASSIGN(const auto mobility, api().NominateApplication(nominator, nominate));
  EXPECT_EQ(mobility.state(), pb::MobilityCase::NOMINATED);
  EXPECT_EQ(mobility.receiving_institution(), kTsukuba);
  EXPECT_EQ(mobility.receiving_academic_year(), "2027/2028");
  EXPECT_EQ(mobility.sending_academic_year(), "2026/2027")
      << "April is still the old year in France";
  EXPECT_EQ(mobility.waiting_for(), "host_office");
  EXPECT_EQ(mobility.nominee().family_name(), "CanaryFamily");

  pb::GetMobilityRequest get;
  get.set_name(mobility.name());
  rpc::Call host = As(HostOffice());
  ASSERT_OK_AND_ASSIGN(const auto seen, api().GetMobility(host, get));
  EXPECT_EQ(seen.nominee().email(), "canary-nominee@example.org");
  ASSERT_EQ(seen.allowed_actions_size(), 2);
  EXPECT_EQ(seen.allowed_actions(0).action(), "approve");
  EXPECT_TRUE(seen.allowed_actions(0).ready());

  pb::ApproveNominationRequest approve;
  approve.set_name(mobility.name());
  approve.set_proposal_id(mobility.proposal_id());
  rpc::Call approver = As(HostOffice());
  ASSERT_OK_AND_ASSIGN(const auto approved, api().ApproveNomination(approver, approve));
  EXPECT_EQ(approved.state(), pb::MobilityCase::APPROVED);

  EXPECT_THAT(Actions("mobility.mobility", mobility.name()), ElementsAre("nominated", "approved"));
  EXPECT_EQ(world().Get(Student(1), application).mobility(), mobility.name());
}

TEST_P(StoryTest, TheTrailNamesEveryStepAndWhoTookIt) {
  const std::string call = world().PublishedCall();
  const pb::MobilityCase mobility = world().Nominated(call, 1);
  pb::ListHistoryRequest request;
  request.set_name(mobility.application());
  request.set_page_size(3);
  std::vector<std::string> steps;
  do {
    rpc::Call host = As(HostOffice());
    ASSERT_OK_AND_ASSIGN(const auto page, api().ListHistory(host, request));
    for (const auto& entry : page.entries()) {
      steps.push_back(entry.action() + " " + entry.to() + " " + entry.actor());
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(steps,
              ElementsAre("created draft people/student-1", "submitted submitted people/student-1",
                          "found_eligible eligible people/home", "scored ranked people/home",
                          "offered offered people/home", "accepted confirmed people/student-1",
                          "nominated nominated people/home", "nominated nominated people/home"));
  // The mobility's own name gives the same trail.
  pb::ListHistoryRequest by_mobility;
  by_mobility.set_name(mobility.name());
  rpc::Call student = As(Student(1));
  ASSERT_OK_AND_ASSIGN(const auto trail, api().ListHistory(student, by_mobility));
  EXPECT_EQ(trail.entries_size(), 8);
  // A token of one trail does not open another.
  pb::ListHistoryRequest first;
  first.set_name(mobility.application());
  first.set_page_size(1);
  rpc::Call again = As(Student(1));
  ASSERT_OK_AND_ASSIGN(const auto one, api().ListHistory(again, first));
  by_mobility.set_page_token(one.next_page_token());
  EXPECT_EQ(Code(api().ListHistory(again, by_mobility)), "INVALID_ARGUMENT");
}

TEST_P(StoryTest, NothingPersonalLeavesTheService) {
  const std::string call = world().PublishedCall();
  const pb::MobilityCase mobility = world().Nominated(call, 1);
  pb::RejectNominationRequest reject;
  reject.set_name(mobility.name());
  reject.set_proposal_id(mobility.proposal_id());
  reject.set_comment("CanaryComment about the nominee");
  rpc::Call host = As(HostOffice());
  ASSERT_OK_AND_ASSIGN(const auto rejected, api().RejectNomination(host, reject));
  EXPECT_EQ(rejected.host_comment(), reject.comment());
  const std::vector<std::pair<std::string, std::vector<std::string>>> columns = {
      {"outbox", {"headers", "body"}},
      {"audit", {"actor", "action", "subject"}},
      {"personal", {"sealed"}},
      {"request", {"reply"}}};
  for (const auto& [table, names] : columns) {
    const db::Rows rows = Query("SELECT * FROM " + table);
    ASSERT_FALSE(rows.empty()) << table;
    for (const db::Row& row : rows) {
      for (const std::string& name : names) {
        const bool bytes = name == "body" || name == "sealed" || name == "reply";
        const std::string& text = bytes ? row.Bytes(name) : row.Text(name);
        EXPECT_EQ(text.find("anary"), std::string::npos) << table << "." << name;
      }
    }
  }
}

TEST_P(StoryTest, EventsSayWhoMayHearOfThem) {
  const std::string call = world().PublishedCall();
  const pb::MobilityCase mobility = world().Nominated(call, 1);
  const auto audience = [&](const std::string& type, std::int64_t revision,
                            const std::string& name) {
    const db::Rows rows = Query(
        "SELECT headers FROM outbox WHERE aggregate_type = $1 AND aggregate_id = $2 AND "
        "revision = $3",
        {type, IdOfName(name), revision});
    return rows.front().Text("headers");
  };
  const std::string& application = mobility.application();
  EXPECT_THAT(audience("mobility.application", 2, application), testing::HasSubstr(kUga));
  EXPECT_THAT(audience("mobility.application", 2, application),
              testing::HasSubstr("people/student-1"));
  EXPECT_THAT(audience("mobility.application", 2, application), Not(testing::HasSubstr(kTsukuba)));
  EXPECT_THAT(audience("mobility.application", 7, application), testing::HasSubstr(kTsukuba));
  // Offered before the decision time: a hint alone would tell the student.
  const std::string offered = audience("mobility.application", 5, application);
  const std::string key = "audience";
  const auto at = offered.find(key);
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(offered.find("people/student-1", at), std::string::npos) << offered;
}

INSTANTIATE_ON_ENGINES(StoryTest);

}  // namespace
}  // namespace jointly::mobility
