#include "services/budgets/domain/forecast.h"

#include <gtest/gtest.h>

#include "tests/support/table.h"
#include "tests/unit/budgets/grenoble_unit.h"

namespace jointly::budgets {
namespace {

ForecastInput Travel(std::string_view as_of) {
  return {.line = Line("p1", "TRAVEL"),
          .period = {On("2020-04-01"), On("2021-03-31")},
          .as_of = On(as_of),
          .authorised = Cents("10000"),
          .reserved = 0,
          .spent = Cents("1250"),
          .spent_recently = 0,
          .commitments = {}};
}

TEST(Forecast, KnowsHowMuchOfThePeriodHasGone) {
  for (const test::Row& row : test::Table(R"(
           as of       elapsed
           2020-03-31  0.0
           2020-04-01  0.3
           2020-12-31  75.3
           2021-02-28  91.5
           2021-03-31  100.0
           2021-07-01  100.0
       )")) {
    EXPECT_EQ(MakeForecast(Travel(row["as of"])).time_elapsed_percent, row["elapsed"])
        << row.text();
  }
}

// February 2021, borders closed: 1,250.00 of 10,000.00 used, and more than 7,000 cannot be spent.
TEST(Forecast, SaysWhatTravelCannotSpend) {
  for (const test::Row& row : test::Table(R"(
           as of       recently  linear   recent   dated    unspendable
           2021-02-28  0         8633.98  8750.00  8750.00  8633.98
           2021-02-28  1250      8633.98  8319.44  8750.00  8319.44
           2021-02-01  1250      8513.84  7599.21  8750.00  7599.21
           2021-03-31  0         8750.00  8750.00  8750.00  8750.00
           2020-03-31  0         8750.00  8750.00  8750.00  8750.00
       )")) {
    SCOPED_TRACE(row.text());
    ForecastInput input = Travel(row["as of"]);
    input.spent_recently = Cents(row["recently"]);
    const Forecast forecast = MakeForecast(input);
    EXPECT_EQ(Euro(forecast.linear_unspent), row["linear"]);
    EXPECT_EQ(Euro(forecast.recent_unspent), row["recent"]);
    EXPECT_EQ(Euro(forecast.dated_unspent), row["dated"]);
    EXPECT_EQ(Euro(forecast.unspendable), row["unspendable"]);
    EXPECT_GT(forecast.unspendable, Cents("7000"));
  }
}

TEST(Forecast, CountsCommitmentsThatEndWithinThePeriod) {
  ForecastInput input = Travel("2021-02-28");
  input.reserved = Cents("6000");
  input.commitments = {
      {.remaining = Cents("1000"), .expire_date = On("2021-03-31")},
      {.remaining = Cents("2000"), .expire_date = On("2021-04-01"), .foreign = true},
      {.remaining = Cents("3000"), .expire_date = std::nullopt, .foreign = true}};
  const Forecast forecast = MakeForecast(input);
  EXPECT_EQ(Euro(forecast.dated_unspent), "4750.00");
  EXPECT_EQ(Euro(forecast.unspendable), "4750.00");
  EXPECT_EQ(Euro(forecast.open_foreign), "5000.00");
}

TEST(Forecast, OfALineThatRunsTooFastIsNegativeAndLeavesNothing) {
  ForecastInput input = Travel("2020-06-30");
  input.spent = Cents("5000");
  input.spent_recently = Cents("5000");
  const Forecast forecast = MakeForecast(input);
  EXPECT_EQ(Euro(forecast.linear_unspent), "-10054.95");
  EXPECT_EQ(Euro(forecast.unspendable), "0.00");
}

TEST(Forecast, LooksBackOverThreeCalendarMonths) {
  EXPECT_EQ(FormatDate(RecentSince(On("2021-02-28"))), "2020-12-01");
  EXPECT_EQ(FormatDate(RecentSince(On("2020-12-31"))), "2020-10-01");
  EXPECT_EQ(FormatDate(RecentSince(On("2021-01-01"))), "2020-11-01");
}

}  // namespace
}  // namespace jointly::budgets
