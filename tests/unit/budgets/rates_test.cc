#include "services/budgets/domain/rates.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/table.h"

namespace jointly::budgets {
namespace {

using test::Table;

Date On(std::string_view text) { return *ParseDate(text); }

money::Money Amount(std::string_view text) {
  const std::size_t blank = text.find(' ');
  return *money::ParseMoney(text.substr(0, blank), *money::FindCurrency(text.substr(blank + 1)));
}

// The rates that the worked example names, and some around them.
RateTable Rates() {
  RateTable table;
  for (const test::Row& row : Table(R"(
           date        currency  rate
           2020-06-12  JPY       121.26
           2020-06-15  JPY       120.83
           2020-09-30  JPY       123.76
           2020-12-24  JPY       126.11
           2020-12-28  JPY       126.61
           2022-03-15  JPY       129.67
           2022-05-20  JPY       135.34
           2020-06-15  USD       1.1253
       )")) {
    table.Set(row["currency"], On(row["date"]), *ParseRate(row["rate"]));
  }
  return table;
}

std::string FactOf(const absl::Status& status, std::string_view name) {
  for (const Fact& fact : FactsOf(status)) {
    if (fact.name == name) return fact.value;
  }
  return "";
}

TEST(Rate, IsAPlainDecimal) {
  for (const test::Row& row : Table(R"(
           text            result
           120.83          120.83
           120.80          120.80
           1               1
           0.00000001      0.00000001
           123456789012    123456789012
           0.83350         0.83350
           -               INVALID_RATE
           0               INVALID_RATE
           0.00            INVALID_RATE
           -1.5            INVALID_RATE
           +1.5            INVALID_RATE
           1.              INVALID_RATE
           .5              INVALID_RATE
           1,5             INVALID_RATE
           1e3             INVALID_RATE
           NaN             INVALID_RATE
           Infinity        INVALID_RATE
           0x1F            INVALID_RATE
           1.2.3           INVALID_RATE
           0.000000001     INVALID_RATE
           1234567890123   INVALID_RATE
       )")) {
    SCOPED_TRACE(row.text());
    const auto rate = ParseRate(row["text"]);
    EXPECT_EQ(rate.ok() ? FormatRate(*rate) : ReasonOf(rate.status()), row["result"]);
  }
  EXPECT_TRUE(SameValue(*ParseRate("120.8"), *ParseRate("120.80")));
  EXPECT_FALSE(SameValue(*ParseRate("120.8"), *ParseRate("120.81")));
}

// The ten weekdays from April 2020 to March 2023 on which the ECB published nothing.
TEST(TargetDays, HaveTenClosingWeekdaysInTheWorkedExample) {
  std::vector<std::string> closed;
  for (Date date = On("2020-04-01"); date <= On("2023-03-31"); date = AddDays(date, 1)) {
    const auto weekday = WeekdayOf(date);
    const bool weekend = weekday == std::chrono::Saturday || weekday == std::chrono::Sunday;
    if (!weekend && !IsTargetDay(date)) closed.push_back(FormatDate(date));
    EXPECT_FALSE(weekend && IsTargetDay(date)) << FormatDate(date);
  }
  std::vector<std::string> expected;
  for (const test::Row& row : Table(R"(
           weekday     why
           2020-04-10  Good Friday
           2020-04-13  Easter Monday
           2020-05-01  1 May
           2020-12-25  Christmas
           2021-01-01  New Year
           2021-04-02  Good Friday
           2021-04-05  Easter Monday
           2022-04-15  Good Friday
           2022-04-18  Easter Monday
           2022-12-26  26 December
       )")) {
    expected.push_back(row["weekday"]);
  }
  EXPECT_EQ(closed, expected);
}

// As many days as the ECB's history has rates of.
TEST(TargetDays, AreAsManyAsTheHistoryHas) {
  for (const test::Row& row : Table(R"(
           first       last        days
           2020-04-01  2021-03-31  256
           2021-04-01  2022-03-31  259
           2022-04-01  2023-03-31  258
           2020-04-01  2023-03-31  773
       )")) {
    SCOPED_TRACE(row.text());
    int days = 0;
    for (Date date = On(row["first"]); date <= On(row["last"]); date = AddDays(date, 1)) {
      days += IsTargetDay(date) ? 1 : 0;
    }
    EXPECT_EQ(std::to_string(days), row["days"]);
  }
}

TEST(Conversion, IsExactAndSaysHowItWasMade) {
  const RateTable table = Rates();
  for (const test::Row& row : Table(R"(
        amount        to   policy               date        result        rate            rate date
        3000000 JPY   EUR  day                  2020-06-15  24828.27 EUR  120.83          2020-06-15
        3000000 JPY   EUR  day                  2020-09-30  24240.47 EUR  123.76          2020-09-30
        1200000 JPY   EUR  day                  2022-03-15  9254.26 EUR   129.67          2022-03-15
        1200000 JPY   EUR  day                  2022-05-20  8866.56 EUR   135.34          2022-05-20
        24828.27 EUR  JPY  day                  2020-06-15  3000000 JPY   120.83          2020-06-15
        -3000000 JPY  EUR  day                  2020-06-15  -24828.27 EUR  120.83         2020-06-15
        0 JPY         EUR  day                  2020-06-15  0.00 EUR      120.83          2020-06-15
        1000000 JPY   USD  day                  2020-06-15  9313.08 USD   120.83/1.1253   2020-06-15
        100 EUR       EUR  day                  2020-06-13  100.00 EUR    1               2020-06-13
        3000000 JPY   EUR  previous_target_day  2020-06-15  24828.27 EUR  120.83          2020-06-15
        3000000 JPY   EUR  previous_target_day  2020-06-14  24740.23 EUR  121.26          2020-06-12
        3000000 JPY   EUR  previous_target_day  2020-12-27  23788.76 EUR  126.11          2020-12-24
       )")) {
    SCOPED_TRACE(row.text());
    const auto record = Convert(table, {.amount = Amount(row["amount"]),
                                        .to = *money::FindCurrency(row["to"]),
                                        .policy = *ParseRatePolicy(row["policy"]),
                                        .date = On(row["date"])});
    ASSERT_TRUE(record.ok()) << record.status();
    EXPECT_EQ(FormatMoney(record->to), row["result"]);
    EXPECT_EQ(record->rate, row["rate"]);
    EXPECT_EQ(FormatDate(record->rate_date), row["rate date"]);
    EXPECT_EQ(record->policy, row["policy"]);
    EXPECT_TRUE(VerifyConversion(*record).ok());
  }
}

TEST(Conversion, RefusesADayWithoutARateAndNamesTheOneBefore) {
  const RateTable table = Rates();
  for (const test::Row& row : Table(R"(
           amount     to   policy               date        currency  previous
        1 JPY      EUR  day                  2020-06-13  JPY       2020-06-12
        1 JPY      EUR  day                  2020-12-25  JPY       2020-12-24
           1 JPY      EUR  day                  2020-06-11  JPY       -
           1 JPY      EUR  previous_target_day  2020-06-11  JPY       -
        1 JPY      EUR  previous_target_day  2020-06-23  JPY       2020-06-15
           1.00 CHF   EUR  day                  2020-06-15  CHF       -
           1.00 EUR   CHF  day                  2020-06-15  CHF       -
           1.00 USD   JPY  day                  2020-06-12  USD       -
       )")) {
    SCOPED_TRACE(row.text());
    const auto record = Convert(table, {.amount = Amount(row["amount"]),
                                        .to = *money::FindCurrency(row["to"]),
                                        .policy = *ParseRatePolicy(row["policy"]),
                                        .date = On(row["date"])});
    ASSERT_FALSE(record.ok());
    EXPECT_EQ(ReasonOf(record.status()), "RATE_MISSING");
    EXPECT_EQ(FactOf(record.status(), "currency"), row["currency"]);
    EXPECT_EQ(FactOf(record.status(), "date"), row["date"]);
    EXPECT_EQ(FactOf(record.status(), "previous"), row["previous"]);
  }
  EXPECT_EQ(ReasonOf(ParseRatePolicy("monthly").status()), "UNKNOWN_RATE_POLICY");
}

// 2020-06-12 is a Friday, 06-15 a Monday.
TEST(AverageRate, IsTheMeanOfAllDaysToFourDecimals) {
  RateTable table;
  for (const test::Row& row : Table(R"(
           date        rate
           2020-06-10  120.0000
           2020-06-11  120.0001
           2020-06-12  121.26
           2020-06-15  120.83
           2020-06-16  120.0003
           2020-06-17  120.0004
       )")) {
    table.Set("JPY", On(row["date"]), *ParseRate(row["rate"]));
  }
  for (const test::Row& row : Table(R"(
           first       last        result
           2020-06-12  2020-06-15  121.0450
           2020-06-12  2020-06-14  121.2600
           2020-06-10  2020-06-11  120.0000
           2020-06-16  2020-06-17  120.0004
           2020-06-10  2020-06-15  120.5225
           2020-06-13  2020-06-14  RATE_MISSING
           2020-06-09  2020-06-12  RATE_MISSING
           2020-06-12  2020-06-18  RATE_MISSING
       )")) {
    SCOPED_TRACE(row.text());
    const auto rate =
        AverageRate(table, "JPY", {.first = On(row["first"]), .last = On(row["last"])});
    EXPECT_EQ(rate.ok() ? FormatRate(*rate) : ReasonOf(rate.status()), row["result"]);
  }
  EXPECT_EQ(
      FactOf(AverageRate(table, "JPY", {On("2020-06-12"), On("2020-06-18")}).status(), "date"),
      "2020-06-18");
  const auto record =
      Convert(table, {.amount = Amount("250000.00 EUR"),
                      .to = *money::FindCurrency("JPY"),
                      .policy = RatePolicy::kPeriodAverage,
                      .period = DateRange{.first = On("2020-06-12"), .last = On("2020-06-15")}});
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(FormatMoney(record->to), "30261250 JPY");
  EXPECT_EQ(record->rate, "121.0450");
  EXPECT_EQ(FormatDate(record->rate_date), "2020-06-15");
}

TEST(Conversion, OfARecordIsDoneAgainAndAnyChangeIsSeen) {
  Conversion record = *Convert(Rates(), {.amount = Amount("3000000 JPY"),
                                         .to = *money::FindCurrency("EUR"),
                                         .date = On("2020-06-15")});
  EXPECT_TRUE(VerifyConversion(record).ok());
  EXPECT_EQ(FormatMoney(*ConvertAgain(record, Amount("1000000 JPY"))), "8276.09 EUR");
  EXPECT_EQ(ReasonOf(ConvertAgain(record, Amount("1.00 USD")).status()), "CURRENCY_MISMATCH");
  record.to.minor += 1;
  EXPECT_EQ(ReasonOf(VerifyConversion(record)), "CONVERSION_DIFFERS");
  record.to.minor -= 1;
  record.rate = "120.84";
  EXPECT_EQ(ReasonOf(VerifyConversion(record)), "CONVERSION_DIFFERS");
  record.rate = "120.83/1.1";
  EXPECT_EQ(ReasonOf(VerifyConversion(record)), "INVALID_RATE");
}

// There and back loses less than a unit of the coarser currency, whatever the rate.
TEST(Conversion, ThereAndBackStaysWithinOneUnit) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    RateTable table;
    const Date day = On("2020-06-15");
    table.Set("JPY", day,
              {.numerator = static_cast<std::int64_t>(5000 + random() % 20000), .decimals = 2});
    const money::Money yen{static_cast<std::int64_t>(random() % 1'000'000'000), {"JPY", 0}};
    const auto there =
        Convert(table, {.amount = yen, .to = *money::FindCurrency("EUR"), .date = day});
    ASSERT_TRUE(there.ok());
    EXPECT_TRUE(VerifyConversion(*there).ok());
    const auto back =
        Convert(table, {.amount = there->to, .to = *money::FindCurrency("JPY"), .date = day});
    ASSERT_TRUE(back.ok());
    // Half a cent is at most 1.25 yen at 250.
    EXPECT_LE(std::abs(back->to.minor - yen.minor), 2);
  }
}

}  // namespace
}  // namespace jointly::budgets
