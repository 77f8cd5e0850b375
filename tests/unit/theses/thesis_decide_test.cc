#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "services/theses/domain/facts_of.h"
#include "services/theses/domain/residence.h"
#include "services/theses/domain/vocabulary.h"
#include "services/theses/domain/years.h"
#include "tests/support/table.h"
#include "tests/unit/theses/thesis_sample.h"

// Decisions on a thesis, and what they are made of: years, residence, facts for the rules.
namespace jointly::theses {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Where each word leads from each state, by whom; "-" is no move.
TEST(ThesisWorkflow, AsADoctoralOfficeWouldWriteItDown) {
  for (const test::Row& row : test::Table(R"(
      from                   action              role                       to
      proposed               favour              doctoral_office            proposed
      proposed               approve             doctoral_office            approved_in_principle
      proposed               refuse              doctoral_office            abandoned
      proposed               activate            doctoral_office            -
      approved_in_principle  open_agreement      doctoral_office            agreement_pending
      approved_in_principle  plan_defence        director                   -
      agreement_pending      activate            doctoral_office            active
      agreement_pending      lose_agreement      doctoral_office            agreement_lost
      active                 suspend             doctoral_office            suspended
      active                 request_extension   student                    extension_requested
      active                 plan_defence        director                   defence_planned
      active                 defend              doctoral_office_in_charge  -
      suspended              resume              doctoral_office            active
      suspended              plan_defence        director                   -
      extension_requested    extend              doctoral_office            active
      extension_requested    refuse_extension    doctoral_office            active
      defence_planned        plan_defence        doctoral_office            defence_planned
      defence_planned        unplan_defence      director                   active
      defence_planned        authorise           doctoral_office_in_charge  authorised
      authorised             plan_defence        director                   defence_planned
      authorised             defend              doctoral_office_in_charge  defended
      authorised             require_corrections  doctoral_office_in_charge  corrections_due
      authorised             fail                doctoral_office_in_charge  active
      corrections_due        correct             doctoral_office            defended
      corrections_due        deposit             doctoral_office            -
      defended               deposit             doctoral_office            deposited
      defended               abandon             student                    -
      deposited              issue_diploma       doctoral_office            deposited
      deposited              issue_last_diploma  doctoral_office            diplomas_issued
      diplomas_issued        close               doctoral_office            closed
      closed                 record              doctoral_office            -
      abandoned              update              student                    -
  )")) {
    SCOPED_TRACE(row.text());
    const auto state = ParseThesisState(row["from"]);
    const auto action = ParseThesisAction(row["action"]);
    ASSERT_TRUE(state.has_value() && action.has_value());
    const ThesisMove* move = workflow::Find(kThesisWorkflow, *state, *action);
    EXPECT_EQ(move == nullptr ? "" : std::string(Name(move->to)), row["to"]);
    if (move == nullptr) continue;
    bool allowed = false;
    for (const Role role :
         {Role::kStudent, Role::kDirector, Role::kOffice, Role::kOfficeInCharge}) {
      allowed = allowed || (Name(role) == row["role"] && move->by.Has(role));
    }
    EXPECT_TRUE(allowed);
  }
}

// Early ends are open until the defence, and nothing is open after an end.
TEST(ThesisWorkflow, NothingLeavesAnEnd) {
  for (const ThesisMove& move : kThesisWorkflow) {
    for (const ThesisState end : {ThesisState::kClosed, ThesisState::kAbandoned,
                                  ThesisState::kTransferred, ThesisState::kAgreementLost}) {
      EXPECT_FALSE(move.from.Has(end)) << Name(move.action);
    }
  }
}

TEST(ThesisDecide, SaysWhatIsPossibleAndWhoTakesIt) {
  const ThesisFacts facts = FactsOn(ActiveThesis());
  const auto illegal = Decide(facts, ThesisAction::kAuthorise, Role::kOfficeInCharge);
  EXPECT_EQ(ReasonOf(illegal.status()), "ILLEGAL_MOVE");
  EXPECT_THAT(MessageOf(illegal.status()), HasSubstr("while it is active"));
  const auto role = Decide(facts, ThesisAction::kSuspend, Role::kStudent);
  EXPECT_EQ(ReasonOf(role.status()), "WRONG_ROLE");
  EXPECT_THAT(MessageOf(role.status()), HasSubstr("doctoral_office"));
  const auto input = Decide(facts, ThesisAction::kSuspend, Role::kOffice);
  EXPECT_EQ(ReasonOf(input.status()), "MISSING_INPUT");
}

TEST(ThesisDecide, ASuspensionIsCutByTheReturn) {
  for (const test::Row& row : test::Table(R"(
      first       last        returns     left
      2026-01-01  2026-12-31  2026-06-01  2026-01-01 to 2026-05-31
      2026-01-01  2026-05-31  2026-06-01  2026-01-01 to 2026-05-31
      2026-06-01  2026-12-31  2026-06-01  -
  )")) {
    SCOPED_TRACE(row.text());
    ThesisFacts facts = FactsOn(ActiveThesis());
    facts.thesis.state = ThesisState::kSuspended;
    facts.thesis.suspensions = {
        {.basis = "parental", .first = Day(row["first"]), .last = Day(row["last"])}};
    facts.date = Day(row["returns"]);
    const auto decision = Decide(facts, ThesisAction::kResume, Role::kOffice);
    ASSERT_TRUE(decision.ok()) << decision.status();
    std::string left;
    for (const Suspension& rest : decision->after.suspensions) {
      left += FormatDate(rest.first) + " to " + FormatDate(rest.last);
    }
    EXPECT_EQ(left, row["left"]);
  }
}

// The same reviewers keep their reports when the defence slips; the authorisation is taken back.
TEST(ThesisDecide, ASlipKeepsWhatStillHolds) {
  Thesis thesis = WithDefence(ActiveThesis(), UsualPlan());
  thesis.defence->declared = Day("2026-08-20");
  thesis.defence->authorised = Day("2026-10-25");
  thesis.defence->jury[0].report_date = Day("2026-10-10");
  thesis.defence->jury[1].report_date = Day("2026-10-11");
  DefencePlan later = UsualPlan();
  later.time.date = Day("2026-12-01");
  later.jury[1].display_name = "Somebody else";
  const Thesis slipped = WithDefence(thesis, later);
  EXPECT_EQ(slipped.defence->declared, Day("2026-08-20"));
  EXPECT_FALSE(slipped.defence->authorised.has_value());
  EXPECT_EQ(slipped.defence->jury[0].report_date, Day("2026-10-10"));
  EXPECT_FALSE(slipped.defence->jury[1].report_date.has_value());
}

TEST(Years, AreThoseOfTheSidesCalendar) {
  const Thesis thesis = ActiveThesis();
  const Side& tsukuba = thesis.sides[1];
  std::vector<std::string> names;
  for (const Year& year : YearsUntil(tsukuba, 4, Day("2027-03-31"))) {
    names.push_back(year.academic_year + "=" + std::to_string(YearNumber(tsukuba, year)));
  }
  EXPECT_THAT(names, ElementsAre("2024/2025=1", "2025/2026=2", "2026/2027=3"));
  EXPECT_EQ(YearsUntil(tsukuba, 4, Day("2027-04-01")).size(), 4u);
  EXPECT_THAT(YearsUntil(Side{}, 4, Day("2027-04-01")), IsEmpty());
}

// Every fact is a word of the vocabulary, of its type: rules can speak of nothing else.
TEST(FactsOf, AreWordsOfTheVocabulary) {
  Thesis thesis = WithDefence(ActiveThesis(), UsualPlan());
  thesis.suspensions = {
      {.basis = "sickness", .first = Day("2025-01-01"), .last = Day("2025-06-30")}};
  const deadlines::Facts facts = FactsOf(thesis, UsualSetting());
  std::set<std::string> shared;
  for (const auto& field : ThesisVocabulary().shared) shared.insert(field.name);
  for (const auto& [name, value] : facts.fields) EXPECT_TRUE(shared.contains(name)) << name;
  std::set<std::string> side;
  for (const auto& field : ThesisVocabulary().side) side.insert(field.name);
  ASSERT_EQ(facts.sides.size(), 2u);
  for (const auto& [institution, row] : facts.sides) {
    for (const auto& [name, value] : row.fields) EXPECT_TRUE(side.contains(name)) << name;
  }
  EXPECT_EQ(facts.sides.at(kUga).school, "phys");
  EXPECT_EQ(facts.intervals.at("suspension")[0].basis, "sickness_over_4_months");
  EXPECT_EQ(FormatDate(facts.intervals.at("agreement")[0].last), "2027-08-31");
  EXPECT_EQ(facts.zones.at("institution_in_charge"), "Europe/Paris");
}

TEST(FactsOf, AFailedDefenceIsHistory) {
  Thesis thesis = WithDefence(ActiveThesis(), UsualPlan());
  thesis.state = ThesisState::kActive;
  thesis.defence->held = Day("2026-05-01");
  thesis.defence->outcome = "failed";
  EXPECT_FALSE(FactsOf(thesis, UsualSetting()).fields.contains("defence.date"));
}

// However stays and suspensions lie, every day that is not suspended counts for exactly one side.
TEST(Residence, EveryDayCountsOnce) {
  constexpr unsigned kSeed = 20261124;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937 random(kSeed);
  const auto day = [&](int from) {
    return AddDays(Day("2024-10-01"), from + static_cast<int>(random() % 400));
  };
  for (int round = 0; round < 200; ++round) {
    Thesis thesis = ActiveThesis();
    Setting setting = UsualSetting();
    for (int i = 0; i < 4; ++i) {
      const Date first = day(i * 100);
      setting.stays.push_back({.mobility = "mobilities/" + std::to_string(i),
                               .sending = kUga,
                               .receiving = random() % 3 == 0 ? kUga : kTsukuba,
                               .first = first,
                               .last = AddDays(first, static_cast<int>(random() % 200))});
    }
    const Date rest = day(0);
    thesis.suspensions = {{.basis = "parental", .first = rest, .last = AddDays(rest, 90)}};
    const Date last = Day("2026-11-03");
    const Residence residence = ResidenceUntil(thesis, setting, last);
    EXPECT_EQ(residence.days[0] + residence.days[1], DaysIn(Day("2024-10-01"), last) - 91);
    EXPECT_LE(residence.percent(0) + residence.percent(1), 100);
    EXPECT_GE(residence.percent(0) + residence.percent(1), 99);
  }
}

}  // namespace
}  // namespace jointly::theses
