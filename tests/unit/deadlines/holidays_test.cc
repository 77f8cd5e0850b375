#include "common/deadlines/holidays.h"

#include <gtest/gtest.h>

#include "tests/support/table.h"

namespace jointly::deadlines {
namespace {

using test::Row;
using test::Table;

std::string DatesOf(std::string_view region, int year) {
  std::string text;
  for (const Holiday& holiday : PublicHolidays(region, year)) {
    text += (text.empty() ? "" : " ") + FormatDate(holiday.date).substr(5);
  }
  return text;
}

TEST(Holidays, FindEaster) {
  for (const Row& row : Table(R"(
           easter        note
           1961-04-02    the earliest years
           2000-04-23    a century
           2020-04-12    -
           2021-04-04    -
           2022-04-17    -
           2023-04-09    -
           2024-03-31    -
           2025-04-20    -
           2026-04-05    -
           2027-03-28    the day on which Paris skips an hour
           2028-04-16    -
           2029-04-01    -
           2030-04-21    -
           2038-04-25    the latest possible
       )")) {
    EXPECT_EQ(FormatDate(EasterSunday(std::stoi(row["easter"].substr(0, 4)))), row["easter"]);
  }
}

TEST(Holidays, OfFrance) {
  EXPECT_EQ(DatesOf("FR", 2026),
            "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25");
  EXPECT_EQ(DatesOf("FR", 2024),
            "01-01 04-01 05-01 05-08 05-09 05-20 07-14 08-15 11-01 11-11 12-25");
}

// With substitute holidays (after a Sunday), the day between two holidays (22 September 2026), and
// the days that were moved for the games of Tokyo.
TEST(Holidays, OfJapan) {
  EXPECT_EQ(DatesOf("JP", 2020),
            "01-01 01-13 02-11 02-23 02-24 03-20 04-29 05-03 05-04 05-05 05-06 07-23 07-24 08-10 "
            "09-21 09-22 11-03 11-23");
  EXPECT_EQ(DatesOf("JP", 2021),
            "01-01 01-11 02-11 02-23 03-20 04-29 05-03 05-04 05-05 07-22 07-23 08-08 08-09 09-20 "
            "09-23 11-03 11-23");
  EXPECT_EQ(DatesOf("JP", 2024),
            "01-01 01-08 02-11 02-12 02-23 03-20 04-29 05-03 05-04 05-05 05-06 07-15 08-11 08-12 "
            "09-16 09-22 09-23 10-14 11-03 11-04 11-23");
  EXPECT_EQ(DatesOf("JP", 2026),
            "01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06 07-20 08-11 09-21 09-22 "
            "09-23 10-12 11-03 11-23");
}

TEST(Holidays, AreNotGuessedElsewhere) {
  EXPECT_TRUE(PublicHolidays("FR", 2019).empty());
  EXPECT_TRUE(PublicHolidays("JP", 2031).empty());
  EXPECT_TRUE(PublicHolidays("DE", 2026).empty());
}

TEST(Holidays, MakeTheCalendarsOfBothPlaces) {
  for (const Row& row : Table(R"(
           date          Europe/Paris    Asia/Tokyo    UTC
           2026-07-14    closed          open          open
           2026-09-22    open            closed        open
           2026-11-03    open            closed        open
           2026-11-11    closed          open          open
           2026-11-14    closed          closed        closed
           2026-11-16    open            open          open
           2020-01-01    closed          closed        open
           2030-12-25    closed          open          open
       )")) {
    SCOPED_TRACE(row.text());
    for (const char* zone : {"Europe/Paris", "Asia/Tokyo", "UTC"}) {
      const bool open = CalendarOfZone(zone).calendar.IsOpen(*ParseDate(row["date"]));
      EXPECT_EQ(open ? "open" : "closed", row[zone]) << zone;
    }
  }
  EXPECT_EQ(CalendarOfZone("Europe/Paris").name, "France");
  EXPECT_EQ(CalendarOfZone("Asia/Tokyo").name, "Japan");
  EXPECT_EQ(CalendarOfZone("America/New_York").name, "weekends");
}

}  // namespace
}  // namespace jointly::deadlines
