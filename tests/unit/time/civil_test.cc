#include "common/time/civil.h"

#include <gtest/gtest.h>

#include "common/error/error.h"
#include "tests/support/table.h"

namespace jointly {
namespace {

using test::Row;
using test::Table;

CivilTime Civil(const std::string& text, const std::string& zone) {
  const auto date = ParseDate(text.substr(0, 10));
  const auto clock = ParseClock(text.substr(11));
  EXPECT_TRUE(date.ok() && clock.ok()) << text;
  return {date.value_or(Date{}), clock.value_or(std::chrono::seconds(0)), zone};
}

std::string Shown(const absl::StatusOr<CivilTime>& civil) {
  if (!civil.ok()) return std::string(civil.status().message());
  return FormatDate(civil->date) + " " + FormatClock(civil->clock);
}

TEST(Civil, ReadsDates) {
  for (const Row& row : Table(R"(
           text              valid
           2026-11-14        yes
           2024-02-29        yes
           1900-01-01        yes
           2200-12-31        yes
           2023-02-29        no
           2026-13-01        no
           2026-00-10        no
           2026-11-31        no
           2026-11-00        no
           1899-12-31        no
           2201-01-01        no
           2026-1-14         no
           2026/11/14        no
           2026-11-14T       no
           -026-11-14        no
           20261114          no
           -                 no
       )")) {
    SCOPED_TRACE(row.text());
    const auto date = ParseDate(row["text"]);
    ASSERT_EQ(date.ok(), row["valid"] == "yes");
    if (date.ok()) {
      EXPECT_EQ(FormatDate(*date), row["text"]);
    }
  }
}

TEST(Civil, ReadsTimesOfDay) {
  for (const Row& row : Table(R"(
           text        clock
           12:00       12:00:00
           00:00       00:00:00
           23:59:59    23:59:59
           24:00       INVALID_TIME
           12:60       INVALID_TIME
           12:00:60    INVALID_TIME
           1:00        INVALID_TIME
           12-00       INVALID_TIME
           12:00:0     INVALID_TIME
           12:00-00    INVALID_TIME
           -           INVALID_TIME
       )")) {
    SCOPED_TRACE(row.text());
    const auto clock = ParseClock(row["text"]);
    EXPECT_EQ(clock.ok() ? FormatClock(*clock) : ReasonOf(clock.status()), row["clock"]);
  }
}

TEST(Civil, ReadsInstants) {
  for (const Row& row : Table(R"(
           text                            result
           2026-11-14T11:00:00Z            2026-11-14T11:00:00.000000Z
           2026-11-14T11:00:00.5Z          2026-11-14T11:00:00.500000Z
           2026-11-14T11:00:00.000001Z     2026-11-14T11:00:00.000001Z
           1969-12-31T23:59:59.999999Z     1969-12-31T23:59:59.999999Z
           2026-11-14T11:00:00.1234567Z    INVALID_TIME
           2026-11-14T11:00:00.Z           INVALID_TIME
           2026-11-14T11:00:00             INVALID_TIME
           2026-11-14T11:00:00+01:00       INVALID_TIME
           2026-11-14 11:00:00Z            INVALID_TIME
           2026-11-31T11:00:00Z            INVALID_TIME
           2026-11-14T25:00:00Z            INVALID_TIME
           Z                               INVALID_TIME
       )")) {
    SCOPED_TRACE(row.text());
    const auto time = ParseTime(row["text"]);
    EXPECT_EQ(time.ok() ? FormatTime(*time) : ReasonOf(time.status()), row["result"]);
  }
}

TEST(Civil, KnowsZones) {
  for (const char* zone : {"Europe/Paris", "Asia/Tokyo", "UTC"}) EXPECT_TRUE(KnownZone(zone));
  for (const char* zone : {"", "Mars/Olympus", "CET-1CEST", "../etc/passwd", "Europe"}) {
    EXPECT_FALSE(KnownZone(zone)) << zone;
  }
  EXPECT_EQ(ReasonOf(ToInstant(Civil("2026-11-14 12:00", "Mars/Olympus")).status()),
            "UNKNOWN_TIME_ZONE");
  EXPECT_EQ(ReasonOf(ToCivil(Time(), "Mars/Olympus").status()), "UNKNOWN_TIME_ZONE");
}

// The dates of domain/mobility.md and domain/deadlines.md, as seen on both sides.
TEST(Civil, AgreesWithTheDeadlinesOfBothUniversities) {
  for (const Row& row : Table(R"(
    civil                zone           instant               elsewhere     there
    2024-11-14 12:00     Europe/Paris   2024-11-14T11:00:00Z  Asia/Tokyo    2024-11-14 20:00:00
    2024-11-08 23:59     Asia/Tokyo     2024-11-08T14:59:00Z  Europe/Paris  2024-11-08 15:59:00
    2026-10-31 23:59:59  Europe/Paris   2026-10-31T22:59:59Z  Asia/Tokyo    2026-11-01 07:59:59
    2026-10-31 23:59:59  Asia/Tokyo     2026-10-31T14:59:59Z  Europe/Paris  2026-10-31 15:59:59
    2026-07-31 23:59:59  Asia/Tokyo     2026-07-31T14:59:59Z  Europe/Paris  2026-07-31 16:59:59
    2026-10-31 23:59:59  Etc/GMT+12     2026-11-01T11:59:59Z  Europe/Paris  2026-11-01 12:59:59
       )")) {
    SCOPED_TRACE(row.text());
    const auto instant = ToInstant(Civil(row["civil"], row["zone"]));
    ASSERT_TRUE(instant.ok());
    EXPECT_EQ(*instant, *ParseTime(row["instant"])) << FormatTime(*instant);
    EXPECT_EQ(Shown(ToCivil(*instant, row["elsewhere"])), row["there"]);
  }
}

// Paris skips 02:00-03:00 on 28 March 2027 and repeats it on 25 October 2026. Both times the later
// instant counts, so nobody loses an hour before a deadline.
TEST(Civil, TakesTheLaterInstantWhereTheClockChanges) {
  for (const Row& row : Table(R"(
    civil             instant               reads
    2027-03-28 01:59  2027-03-28T00:59:00Z  2027-03-28 01:59:00
    2027-03-28 02:00  2027-03-28T01:00:00Z  2027-03-28 03:00:00
    2027-03-28 02:30  2027-03-28T01:30:00Z  2027-03-28 03:30:00
    2027-03-28 03:00  2027-03-28T01:00:00Z  2027-03-28 03:00:00
    2026-10-25 01:59  2026-10-24T23:59:00Z  2026-10-25 01:59:00
    2026-10-25 02:00  2026-10-25T01:00:00Z  2026-10-25 02:00:00
    2026-10-25 02:30  2026-10-25T01:30:00Z  2026-10-25 02:30:00
    2026-10-25 03:00  2026-10-25T02:00:00Z  2026-10-25 03:00:00
       )")) {
    SCOPED_TRACE(row.text());
    const auto instant = ToInstant(Civil(row["civil"], "Europe/Paris"));
    ASSERT_TRUE(instant.ok());
    EXPECT_EQ(*instant, *ParseTime(row["instant"])) << FormatTime(*instant);
    EXPECT_EQ(Shown(ToCivil(*instant, "Europe/Paris")), row["reads"]);
  }
}

// Each instant of two years reads as a civil time that means the same instant again, except in the
// repeated hour, where it means the later one.
TEST(Civil, ReadsBackWhatItShows) {
  const Time start = *ParseTime("2026-01-01T00:00:00Z");
  for (int i = 0; i < 2 * 365 * 24 * 2; ++i) {
    const Time time = start + std::chrono::minutes(30) * i;
    const auto civil = ToCivil(time, "Europe/Paris");
    ASSERT_TRUE(civil.ok());
    const auto again = ToInstant(*civil);
    ASSERT_TRUE(again.ok());
    const bool repeated =
        FormatDate(civil->date) == "2026-10-25" || FormatDate(civil->date) == "2027-10-31";
    if (repeated && *again != time) {
      EXPECT_EQ(*again - time, std::chrono::hours(1)) << FormatTime(time);
    } else {
      ASSERT_EQ(*again, time) << FormatTime(time);
    }
  }
}

TEST(Civil, RoundsFractionsOfASecondDown) {
  const auto civil = ToCivil(*ParseTime("1969-12-31T23:59:59.999999Z"), "UTC");
  EXPECT_EQ(Shown(civil), "1969-12-31 23:59:59");
}

TEST(Civil, KnowsAcademicYears) {
  for (const Row& row : Table(R"(
    date        start  year
    2026-03-31  4      2025/2026
    2026-04-01  4      2026/2027
    2026-08-31  9      2025/2026
    2026-09-01  9      2026/2027
    2026-01-01  1      2026/2027
    2026-12-31  1      2026/2027
       )")) {
    SCOPED_TRACE(row.text());
    const auto start = static_cast<unsigned>(std::stoi(row["start"]));
    const Date date = *ParseDate(row["date"]);
    EXPECT_EQ(AcademicYearOf(date, start), row["year"]);
    const auto period = AcademicYearPeriod(row["year"], start);
    ASSERT_TRUE(period.has_value());
    EXPECT_LE(period->first, date);
    EXPECT_GE(period->last, date);
  }
  const auto japanese = AcademicYearPeriod("2026/2027", 4);
  ASSERT_TRUE(japanese.has_value());
  EXPECT_EQ(FormatDate(japanese->first) + " " + FormatDate(japanese->last),
            "2026-04-01 2027-03-31");
}

TEST(Civil, RefusesWhatIsNoAcademicYear) {
  for (const char* text : {"", "2026", "2026/2026", "2026/2028", "2026-2027", "2026/20277", "26/27",
                           "x026/2027", "1899/1900"}) {
    EXPECT_FALSE(AcademicYearPeriod(text, 9).has_value()) << text;
  }
  EXPECT_FALSE(AcademicYearPeriod("2026/2027", 0).has_value());
  EXPECT_FALSE(AcademicYearPeriod("2026/2027", 13).has_value());
}

TEST(Civil, MovesOverMonthsAndLeapDays) {
  EXPECT_EQ(FormatDate(AddDays(*ParseDate("2024-02-28"), 1)), "2024-02-29");
  EXPECT_EQ(FormatDate(AddDays(*ParseDate("2024-03-01"), -1)), "2024-02-29");
  EXPECT_EQ(FormatDate(AddDays(*ParseDate("2026-12-31"), 1)), "2027-01-01");
  EXPECT_EQ(WeekdayOf(*ParseDate("2026-11-14")), std::chrono::Saturday);
}

}  // namespace
}  // namespace jointly
