#include "services/budgets/domain/watch.h"

#include <gtest/gtest.h>

#include "tests/support/table.h"
#include "tests/unit/budgets/grenoble_unit.h"

namespace jointly::budgets {
namespace {

ForecastInput Travel(std::string_view as_of, std::string_view spent) {
  return {.line = Line("p1", "TRAVEL"),
          .period = {On("2020-04-01"), On("2021-03-31")},
          .as_of = On(as_of),
          .authorised = Cents("10000"),
          .reserved = 0,
          .spent = Cents(spent),
          .spent_recently = 0,
          .commitments = {}};
}

std::string Said(const std::vector<Alert>& alerts) {
  std::string text;
  for (const Alert& alert : alerts) {
    text += (text.empty() ? "" : "+") + alert.kind + std::to_string(alert.threshold_percent) + "/" +
            std::to_string(alert.crossing);
  }
  return text;
}

// One line's year, judged on the first of each month in turn.
TEST(LateAlerts, AreToldOncePerThresholdAndCrossing) {
  std::vector<ThresholdState> states;
  for (const test::Row& row : test::Table(R"(
           as of       spent  version  told
           2020-06-01  0      1        -
           2020-09-01  1250   1        -
           2020-10-01  1250   1        underspend50/1
           2020-10-01  1250   1        -
           2020-11-01  6000   1        -
           2020-12-01  1250   1        underspend50/2
           2021-01-01  1250   2        -
           2021-02-01  1250   2        underspend80/1+unspendable80/1
           2021-03-01  1250   2        underspend90/1+unspendable90/1
           2021-03-31  1250   2        -
           2021-04-01  1250   2        -
       )")) {
    const auto alerts =
        LateAlerts(Travel(row["as of"], row["spent"]), std::stoi(row["version"]), Eur(), states);
    EXPECT_EQ(Said(alerts), row["told"]) << row.text();
  }
}

TEST(LateAlerts, AFifthLeftIsLateAndACentLessIsNot) {
  for (const test::Row& row : test::Table(R"(
           spent    told
           8000.00  underspend90/1+unspendable90/1
           8000.01  -
       )")) {
    std::vector<ThresholdState> states;
    EXPECT_EQ(Said(LateAlerts(Travel("2021-03-31", row["spent"]), 1, Eur(), states)), row["told"])
        << row.text();
  }
}

TEST(LateAlerts, ALineWithoutMoneyIsNeverLate) {
  std::vector<ThresholdState> states;
  ForecastInput input = Travel("2021-03-31", "0");
  input.authorised = 0;
  EXPECT_EQ(Said(LateAlerts(input, 1, Eur(), states)), "");
}

TEST(LateAlerts, WhatIsReservedWithinThePeriodIsNotLeft) {
  std::vector<ThresholdState> states;
  ForecastInput input = Travel("2021-02-01", "1250");
  input.commitments = {{.remaining = Cents("8000"), .expire_date = std::nullopt, .foreign = false}};
  EXPECT_EQ(Said(LateAlerts(input, 1, Eur(), states)), "");
  input.commitments.front().expire_date = On("2021-04-30");
  EXPECT_EQ(Said(LateAlerts(input, 1, Eur(), states)), "underspend80/1+unspendable80/1");
}

TEST(OpenAlert, IsToldThreeTimesBeforeAnEnd) {
  std::vector<ThresholdState> states;
  Period period{.budget = "unit", .id = "p1", .start_date = On("2020-04-01")};
  for (const test::Row& row : test::Table(R"(
           end         today       remaining  notice
           2021-03-31  2021-01-29  100        -
           2021-03-31  2021-01-30  100        1
           2021-03-31  2021-02-10  100        -
           2021-03-31  2021-03-01  0          -
           2021-03-31  2021-03-02  100        2
           2021-03-31  2021-03-30  50         3
           2021-03-31  2021-03-31  50         -
           2021-03-31  2021-04-01  50         -
           2021-09-30  2021-08-01  50         1
           2021-09-30  2021-09-29  50         3
       )")) {
    period.end_date = On(row["end"]);
    const auto alert = OpenAlert(
        {.line = Line("p1", "TRAVEL"), .remaining = Cents(row["remaining"]), .commitments = 1},
        period, On(row["today"]), 1, Eur(), states);
    EXPECT_EQ(alert.has_value() ? std::to_string(alert->crossing) : "", row["notice"])
        << row.text();
  }
}

TEST(NextCloseNotice, IsTheNextOfThreeDays) {
  Period period{.budget = "unit", .id = "p1", .end_date = On("2021-03-31")};
  for (const test::Row& row : test::Table(R"(
           today       next
           2020-04-01  2021-01-30
           2021-01-30  2021-03-01
           2021-03-01  2021-03-24
           2021-03-24  -
       )")) {
    const auto next = NextCloseNotice(period, On(row["today"]));
    EXPECT_EQ(next.has_value() ? FormatDate(*next) : "", row["next"]) << row.text();
  }
}

TEST(FirstOfNextMonth, CrossesTheYear) {
  EXPECT_EQ(FormatDate(FirstOfNextMonth(On("2020-12-31"))), "2021-01-01");
  EXPECT_EQ(FormatDate(FirstOfNextMonth(On("2021-01-01"))), "2021-02-01");
}

}  // namespace
}  // namespace jointly::budgets
