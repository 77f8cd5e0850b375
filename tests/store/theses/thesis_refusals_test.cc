#include <functional>

#include "tests/store/theses/thesis_world.h"

// Bad input: each refused at entry with the reason and the rule, and nothing is changed.
namespace jointly::theses::theses_world {
namespace {

using ::testing::HasSubstr;

constexpr const char* kUga = "institutions/uga";
constexpr const char* kTsukuba = "institutions/tsukuba";

class ThesisRefusalsTest : public ThesisTest {
 protected:
  struct Case {
    std::string what;
    std::function<absl::Status()> command;
    std::string reason;
    std::string says;
  };
  void Check(const std::vector<Case>& cases) {
    for (const Case& row : cases) {
      SCOPED_TRACE(row.what);
      const std::string before = Everything();
      const absl::Status status = row.command();
      EXPECT_EQ(ReasonOf(status), row.reason) << status;
      EXPECT_THAT(Said(status), HasSubstr(row.says));
      EXPECT_EQ(Everything(), before) << "a refusal changes nothing";
    }
  }
  absl::Status Propose(const std::function<void(pb::Thesis&)>& change,
                       const std::string& who = "student") {
    pb::CreateThesisRequest request = world().Proposal("t9");
    change(*request.mutable_thesis());
    rpc::Call call = world().As(who);
    return api().CreateThesis(call, request).status();
  }
  absl::Status PlanWith(const std::string& date,
                        const std::function<void(pb::DefencePlan&)>& change) {
    pb::PlanDefenceRequest request;
    request.set_name("theses/t1");
    *request.mutable_defence() = world().UsualPlan(date);
    change(*request.mutable_defence());
    rpc::Call call = world().As("office-a");
    return api().PlanDefence(call, request).status();
  }
  absl::Status Suspend(const std::string& basis, const std::string& first,
                       const std::string& last) {
    pb::SuspendThesisRequest request;
    request.set_name("theses/t1");
    request.mutable_suspension()->set_basis(basis);
    *request.mutable_suspension()->mutable_first_date() = Day(first);
    *request.mutable_suspension()->mutable_last_date() = Day(last);
    rpc::Call call = world().As("office-a");
    return api().SuspendThesis(call, request).status();
  }
};

TEST_P(ThesisRefusalsTest, OfProposals) {
  Check({
      {"no title", [&] { return Propose([](auto& t) { t.clear_title(); }); }, "INVALID_ARGUMENT",
       "thesis.title"},
      {"one side", [&] { return Propose([](auto& t) { t.mutable_sides()->RemoveLast(); }); },
       "INVALID_ARGUMENT", "must be exactly two"},
      {"the same institution twice",
       [&] {
         return Propose([](auto& t) {
           t.mutable_sides(1)->set_institution(kUga);
           t.mutable_sides(1)->set_school("institutions/uga/units/llsh");
         });
       },
       "INVALID_ARGUMENT", "must be another institution"},
      {"one director for both",
       [&] {
         return Propose([](auto& t) { t.mutable_sides(1)->set_director("people/director-a"); });
       },
       "INVALID_ARGUMENT", "must be another person"},
      {"nobody in charge",
       [&] { return Propose([](auto& t) { t.mutable_sides(0)->set_in_charge(false); }); },
       "INVALID_ARGUMENT", "in_charge"},
      {"an unknown award mode", [&] { return Propose([](auto& t) { t.set_award_mode("both"); }); },
       "INVALID_ARGUMENT", "joint_diploma, two_diplomas, home_degree_with_note"},
      {"a school of elsewhere",
       [&] {
         return Propose(
             [](auto& t) { t.mutable_sides(0)->set_school("institutions/tsukuba/units/systems"); });
       },
       "INVALID_ARGUMENT", "must be a unit of institutions/uga"},
      {"a director whom nobody knows",
       [&] { return Propose([](auto& t) { t.mutable_sides(1)->set_director("people/nobody"); }); },
       "NOT_KNOWN_HERE", "people/nobody is not known here"},
      {"by somebody else's office", [&] { return Propose([](auto&) {}, "office-c"); },
       "NOT_YOUR_THESIS", "a thesis is proposed by"},
  });
}

TEST_P(ThesisRefusalsTest, OfASecondThesisOfTheSameTwoInstitutions) {
  world().Activate("t1");
  Check({
      {"while one is live", [&] { return Propose([](auto&) {}); }, "THESIS_LIVE", "theses/t1"},
      {"with its sides swapped",
       [&] { return Propose([](auto& t) { t.mutable_sides()->SwapElements(0, 1); }); },
       "THESIS_LIVE", "theses/t1"},
  });
}

TEST_P(ThesisRefusalsTest, OfDatesAndSteps) {
  World& w = world();
  w.Activate("t1");
  w.GoTo("2026-06-01");
  Check({
      {"a step of tomorrow",
       [&] {
         return w.Year("office-a", "t1", kUga, "2025/2026", "csi_held", "2026-06-02").status();
       },
       "GUARD_REFUSED", "today is 2026-06-01"},
      {"a date outside of all calendars",
       [&] {
         return w.Year("office-a", "t1", kUga, "2025/2026", "csi_held", "2120-06-02").status();
       },
       "INVALID_ARGUMENT", "outside of all calendars"},
      {"a year that is none",
       [&] {
         return w.Year("office-a", "t1", kUga, "2025/2027", "csi_held", "2025-06-02").status();
       },
       "INVALID_ARGUMENT", "two consecutive years"},
      {"a step that does not exist",
       [&] { return w.Year("office-a", "t1", kUga, "2025/2026", "exam", "2025-06-02").status(); },
       "INVALID_ARGUMENT", "csi_held, csi_report"},
      {"the enrolment without its steps",
       [&] {
         return w.Year("office-a", "t1", kUga, "2025/2026", "enrolled", "2025-09-20").status();
       },
       "GUARD_REFUSED", "csi_held, csi_report, director_opinion, school_proposal"},
      {"another side's year",
       [&] {
         return w.Year("office-b", "t1", kUga, "2025/2026", "csi_held", "2025-05-10").status();
       },
       "NOT_YOUR_SIDE", "institutions/uga"},
      {"an office's step by a director",
       [&] {
         return w.Year("director-a", "t1", kUga, "2025/2026", "csi_held", "2025-05-10").status();
       },
       "WRONG_ROLE", "doctoral_office"},
      {"a suspension that ends before it begins",
       [&] { return Suspend("parental", "2026-09-01", "2026-08-31"); }, "GUARD_REFUSED",
       "2026-08-31"},
      {"a suspension without a legal basis",
       [&] { return Suspend("holiday", "2026-09-01", "2026-09-30"); }, "INVALID_ARGUMENT",
       "cesure, maternity"},
      {"two years of cesure", [&] { return Suspend("cesure", "2026-09-01", "2028-08-31"); },
       "GUARD_REFUSED", "CESURE 731 days"},
      {"an action of another state", [&] { return w.Move("office-a", "t1", "authorise").status(); },
       "ILLEGAL_MOVE", "while it is active"},
      {"an action that does not exist", [&] { return w.Move("office-a", "t1", "finish").status(); },
       "INVALID_ARGUMENT", "must be one of"},
      {"an end without a reason", [&] { return w.Move("office-a", "t1", "abandon").status(); },
       "MISSING_INPUT", "Say why."},
      {"losing an agreement that holds",
       [&] { return w.Move("office-a", "t1", "lose_agreement", "", "it ended").status(); },
       "GUARD_REFUSED", "Terminate the agreement first"},
      {"a conferral before the defence",
       [&] { return w.DefenceStep("t1", "conferral", "2026-05-01").status(); }, "GUARD_REFUSED",
       "no defence is planned"},
  });
}

TEST_P(ThesisRefusalsTest, OfDefences) {
  World& w = world();
  w.Activate("t1");
  w.GoTo("2026-06-01");
  const auto nothing = [](pb::DefencePlan&) {};
  Check({
      {"sooner than any declaration", [&] { return PlanWith("2026-06-15", nothing); },
       "GUARD_REFUSED", "uga.declaration"},
      {"outside of Tsukuba's sessions", [&] { return PlanWith("2026-12-20", nothing); },
       "GUARD_REFUSED", "tsukuba.defence_window"},
      {"after the agreement", [&] { return PlanWith("2028-09-15", nothing); }, "GUARD_REFUSED",
       "ends 2028-08-31"},
      {"a year without holidays that anybody knows",
       [&] { return PlanWith("2045-03-01", nothing); }, "DATE_OUTSIDE_CALENDARS",
       "2020-01-01 to 2030-12-31"},
      {"three members",
       [&] {
         return PlanWith("2026-11-10",
                         [](pb::DefencePlan& p) { p.mutable_jury()->DeleteSubrange(3, 2); });
       },
       "GUARD_REFUSED", "FR-18.size"},
      {"a reviewer who was involved",
       [&] {
         return PlanWith("2026-11-10",
                         [](pb::DefencePlan& p) { p.mutable_jury(0)->set_involved(true); });
       },
       "GUARD_REFUSED", "m1 was involved in the work"},
      {"nobody external",
       [&] {
         return PlanWith("2026-11-10", [](pb::DefencePlan& p) {
           for (pb::JuryMember& member : *p.mutable_jury()) member.set_external(false);
         });
       },
       "GUARD_REFUSED", "0 of 5 are external"},
      {"a rank that does not exist",
       [&] {
         return PlanWith("2026-11-10",
                         [](pb::DefencePlan& p) { p.mutable_jury(0)->set_rank("king"); });
       },
       "INVALID_ARGUMENT", "professor_equivalent"},
      {"two members of one id",
       [&] {
         return PlanWith("2026-11-10", [](pb::DefencePlan& p) { p.mutable_jury(1)->set_id("m1"); });
       },
       "INVALID_ARGUMENT", "another member too"},
      {"a zone that does not exist",
       [&] {
         return PlanWith("2026-11-10",
                         [](pb::DefencePlan& p) { p.set_time_zone("Europe/Grenoble"); });
       },
       "INVALID_ARGUMENT", "time_zone"},
  });
}

// Nine members are refused by the law, and allowed by an agreement that derogates from it.
TEST_P(ThesisRefusalsTest, AnAgreementMayDerogateFromTheJury) {
  World& w = world();
  w.Activate("t1", kTsukuba, "2028-08-31", {"fr.jury_size"});
  w.GoTo("2026-06-01");
  EXPECT_EQ(Outcome(w.Plan("office-a", "t1", "2026-11-10", true, 9)), "OK");
  EXPECT_EQ(Outcome(w.Plan("office-a", "t1", "2026-11-10", true, 3)), "OK");
}

// What would be refused all at once is said all at once.
TEST_P(ThesisRefusalsTest, AllBrokenRulesAreNamedTogether) {
  World& w = world();
  w.Activate("t1");
  w.GoTo("2026-06-01");
  const auto status = PlanWith("2026-06-15", [](pb::DefencePlan& p) {
    for (int i = 0; i < 4; ++i) {
      pb::JuryMember& member = *p.add_jury();
      member = p.jury(4);
      member.set_id("x" + std::to_string(i));
      member.set_rank("other");
    }
  });
  for (const char* what : {"DEFENCE_NOT_FEASIBLE", "uga.declaration", "fr.deposit", "FR-18.size",
                           "9 members", "FR-18.externals"}) {
    EXPECT_THAT(Said(status), HasSubstr(what));
  }
}

INSTANTIATE_ON_ENGINES(ThesisRefusalsTest);

}  // namespace
}  // namespace jointly::theses::theses_world
