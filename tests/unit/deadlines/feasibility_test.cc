#include "common/deadlines/feasibility.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "common/error/error.h"
#include "common/time/rng.h"
#include "tests/support/table.h"
#include "tests/unit/deadlines/thesis_facts.h"

namespace jointly::deadlines {
namespace {

using test::Row;
using test::Table;
using testing::HasSubstr;

std::string Condition(std::string_view id, std::string_view holds) {
  return R"({"id": ")" + std::string(id) + R"(", "title": {"en": "a", "fr": "b", "ja": "c"},
    "severity": "local", "basis": "law of )" +
         std::string(id) + R"(", "constraint": {"holds": ")" + std::string(holds) +
         R"(", "on": "defence.date"}})";
}

std::string NotPast(std::string_view id, std::string_view offset, std::string_view more = "") {
  return R"({"id": ")" + std::string(id) + R"(", "title": {"en": "a", "fr": "b", "ja": "c"},
    "severity": "local", "constraint": "not_past", "offset": ")" +
         std::string(offset) + R"(", "anchor": {"kind": "field", "name": "defence.date"})" +
         std::string(more) + "}";
}

Question Within(std::string_view first, std::string_view last) {
  return {.first = On(first), .last = On(last)};
}

Feasibility SolveWith(const std::vector<std::string>& rules, const Question& question,
                      const Facts& facts = ActiveThesis()) {
  std::string all;
  for (const std::string& rule : rules) all += (all.empty() ? "" : ",") + rule;
  auto solved = Solve(LoadOrDie(ThesisVocabulary(), {SetOf(all)}), facts, question);
  EXPECT_TRUE(solved.ok()) << solved.status();
  return solved.ok() ? *std::move(solved) : Feasibility();
}

std::string Show(const std::vector<Span>& spans) {
  std::string text;
  for (const Span& span : spans) {
    text += (text.empty() ? "" : ", ") + FormatDate(span.first) + ".." + FormatDate(span.last);
  }
  return text;
}

std::string Show(const Conflict& conflict) {
  std::string text;
  for (const Requirement& one : conflict.requirements) {
    text += (text.empty() ? "" : " + ") + one.rule_id;
  }
  return text;
}

TEST(Feasibility, IsWhatEveryConstraintAllows) {
  const Feasibility solved = SolveWith(
      {Condition("after", "defence.date >= 2026-09-01"),
       Condition("gap", "defence.date < 2026-10-01 or defence.date > 2026-10-31"),
       Condition("always", "covers(agreement, defence.date)"), NotPast("declaration", "-P10W")},
      Within("2026-03-01", "2026-12-31"));
  EXPECT_EQ(FormatDate(*solved.earliest), "2026-09-01");
  EXPECT_EQ(FormatDate(*solved.latest), "2026-12-31");
  EXPECT_EQ(Show(solved.feasible), "2026-09-01..2026-09-30, 2026-11-01..2026-12-31");
  EXPECT_TRUE(solved.conflicts.empty());
  // Those that allow every day are not listed; each says what it allows alone.
  ASSERT_EQ(solved.requirements.size(), 3u);
  EXPECT_EQ(solved.requirements[0].rule_id, "after");
  EXPECT_EQ(solved.requirements[0].basis, "law of after");
  EXPECT_EQ(solved.requirements[1].rule_id, "declaration");
  EXPECT_EQ(Show(solved.requirements[1].feasible), "2026-05-10..2026-12-31");
}

TEST(Feasibility, NamesWhatContradicts) {
  const std::string early = Condition("early", "defence.date <= 2026-06-30");
  const std::string late = Condition("late", "defence.date >= 2026-07-01");
  const std::string never = Condition("never", "false");
  const std::string unknown = Condition("unknown", "jury.valid");
  const std::string a = Condition("a", "defence.date < 2026-05-01 or defence.date > 2026-05-20");
  const std::string b = Condition("b", "defence.date < 2026-05-11");
  const std::string c = Condition("c", "defence.date >= 2026-05-05");
  const std::string idle = Condition("idle", "defence.date != 2026-04-15");
  struct Case {
    std::vector<std::string> rules;
    std::vector<std::string> conflicts;
  };
  for (const Case& one : std::vector<Case>{
           {{early, late}, {"early + late"}},
           {{late, idle, early}, {"early + late"}},
           {{early, never, late}, {"never", "early + late"}},
           {{unknown}, {"unknown"}},
           {{a, b, c, idle}, {"a + b + c"}},
           {{early, late, a, b, c}, {"b + late", "early + late"}},
       }) {
    const Feasibility solved = SolveWith(one.rules, Within("2026-04-01", "2026-12-31"));
    EXPECT_FALSE(solved.earliest.has_value());
    std::vector<std::string> shown;
    for (const Conflict& conflict : solved.conflicts) shown.push_back(Show(conflict));
    EXPECT_EQ(shown, one.conflicts);
  }
}

TEST(Feasibility, EachSideOfAConflictSaysItsOwnDays) {
  const Feasibility solved =
      SolveWith({Condition("early", "defence.date <= 2026-06-30"), NotPast("late", "-P8M")},
                Within("2026-04-01", "2027-12-31"));
  ASSERT_EQ(solved.conflicts.size(), 1u);
  const std::vector<Requirement>& pair = solved.conflicts[0].requirements;
  EXPECT_EQ(Show(pair[0].feasible), "2026-04-01..2026-06-30");
  EXPECT_EQ(Show(pair[1].feasible), "2026-11-01..2027-12-31");
}

TEST(Feasibility, WhatIsMetWaivedOrNotAskedForbidsNothing) {
  for (const Row& row : Table(R"t(
    more                                                     earliest
    -                                                        2026-05-10
    , "met": "known(agreement.final_date)"                   2026-03-01
    , "waive": "defence.date < 2026-04-01"                   2026-03-01
    , "waive": "defence.date >= 2026-04-15"                  2026-04-15
    , "when": "defence.date > 2026-03-20"                    2026-03-01
    , "effective": ["2026-03-11", null]                      2026-03-01
    , "effective": [null, "2026-03-31"]                      2026-04-01
  )t")) {
    const Feasibility solved = SolveWith({NotPast("declaration", "-P10W", row["more"])},
                                         Within("2026-03-01", "2026-12-31"));
    EXPECT_EQ(FormatDate(*solved.earliest), row["earliest"]) << row.text();
  }
}

TEST(Feasibility, ClosedDaysAreOneMoreConstraint) {
  Question question = Within("2026-05-01", "2026-05-10");
  question.closed = {"weekends", "holidays:FR"};
  EXPECT_EQ(Show(SolveWith({}, question).feasible), "2026-05-04..2026-05-07");
  question.last = On("2026-05-03");
  const Feasibility none = SolveWith({}, question);
  ASSERT_EQ(none.conflicts.size(), 1u);
  EXPECT_EQ(Show(none.conflicts[0]), "closed");
}

TEST(Feasibility, OfTheSeedFollowsBothCountries) {
  // Two diplomas: from the thesis due date to the conferral; ten weeks before 10 May is a Sunday.
  const auto two = Solve(Seed(), ActiveThesis(), Within("2026-03-01", "2026-12-31"));
  ASSERT_TRUE(two.ok()) << two.status();
  EXPECT_EQ(Show(two->feasible), "2026-05-11..2026-07-25, 2026-09-07..2026-11-30");
  // One defence: in the presentation windows only.
  Facts single = ActiveThesis();
  single.fields["single_defence"] = true;
  const auto one = Solve(Seed(), single, Within("2026-03-01", "2026-12-31"));
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(Show(one->feasible), "2026-05-25..2026-06-07, 2026-09-26..2026-10-06");
  // Progress Presentation II by September 2026, or no degree in March 2027.
  Facts sport = ActiveThesis();
  sport.sides["institutions/tsukuba"].programme = "health-sport";
  sport.today = On("2026-09-16");
  const auto missed = Solve(Seed(), sport, Within("2027-01-01", "2027-12-31"));
  ASSERT_TRUE(missed.ok()) << missed.status();
  EXPECT_EQ(Show(missed->feasible), "2027-06-30..2027-09-25");
  sport.sides["institutions/tsukuba"].fields["progress_presentation"] = std::int64_t{2};
  const auto passed = Solve(Seed(), sport, Within("2027-01-01", "2027-12-31"));
  ASSERT_TRUE(passed.ok()) << passed.status();
  EXPECT_EQ(Show(passed->feasible), "2027-01-08..2027-03-25, 2027-06-30..2027-09-25");
}

TEST(Feasibility, NamesThePairOfTwoCountries) {
  // The agreement ends before the next session's thesis date that can still be reached.
  Facts facts = ActiveThesis();
  facts.today = On("2026-10-01");
  facts.intervals["agreement"] = {{On("2024-10-01"), On("2026-11-01"), ""}};
  const auto solved = Solve(Seed(), facts, Within("2026-10-01", "2027-12-31"));
  ASSERT_TRUE(solved.ok()) << solved.status();
  EXPECT_FALSE(solved->earliest.has_value());
  std::set<std::string> shown;
  for (const Conflict& conflict : solved->conflicts) shown.insert(Show(conflict));
  EXPECT_TRUE(shown.contains("cotutelle.agreement_covers_defence + uga.declaration"))
      << testing::PrintToString(shown);
  EXPECT_TRUE(shown.contains("cotutelle.agreement_covers_defence + tsukuba.thesis"))
      << testing::PrintToString(shown);
}

TEST(Feasibility, RefusesQuestionsThatAreNone) {
  struct Case {
    Question question;
    std::string reason;
  };
  Question jury = Within("2026-03-01", "2026-12-31");
  jury.variable = "jury.size";
  Question nothing = Within("2026-03-01", "2026-12-31");
  nothing.variable = "own.enrolled";
  Question closed = Within("2026-03-01", "2026-12-31");
  closed.closed = {"closure:nowhere"};
  for (const Case& one : std::vector<Case>{
           {jury, "BAD_QUESTION"},
           {nothing, "BAD_QUESTION"},
           {closed, "BAD_QUESTION"},
           {Within("2026-12-31", "2026-03-01"), "BAD_QUESTION"},
           {Question{}, "BAD_QUESTION"},
           {Within("2020-01-01", "2030-12-31"), "BAD_QUESTION"},
           {Within("2030-06-01", "2031-01-01"), "DATE_OUTSIDE_CALENDARS"},
           {Within("2019-06-01", "2020-01-01"), "DATE_OUTSIDE_CALENDARS"},
       }) {
    const auto solved = Solve(Seed(), ActiveThesis(), one.question);
    EXPECT_EQ(ReasonOf(solved.status()), one.reason) << solved.status();
  }
  Facts facts = ActiveThesis();
  facts.fields["jury.size"] = true;
  EXPECT_EQ(ReasonOf(Solve(Seed(), facts, Within("2026-03-01", "2026-12-31")).status()),
            "BAD_FACT");
}

// The slow way: a whole plan for every day.
std::set<Date> DayByDay(const Catalogue& catalogue, Facts facts, const Question& question) {
  std::set<Date> days;
  for (Date day = question.first; day <= question.last; day = AddDays(day, 1)) {
    facts.fields["defence.date"] = CivilTime{day, std::chrono::hours(12), "Europe/Paris"};
    const auto plan = Compute(catalogue, facts);
    EXPECT_TRUE(plan.ok()) << plan.status();
    const bool broken = std::any_of(plan->obligations.begin(), plan->obligations.end(),
                                    [](const Obligation& one) { return one.broken; });
    if (!broken) days.insert(day);
  }
  return days;
}

TEST(Feasibility, AgreesWithAPlanForEveryDay) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRng rng(seed);
    const auto day = [&](int last) {
      return AddDays(On("2026-01-01"),
                     static_cast<int>(rng.Below(static_cast<std::uint64_t>(last))));
    };
    Facts facts = ActiveThesis();
    facts.today = day(300);
    const char* schools[] = {"llsh", "edcsv", "iphig"};
    facts.sides["institutions/uga"].school = schools[rng.Below(3)];
    Side& tsukuba = facts.sides["institutions/tsukuba"];
    if (rng.Below(2) == 0) tsukuba.programme = "health-sport";
    if (rng.Below(2) == 0) tsukuba.fields["progress_presentation"] = std::int64_t{2};
    if (rng.Below(2) == 0) tsukuba.fields["preexamination_passed_date"] = day(300);
    if (rng.Below(2) == 0) facts.fields["single_defence"] = true;
    if (rng.Below(2) == 0) facts.fields["jury.valid"] = true;
    if (rng.Below(4) == 0) facts.intervals["agreement"][0].last = day(600);
    Question question;
    question.first = day(200);
    question.last = AddDays(question.first, 200);
    const auto solved = Solve(Seed(), facts, question);
    ASSERT_TRUE(solved.ok()) << solved.status();
    std::set<Date> days;
    for (const Span& span : solved->feasible) {
      for (Date at = span.first; at <= span.last; at = AddDays(at, 1)) days.insert(at);
    }
    EXPECT_EQ(days, DayByDay(Seed(), facts, question));
    EXPECT_EQ(solved->conflicts.empty(), !days.empty());
    for (const Conflict& conflict : solved->conflicts) {
      // No day is in all of them.
      std::set<Date> all = {};
      for (Date at = question.first; at <= question.last; at = AddDays(at, 1)) all.insert(at);
      for (const Requirement& one : conflict.requirements) {
        std::erase_if(all, [&](Date at) {
          return std::none_of(one.feasible.begin(), one.feasible.end(), [&](const Span& span) {
            return span.first <= at && at <= span.last;
          });
        });
      }
      EXPECT_TRUE(all.empty()) << Show(conflict);
    }
  }
}

}  // namespace
}  // namespace jointly::deadlines
