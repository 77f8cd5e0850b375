#include "common/deadlines/deadlines.h"

#include <gtest/gtest.h>

#include "common/deadlines/holidays.h"
#include "common/error/error.h"
#include "common/time/ids.h"
#include "tests/support/table.h"

namespace jointly::deadlines {
namespace {

using test::Row;
using test::Table;

CivilTime Civil(const std::string& text, const std::string& zone) {
  return {*ParseDate(text.substr(0, 10)), *ParseClock(text.substr(11)), zone};
}

Roll RollOf(const std::string& name) {
  if (name == "next") return Roll::kNextOpenDay;
  return name == "previous" ? Roll::kPreviousOpenDay : Roll::kNone;
}

// Christmas 2026 is a Friday; 14 November 2026 a Saturday; 2 April 2026 the Thursday before Easter.
TEST(Rules, AreEvaluatedInTheirFixedOrder) {
  for (const Row& row : Table(R"(
    anchor            zone          months  days  working  roll      clock     due
    2026-11-14 12:00  Europe/Paris  0       0     0        -         -         2026-11-14 12:00:00
    2026-11-14 12:00  Europe/Paris  0       0     0        next      -         2026-11-16 12:00:00
    2026-11-14 12:00  Europe/Paris  0       0     0        previous  -         2026-11-13 12:00:00
    2026-11-14 12:00  Europe/Paris  0       -14   0        -         23:59:59  2026-10-31 23:59:59
    2026-01-31 12:00  Europe/Paris  1       0     0        -         -         2026-02-28 12:00:00
    2028-01-31 12:00  Europe/Paris  1       0     0        -         -         2028-02-29 12:00:00
    2026-03-31 12:00  Europe/Paris  -1      0     0        -         -         2026-02-28 12:00:00
    2026-10-31 12:00  Europe/Paris  4       1     0        -         -         2027-03-01 12:00:00
    2026-12-31 12:00  Europe/Paris  12      0     0        -         -         2027-12-31 12:00:00
    2026-04-02 09:00  Europe/Paris  0       0     1        -         -         2026-04-03 09:00:00
    2026-04-02 09:00  Europe/Paris  0       0     2        -         -         2026-04-07 09:00:00
    2026-04-07 09:00  Europe/Paris  0       0     -2       -         -         2026-04-02 09:00:00
    2026-12-24 09:00  Europe/Paris  0       0     1        -         -         2026-12-28 09:00:00
    2026-12-24 09:00  Europe/Paris  0       0     10       -         23:59:59  2027-01-11 23:59:59
    2026-05-01 09:00  Asia/Tokyo    0       0     1        -         -         2026-05-07 09:00:00
    2026-09-18 09:00  Asia/Tokyo    0       0     1        -         -         2026-09-24 09:00:00
    2026-09-22 09:00  Asia/Tokyo    0       0     0        next      -         2026-09-24 09:00:00
    2026-09-22 09:00  Europe/Paris  0       0     0        next      -         2026-09-22 09:00:00
    2026-12-25 09:00  UTC           0       0     0        next      -         2026-12-25 09:00:00
  )")) {
    SCOPED_TRACE(row.text());
    Rule rule;
    rule.months = std::stoi(row["months"]);
    rule.days = std::stoi(row["days"]);
    rule.working_days = std::stoi(row["working"]);
    rule.roll = RollOf(row["roll"]);
    if (!row["clock"].empty()) rule.clock = *ParseClock(row["clock"]);
    const auto due =
        Evaluate(rule, Civil(row["anchor"], row["zone"]), CalendarOfZone(row["zone"]).calendar);
    ASSERT_TRUE(due.ok()) << due.status();
    EXPECT_EQ(FormatDate(due->civil.date) + " " + FormatClock(due->civil.clock), row["due"]);
    EXPECT_EQ(due->civil.zone, row["zone"]);
    EXPECT_EQ(due->instant, *ToInstant(due->civil));
  }
}

TEST(Rules, SayHowTheyCameToTheirDate) {
  const Rule appeal{.kind = "appeal", .working_days = 10, .clock = std::chrono::seconds(86399)};
  const auto due = Evaluate(appeal, Civil("2026-12-24 09:00", "Europe/Paris"),
                            CalendarOfZone("Europe/Paris").calendar);
  ASSERT_TRUE(due.ok());
  EXPECT_EQ(due->rationale,
            "2026-12-24 09:00:00 Europe/Paris + 10 working days (8 closed passed over), at "
            "23:59:59 = 2027-01-11 23:59:59 Europe/Paris");

  const Rule month{.kind = "balance", .months = 1, .roll = Roll::kNextOpenDay};
  const auto rolled = Evaluate(month, Civil("2026-01-31 12:00", "Asia/Tokyo"),
                               CalendarOfZone("Asia/Tokyo").calendar);
  ASSERT_TRUE(rolled.ok());
  EXPECT_EQ(rolled->rationale,
            "2026-01-31 12:00:00 Asia/Tokyo + 1 month (clamped to the month's end), 2026-02-28 is "
            "closed, so the next open day = 2026-03-02 12:00:00 Asia/Tokyo");

  const auto plain = Evaluate(Rule{}, Civil("2024-11-14 12:00", "Europe/Paris"), Calendar{});
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->rationale, "2024-11-14 12:00:00 Europe/Paris");
  EXPECT_EQ(plain->instant, *ParseTime("2024-11-14T11:00:00Z"));
}

TEST(Rules, SayWhenTheirClockIsSkipped) {
  const auto due = Evaluate(Rule{.days = 1}, Civil("2027-03-27 02:30", "Europe/Paris"), Calendar{});
  ASSERT_TRUE(due.ok());
  EXPECT_EQ(due->instant, *ParseTime("2027-03-28T01:30:00Z"));
  EXPECT_NE(due->rationale.find("which that zone skips: 2027-03-28 03:30:00"), std::string::npos)
      << due->rationale;
}

TEST(Rules, RefuseWhatCannotBe) {
  const CivilTime anchor = Civil("2026-11-14 12:00", "Europe/Paris");
  EXPECT_EQ(ReasonOf(Evaluate(Rule{.days = 2'000'000'000}, anchor, {}).status()),
            "DATE_OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Evaluate(Rule{.months = 12 * 99, .days = 36'000}, anchor, {}).status()),
            "DATE_OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Evaluate(Rule{.working_days = 100'000}, anchor, {}).status()),
            "DATE_OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Evaluate(Rule{}, Civil("2026-11-14 12:00", "Moon/Sea"), {}).status()),
            "UNKNOWN_TIME_ZONE");
  Calendar shut{.weekends_open = true, .closed = {}};
  for (Date date = anchor.date; date < *ParseDate("2028-12-31"); date = AddDays(date, 1)) {
    shut.closed.push_back(date);
  }
  EXPECT_EQ(ReasonOf(Evaluate(Rule{.working_days = 1}, anchor, shut).status()), "NO_OPEN_DAY");
  EXPECT_EQ(ReasonOf(Evaluate(Rule{.roll = Roll::kNextOpenDay}, anchor, shut).status()),
            "NO_OPEN_DAY");
}

TEST(Calendar, IsClosedOnWeekendsUnlessToldOtherwise) {
  const Date saturday = *ParseDate("2026-11-14");
  EXPECT_FALSE(Calendar{}.IsOpen(saturday));
  EXPECT_TRUE(Calendar{.weekends_open = true}.IsOpen(saturday));
  EXPECT_TRUE(Calendar{}.IsOpen(AddDays(saturday, 2)));
}

class RuleProperties : public testing::TestWithParam<const char*> {
 protected:
  const Calendar& calendar() const { return CalendarOfZone(GetParam()).calendar; }
  // A day from 2021 to 2028, at noon.
  CivilTime Anchor(SeededRng& rng) const {
    return {AddDays(*ParseDate("2021-01-01"), static_cast<int>(rng.Below(8 * 365))),
            std::chrono::hours(12), GetParam()};
  }
};

// Moving an anchor by k days moves a rule of days by k days.
TEST_P(RuleProperties, DaysMoveWithTheirAnchor) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRng rng(seed);
    const CivilTime anchor = Anchor(rng);
    const Rule rule{.days = static_cast<int>(rng.Below(800)) - 400};
    const int moved = static_cast<int>(rng.Below(400)) - 200;
    CivilTime later = anchor;
    later.date = AddDays(anchor.date, moved);
    const auto before = Evaluate(rule, anchor, calendar());
    const auto after = Evaluate(rule, later, calendar());
    ASSERT_TRUE(before.ok() && after.ok());
    EXPECT_EQ(AddDays(before->civil.date, moved), after->civil.date);
  }
}

// N working days on there are N open days behind, and the last one is the due date.
TEST_P(RuleProperties, WorkingDaysCountOpenDays) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRng rng(seed);
    const CivilTime anchor = Anchor(rng);
    const int count = static_cast<int>(rng.Below(60)) + 1;
    const auto due = Evaluate(Rule{.working_days = count}, anchor, calendar());
    ASSERT_TRUE(due.ok());
    int open = 0;
    for (Date date = anchor.date; date != due->civil.date;) {
      date = AddDays(date, 1);
      if (calendar().IsOpen(date)) ++open;
    }
    EXPECT_EQ(open, count);
    EXPECT_TRUE(calendar().IsOpen(due->civil.date));
    // And back again to the same day, when the anchor was one.
    if (calendar().IsOpen(anchor.date)) {
      const auto back = Evaluate(Rule{.working_days = -count}, due->civil, calendar());
      ASSERT_TRUE(back.ok());
      EXPECT_EQ(back->civil.date, anchor.date);
    }
  }
}

// A rolled date is open, and no open day lies between it and the date of the rule.
TEST_P(RuleProperties, RollsToTheNearestOpenDay) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRng rng(seed);
    const CivilTime anchor = Anchor(rng);
    const auto next = Evaluate(Rule{.roll = Roll::kNextOpenDay}, anchor, calendar());
    const auto previous = Evaluate(Rule{.roll = Roll::kPreviousOpenDay}, anchor, calendar());
    ASSERT_TRUE(next.ok() && previous.ok());
    EXPECT_TRUE(calendar().IsOpen(next->civil.date) && calendar().IsOpen(previous->civil.date));
    int open = 0;
    for (Date date = previous->civil.date; date <= next->civil.date; date = AddDays(date, 1)) {
      if (calendar().IsOpen(date)) ++open;
    }
    EXPECT_EQ(open, calendar().IsOpen(anchor.date) ? 1 : 2);
  }
}

INSTANTIATE_TEST_SUITE_P(Places, RuleProperties,
                         testing::Values("Europe/Paris", "Asia/Tokyo", "UTC"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::erase(name, '/');
                           return name;
                         });

TEST(Names, AreTheWireNamesInLowerCase) {
  EXPECT_EQ(Name(Severity::kStatutory), "statutory");
  EXPECT_EQ(Name(Severity::kAgreement), "agreement");
  EXPECT_EQ(Name(Severity::kLocal), "local");
  EXPECT_EQ(Name(Severity::kCourtesy), "courtesy");
  EXPECT_EQ(Name(State::kArmed), "armed");
  EXPECT_EQ(Name(State::kMet), "met");
  EXPECT_EQ(Name(State::kWaived), "waived");
  EXPECT_EQ(Name(State::kMissed), "missed");
  EXPECT_EQ(Name(State::kSuperseded), "superseded");
  EXPECT_EQ(Name(State::kCancelled), "cancelled");
}

}  // namespace
}  // namespace jointly::deadlines
