#include <algorithm>

#include "tests/store/theses/thesis_world.h"
#include "tests/support/table.h"

// The rules of two countries on one thesis, through the API: dates, waivers, what-if, feasibility,
// and what is refused.
namespace jointly::theses::theses_world {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kUga = "institutions/uga";
constexpr const char* kTsukuba = "institutions/tsukuba";

class ThesisRulesTest : public ThesisTest {
 protected:
  // Active with Sapporo, which has no session tables: France's offsets alone.
  void WithSapporo() { world().Activate("t1", "institutions/sapporo", "2029-08-31"); }
  std::vector<std::string> Steps(const std::string& language = "en") {
    const auto plan = world().PlanOf("t1", language);
    return {plan.next_steps().begin(), plan.next_steps().end()};
  }
};

// The worked values of the domain's description.
TEST_P(ThesisRulesTest, WorkedValues) {
  WithSapporo();
  for (const test::Row& row : test::Table(R"(
      asked       defence     obligation       due
      2026-05-01  2026-11-03  uga.declaration  2026-08-25 23:59:59 Europe/Paris ARMED
      2026-05-01  2026-11-03  uga.jury         2026-08-25 23:59:59 Europe/Paris MET
      2026-05-01  2026-11-03  uga.manuscript   2026-09-08 23:59:59 Europe/Paris ARMED
      2026-05-01  2026-11-03  fr.deposit       2026-10-03 23:59:59 Europe/Paris ARMED
      2026-05-01  2026-11-03  fr.reports       2026-10-20 23:59:59 Europe/Paris ARMED
      2026-05-01  2026-11-03  fr.corrections   2027-02-03 23:59:59 Europe/Paris ARMED
      2026-05-01  2026-10-15  uga.declaration  2026-07-24 23:59:59 Europe/Paris ARMED
      2026-05-01  2027-03-31  fr.deposit       2027-02-28 23:59:59 Europe/Paris ARMED
      2026-05-01  2028-03-31  fr.deposit       2028-02-29 23:59:59 Europe/Paris ARMED
  )")) {
    SCOPED_TRACE(row.text());
    world().GoTo(row["asked"]);
    Must(world().Plan("office-a", "t1", row["defence"]), "plan");
    EXPECT_EQ(Say(Find(world().PlanOf("t1"), row["obligation"])), row["due"]);
  }
}

// 23:59:59 in Paris is 21:59:59 UTC in summer time and 22:59:59 in winter time.
TEST_P(ThesisRulesTest, InstantsAreThoseOfTheSideInCharge) {
  WithSapporo();
  world().GoTo("2026-05-01");
  Must(world().Plan("office-a", "t1", "2026-11-03"), "plan");
  const auto plan = world().PlanOf("t1");
  const auto instant = [&](const std::string& id) {
    const auto& time = Find(plan, id).deadline().due_time();
    return FormatTime(FromMicros(time.seconds() * 1'000'000)).substr(0, 19);
  };
  EXPECT_EQ(instant("fr.reports"), "2026-10-20T21:59:59");
  EXPECT_EQ(instant("fr.corrections"), "2027-02-03T22:59:59");
}

// "No CSI and no enrolment when the defence is before 31 December" holds until the defence slips;
// the obligations come back under their old ids with a newer generation.
TEST_P(ThesisRulesTest, AWaiverRevivesWhenTheDefenceSlips) {
  World& w = world();
  w.Activate("t1", "institutions/sapporo", "2029-08-31");
  w.GoTo("2025-10-15");
  for (const char* step : {"csi_held", "csi_report", "director_opinion", "school_proposal",
                           "enrolled", "proof_received"}) {
    Must(w.Year(std::string(step) == "proof_received" ? "office-c" : "office-a", "t1", kUga,
                "2025/2026", step, "2025-09-20"),
         step);
  }
  w.GoTo("2026-05-01");
  Must(w.Plan("office-a", "t1", "2026-11-03"), "plan");
  const pb::Obligation waived = Find(w.PlanOf("t1"), "fr.csi/2026");
  EXPECT_EQ(waived.deadline().state(), jointly::deadlines::v1::Deadline::WAIVED);
  EXPECT_EQ(waived.deadline().id(), "theses/t1/fr.csi/2026");
  EXPECT_EQ(Find(w.PlanOf("t1"), "fr.enrolment/2026").deadline().state(),
            jointly::deadlines::v1::Deadline::WAIVED);
  const std::string before = Everything();
  const auto what_if = Must(w.Plan("office-a", "t1", "2027-02-02", /*rehearse=*/true), "what if");
  EXPECT_EQ(Everything(), before) << "a what-if changes nothing";
  std::string revived;
  std::vector<std::string> subjects;
  for (const pb::Difference& row : what_if.differences()) {
    subjects.push_back(row.subject());
    if (row.subject() == "fr.csi/2026")
      revived = row.before() + " -> " + row.after() + row.reason();
  }
  EXPECT_THAT(revived, HasSubstr("waived -> 2026-10-31 23:59:59 Europe/Paris armed"));
  EXPECT_THAT(revived, HasSubstr("its waiver does not hold any more"));
  EXPECT_THAT(subjects, Contains("uga.declaration"));
  EXPECT_THAT(subjects, Contains("agreement"));
  const auto slipped = Must(w.Plan("office-a", "t1", "2027-02-02"), "slip");
  EXPECT_EQ(slipped.differences_size(), what_if.differences_size());
  const pb::Obligation armed = Find(w.PlanOf("t1"), "fr.csi/2026");
  EXPECT_EQ(armed.deadline().state(), jointly::deadlines::v1::Deadline::ARMED);
  EXPECT_EQ(armed.deadline().id(), waived.deadline().id());
  EXPECT_GT(armed.deadline().generation(), waived.deadline().generation());
  const auto told = LastEvent("t1");
  EXPECT_TRUE(std::any_of(told.thesis().deadlines().begin(), told.thesis().deadlines().end(),
                          [&](const auto& row) {
                            return row.id() == armed.deadline().id() &&
                                   row.state() == jointly::deadlines::v1::Deadline::ARMED;
                          }));
  // And once more back.
  Must(w.Plan("office-a", "t1", "2026-11-03"), "back");
  EXPECT_EQ(Find(w.PlanOf("t1"), "fr.csi/2026").deadline().state(),
            jointly::deadlines::v1::Deadline::WAIVED);
}

// Both rule sets at once: the days that Tsukuba's sessions and France's offsets leave.
TEST_P(ThesisRulesTest, FeasibilityNamesDaysOrTheRulesInConflict) {
  World& w = world();
  w.Activate("t1");
  w.GoTo("2026-06-01");
  pb::CheckFeasibilityRequest request;
  request.set_name("theses/t1");
  *request.mutable_first_date() = Day("2026-06-02");
  *request.mutable_last_date() = Day("2028-03-31");
  rpc::Call call = w.As("student");
  const auto answer = Must(api().CheckFeasibility(call, request), "feasibility");
  ASSERT_TRUE(answer.feasible());
  EXPECT_GE(Text(answer.earliest_date()), "2026-08-10") << "ten weeks of declaration";
  // A day of an answer can be planned, the day before the first one cannot.
  EXPECT_EQ(Outcome(w.Plan("office-a", "t1", Text(answer.earliest_date()), true)), "OK");
  const auto early = ParseDate(Text(answer.earliest_date()));
  ASSERT_TRUE(early.ok());
  const auto refused = w.Plan("office-a", "t1", FormatDate(AddDays(*early, -1)), true);
  EXPECT_THAT(Said(refused.status()), HasSubstr("DEFENCE_NOT_FEASIBLE"));
  // Beyond the agreement no day is left, and the rule says so.
  *request.mutable_first_date() = Day("2028-09-01");
  *request.mutable_last_date() = Day("2028-12-31");
  rpc::Call later = w.As("student");
  const auto none = Must(api().CheckFeasibility(later, request), "feasibility");
  EXPECT_FALSE(none.feasible());
  ASSERT_GT(none.conflicts_size(), 0);
  EXPECT_THAT(none.conflicts(0).rules(0), HasSubstr("cotutelle.agreement_covers_defence"));
}

TEST_P(ThesisRulesTest, ThePlanSaysWhatIsMissingInThreeLanguages) {
  World& w = world();
  rpc::Call call = w.As("student");
  Must(api().CreateThesis(call, w.Proposal("t1")), "propose");
  EXPECT_THAT(Steps(), Contains("institutions/uga: opinion on the proposal"));
  EXPECT_THAT(Steps("fr"), Contains("institutions/tsukuba: avis sur la proposition"));
  EXPECT_THAT(Steps("ja"), Contains("institutions/tsukuba：申請に関する意見"));
  Must(w.Move("office-a", "t1", "favour"), "favour");
  Must(w.Move("office-b", "t1", "favour"), "approve");
  Must(w.Move("office-b", "t1", "open_agreement"), "open");
  EXPECT_THAT(Steps(), Contains(HasSubstr("cotutelle agreement in force")));
  EXPECT_THAT(Steps(), Contains("institutions/tsukuba: enrolment"));
}

TEST_P(ThesisRulesTest, TheNextStepOfAYearIsNamedWithItsDateAndGround) {
  World& w = world();
  w.Activate("t1");
  w.GoTo("2025-06-01");
  Must(w.Year("office-a", "t1", kUga, "2025/2026", "csi_held", "2025-05-10"), "csi");
  EXPECT_THAT(Steps(),
              Contains(::testing::AllOf(HasSubstr("institutions/uga: report of the individual"),
                                        HasSubstr("(2025/2026), by "), HasSubstr("art. 13"))));
  const auto blocked = w.Year("office-a", "t1", kUga, "2025/2026", "enrolled", "2025-06-01");
  EXPECT_THAT(Said(blocked.status()), HasSubstr("YEAR_STEP_MISSING"));
  EXPECT_THAT(Said(blocked.status()), HasSubstr("csi_report, director_opinion, school_proposal"));
}

// UGA's hard stop is data: without a final agreement there is no second enrolment.
TEST_P(ThesisRulesTest, NoSecondEnrolmentWithoutTheAgreement) {
  World& w = world();
  rpc::Call call = w.As("student");
  Must(api().CreateThesis(call, w.Proposal("t1")), "propose");
  w.GoTo("2025-10-15");
  Must(w.Move("office-a", "t1", "favour", "2024-05-01"), "favour");
  Must(w.Move("office-b", "t1", "favour", "2024-05-02"), "approve");
  Must(w.Move("office-a", "t1", "open_agreement", "2024-05-03"), "open");
  Must(w.Year("office-a", "t1", kUga, "2024/2025", "enrolled", "2024-10-01"), "first");
  Must(w.Year("office-a", "t1", kUga, "2025/2026", "csi_held", "2025-05-01"), "csi");
  Must(w.Year("office-a", "t1", kUga, "2025/2026", "csi_report", "2025-05-02"), "report");
  Must(w.Year("office-a", "t1", kUga, "2025/2026", "director_opinion", "2025-05-03"), "opinion");
  Must(w.Year("office-a", "t1", kUga, "2025/2026", "school_proposal", "2025-05-04"), "proposal");
  const auto second = w.Year("office-a", "t1", kUga, "2025/2026", "enrolled", "2025-09-20");
  EXPECT_THAT(Said(second.status()), HasSubstr("AGREEMENT_BEFORE_YEAR_2"));
  w.PutAgreement("t1", "2025-06-01", "2028-08-31");
  EXPECT_EQ(Outcome(w.Year("office-a", "t1", kUga, "2025/2026", "enrolled", "2025-09-20")), "OK");
}

// History can be entered: a defence that was declared long ago is judged as of that day.
TEST_P(ThesisRulesTest, APastDefenceIsJudgedAsOfItsDeclaration) {
  World& w = world();
  WithSapporo();
  w.GoTo("2026-12-05");
  EXPECT_THAT(Said(w.Plan("office-a", "t1", "2026-11-03").status()),
              HasSubstr("DEFENCE_NOT_FEASIBLE"));
  pb::PlanDefenceRequest request;
  request.set_name("theses/t1");
  *request.mutable_defence() = w.UsualPlan("2026-11-03");
  *request.mutable_defence()->mutable_declared_date() = Day("2026-08-20");
  rpc::Call call = w.As("office-a");
  const auto planned = api().PlanDefence(call, request);
  ASSERT_TRUE(planned.ok()) << planned.status();
  EXPECT_EQ(Text(planned->thesis().defence().declared_date()), "2026-08-20");
  // On that day the reviewers should have had the manuscript for a month.
  *request.mutable_defence()->mutable_declared_date() = Day("2026-10-10");
  rpc::Call late = w.As("office-a");
  EXPECT_THAT(Said(api().PlanDefence(late, request).status()), HasSubstr("uga.manuscript"));
}

// The same facts in another order are the same plan.
TEST_P(ThesisRulesTest, AnyOrderOfFactsGivesTheSamePlan) {
  World& w = world();
  std::vector<std::string> plans;
  const std::vector<std::string> kinds = {"preexamination", "thesis_submitted", "presentation"};
  for (const std::vector<int>& order :
       std::vector<std::vector<int>>{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}}) {
    const std::string id = "t" + std::to_string(plans.size() + 1);
    w.GoTo("2024-03-01");
    w.Activate(id, kTsukuba);
    w.GoTo("2026-06-01");
    for (const int i : order) {
      Must(w.Milestone("office-b", id, kTsukuba, kinds[static_cast<std::size_t>(i)], "2026-05-20"),
           "milestone");
    }
    std::string text;
    const pb::GetPlanResponse plan = w.PlanOf(id);
    for (const pb::Obligation& row : plan.obligations()) {
      text += row.id() + " " + Say(row) + " " + row.rationale() + "\n";
    }
    plans.push_back(text);
    Must(w.Move("student", id, "abandon", "", "for the next one"), "abandon");
  }
  EXPECT_EQ(plans[0], plans[1]);
  EXPECT_EQ(plans[0], plans[2]);
  EXPECT_THAT(plans[0], Not(IsEmpty()));
}

// Degree Regulations art. 8 and 9: counted from the conferral, in Japan.
TEST_P(ThesisRulesTest, JapanesePublicationDuties) {
  World& w = world();
  WithSapporo();
  w.GoTo("2026-05-01");
  Must(w.Plan("office-a", "t1", "2026-11-03"), "plan");
  Must(w.DefenceStep("t1", "declared", "2026-05-01"), "declare");
  w.GoTo("2026-12-05");
  Must(w.DefenceStep("t1", "deposit", "2026-10-01", true), "deposit");
  Must(w.Milestone("office-c", "t1", "institutions/sapporo", "preexamination", "2026-06-20"),
       "pre");
  for (const char* member : {"m1", "m2"}) {
    pb::RecordReportRequest report;
    report.set_name("theses/t1");
    report.set_member(member);
    report.set_opinion("favourable");
    *report.mutable_date() = Day("2026-10-20");
    rpc::Call call = w.As("office-a");
    Must(api().RecordReport(call, report), "report");
  }
  Must(w.Move("office-a", "t1", "authorise", "2026-10-25"), "authorise");
  pb::RecordDefenceRequest defend;
  defend.set_name("theses/t1");
  *defend.mutable_date() = Day("2026-11-03");
  defend.set_outcome("passed");
  for (const char* member : {"m1", "m2", "m3", "m4", "m5"}) defend.add_present(member);
  rpc::Call call = w.As("office-a");
  Must(api().RecordDefence(call, defend), "defend");
  Must(w.DefenceStep("t1", "conferral", "2026-11-30"), "conferral");
  const auto plan = w.PlanOf("t1");
  EXPECT_EQ(Say(Find(plan, "jp.summary_published")), "2027-02-28 23:59:59 Asia/Tokyo ARMED");
  EXPECT_EQ(Say(Find(plan, "jp.full_text_published")), "2027-11-30 23:59:59 Asia/Tokyo ARMED");
  EXPECT_EQ(Find(plan, "jp.summary_published").deadline().due_time().seconds(), 1'803'826'799)
      << "2027-02-28T14:59:59Z";
}

INSTANTIATE_ON_ENGINES(ThesisRulesTest);

}  // namespace
}  // namespace jointly::theses::theses_world
