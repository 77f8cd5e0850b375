#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "common/deadlines/deadlines.h"
#include "common/deadlines/holidays.h"
#include "common/time/rng.h"
#include "tests/unit/deadlines/thesis_facts.h"

// What must hold for any facts, tried on facts drawn by a printed seed.
namespace jointly::deadlines {
namespace {

constexpr std::uint64_t kSeeds = 200;

int Between(Rng& rng, int first, int last) {
  return first + static_cast<int>(rng.Below(static_cast<std::uint64_t>(last - first + 1)));
}

Date SomeDay(Rng& rng) { return AddDays(On("2025-01-01"), Between(rng, 0, 1400)); }

// One thing that becomes known of a thesis; independent of every other one.
struct Event {
  std::string side;  // Empty: shared.
  std::string field;
  Value value;
};

std::vector<Event> SomeEvents(Rng& rng) {
  std::vector<Event> events;
  const auto maybe = [&](std::string side, std::string field, Value value) {
    if (rng.Below(2) == 0) events.push_back({std::move(side), std::move(field), std::move(value)});
  };
  for (const char* field : {"defence.declared_date", "manuscript_out_date", "deposit_date",
                            "extension_end_date", "conferral.date", "agreement.final_date",
                            "published_by_university_date", "full_text_published_date"}) {
    maybe("", field, SomeDay(rng));
  }
  for (const char* field : {"all_reports_in", "deposit_certified", "jury.valid", "single_defence",
                            "full_time", "corrections_required"}) {
    maybe("", field, rng.Below(2) == 0);
  }
  const char* states[] = {"active", "suspended", "defence_planned", "authorised", "defended"};
  events.push_back({"", "state", std::string(states[rng.Below(5)])});
  maybe("", "training_hours", std::int64_t{Between(rng, 0, 240)});
  maybe("institutions/tsukuba", "preexamination_passed_date", SomeDay(rng));
  maybe("institutions/tsukuba", "thesis_submitted_date", SomeDay(rng));
  maybe("institutions/tsukuba", "progress_presentation", std::int64_t{Between(rng, 0, 3)});
  return events;
}

Facts SomeThesis(Rng& rng) {
  Facts facts = ActiveThesis();
  facts.today = SomeDay(rng);
  const char* schools[] = {"llsh", "edcsv", "iphig", ""};
  facts.sides["institutions/uga"].school = schools[rng.Below(4)];
  facts.sides["institutions/tsukuba"].programme = rng.Below(2) == 0 ? "health-sport" : "";
  facts.fields["defence.date"] =
      CivilTime{SomeDay(rng), std::chrono::seconds(3600 * Between(rng, 8, 18)), "Europe/Paris"};
  const char* bases[] = {"cesure", "parental", "sickness", "maternity"};
  for (std::uint64_t i = rng.Below(4); i > 0; --i) {
    const Date first = SomeDay(rng);
    facts.intervals["suspension"].push_back(
        {first, AddDays(first, Between(rng, 0, 200)), bases[rng.Below(4)]});
  }
  return facts;
}

void Apply(Facts& facts, const Event& event) {
  (event.side.empty() ? facts.fields : facts.sides[event.side].fields)[event.field] = event.value;
}

void Shuffle(Rng& rng, auto& items) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[rng.Below(i)]);
}

Plan PlanOf(const Catalogue& catalogue, const Facts& facts) {
  auto plan = Compute(catalogue, facts);
  EXPECT_TRUE(plan.ok()) << plan.status();
  return plan.ok() ? *std::move(plan) : Plan();
}

TEST(PlanProperties, AnyOrderOfEventsGivesTheSamePlan) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRng rng(seed);
    const Facts start = SomeThesis(rng);
    std::vector<Event> events = SomeEvents(rng);
    Facts told = start;
    for (const Event& event : events) Apply(told, event);
    const Plan plan = PlanOf(Seed(), told);
    Shuffle(rng, events);
    Facts otherwise = start;
    for (const Event& event : events) {
      Apply(otherwise, event);
      PlanOf(Seed(), otherwise);  // What is computed on the way leaves no trace.
      if (rng.Below(3) == 0) Apply(otherwise, event);
    }
    for (auto& [institution, side] : otherwise.sides) Shuffle(rng, side.occasions["year"]);
    for (auto& [name, intervals] : otherwise.intervals) Shuffle(rng, intervals);
    EXPECT_EQ(PlanOf(Seed(), otherwise).obligations, plan.obligations);
    EXPECT_TRUE(Diff(plan, PlanOf(Seed(), otherwise)).empty());
  }
}

TEST(PlanProperties, IdsAreUniqueAndDoNotDependOnDatesOrStates) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRng rng(seed);
    Facts facts = SomeThesis(rng);
    for (const Event& event : SomeEvents(rng)) Apply(facts, event);
    const Plan plan = PlanOf(Seed(), facts);
    std::set<std::string> ids;
    for (const Obligation& one : plan.obligations) {
      EXPECT_TRUE(ids.insert(one.id).second) << one.id;
      EXPECT_EQ(plan.Find(one.id), &one);
      const auto instant = ToInstant(one.due);
      ASSERT_TRUE(instant.ok());
      EXPECT_EQ(*instant, one.due_time);
      EXPECT_EQ(one.id.substr(0, one.rule_id.size()), one.rule_id);
    }
    EXPECT_TRUE(std::is_sorted(
        plan.obligations.begin(), plan.obligations.end(),
        [](const Obligation& a, const Obligation& b) { return a.due_time < b.due_time; }));
  }
}

// Waive, slip, revive: by moving the defence only, the obligations of a year keep their ids.
TEST(PlanProperties, WaivedObligationsReviveUnderTheirId) {
  int revived = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRng rng(seed);
    Facts facts = SomeThesis(rng);
    facts.fields["state"] = std::string("defence_planned");
    facts.fields["defence.date"] = At("2026-12-10 14:00");
    facts.sides["institutions/uga"].school = rng.Below(2) == 0 ? "llsh" : "edcsv";
    const Plan before = PlanOf(Seed(), facts);
    facts.fields["defence.date"] =
        CivilTime{AddDays(On("2027-01-01"), Between(rng, 31, 270)), {}, "Europe/Paris"};
    const Plan slipped = PlanOf(Seed(), facts);
    facts.fields["defence.date"] = At("2026-12-10 14:00");
    EXPECT_EQ(PlanOf(Seed(), facts).obligations, before.obligations);
    for (const Obligation& one : before.obligations) {
      if (one.state != State::kWaived || one.rule_id != "fr.enrolment") continue;
      const Obligation* after = slipped.Find(one.id);
      ASSERT_NE(after, nullptr) << one.id;
      EXPECT_EQ(after->state, State::kArmed);
      EXPECT_EQ(after->due_time, one.due_time);
      ++revived;
    }
  }
  EXPECT_GT(revived, 100);
}

std::string OffsetRule(const std::string& id, const std::string& offset, bool roll) {
  return R"({"id": ")" + id + R"(", "title": {"en": "a", "fr": "b", "ja": "c"},
    "severity": "local", "anchor": {"kind": "field", "name": "defence.date"}, "offset": ")" +
         offset + "\"" +
         (roll ? R"(, "roll": {"when": ["weekends", "holidays:FR"], "to": "previous_open_day"})"
               : "") +
         "}";
}

// The older evaluator of single rules is the arithmetic; the plan must agree with it everywhere,
// and a defence moved by k days moves every due by k days but for the clamp and the roll.
TEST(PlanProperties, MovingTheDefenceMovesEveryOffsetRuleModuloClampAndRoll) {
  struct Case {
    std::string offset;
    int months, days;
  };
  const std::vector<Case> cases = {{"-P14D", 0, -14}, {"-P10W", 0, -70}, {"-P1M", -1, 0},
                                   {"P3M", 3, 0},     {"P1Y", 12, 0},    {"-P1M10D", -1, -10},
                                   {"P1D", 0, 1},     {"-P2Y1M", -25, 0}};
  std::string rules;
  for (const Case& one : cases) {
    for (const bool roll : {false, true}) {
      rules += (rules.empty() ? "" : ",") +
               OffsetRule(one.offset.substr(1) + (roll ? "roll" : "none"), one.offset, roll);
    }
  }
  const Catalogue catalogue = LoadOrDie(ThesisVocabulary(), {SetOf(rules)});
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRng rng(seed);
    const Date start = SomeDay(rng);
    const int k = Between(rng, -200, 200);
    const CivilTime at{start, std::chrono::hours(14), "Europe/Paris"};
    const CivilTime moved{AddDays(start, k), std::chrono::hours(14), "Europe/Paris"};
    Facts facts = ActiveThesis();
    facts.fields["defence.date"] = at;
    const Plan before = PlanOf(catalogue, facts);
    facts.fields["defence.date"] = moved;
    const Plan after = PlanOf(catalogue, facts);
    for (const Case& one : cases) {
      for (const bool roll : {false, true}) {
        SCOPED_TRACE(one.offset + (roll ? " rolled" : ""));
        const std::string id = one.offset.substr(1) + (roll ? "roll" : "none");
        Rule rule;
        rule.months = one.months;
        rule.days = one.days;
        if (roll) rule.roll = Roll::kPreviousOpenDay;
        const auto due = Evaluate(rule, moved, CalendarOfZone("Europe/Paris").calendar);
        ASSERT_TRUE(due.ok()) << due.status();
        EXPECT_EQ(after.Find(id)->due.date, due->civil.date);
        EXPECT_EQ(after.Find(id)->due_time, due->instant);
        if (!roll && one.months == 0) {
          EXPECT_EQ(AddDays(before.Find(id)->due.date, k), after.Find(id)->due.date);
        }
        // The clamp gives back at most three days, the roll at most a long weekend at each end.
        const auto slip = std::chrono::sys_days(after.Find(id)->due.date) -
                          std::chrono::sys_days(before.Find(id)->due.date) - std::chrono::days(k);
        EXPECT_LE(std::abs(slip.count()), (one.months == 0 ? 0 : 4) + (roll ? 5 : 0));
      }
    }
  }
}

// Days before the anchor, or on which another basis lies, never move a due; others do, once each.
TEST(PlanProperties, PausesMoveADueByTheDaysThatTheyTake) {
  const Catalogue catalogue = LoadOrDie(
      ThesisVocabulary(),
      {SetOf(R"({"id": "a", "title": {"en": "a", "fr": "b", "ja": "c"}, "severity": "local",
        "anchor": {"kind": "field", "name": "start_date"}, "offset": "P1Y",
        "pause": ["cesure", "parental"]})")});
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRng rng(seed);
    Facts facts = SomeThesis(rng);
    facts.fields["start_date"] = On("2025-06-01");
    std::set<Date> paused;
    for (const Interval& one : facts.intervals["suspension"]) {
      if (one.basis != "cesure" && one.basis != "parental") continue;
      for (Date day = one.first; day <= one.last; day = AddDays(day, 1)) paused.insert(day);
    }
    // Walks day by day: a paused day after the anchor does not count.
    Date due = On("2025-06-01");
    for (int left = 365; left > 0; due = AddDays(due, 1)) {
      if (!paused.contains(AddDays(due, 1))) --left;
    }
    // A pause that begins on the due day still stops the clock.
    while (paused.contains(due) || paused.contains(AddDays(due, 1))) {
      if (!paused.contains(due)) break;
      due = AddDays(due, 1);
    }
    EXPECT_EQ(FormatDate(PlanOf(catalogue, facts).Find("a")->due.date), FormatDate(due));
  }
}

}  // namespace
}  // namespace jointly::deadlines
