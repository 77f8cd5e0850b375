#include "common/deadlines/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/error/error.h"
#include "tests/support/table.h"
#include "tests/unit/deadlines/thesis_facts.h"

namespace jointly::deadlines {
namespace {

using test::Row;
using test::Table;
using testing::ElementsAre;
using testing::HasSubstr;

// A rule on the date of defence, with what the test adds.
std::string RuleOf(std::string_view id, std::string_view more) {
  return R"({"id": ")" + std::string(id) +
         R"(", "title": {"en": "a", "fr": "b", "ja": "c"}, "severity": "local",
            "anchor": {"kind": "field", "name": "defence.date"})" +
         (more.empty() ? "" : ", ") + std::string(more) + "}";
}

Plan PlanOf(const std::vector<std::string>& rules, const Facts& facts, std::string_view more = "") {
  std::string all;
  for (const std::string& rule : rules) all += (all.empty() ? "" : ",") + rule;
  auto plan = Compute(LoadOrDie(ThesisVocabulary(), {SetOf(all, more)}), facts);
  EXPECT_TRUE(plan.ok()) << plan.status();
  return plan.ok() ? *std::move(plan) : Plan();
}

TEST(Plans, GiveTheStateOfTheContract) {
  for (const Row& row : Table(R"(
    when   anchor   met    waive  state
    -      known    -      -      armed
    false  known    true   true   none
    true   unknown  true   true   none
    true   known    true   true   met
    true   known    true   false  met
    true   known    false  true   waived
    true   known    false  false  armed
  )")) {
    SCOPED_TRACE(row.text());
    std::string more = "\"version\": 1";
    for (const std::string key : {"when", "met", "waive"}) {
      if (!row[key].empty()) more += ", \"" + key + "\": \"" + row[key] + "\"";
    }
    Facts facts = ActiveThesis();
    if (row["anchor"] == "known") facts = PlannedThesis("2026-11-03 14:00");
    EXPECT_EQ(StateOf(PlanOf({RuleOf("a", more)}, facts), "a"), row["state"]);
  }
}

TEST(Plans, AConditionIsMetOrBroken) {
  for (const Row& row : Table(R"(
    holds                                met    waive  state   broken  last
    covers(agreement, defence.date)      -      -      met     no      holds
    not covers(agreement, defence.date)  -      -      armed   yes     broken
    not covers(agreement, defence.date)  true   -      met     no      met
    not covers(agreement, defence.date)  -      true   waived  no      waived
  )")) {
    SCOPED_TRACE(row.text());
    std::string rule = R"({"id": "a", "title": {"en": "a", "fr": "b", "ja": "c"},
      "severity": "local", "constraint": {"holds": ")" +
                       row["holds"] + R"(", "on": "defence.date"})";
    for (const std::string key : {"met", "waive"}) {
      if (!row[key].empty()) rule += ", \"" + key + "\": \"" + row[key] + "\"";
    }
    const Plan plan = PlanOf({rule + "}"}, PlannedThesis("2026-11-03 14:00"));
    EXPECT_EQ(DueOf(plan, "a"), "2026-11-03 14:00:00 Europe/Paris");
    EXPECT_EQ(StateOf(plan, "a"), row["state"]);
    EXPECT_EQ(plan.Find("a")->broken ? "yes" : "no", row["broken"]);
    const StepKind last = plan.Find("a")->rationale.back().kind;
    EXPECT_EQ(last, row["last"] == "holds"    ? StepKind::kHolds
                    : row["last"] == "broken" ? StepKind::kBroken
                    : row["last"] == "met"    ? StepKind::kMet
                                              : StepKind::kWaived);
  }
}

TEST(Plans, NotPastIsBrokenFromTheDayAfter) {
  const std::string rule = RuleOf("a", R"("offset": "-P10W", "constraint": "not_past")");
  for (const Row& row : Table(R"(
    defence           broken
    2026-05-10 14:00  no
    2026-05-09 14:00  yes
  )")) {
    const Plan plan = PlanOf({rule}, PlannedThesis(row["defence"]));
    EXPECT_EQ(plan.Find("a")->broken ? "yes" : "no", row["broken"]) << row.text();
  }
}

// Short words of the table for rolls that would be too long in it.
std::string WithRolls(std::string text) {
  const std::pair<std::string_view, std::string_view> words[] = {
      {"WEEKENDS_NEXT", R"("roll": {"when": ["weekends"], "to": "next_open_day"})"},
      {"WEEKENDS_PREVIOUS", R"("roll": {"when": ["weekends"], "to": "previous_open_day"})"},
      {"ARMISTICE_NEXT",
       R"("roll": {"when": ["holidays:FR", "closure:armistice"], "to": "next_open_day"})"}};
  for (const auto& [word, roll] : words) {
    const std::size_t at = text.find(word);
    if (at != std::string::npos) text.replace(at, word.size(), roll);
  }
  return text;
}

TEST(Plans, PlaceTimeAndZone) {
  for (const Row& row : Table(R"(
    more  due
    "offset": "-P14D"  2026-10-20 14:00:00 Europe/Paris
    "offset": "-P14D", "time": "23:59:59"  2026-10-20 23:59:59 Europe/Paris
    "zone": "Asia/Tokyo", "time": "12:00"  2026-11-03 12:00:00 Asia/Tokyo
    "zone": "AoE", "time": "23:59:59"  2026-11-03 23:59:59 Etc/GMT+12
    "zone": {"of": "institution_in_charge"}  2026-11-03 14:00:00 Europe/Paris
    "zone": {"of": "own"}, "scope": {"region": "JP"}  2026-11-03 14:00:00 Asia/Tokyo
    "offset": "P1Y1M1W1D"  2027-12-11 14:00:00 Europe/Paris
    "offset": "-P1M", WEEKENDS_NEXT  2026-10-05 14:00:00 Europe/Paris
    "offset": "-P1M", WEEKENDS_PREVIOUS  2026-10-02 14:00:00 Europe/Paris
    "roll": {"when": ["holidays:JP"], "to": "next_open_day"}  2026-11-04 14:00:00 Europe/Paris
    "roll": {"when": ["holidays:FR"], "to": "next_open_day"}  2026-11-03 14:00:00 Europe/Paris
    "offset": "P8D", ARMISTICE_NEXT  2026-11-15 14:00:00 Europe/Paris
  )")) {
    SCOPED_TRACE(row.text());
    const Plan plan =
        PlanOf({RuleOf("a", WithRolls(row["more"]))}, PlannedThesis("2026-11-03 14:00"),
               R"("closures": [{"id": "armistice", "dated": [["2026-11-12", "2026-11-14"]]}], )");
    EXPECT_EQ(DueOf(plan, "a"), row["due"]);
  }
}

TEST(Plans, ADayWithoutTimeIsDueAtItsEndWhereItsSideIs) {
  Facts facts = ActiveThesis();
  const std::string rule = R"({"id": "a", "title": {"en": "a", "fr": "b", "ja": "c"},
    "severity": "local", "anchor": {"kind": "field", "name": "agreement.end_date"})";
  EXPECT_EQ(DueOf(PlanOf({rule + "}"}, facts), "a"), "2028-09-30 23:59:59 Europe/Paris");
  EXPECT_EQ(DueOf(PlanOf({rule + R"(, "scope": {"region": "JP"}})"}, facts), "a"),
            "2028-09-30 23:59:59 Asia/Tokyo");
  facts.zones.clear();
  EXPECT_EQ(DueOf(PlanOf({rule + "}"}, facts), "a"), "2028-09-30 23:59:59 UTC");
}

// Anchor 2024-10-01, three years: 2027-10-01.
TEST(Plans, OnlySomePausesStopAClock) {
  const std::string rule = R"({"id": "a", "title": {"en": "a", "fr": "b", "ja": "c"},
    "severity": "local", "anchor": {"kind": "field", "name": "start_date"}, "offset": "P3Y",
    "pause": ["cesure", "parental"]})";
  for (const Row& row : Table(R"(
    pauses                                                                                 due
    -  2027-10-01
    cesure 2025-01-01 2025-12-31  2028-09-30
    sickness 2025-01-01 2025-12-31  2027-10-01
    cesure 2024-01-01 2024-09-30  2027-10-01
    cesure 2024-09-01 2024-10-31  2027-10-31
    cesure 2027-10-01 2027-10-10  2027-10-11
    cesure 2027-10-02 2027-10-10  2027-10-01
    parental 2027-10-05 2027-10-14, cesure 2027-09-01 2027-09-10  2027-10-21
    parental 2026-01-01 2026-01-31, cesure 2026-01-16 2026-02-15  2027-11-16
    cesure 2026-01-16 2026-02-15, parental 2026-01-01 2026-01-31  2027-11-16
    cesure 2025-01-01 2025-01-10, x 2025-03-01 2025-03-10, cesure 2025-02-01 2025-02-05  2027-10-16
  )")) {
    SCOPED_TRACE(row.text());
    Facts facts = ActiveThesis();
    std::string_view rest = row["pauses"];
    while (!rest.empty()) {
      const std::string_view one = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(one.size() + 2, rest.size()));
      const std::size_t blank = one.find(' ');
      facts.intervals["suspension"].push_back({On(one.substr(blank + 1, 10)),
                                               On(one.substr(blank + 12, 10)),
                                               std::string(one.substr(0, blank))});
    }
    EXPECT_EQ(DueOf(PlanOf({rule}, facts), "a").substr(0, 10), row["due"]);
  }
}

TEST(Plans, FollowOneRuleFromAnother) {
  const std::vector<std::string> rules = {
      R"({"id": "b", "title": {"en": "B", "fr": "b", "ja": "c"}, "severity": "local",
         "anchor": {"kind": "deadline", "rule": "a"}, "offset": "-P1D"})",
      RuleOf("a", R"("offset": "-P1M", "when": "state = defence_planned",
                     "roll": {"when": ["weekends"], "to": "next_open_day"})")};
  const Plan plan = PlanOf(rules, PlannedThesis("2026-11-03 14:00"));
  EXPECT_EQ(DueOf(plan, "a"), "2026-10-05 14:00:00 Europe/Paris");
  EXPECT_EQ(DueOf(plan, "b"), "2026-10-04 14:00:00 Europe/Paris");
  EXPECT_THAT(plan.Find("b")->anchor_refs, ElementsAre("rule:a"));
  Facts facts = PlannedThesis("2026-11-03 14:00");
  facts.fields["state"] = std::string("active");
  EXPECT_EQ(DueOf(PlanOf(rules, facts), "b"), "none");
}

TEST(Plans, ANarrowerScopeThenAVersionWins) {
  const auto rule = [](const Row& row) {
    std::string more = R"("offset": "-P)" + row["days"] + R"(D", "time": "12:00")";
    if (!row["scope"].empty()) more += ", \"scope\": {" + row["scope"] + "}";
    if (!row["version"].empty()) more += ", \"version\": " + row["version"];
    if (!row["effective"].empty()) more += ", \"effective\": " + row["effective"];
    return RuleOf("a", more);
  };
  std::vector<std::string> rules;
  for (const Row& row : Table(R"(
    days  scope                                                                version  effective
    1     "agreement": "agreements/other"                                      9        -
    2     "region": "FR"                                                       -        -
    3  "region": "FR"  2  ["2027-01-01", null]
    4  "institution": "institutions/uga"  -  ["2027-06-01", null]
    5  "institution": "institutions/uga", "school": "llsh"  -  ["2028-01-01", null]
    6  "region": "FR", "institution": "institutions/uga", "school": "llsh"  -  ["2028-06-01", null]
    7  "region": "FR", "agreement": "agreements/a"  -  ["2029-01-01", null]
    8     "institution": "institutions/uga", "school": "edcsv"                 5        -
    9  "institution": "institutions/tsukuba"  5  ["2030-01-01", null]
  )")) {
    rules.push_back(rule(row));
  }
  for (const Row& row : Table(R"(
    defence           id             days
    2026-06-01 14:00  a              2
    2027-02-01 14:00  a              3
    2027-08-01 14:00  a              4
    2028-02-01 14:00  a              5
    2028-08-01 14:00  a              6
    2029-02-01 14:00  a              7
  )")) {
    SCOPED_TRACE(row.text());
    Facts facts = PlannedThesis(row["defence"]);
    facts.agreement = "agreements/a";
    facts.sides["institutions/uga"].school = "llsh";
    facts.sides.erase("institutions/tsukuba");
    const Plan plan = PlanOf(rules, facts);
    const std::string due =
        FormatDate(AddDays(On(row["defence"].substr(0, 10)), -std::stoi(row["days"])));
    EXPECT_EQ(DueOf(plan, row["id"]), due + " 12:00:00 Europe/Paris");
  }
}

TEST(Plans, WhenTheNarrowerRuleDoesNotHoldNoneDoes) {
  const std::vector<std::string> rules = {
      RuleOf("a", R"("scope": {"region": "FR"})"),
      RuleOf("a", R"("scope": {"institution": "institutions/uga"}, "when": "false")")};
  EXPECT_EQ(StateOf(PlanOf(rules, PlannedThesis("2026-11-03 14:00")), "a"), "none");
}

TEST(Plans, BothSidesOfOneRuleAreToldApart) {
  const std::vector<std::string> rules = {
      RuleOf("a", R"("scope": {"region": "FR"}, "met": "own.enrolled")"),
      RuleOf("a", R"("scope": {"region": "JP"}, "met": "own.enrolled", "waive": "other.enrolled")"),
      RuleOf("a", R"("offset": "P1D")")};
  Facts facts = PlannedThesis("2026-11-03 14:00");
  facts.sides["institutions/uga"].fields["enrolled"] = true;
  const Plan plan = PlanOf(rules, facts);
  ASSERT_EQ(plan.obligations.size(), 2u);
  EXPECT_EQ(StateOf(plan, "a@uga"), "met");
  EXPECT_EQ(StateOf(plan, "a@tsukuba"), "waived");
  EXPECT_EQ(plan.Find("a@uga")->institution, "institutions/uga");
}

TEST(Plans, ARuleIsRepeatedForEachYear) {
  const auto plan = Compute(Seed(), ActiveThesis());
  ASSERT_TRUE(plan.ok()) << plan.status();
  for (const Row& row : Table(R"(
    obligation             due
    fr.enrolment/2024      2024-12-01
    fr.enrolment/2025      2025-12-01
    fr.enrolment/2026      2026-12-01
    fr.csi/2024            none
    fr.csi/2025            2025-11-30
    fr.csi/2026            2026-11-30
    uga.agreement_final/2025  2025-09-30
    jp.enrolment/2025      2025-11-01
    fr.duration            2027-10-01
    cotutelle.extend_agreement  2028-04-03
    cotutelle.agreement_end  2028-09-30
    fr.reports             none
  )")) {
    EXPECT_EQ(DueOf(*plan, row["obligation"]).substr(0, 10), row["due"]) << row.text();
  }
  EXPECT_EQ(StateOf(*plan, "uga.agreement_final/2025"), "met");
  EXPECT_EQ(plan->Find("fr.csi/2025")->occasion, "2025");
}

// "No committee if you defend by 31 December" comes back by itself, and is the same obligation.
TEST(Plans, AWaiverRevivesWhenTheDefenceSlips) {
  Facts facts = PlannedThesis("2026-11-03 14:00");
  Side& uga = facts.sides["institutions/uga"];
  uga.school = "llsh";
  uga.occasions["year"] = {Year("2026", 3, "2026-09-01", "2027-08-31")};
  const auto before = Compute(Seed(), facts);
  facts.fields["defence.date"] = At("2027-01-15 14:00");
  const auto slipped = Compute(Seed(), facts);
  facts.fields["defence.date"] = At("2026-12-18 14:00");
  const auto again = Compute(Seed(), facts);
  ASSERT_TRUE(before.ok() && slipped.ok() && again.ok());
  EXPECT_EQ(StateOf(*before, "fr.csi/2026"), "waived");
  EXPECT_EQ(StateOf(*slipped, "fr.csi/2026"), "armed");
  EXPECT_EQ(StateOf(*again, "fr.csi/2026"), "waived");
  const std::vector<Change> changes = Diff(*before, *slipped);
  const auto change = std::find_if(changes.begin(), changes.end(),
                                   [](const Change& one) { return one.id == "fr.csi/2026"; });
  ASSERT_NE(change, changes.end());
  EXPECT_EQ(change->kind, ChangeKind::kChanged);
  EXPECT_TRUE(change->state_changed);
  EXPECT_FALSE(change->moved);
}

// "No committee if the defence is declared before 28 October for a defence by the end of December."
TEST(Plans, AWaiverCanHangOnADeclarationThatMayStillCome) {
  const std::string rule = R"({"id": "csi", "title": {"en": "a", "fr": "b", "ja": "c"},
    "severity": "local", "anchor": {"kind": "field", "name": "expected_end_date"}, "waive": ")"
                           "defence.date <= 2026-12-31 and (defence.declared_date < 2026-10-28 or "
                           "not known(defence.declared_date) and today < 2026-10-28)\"}";
  for (const Row& row : Table(R"(
    today       declared    defence           state
    2026-09-01  -           2026-12-15 14:00  waived
    2026-10-27  -           2026-12-15 14:00  waived
    2026-10-28  -           2026-12-15 14:00  armed
    2026-11-15  2026-10-27  2026-12-15 14:00  waived
    2026-11-15  2026-10-28  2026-12-15 14:00  armed
    2026-11-15  2026-10-27  2027-01-05 14:00  armed
  )")) {
    Facts facts = PlannedThesis(row["defence"]);
    facts.today = On(row["today"]);
    facts.fields["expected_end_date"] = On("2026-11-29");
    if (!row["declared"].empty()) facts.fields["defence.declared_date"] = On(row["declared"]);
    EXPECT_EQ(StateOf(PlanOf({rule}, facts), "csi"), row["state"]) << row.text();
  }
}

TEST(Plans, ADiffNamesWhatMovedCameAndWent) {
  const auto before = Compute(Seed(), PlannedThesis("2026-11-03 14:00"));
  Facts facts = PlannedThesis("2026-11-13 14:00");
  facts.fields["extension_end_date"] = On("2028-03-31");
  facts.fields["deposit_certified"] = true;
  facts.intervals.erase("agreement");
  const auto after = Compute(Seed(), facts);
  ASSERT_TRUE(before.ok() && after.ok());
  EXPECT_TRUE(Diff(*before, *before).empty());
  std::map<std::string, Change> changes;
  for (Change& change : Diff(*before, *after)) changes[change.id] = std::move(change);
  EXPECT_EQ(changes["fr.reports"].days, 10);
  EXPECT_TRUE(changes["fr.reports"].moved);
  EXPECT_FALSE(changes["fr.reports"].state_changed);
  EXPECT_TRUE(changes["fr.deposit"].moved && changes["fr.deposit"].state_changed);
  EXPECT_EQ(changes["fr.extension_end"].kind, ChangeKind::kAdded);
  EXPECT_FALSE(changes["fr.extension_end"].before.has_value());
  EXPECT_EQ(changes["cotutelle.agreement_end"].kind, ChangeKind::kRemoved);
  EXPECT_FALSE(changes.contains("cotutelle.extend_agreement"));
}

TEST(Plans, RefuseFactsThatAreNone) {
  Facts facts = PlannedThesis("2026-11-03 14:00");
  facts.fields["defence.dat"] = On("2026-11-03");
  facts.fields["jury.size"] = std::string("four");
  facts.fields["state"] = std::string("happy");
  facts.fields["start_date"] = Date{};
  facts.sides["institutions/uga"].zone = "Europe/Grenoble";
  facts.sides["institutions/uga"].occasions["month"] = {};
  facts.intervals["agrement"] = {};
  facts.intervals["agreement"] = {{On("2026-11-03"), On("2026-11-02"), ""}};
  const auto plan = Compute(Seed(), facts);
  EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument);
  const std::string text = MessageOf(plan.status());
  for (const std::string_view expected :
       {"fields.defence.dat UNKNOWN_FIELD: the vocabulary has no such field; did you mean "
        "\"defence.date\"?",
        "fields.jury.size BAD_FACT: the value is no integer", "fields.state BAD_FACT",
        "fields.start_date BAD_FACT", "sides[institutions/uga].zone UNKNOWN_ZONE",
        "sides[institutions/uga].month UNKNOWN_OCCASION", "intervals.agrement UNKNOWN_INTERVAL",
        "intervals.agreement BAD_FACT"}) {
    EXPECT_THAT(text, HasSubstr(expected));
  }
  EXPECT_THAT(text, HasSubstr("8 invalid fields"));
}

TEST(Plans, RefuseADateOutsideTheCalendars) {
  const auto plan = Compute(Seed(), PlannedThesis("2031-06-03 14:00"));
  EXPECT_EQ(ReasonOf(plan.status()), "DATE_OUTSIDE_CALENDARS");
  EXPECT_THAT(MessageOf(plan.status()),
              HasSubstr("rule uga.declaration version 1 gives 2031-03-25"));
  // What was declared long ago needs no calendar any more.
  Facts facts = PlannedThesis("2019-06-03 14:00");
  facts.fields["defence.declared_date"] = On("2019-03-01");
  facts.fields["jury.valid"] = true;
  EXPECT_TRUE(Compute(Seed(), facts).ok());
}

TEST(Plans, AreEmptyWithoutRules) {
  const auto plan = Compute(Catalogue(), Facts{.today = On("2026-03-01")});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_TRUE(plan->obligations.empty());
}

}  // namespace
}  // namespace jointly::deadlines
