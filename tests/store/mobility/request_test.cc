#include <google/rpc/error_details.pb.h>

#include "tests/store/mobility/world.h"

// Requests that are wrong, repeated, or only rehearsed.
namespace jointly::mobility {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class RequestTest : public MobilityTest {
 protected:
  // The paths of all violations of a refusal.
  static std::vector<std::string> Paths(const absl::Status& status) {
    std::vector<std::string> paths;
    const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
    google::rpc::BadRequest details;
    if (!payload.has_value() || !details.ParseFromString(std::string(*payload))) return paths;
    for (const auto& row : details.field_violations()) paths.push_back(row.field());
    return paths;
  }
  // Rows of every table that a command could write.
  std::string Footprint() {
    std::string text;
    for (const char* table :
         {"call", "application", "mobility", "quota", "quota_entry", "document", "personal",
          "personal_key", "allocation_run", "outbox", "audit", "timer", "request"}) {
      text += std::string(table) + "=" +
              std::to_string(Number(std::string("SELECT COUNT(*) FROM ") + table)) + " ";
    }
    text += "revisions=" + std::to_string(Number("SELECT COALESCE(SUM(revision), 0) FROM "
                                                 "application"));
    return text;
  }
};

TEST_P(RequestTest, EveryViolationOfACallIsListed) {
  pb::CreateCallRequest request;
  request.set_call_id("Not An Id");
  pb::Call& call = *request.mutable_call();
  call = world().UsualCall();
  call.clear_display_name();
  call.set_home_institution("uga");
  call.set_agreement("x");
  call.set_academic_year("2027");
  call.mutable_close_time()->set_clock("25:00");
  call.mutable_decision_time()->set_time_zone("Mars/Olympus");
  call.clear_open_time();
  call.add_required_documents("horoscope");
  call.add_required_documents("transcript");
  call.add_required_documents("transcript");
  call.set_minimum_choices(-1);
  call.set_offer_validity_hours(-5);
  call.set_linked_group("Big Group");
  rpc::Call caller = As(HomeOffice());
  const auto refused = api().CreateCall(caller, request);
  EXPECT_EQ(Code(refused), "INVALID_ARGUMENT");
  EXPECT_THAT(Paths(refused.status()),
              UnorderedElementsAre("call_id", "call.display_name", "call.home_institution",
                                   "call.agreement", "call.academic_year", "call.open_time",
                                   "call.close_time.clock", "call.decision_time.time_zone",
                                   "call.minimum_choices", "call.required_documents[0]",
                                   "call.required_documents[2]", "call.offer_validity_hours",
                                   "call.linked_group"));
  call = world().UsualCall();
  request.clear_call_id();
  *call.mutable_close_time() = call.open_time();
  call.mutable_decision_time()->mutable_date()->set_year(2020);
  rpc::Call again = As(HomeOffice());
  EXPECT_THAT(Paths(api().CreateCall(again, request).status()),
              UnorderedElementsAre("call.close_time", "call.decision_time"));
}

TEST_P(RequestTest, EveryViolationOfAnApplicationIsListed) {
  pb::CreateApplicationRequest request;
  pb::Application& application = *request.mutable_application();
  application.set_call("call");
  application.add_choices()->set_condition("nonsense");
  application.add_choices();
  pb::StudyProfile& profile = *application.mutable_profile();
  profile.set_home_unit("units/x");
  profile.set_isced_code("61");
  profile.set_eqf_level(9);
  profile.set_grade(30);
  profile.set_grade_scale_maximum(20);
  profile.set_completed_ects(-1);
  pb::LanguageEvidence& language = *profile.add_languages();
  language.set_test("TOEIC");
  language.set_total(200);
  language.mutable_test_date()->set_month(13);
  profile.set_planned_months(1000);
  rpc::Call caller = As(Student(1));
  EXPECT_THAT(
      Paths(api().CreateApplication(caller, request).status()),
      UnorderedElementsAre(
          "application.call", "application.choices[0].condition", "application.choices[0].term",
          "application.choices[1].condition", "application.choices[1].term",
          "application.profile.home_unit", "application.profile.isced_code",
          "application.profile.eqf_level", "application.profile.grade",
          "application.profile.completed_ects", "application.profile.languages[0].language_code",
          "application.profile.languages[0].test", "application.profile.languages[0].level",
          "application.profile.languages[0].total", "application.profile.languages[0].test_date",
          "application.profile.planned_months"));
}

TEST_P(RequestTest, OtherRequestsNameTheirFieldsToo) {
  rpc::Call office = As(HomeOffice());
  pb::CheckApplicationRequest check;
  check.set_name("applications/x");
  EXPECT_THAT(Paths(api().CheckApplication(office, check).status()), ElementsAre("outcome"));
  check.set_outcome(pb::CheckApplicationRequest::INCOMPLETE);
  EXPECT_THAT(Paths(api().CheckApplication(office, check).status()),
              ElementsAre("complete_until_date"));
  pb::ScoreApplicationRequest score;
  score.set_score(101);
  EXPECT_THAT(Paths(api().ScoreApplication(office, score).status()), ElementsAre("score"));
  score.set_score(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(Paths(api().ScoreApplication(office, score).status()), ElementsAre("score"));
  pb::AdjustQuotaRequest adjust;
  EXPECT_THAT(Paths(api().AdjustQuota(office, adjust).status()),
              UnorderedElementsAre("delta", "reason"));
  pb::RejectNominationRequest reject;
  EXPECT_THAT(Paths(api().RejectNomination(office, reject).status()),
              UnorderedElementsAre("proposal_id", "comment"));
  pb::SubmitApplicationRequest submit;
  submit.set_name("somewhere/else");
  EXPECT_THAT(Paths(api().SubmitApplication(office, submit).status()), ElementsAre("name"));
  pb::ListApplicationsRequest list;
  list.set_filter("colour = \"blue\"");
  EXPECT_THAT(Paths(api().ListApplications(office, list).status()), ElementsAre("filter"));
  list.clear_filter();
  list.set_page_token("nonsense");
  EXPECT_THAT(Paths(api().ListApplications(office, list).status()), ElementsAre("page_token"));
}

TEST_P(RequestTest, ASubmissionNamesEverythingThatIsMissing) {
  const std::string call = world().PublishedCall([](pb::Call& change) {
    change.add_required_documents("transcript");
    change.add_required_documents("passport");
    change.set_minimum_choices(2);
  });
  const auto draft = world().Draft(call, 1);
  pb::SubmitApplicationRequest submit;
  submit.set_name(draft.name());
  rpc::Call student = As(Student(1));
  const auto refused = api().SubmitApplication(student, submit);
  EXPECT_EQ(Code(refused), "FAILED_PRECONDITION");
  EXPECT_EQ(Outcome(refused), "GUARD_REFUSED");
  EXPECT_THAT(refused.status().ToString(), HasSubstr("transcript"));
  EXPECT_THAT(refused.status().ToString(), HasSubstr("passport"));
  EXPECT_THAT(refused.status().ToString(), HasSubstr("G1"));
  // The same is beside the action, before anybody tries.
  const auto seen = world().Get(Student(1), draft.name());
  bool found = false;
  for (const auto& action : seen.allowed_actions()) {
    if (action.action() != "submit") continue;
    found = true;
    EXPECT_FALSE(action.ready());
    EXPECT_EQ(action.missing_size(), 2);
  }
  EXPECT_TRUE(found);
}

TEST_P(RequestTest, AStaleEtagIsAbortedAndSaysWhatIsCurrent) {
  const auto draft = world().Draft(world().PublishedCall(), 1);
  pb::UpdateApplicationRequest update;
  update.mutable_application()->set_name(draft.name());
  update.mutable_application()->mutable_profile()->set_grade(16);
  update.mutable_application()->set_etag(draft.etag());
  update.mutable_update_mask()->add_paths("profile.grade");
  rpc::Call student = As(Student(1));
  ASSERT_OK_AND_ASSIGN(const auto updated, api().UpdateApplication(student, update));
  EXPECT_EQ(updated.profile().grade(), 16);
  EXPECT_EQ(updated.profile().eqf_level(), 7) << "the mask named one field";
  rpc::Call again = As(Student(1));
  const auto stale = api().UpdateApplication(again, update);
  EXPECT_EQ(Code(stale), "ABORTED");
  EXPECT_EQ(Outcome(stale), "STALE_ETAG");
  EXPECT_THAT(jointly::FactsOf(stale.status()), Contains(testing::Field(&Fact::value, "\"2\"")));
  pb::SubmitApplicationRequest submit;
  submit.set_name(draft.name());
  submit.set_etag("\"1\"");
  rpc::Call late = As(Student(1));
  EXPECT_EQ(Outcome(api().SubmitApplication(late, submit)), "STALE_ETAG");
}

TEST_P(RequestTest, AMaskNeverReachesStatesOrForeignFields) {
  const auto draft = world().Draft(world().PublishedCall(), 1);
  for (const char* path :
       {"state", "score", "student", "call", "home_institution", "offer", "decision_note",
        "revision", "etag", "documents", "nothing", "profile.nothing", "choices.condition"}) {
    pb::UpdateApplicationRequest update;
    update.mutable_application()->set_name(draft.name());
    update.mutable_application()->set_state(pb::Application::CONFIRMED);
    update.mutable_application()->set_score(100);
    update.mutable_update_mask()->add_paths(path);
    rpc::Call student = As(Student(1));
    const auto refused = api().UpdateApplication(student, update);
    EXPECT_EQ(Code(refused), "INVALID_ARGUMENT") << path;
    EXPECT_THAT(Paths(refused.status()), ElementsAre("update_mask")) << path;
  }
  // Mass assignment: every field set and no mask changes only what may be changed.
  pb::UpdateApplicationRequest all;
  pb::Application& message = *all.mutable_application();
  message = draft;
  message.clear_etag();
  message.set_state(pb::Application::CONFIRMED);
  message.set_score(100);
  message.set_student("people/somebody-else");
  message.set_home_institution(kSapporo);
  message.set_decision_note("accepted!");
  message.mutable_offer()->set_condition(kOut);
  message.mutable_profile()->set_grade(19);
  rpc::Call student = As(Student(1));
  ASSERT_OK_AND_ASSIGN(const auto updated, api().UpdateApplication(student, all));
  EXPECT_EQ(updated.profile().grade(), 19);
  EXPECT_EQ(updated.state(), pb::Application::DRAFT);
  EXPECT_EQ(updated.student(), "people/student-1");
  EXPECT_EQ(updated.home_institution(), kUga);
  EXPECT_FALSE(updated.has_offer());
  EXPECT_EQ(updated.decision_note(), "");
  EXPECT_EQ(world().Get(HomeOffice(), draft.name()).score(), 0);
}

TEST_P(RequestTest, APublishedCallMovesToLaterOnly) {
  const std::string name = world().PublishedCall();
  pb::UpdateCallRequest update;
  update.mutable_call()->set_name(name);
  update.mutable_call()->set_academic_year("2028/2029");
  update.mutable_update_mask()->add_paths("academic_year");
  rpc::Call office = As(HomeOffice());
  const auto refused = api().UpdateCall(office, update);
  EXPECT_EQ(Outcome(refused), "GUARD_REFUSED");
  EXPECT_THAT(refused.status().ToString(), HasSubstr("academic_year is fixed"));
  pb::UpdateCallRequest later;
  later.mutable_call()->set_name(name);
  *later.mutable_call()->mutable_close_time() = world().UsualCall().close_time();
  later.mutable_call()->mutable_close_time()->mutable_date()->set_day(20);
  later.mutable_update_mask()->add_paths("close_time");
  rpc::Call again = As(HomeOffice());
  ASSERT_OK_AND_ASSIGN(const auto moved, api().UpdateCall(again, later));
  EXPECT_EQ(moved.close_time().date().day(), 20);
  EXPECT_EQ(moved.etag(), "\"3\"");
  pb::UpdateCallRequest home;
  home.mutable_call()->set_name(name);
  home.mutable_update_mask()->add_paths("home_institution");
  rpc::Call third = As(HomeOffice());
  EXPECT_THAT(Paths(api().UpdateCall(third, home).status()), ElementsAre("update_mask"));
}

TEST_P(RequestTest, WhatIsOnlyValidatedChangesNothing) {
  const std::string call = world().PublishedCall();
  const std::string draft = world().Draft(call, 1).name();
  const std::string submitted = world().Submitted(call, 2).name();
  const std::string ranked = world().Ranked(call, 3).name();
  pb::CreateCallRequest create;
  *create.mutable_call() = world().UsualCall();
  rpc::Call creator = As(HomeOffice());
  const std::string unpublished = Must(api().CreateCall(creator, create)).name();
  const std::string before = Footprint();

  pb::SubmitApplicationRequest submit;
  submit.set_name(draft);
  submit.set_validate_only(true);
  rpc::Call student = As(Student(1));
  ASSERT_OK_AND_ASSIGN(const auto would, api().SubmitApplication(student, submit));
  EXPECT_EQ(would.state(), pb::Application::SUBMITTED);
  pb::CheckApplicationRequest check;
  check.set_name(submitted);
  check.set_validate_only(true);
  rpc::Call checker = As(HomeOffice());
  ASSERT_OK_AND_ASSIGN(const auto verdicts, api().CheckApplication(checker, check));
  EXPECT_EQ(verdicts.reasons_size(), 7) << "every guard of eligible, passed or not";
  for (const auto& verdict : verdicts.reasons()) EXPECT_TRUE(verdict.passed());
  pb::OfferApplicationRequest offer;
  offer.set_name(ranked);
  offer.set_validate_only(true);
  rpc::Call offerer = As(HomeOffice());
  ASSERT_OK_AND_ASSIGN(const auto offered, api().OfferApplication(offerer, offer));
  EXPECT_EQ(offered.state(), pb::Application::OFFERED);
  pb::RejectApplicationRequest reject;
  reject.set_name(ranked);
  reject.set_reason("because");
  reject.set_validate_only(true);
  rpc::Call rejecter = As(HomeOffice());
  EXPECT_TRUE(api().RejectApplication(rejecter, reject).ok());
  pb::PublishCallRequest publish;
  publish.set_name(unpublished);
  publish.set_validate_only(true);
  rpc::Call publisher = As(HomeOffice());
  EXPECT_TRUE(api().PublishCall(publisher, publish).ok());
  pb::AllocateCallRequest allocate;
  allocate.set_name(call);
  allocate.set_validate_only(true);
  rpc::Call allocator = As(HomeOffice());
  ASSERT_OK_AND_ASSIGN(const auto allocation, api().AllocateCall(allocator, allocate));
  EXPECT_EQ(allocation.allocations_size(), 1);
  EXPECT_EQ(allocation.run(), "");

  EXPECT_EQ(Footprint(), before);
  EXPECT_EQ(world().Get(Student(1), draft).state(), pb::Application::DRAFT);
  EXPECT_EQ(world().Get(HomeOffice(), ranked).state(), pb::Application::RANKED);
}

TEST_P(RequestTest, TheSameRequestIdGivesTheFirstReply) {
  const auto draft = world().Draft(world().PublishedCall(), 1);
  const std::string id = world().ids().Next();
  pb::SubmitApplicationRequest submit;
  submit.set_name(draft.name());
  submit.set_request_id(id);
  rpc::Call first = world().As(Student(1), id);
  ASSERT_OK_AND_ASSIGN(const auto reply, api().SubmitApplication(first, submit));
  world().clock().Advance(std::chrono::hours(1));
  rpc::Call second = world().As(Student(1), id);
  ASSERT_OK_AND_ASSIGN(const auto again, api().SubmitApplication(second, submit));
  EXPECT_EQ(again.SerializeAsString(), reply.SerializeAsString());
  EXPECT_THAT(Actions("mobility.application", draft.name()), ElementsAre("created", "submitted"));
  submit.set_etag("\"9\"");
  rpc::Call third = world().As(Student(1), id);
  const auto reused = api().SubmitApplication(third, submit);
  EXPECT_EQ(Code(reused), "ALREADY_EXISTS");
  EXPECT_EQ(Outcome(reused), "REQUEST_ID_REUSED");
}

TEST_P(RequestTest, ListsArePagedInOrderOfCreation) {
  const std::string call = world().PublishedCall();
  std::vector<std::string> made;
  for (int i = 0; i < 7; ++i) made.push_back(world().Draft(call, i).name());
  pb::ListApplicationsRequest request;
  request.set_page_size(3);
  request.set_filter("call = \"" + call + "\" AND state = DRAFT");
  std::vector<std::string> found;
  std::vector<int> sizes;
  do {
    rpc::Call office = As(HomeOffice());
    ASSERT_OK_AND_ASSIGN(const auto page, api().ListApplications(office, request));
    for (const auto& row : page.applications()) found.push_back(row.name());
    sizes.push_back(page.applications_size());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(found, made);
  EXPECT_THAT(sizes, ElementsAre(3, 3, 1));
  rpc::Call office = As(HomeOffice());
  request.clear_page_token();
  request.set_filter("state = SUBMITTED");
  EXPECT_EQ(Must(api().ListApplications(office, request)).applications_size(), 0);
}

TEST_P(RequestTest, AnIncompleteApplicationComesBack) {
  const std::string call = world().PublishedCall();
  const std::string name = world().Submitted(call, 1).name();
  pb::CheckApplicationRequest check;
  check.set_name(name);
  check.set_outcome(pb::CheckApplicationRequest::INCOMPLETE);
  check.mutable_complete_until_date()->set_year(2026);
  check.mutable_complete_until_date()->set_month(11);
  check.mutable_complete_until_date()->set_day(30);
  rpc::Call bare = As(HomeOffice());
  EXPECT_EQ(Code(api().CheckApplication(bare, check)), "INVALID_ARGUMENT") << "no reason given";
  check.add_reasons("the transcript is not signed");
  rpc::Call office = As(HomeOffice());
  ASSERT_OK_AND_ASSIGN(const auto incomplete, api().CheckApplication(office, check));
  EXPECT_EQ(incomplete.state(), pb::Application::INCOMPLETE);
  ASSERT_EQ(incomplete.reasons_size(), 1);
  EXPECT_EQ(incomplete.reasons(0).evidence(), "the transcript is not signed");
  EXPECT_EQ(world().Get(Student(1), name).waiting_for(), "student");
  // After the call has closed, until the office's date.
  world().clock().Advance(*ParseTime("2026-11-20T12:00:00Z") - world().clock().Now());
  pb::ResubmitApplicationRequest resubmit;
  resubmit.set_name(name);
  rpc::Call student = As(Student(1));
  ASSERT_OK_AND_ASSIGN(const auto again, api().ResubmitApplication(student, resubmit));
  EXPECT_EQ(again.state(), pb::Application::SUBMITTED);
}

TEST_P(RequestTest, ACallClosesInItsOwnZone) {
  const std::string call = world().PublishedCall();
  const auto draft = world().Draft(call, 1);
  pb::SubmitApplicationRequest submit;
  submit.set_name(draft.name());
  world().clock().Advance(*ParseTime("2026-11-14T11:00:01Z") - world().clock().Now());
  rpc::Call late = As(Student(1));
  const auto refused = api().SubmitApplication(late, submit);
  EXPECT_EQ(Outcome(refused), "GUARD_REFUSED");
  EXPECT_THAT(refused.status().ToString(), HasSubstr("2026-11-14 12:00:00 Europe/Paris"));
  pb::CreateApplicationRequest create;
  create.mutable_application()->set_call(call);
  rpc::Call another = As(Student(2));
  EXPECT_EQ(Outcome(api().CreateApplication(another, create)), "CALL_NOT_OPEN");
  world().clock().Jump(-std::chrono::seconds(1));
  rpc::Call in_time = As(Student(1));
  EXPECT_TRUE(api().SubmitApplication(in_time, submit).ok()) << "at twelve o'clock sharp";
}

INSTANTIATE_ON_ENGINES(RequestTest);

}  // namespace
}  // namespace jointly::mobility
