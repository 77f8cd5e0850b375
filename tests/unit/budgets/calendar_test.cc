#include "services/budgets/domain/calendar.h"

#include <gtest/gtest.h>

#include "tests/support/table.h"

namespace jointly::budgets {
namespace {

using test::Table;

Date On(std::string_view text) { return *ParseDate(text); }

TEST(Calendars, PutADateIntoBothYears) {
  for (const test::Row& row : Table(R"(
           date        japan   france
           2020-03-31  FY2019  exercice 2020
           2020-04-01  FY2020  exercice 2020
           2020-12-31  FY2020  exercice 2020
           2021-01-01  FY2020  exercice 2021
           2021-03-31  FY2020  exercice 2021
           2021-04-01  FY2021  exercice 2021
           2023-03-31  FY2022  exercice 2023
       )")) {
    SCOPED_TRACE(row.text());
    const CalendarYear japan = YearOf(Calendar::kJapaneseFiscalYear, On(row["date"]));
    EXPECT_EQ(japan.name, row["japan"]);
    EXPECT_LE(japan.range.first, On(row["date"]));
    EXPECT_GE(japan.range.last, On(row["date"]));
    EXPECT_EQ(YearOf(Calendar::kExercice, On(row["date"])).name, row["france"]);
  }
}

// April 2020 to March 2023: three Japanese years, four French ones.
TEST(Calendars, CutTheGrenobleUnitIntoThreeAndFour) {
  const DateRange unit{On("2020-04-01"), On("2023-03-31")};
  const auto shown = [&](Calendar calendar) {
    std::string text;
    for (const CalendarYear& year : YearsOf(calendar, unit)) {
      text += year.name + " " + FormatDate(year.range.first) + " " + FormatDate(year.range.last) +
              " " + std::to_string(DaysOf(year.range)) + "\n";
    }
    return text;
  };
  EXPECT_EQ(shown(Calendar::kJapaneseFiscalYear),
            "FY2020 2020-04-01 2021-03-31 365\n"
            "FY2021 2021-04-01 2022-03-31 365\n"
            "FY2022 2022-04-01 2023-03-31 365\n");
  EXPECT_EQ(shown(Calendar::kExercice),
            "exercice 2020 2020-04-01 2020-12-31 275\n"
            "exercice 2021 2021-01-01 2021-12-31 365\n"
            "exercice 2022 2022-01-01 2022-12-31 365\n"
            "exercice 2023 2023-01-01 2023-03-31 90\n");
}

TEST(Calendars, SplitASumByDaysToTheCent) {
  const DateRange unit{On("2020-04-01"), On("2023-03-31")};
  const money::Money whole{25'000'000, {"EUR", 2}};
  const auto shown = [&](Calendar calendar) {
    std::string text;
    const auto parts = ProRata(whole, calendar, unit);
    for (const money::Money& part : *parts) text += FormatMoney(part) + " ";
    return text;
  };
  EXPECT_EQ(shown(Calendar::kExercice), "62785.39 EUR 83333.33 EUR 83333.33 EUR 20547.95 EUR ");
  EXPECT_EQ(shown(Calendar::kJapaneseFiscalYear), "83333.34 EUR 83333.33 EUR 83333.33 EUR ");
}

TEST(Calendars, HaveNames) {
  EXPECT_EQ(*ParseCalendar(""), Calendar::kBudget);
  for (const Calendar calendar :
       {Calendar::kBudget, Calendar::kJapaneseFiscalYear, Calendar::kExercice}) {
    EXPECT_EQ(*ParseCalendar(Name(calendar)), calendar);
  }
  EXPECT_EQ(ReasonOf(ParseCalendar("lunar").status()), "UNKNOWN_CALENDAR");
}

}  // namespace
}  // namespace jointly::budgets
