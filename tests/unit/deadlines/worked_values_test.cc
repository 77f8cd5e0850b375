#include <gtest/gtest.h>

#include "tests/support/table.h"
#include "tests/unit/deadlines/thesis_facts.h"

// The dates that doctoral offices know by heart, from the seed of the product.
namespace jointly::deadlines {
namespace {

using test::Row;
using test::Table;

TEST(WorkedValues, OfADefencePlan) {
  for (const Row& row : Table(R"(
    defence           obligation       due                               instant
    2026-11-03 14:00  uga.declaration  2026-08-25 23:59:59 Europe/Paris  2026-08-25T21:59:59
    2026-11-03 14:00  uga.manuscript   2026-09-08 23:59:59 Europe/Paris  2026-09-08T21:59:59
    2026-11-03 14:00  fr.deposit       2026-10-03 23:59:59 Europe/Paris  2026-10-03T21:59:59
    2026-11-03 14:00  fr.reports       2026-10-20 23:59:59 Europe/Paris  2026-10-20T21:59:59
    2026-11-03 14:00  fr.corrections   2027-02-03 23:59:59 Europe/Paris  2027-02-03T22:59:59
    2026-10-15 10:00  uga.declaration  2026-07-24 23:59:59 Europe/Paris  2026-07-24T21:59:59
    2027-03-31 10:00  fr.deposit       2027-02-28 23:59:59 Europe/Paris  2027-02-28T22:59:59
    2028-03-31 10:00  fr.deposit       2028-02-29 23:59:59 Europe/Paris  2028-02-29T22:59:59
  )")) {
    SCOPED_TRACE(row.text());
    const auto plan = Compute(Seed(), PlannedThesis(row["defence"]));
    ASSERT_TRUE(plan.ok()) << plan.status();
    EXPECT_EQ(DueOf(*plan, row["obligation"]), row["due"]);
    EXPECT_EQ(FormatTime(plan->Find(row["obligation"])->due_time).substr(0, 19), row["instant"]);
  }
}

TEST(WorkedValues, TheReportsAreDueAtTheEndOfADayThatTokyoHasLeft) {
  const auto plan = Compute(Seed(), PlannedThesis("2026-11-03 14:00"));
  ASSERT_TRUE(plan.ok()) << plan.status();
  const auto tokyo = ToCivil(plan->Find("fr.reports")->due_time, "Asia/Tokyo");
  ASSERT_TRUE(tokyo.ok());
  EXPECT_EQ(FormatDate(tokyo->date) + " " + FormatClock(tokyo->clock), "2026-10-21 06:59:59");
}

TEST(WorkedValues, OfThePublicationDutiesInJapan) {
  for (const Row& row : Table(R"(
    conferral   obligation              due                             instant
    2026-11-30  jp.summary_published    2027-02-28 23:59:59 Asia/Tokyo  2027-02-28T14:59:59
    2024-02-29  jp.full_text_published  2025-02-28 23:59:59 Asia/Tokyo  2025-02-28T14:59:59
  )")) {
    SCOPED_TRACE(row.text());
    Facts facts = ActiveThesis();
    facts.fields["conferral.date"] = On(row["conferral"]);
    const auto plan = Compute(Seed(), facts);
    ASSERT_TRUE(plan.ok()) << plan.status();
    EXPECT_EQ(DueOf(*plan, row["obligation"]), row["due"]);
    EXPECT_EQ(FormatTime(plan->Find(row["obligation"])->due_time).substr(0, 19), row["instant"]);
  }
}

// 14 days before 14:00 is a civil time: across the end of summer time that is 337 hours, not 336.
TEST(WorkedValues, DaysAreCivilDaysAcrossSummerTime) {
  const Catalogue catalogue = LoadOrDie(ThesisVocabulary(), {SetOf(R"({
    "id": "reports", "title": {"en": "a", "fr": "b", "ja": "c"}, "severity": "local",
    "anchor": {"kind": "field", "name": "defence.date"}, "offset": "-P14D"})")});
  const auto plan = Compute(catalogue, PlannedThesis("2026-11-03 14:00"));
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(FormatTime(plan->Find("reports")->due_time), "2026-10-20T12:00:00.000000Z");
}

// The four answers to "what is due for the next enrolment?": who defends when, by school.
TEST(WorkedValues, AnAutumnDefenceCountsForTheYearBefore) {
  for (const Row& row : Table(R"(
    school  start       defence           enrolment  committee
    llsh    2026-09-01  2026-11-03 14:00  waived     waived
    llsh    2026-09-01  2026-12-31 14:00  waived     waived
    llsh    2026-09-01  2027-01-01 14:00  armed      armed
    llsh    2026-09-01  2026-08-31 14:00  armed      armed
    edcsv   2026-10-01  2026-11-30 14:00  armed      armed
    edcsv   2026-10-01  2026-12-01 14:00  waived     armed
    edcsv   2026-10-01  2026-12-31 14:00  waived     armed
    edcsv   2026-10-01  2027-01-01 14:00  armed      armed
    iphig   2026-10-01  2026-12-15 14:00  armed      armed
  )")) {
    SCOPED_TRACE(row.text());
    Facts facts = PlannedThesis(row["defence"]);
    Side& uga = facts.sides["institutions/uga"];
    uga.school = row["school"];
    uga.occasions["year"] = {Year("2026", 3, row["start"], "2027-09-30")};
    const auto plan = Compute(Seed(), facts);
    ASSERT_TRUE(plan.ok()) << plan.status();
    EXPECT_EQ(StateOf(*plan, "fr.enrolment/2026"), row["enrolment"]);
    EXPECT_EQ(StateOf(*plan, "fr.csi/2026"), row["committee"]);
  }
}

// The session of degrees and what it asks, in both published shapes.
TEST(WorkedValues, SessionsOfDegrees) {
  for (const Row& row : Table(R"(
    programme     defence           obligation                          due
    -             2026-11-03 14:00  tsukuba.preexamination              2026-06-24
    -             2026-11-03 14:00  tsukuba.thesis                      2026-09-07
    -             2026-12-01 14:00  tsukuba.thesis                      2027-01-05
    -             2026-12-01 14:00  tsukuba.presentation                2027-02-10
    health-sport  2027-01-28 14:00  tsukuba.progress_presentation       2026-09-15
    health-sport  2027-01-28 14:00  tsukuba.thesis                      2027-01-08
    -             2027-01-28 14:00  tsukuba.progress_presentation       none
  )")) {
    SCOPED_TRACE(row.text());
    Facts facts = PlannedThesis(row["defence"]);
    facts.sides["institutions/tsukuba"].programme = row["programme"];
    const auto plan = Compute(Seed(), facts);
    ASSERT_TRUE(plan.ok()) << plan.status();
    EXPECT_EQ(DueOf(*plan, row["obligation"]).substr(0, 10), row["due"]);
  }
}

}  // namespace
}  // namespace jointly::deadlines
