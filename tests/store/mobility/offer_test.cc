#include "common/rpc/convert.h"
#include "tests/store/mobility/world.h"

// Offers: what the student sees and when, how they end, and who is next.
namespace jointly::mobility {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class OfferTest : public MobilityTest {
 protected:
  absl::StatusOr<pb::Application> Offer(const std::string& name, const char* condition = nullptr,
                                        pb::Term term = pb::FIRST) {
    pb::OfferApplicationRequest request;
    request.set_name(name);
    if (condition != nullptr) {
      request.mutable_choice()->set_condition(condition);
      request.mutable_choice()->set_term(term);
    }
    rpc::Call caller = As(HomeOffice());
    return api().OfferApplication(caller, request);
  }
  absl::StatusOr<pb::Application> Waitlist(const std::string& name, const char* condition = nullptr,
                                           pb::Term term = pb::FIRST) {
    pb::WaitlistApplicationRequest request;
    request.set_name(name);
    if (condition != nullptr) {
      request.mutable_choice()->set_condition(condition);
      request.mutable_choice()->set_term(term);
    }
    rpc::Call caller = As(HomeOffice());
    return api().WaitlistApplication(caller, request);
  }
  absl::StatusOr<pb::Application> Reject(const std::string& name) {
    pb::RejectApplicationRequest request;
    request.set_name(name);
    request.set_reason("no place");
    rpc::Call caller = As(HomeOffice());
    return api().RejectApplication(caller, request);
  }
  absl::StatusOr<pb::Application> Withdraw(const std::string& name, int student,
                                           bool validate_only = false) {
    pb::WithdrawApplicationRequest request;
    request.set_name(name);
    request.set_validate_only(validate_only);
    rpc::Call caller = As(Student(student));
    return api().WithdrawApplication(caller, request);
  }
  absl::StatusOr<pb::Application> Accept(const std::string& name, int student) {
    pb::AcceptOfferRequest request;
    request.set_name(name);
    rpc::Call caller = As(Student(student));
    return api().AcceptOffer(caller, request);
  }
  absl::StatusOr<pb::Application> Decline(const std::string& name, int student) {
    pb::DeclineOfferRequest request;
    request.set_name(name);
    rpc::Call caller = As(Student(student));
    return api().DeclineOffer(caller, request);
  }
  // Everything that the student can learn of a case, as one text; names, ids and scores apart.
  std::string EverythingSeenBy(int student, const std::string& name) {
    std::string text;
    pb::Application application = world().Get(Student(student), name);
    application.clear_name();
    application.clear_student();
    std::string deadlines;
    for (auto& deadline : *application.mutable_deadlines()) {
      deadlines += deadline.kind() + " " + std::to_string(deadline.generation()) + "\n";
    }
    application.clear_deadlines();
    text += application.DebugString() + deadlines;
    for (const char* state : {"RANKED", "OFFERED", "WAITLISTED", "REJECTED"}) {
      pb::ListApplicationsRequest request;
      request.set_filter(std::string("state = ") + state);
      rpc::Call caller = As(Student(student));
      const auto list = Must(api().ListApplications(caller, request), "list");
      text += std::string(state) + " " + std::to_string(list.applications_size()) + "\n";
      for (const auto& row : list.applications()) {
        text += pb::Application::State_Name(row.state()) + " " + row.etag() +
                (row.has_offer() ? " offer" : "") + (row.reasons_size() > 0 ? " reasons" : "") +
                row.decision_note() + std::to_string(row.waitlist_position());
        for (const auto& action : row.allowed_actions()) text += " " + action.action();
      }
    }
    pb::ListHistoryRequest history;
    history.set_name(name);
    rpc::Call caller = As(Student(student));
    const auto trail = Must(api().ListHistory(caller, history), "history");
    for (const auto& entry : trail.entries()) {
      text += entry.action() + " " + entry.from() + " " + entry.to() + " " +
              std::to_string(entry.revision()) + "\n";
    }
    pb::SubmitApplicationRequest submit;
    submit.set_name(name);
    rpc::Call submitter = As(Student(student));
    text += Outcome(api().SubmitApplication(submitter, submit)) + "\n";
    const auto accept = Accept(name, student);
    std::string refusal = MessageOf(accept.status());
    if (const auto at = refusal.find(IdOfName(name)); at != std::string::npos) {
      refusal.erase(at, IdOfName(name).size());
    }
    text += refusal + "\n" + Outcome(Decline(name, student)) + "\n";
    pb::AppealApplicationRequest appeal;
    appeal.set_name(name);
    appeal.set_grounds("because");
    rpc::Call appellant = As(Student(student));
    text += Outcome(api().AppealApplication(appellant, appeal)) + "\n";
    const auto rehearsal = Withdraw(name, student, /*validate_only=*/true);
    text += rehearsal.ok() ? rehearsal->etag() : Outcome(rehearsal);
    return text;
  }
};

TEST_P(OfferTest, BeforeTheDecisionTimeNothingTellsAnOfferFromARejection) {
  const std::string call = world().PublishedCall();
  const std::string ranked = world().Ranked(call, 1).name();
  const std::string offered = world().Ranked(call, 2).name();
  const std::string waiting = world().Ranked(call, 3).name();
  const std::string rejected = world().Ranked(call, 4).name();
  const std::string promoted = world().Ranked(call, 5).name();
  const std::string before = EverythingSeenBy(1, ranked);
  world().clock().Advance(std::chrono::hours(1));
  ASSERT_TRUE(Offer(offered).ok());
  ASSERT_TRUE(Waitlist(waiting).ok());
  ASSERT_TRUE(Reject(rejected).ok());
  ASSERT_TRUE(Waitlist(promoted).ok());
  ASSERT_TRUE(Offer(promoted).ok());  // Two hidden steps.
  EXPECT_EQ(EverythingSeenBy(1, ranked), before);
  EXPECT_EQ(EverythingSeenBy(2, offered), before);
  EXPECT_EQ(EverythingSeenBy(3, waiting), before);
  EXPECT_EQ(EverythingSeenBy(4, rejected), before);
  EXPECT_EQ(EverythingSeenBy(5, promoted), before);
  // The office sees all of it at once.
  EXPECT_EQ(world().Get(HomeOffice(), offered).state(), pb::Application::OFFERED);
  EXPECT_EQ(world().Get(HomeOffice(), waiting).waitlist_position(), 1);
  // And at the decision time, so does each student.
  world().PassDecision();
  const auto seen = world().Get(Student(2), offered);
  EXPECT_EQ(seen.state(), pb::Application::OFFERED);
  EXPECT_TRUE(seen.has_offer());
  EXPECT_EQ(seen.etag(), world().Get(HomeOffice(), offered).etag());
  EXPECT_EQ(world().Get(Student(3), waiting).waitlist_position(), 1);
  EXPECT_EQ(world().Get(Student(4), rejected).reasons_size(), 1);
}

TEST_P(OfferTest, AHiddenStepDoesNotMakeTheStudentsEtagStale) {
  const std::string call = world().PublishedCall();
  const auto ranked = world().Ranked(call, 1);
  const std::string etag = world().Get(Student(1), ranked.name()).etag();
  ASSERT_TRUE(Offer(ranked.name()).ok());
  pb::WithdrawApplicationRequest request;
  request.set_name(ranked.name());
  request.set_etag(etag);
  rpc::Call caller = As(Student(1));
  ASSERT_OK_AND_ASSIGN(const auto withdrawn, api().WithdrawApplication(caller, request));
  EXPECT_EQ(withdrawn.state(), pb::Application::WITHDRAWN);
  EXPECT_EQ(world().QuotaOf(kOut).free(), 2) << "the place that they never saw is free again";
}

TEST_P(OfferTest, TheValidityCountsFromTheDecisionTime) {
  const std::string call = world().PublishedCall();
  const std::string other = world().Ranked(call, 2).name();
  ASSERT_OK_AND_ASSIGN(const auto offered, Offer(world().Ranked(call, 1).name()));
  EXPECT_EQ(FormatTime(rpc::FromProto(offered.offer().offer_time())),
            "2027-01-31T17:00:00.000000Z");
  EXPECT_EQ(FormatTime(rpc::FromProto(offered.offer().expire_time())),
            "2027-02-07T17:00:00.000000Z");
  EXPECT_EQ(Outcome(Accept(offered.name(), 1)), "ILLEGAL_MOVE") << "it is not theirs to know";
  world().PassDecision();
  ASSERT_OK_AND_ASSIGN(const auto later, Offer(other));
  EXPECT_EQ(rpc::FromProto(later.offer().offer_time()), world().clock().Now());
  EXPECT_EQ(rpc::FromProto(later.offer().expire_time()) - world().clock().Now(),
            std::chrono::hours(168));
}

TEST_P(OfferTest, TheOfficeMaySayWhenItEnds) {
  const std::string call = world().PublishedCall();
  pb::OfferApplicationRequest request;
  request.set_name(world().Ranked(call, 1).name());
  *request.mutable_expire_time() = rpc::ToProto(*ParseTime("2026-10-01T00:00:00Z"));
  rpc::Call caller = As(HomeOffice());
  EXPECT_EQ(Code(api().OfferApplication(caller, request)), "INVALID_ARGUMENT") << "in the past";
  *request.mutable_expire_time() = rpc::ToProto(*ParseTime("2027-01-31T17:00:00Z"));
  rpc::Call again = As(HomeOffice());
  EXPECT_EQ(Code(api().OfferApplication(again, request)), "INVALID_ARGUMENT")
      << "before anybody could answer it";
  *request.mutable_expire_time() = rpc::ToProto(*ParseTime("2027-02-02T12:00:00Z"));
  const std::string request_id = world().ids().Next();
  rpc::Call good = world().As(HomeOffice(), request_id);
  ASSERT_OK_AND_ASSIGN(const auto offered, api().OfferApplication(good, request));
  EXPECT_EQ(rpc::FromProto(offered.offer().expire_time()), *ParseTime("2027-02-02T12:00:00Z"));
  world().clock().Advance(*ParseTime("2027-02-02T11:59:59Z") - world().clock().Now());
  EXPECT_EQ(world().Tick(), 0);
  world().clock().Advance(std::chrono::seconds(1));
  EXPECT_EQ(world().Tick(), 1);
  EXPECT_EQ(world().Get(Student(1), offered.name()).state(), pb::Application::EXPIRED);
  // A client that never saw the reply asks again, and the time that it named is over.
  rpc::Call late = world().As(HomeOffice(), request_id);
  ASSERT_OK_AND_ASSIGN(const auto same, api().OfferApplication(late, request));
  EXPECT_EQ(same.SerializeAsString(), offered.SerializeAsString());
}

// A place was kept free by nothing but the student's own offer elsewhere.
TEST_P(OfferTest, WhoeverDeclinesALinkedOfferIsNextOnTheOtherList) {
  const auto linked = [](pb::Call& change) { change.set_linked_group("autumn"); };
  const std::string one = world().PublishedCall(linked);
  const std::string two = world().PublishedCall(linked);
  ASSERT_OK_AND_ASSIGN(const auto offered, Offer(world().Ranked(one, 1).name(), kOut));
  ASSERT_OK_AND_ASSIGN(const auto waiting,
                       Waitlist(world().Ranked(two, 1, 80, {{kLabs, pb::FIRST}}).name(), kLabs));
  world().PassDecision();
  EXPECT_EQ(world().Tick(), 0);
  ASSERT_OK_AND_ASSIGN(const auto declined, Decline(offered.name(), 1));
  EXPECT_EQ(world().Tick(), 1);
  EXPECT_EQ(world().Get(HomeOffice(), waiting.name()).state(), pb::Application::OFFERED);
  EXPECT_EQ(world().QuotaOf(kOut).held(), 0);
  EXPECT_EQ(world().QuotaOf(kLabs).held(), 1);
}

TEST_P(OfferTest, AnExpiredOfferGoesToTheNext) {
  const std::string call = world().PublishedCall();
  const std::string first = world().Offered(call, 1).name();
  const std::string second = world().Offered(call, 2).name();
  const std::string third = world().Ranked(call, 3).name();
  ASSERT_TRUE(Waitlist(third).ok());
  EXPECT_EQ(Outcome(Offer(third)), "GUARD_REFUSED") << "no place is free";
  world().PassDecision();
  ASSERT_TRUE(Accept(second, 2).ok());
  world().clock().Advance(std::chrono::hours(24 * 8));
  EXPECT_EQ(world().Tick(), 1);
  EXPECT_EQ(world().Get(Student(1), first).state(), pb::Application::EXPIRED);
  const auto promoted = world().Get(Student(3), third);
  EXPECT_EQ(promoted.state(), pb::Application::OFFERED);
  EXPECT_EQ(promoted.waitlist_position(), 0);
  EXPECT_EQ(rpc::FromProto(promoted.offer().expire_time()) - world().clock().Now(),
            std::chrono::hours(168))
      << "a promoted offer has its own time";
  EXPECT_THAT(
      Actions("mobility.application", third),
      ElementsAre("created", "submitted", "found_eligible", "scored", "waitlisted", "promoted"));
  EXPECT_EQ(Outcome(Accept(first, 1)), "ILLEGAL_MOVE");
  EXPECT_EQ(world().Tick(), 0) << "an expired timer fires once";
}

TEST_P(OfferTest, TheListIsServedInOrderOfArrival) {
  const std::string call = world().PublishedCall();
  const std::string one = world().Offered(call, 1).name();
  world().Offered(call, 2);
  std::vector<std::string> waiting;
  for (int i = 3; i <= 5; ++i) {
    waiting.push_back(world().Ranked(call, i).name());
    ASSERT_OK_AND_ASSIGN(const auto placed, Waitlist(waiting.back()));
    EXPECT_EQ(placed.waitlist_position(), i - 2);
  }
  ASSERT_TRUE(Withdraw(waiting[0], 3).ok());  // The first leaves the list.
  EXPECT_EQ(world().QuotaOf(kOut).waiting(), 2);
  EXPECT_EQ(world().Get(HomeOffice(), waiting[1]).waitlist_position(), 1);
  EXPECT_EQ(world().Get(HomeOffice(), waiting[2]).waitlist_position(), 2);
  world().PassDecision();
  ASSERT_TRUE(Decline(one, 1).ok());
  EXPECT_EQ(world().Get(HomeOffice(), waiting[1]).state(), pb::Application::OFFERED);
  EXPECT_EQ(world().Get(HomeOffice(), waiting[2]).waitlist_position(), 1);
}

TEST_P(OfferTest, AFullYearWaitsForTwoSemestersAndHoldsUpNobody) {
  // "labs" counts semesters: three of them.
  const std::string call = world().PublishedCall();
  const auto ranked = [&](int student, pb::Term term) {
    return world().Ranked(call, student, 50, {{kLabs, term}}).name();
  };
  const std::string year = ranked(1, pb::FULL_YEAR);
  const std::string half = ranked(2, pb::FIRST);
  const std::string waiting_year = ranked(3, pb::FULL_YEAR);
  const std::string waiting_half = ranked(4, pb::SECOND);
  ASSERT_TRUE(Offer(year).ok());
  ASSERT_TRUE(Offer(half).ok());
  EXPECT_EQ(world().QuotaOf(kLabs).held(), 3);
  ASSERT_TRUE(Waitlist(waiting_year, kLabs, pb::FULL_YEAR).ok());
  ASSERT_TRUE(Waitlist(waiting_half, kLabs, pb::SECOND).ok());
  world().PassDecision();
  ASSERT_TRUE(Decline(half, 2).ok());
  EXPECT_EQ(world().Get(HomeOffice(), waiting_half).state(), pb::Application::OFFERED)
      << "one free semester is of no use to the one before";
  ASSERT_TRUE(Decline(year, 1).ok());
  EXPECT_EQ(world().Get(HomeOffice(), waiting_year).state(), pb::Application::OFFERED);
}

TEST_P(OfferTest, WithdrawnAtEveryStep) {
  const std::string call = world().PublishedCall();
  const std::string draft = world().Draft(call, 1).name();
  EXPECT_TRUE(Withdraw(draft, 1).ok());
  EXPECT_TRUE(Withdraw(world().Submitted(call, 1).name(), 1).ok()) << "they may try again";
  const std::string offered = world().Offered(call, 2).name();
  EXPECT_EQ(world().QuotaOf(kOut).held(), 1);
  EXPECT_TRUE(Withdraw(offered, 2).ok());
  EXPECT_EQ(world().QuotaOf(kOut).held(), 0);
  const pb::MobilityCase mobility = world().Nominated(call, 3);
  const auto refused = Withdraw(mobility.application(), 3);
  EXPECT_EQ(Outcome(refused), "GUARD_REFUSED");
  EXPECT_THAT(refused.status().ToString(), testing::HasSubstr("NO_LIVE_MOBILITY"));
  pb::CancelMobilityRequest cancel;
  cancel.set_name(mobility.name());
  cancel.set_reason("the student fell ill");
  rpc::Call office = As(HomeOffice());
  ASSERT_TRUE(api().CancelMobility(office, cancel).ok());
  EXPECT_TRUE(Withdraw(mobility.application(), 3).ok());
  EXPECT_EQ(Outcome(Withdraw(mobility.application(), 3)), "ILLEGAL_MOVE");
  EXPECT_EQ(world().QuotaOf(kOut).free(), 2);
}

TEST_P(OfferTest, AnOfferToSomebodyWhoWaitsElsewhereLeavesThatList) {
  const std::string call = world().PublishedCall();
  const auto draft = world().Ranked(call, 1, 70, {{kOut, pb::FIRST}, {kLabs, pb::FIRST}});
  ASSERT_TRUE(Waitlist(draft.name(), kOut).ok());
  EXPECT_EQ(world().QuotaOf(kOut).waiting(), 1);
  ASSERT_TRUE(Offer(draft.name(), kLabs).ok());
  EXPECT_EQ(world().QuotaOf(kOut).waiting(), 0);
  EXPECT_EQ(world().QuotaOf(kLabs).held(), 1);
  EXPECT_EQ(Outcome(Offer(draft.name(), kLabs)), "ILLEGAL_MOVE");
}

TEST_P(OfferTest, OnlyOneOfTheOwnChoicesIsOffered) {
  const std::string call = world().PublishedCall();
  EXPECT_EQ(Outcome(Offer(world().Ranked(call, 1).name(), kLabs)), "NOT_A_CHOICE");
}

TEST_P(OfferTest, AppealsGoBackToTheStateBefore) {
  const std::string call = world().PublishedCall();
  const std::string name = world().Ranked(call, 1).name();
  ASSERT_TRUE(Reject(name).ok());
  world().PassDecision();
  pb::AppealApplicationRequest appeal;
  appeal.set_name(name);
  appeal.set_grounds("my second transcript was not read");
  rpc::Call student = As(Student(1));
  ASSERT_OK_AND_ASSIGN(const auto appealed, api().AppealApplication(student, appeal));
  EXPECT_EQ(appealed.state(), pb::Application::APPEALED);
  EXPECT_EQ(world().Get(HomeOffice(), name).appeal_grounds(), appeal.grounds());
  pb::DecideAppealRequest decide;
  decide.set_name(name);
  decide.set_granted(true);
  decide.set_reason("indeed");
  rpc::Call office = As(HomeOffice());
  ASSERT_OK_AND_ASSIGN(const auto granted, api().DecideAppeal(office, decide));
  EXPECT_EQ(granted.state(), pb::Application::RANKED);
  ASSERT_TRUE(Reject(name).ok());
  world().clock().Advance(std::chrono::hours(24 * 30));
  rpc::Call late = As(Student(1));
  EXPECT_EQ(Outcome(api().AppealApplication(late, appeal)), "GUARD_REFUSED");
}

// A decision that a student has seen cannot be hidden again.
TEST_P(OfferTest, AnAppealDoesNotMakeTheDecisionMovableAgain) {
  const std::string call = world().PublishedCall();
  const std::string name = world().Ranked(call, 1).name();
  pb::UpdateCallRequest later;
  later.mutable_call()->set_name(call);
  *later.mutable_call()->mutable_decision_time() = world().UsualCall().decision_time();
  auto* year = later.mutable_call()->mutable_decision_time()->mutable_date();
  year->set_year(year->year() + 1);
  later.mutable_update_mask()->add_paths("decision_time");
  ASSERT_TRUE(Reject(name).ok());
  world().PassDecision();
  pb::AppealApplicationRequest appeal;
  appeal.set_name(name);
  appeal.set_grounds("my second transcript was not read");
  rpc::Call student = As(Student(1));
  ASSERT_TRUE(api().AppealApplication(student, appeal).ok());
  rpc::Call office = As(HomeOffice());
  EXPECT_EQ(Outcome(api().UpdateCall(office, later)), "GUARD_REFUSED");
  pb::DecideAppealRequest decide;
  decide.set_name(name);
  decide.set_granted(true);
  decide.set_reason("indeed");
  rpc::Call again = As(HomeOffice());
  ASSERT_TRUE(api().DecideAppeal(again, decide).ok());
  rpc::Call third = As(HomeOffice());
  EXPECT_EQ(Outcome(api().UpdateCall(third, later)), "GUARD_REFUSED");
}

TEST_P(OfferTest, AddedPlacesGoToThoseWhoWait) {
  const std::string call = world().PublishedCall();
  world().Offered(call, 1);
  world().Offered(call, 2);
  const std::string third = world().Ranked(call, 3).name();
  const std::string fourth = world().Ranked(call, 4).name();
  ASSERT_TRUE(Waitlist(third).ok());
  ASSERT_TRUE(Waitlist(fourth).ok());
  pb::AdjustQuotaRequest adjust;
  adjust.set_name(world().QuotaOf(kOut).name());
  adjust.set_delta(1);
  adjust.set_reason("Tsukuba takes one more this year");
  rpc::Call office = As(HomeOffice());
  ASSERT_OK_AND_ASSIGN(const auto adjusted, api().AdjustQuota(office, adjust));
  EXPECT_EQ(adjusted.adjustment(), 1);
  EXPECT_EQ(adjusted.held(), 3);
  EXPECT_EQ(adjusted.waiting(), 1);
  EXPECT_EQ(world().Get(HomeOffice(), third).state(), pb::Application::OFFERED);
  // Never below what is held.
  adjust.set_delta(-1);
  rpc::Call again = As(HomeOffice());
  EXPECT_EQ(Outcome(api().AdjustQuota(again, adjust)), "QUOTA_BELOW_USE");
  // A stale etag is refused.
  adjust.set_delta(2);
  adjust.set_etag("\"1\"");
  rpc::Call stale = As(HomeOffice());
  EXPECT_EQ(Outcome(api().AdjustQuota(stale, adjust)), "STALE_ETAG");
}

TEST_P(OfferTest, EachGuardsEvidenceStandsBesideTheAction) {
  const std::string call = world().PublishedCall();
  world().Offered(call, 1);
  world().Offered(call, 2);
  const auto ranked = world().Ranked(call, 3);
  bool found = false;
  const auto seen = world().Get(HomeOffice(), ranked.name());
  for (const auto& action : seen.allowed_actions()) {
    if (action.action() != "offer") continue;
    found = true;
    EXPECT_FALSE(action.ready());
    ASSERT_EQ(action.missing_size(), 1);
    EXPECT_EQ(action.missing(0).guard(), "G9");
    EXPECT_THAT(action.missing(0).evidence(), testing::HasSubstr("free 0 = 2 places - 2 held"));
    EXPECT_FALSE(action.missing(0).remedy().empty());
  }
  EXPECT_TRUE(found);
}

INSTANTIATE_ON_ENGINES(OfferTest);

}  // namespace
}  // namespace jointly::mobility
