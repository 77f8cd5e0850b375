#include "services/budgets/store/rate_store.h"

#include <gtest/gtest.h>

#include "services/budgets/store/migrations.h"
#include "tests/support/database_fixture.h"

namespace jointly::budgets::store {
namespace {

class RateStoreTest : public test::DatabaseTest {
 public:
  RateStoreTest() : DatabaseTest({{"budgets", &Migrations()}}) {}

 protected:
  static Date On(std::string_view text) { return *ParseDate(text); }

  absl::StatusOr<RateImport> Import(const std::string& csv) {
    return database().Transact([&](db::Tx& tx) -> absl::StatusOr<RateImport> {
      auto days = ReadRates("history_csv", csv);
      if (!days.ok()) return days.status();
      return ImportRates(tx, *days);
    });
  }
  absl::StatusOr<Conversion> Convert(const ConversionOrder& order) {
    return database().Read([&](db::Tx& tx) { return ConvertAmount(tx, order); });
  }
  static std::string FactOf(const absl::Status& status, std::string_view name) {
    for (const Fact& fact : FactsOf(status)) {
      if (fact.name == name) return fact.value;
    }
    return "";
  }
};

constexpr const char* kTwoDays =
    "Date,USD,JPY,CYP,\n2020-06-15,1.1253,120.83,N/A,\n2020-06-12,1.1304,121.26,N/A,\n";

TEST_P(RateStoreTest, ImportsTheSameFileOnce) {
  const auto first = Import(kTwoDays);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->days, 2);
  EXPECT_EQ(first->added, 2);
  EXPECT_EQ(FormatDate(*first->first_date), "2020-06-12");
  EXPECT_EQ(FormatDate(*first->last_date), "2020-06-15");
  const auto second = Import(kTwoDays);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->added, 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM rate"), 4);
  // A longer file adds its new days; the same value with fewer zeros is no change.
  const auto third =
      Import("Date,USD,JPY,\n2020-06-16,1.1308,121.21,\n2020-06-15,1.12530,120.830,\n");
  ASSERT_TRUE(third.ok()) << third.status();
  EXPECT_EQ(third->days, 2);
  EXPECT_EQ(third->added, 1);
}

TEST_P(RateStoreTest, RefusesAnotherRateOfAKnownDayAndImportsNothing) {
  ASSERT_TRUE(Import(kTwoDays).ok());
  const auto refused = Import(
      "Date,USD,JPY,\n2020-06-16,1.1308,121.21,\n2020-06-15,1.1253,120.84,\n"
      "2020-06-12,1.1305,121.26,\n");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(ReasonOf(refused.status()), "RATE_CHANGED");
  EXPECT_EQ(FactOf(refused.status(), "currency"), "USD");
  EXPECT_EQ(FactOf(refused.status(), "date"), "2020-06-12");
  EXPECT_EQ(FactOf(refused.status(), "known"), "1.1304");
  EXPECT_EQ(FactOf(refused.status(), "given"), "1.1305");
  EXPECT_EQ(FactOf(refused.status(), "count"), "2");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM rate"), 4);
}

TEST_P(RateStoreTest, ConvertsWithWhatItHas) {
  ASSERT_TRUE(Import(kTwoDays).ok());
  const ConversionOrder order{.amount = {3'000'000, {"JPY", 0}},
                              .to = {"EUR", 2},
                              .policy = RatePolicy::kDay,
                              .date = On("2020-06-15")};
  const auto record = Convert(order);
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(FormatMoney(record->to), "24828.27 EUR");
  ConversionOrder sunday = order;
  sunday.date = On("2020-06-14");
  const auto missing = Convert(sunday);
  EXPECT_EQ(ReasonOf(missing.status()), "RATE_MISSING");
  EXPECT_EQ(FactOf(missing.status(), "previous"), "2020-06-12");
  sunday.policy = RatePolicy::kPreviousTargetDay;
  EXPECT_EQ(FormatDate(Convert(sunday)->rate_date), "2020-06-12");
  ConversionOrder mean = order;
  mean.policy = RatePolicy::kPeriodAverage;
  mean.period = DateRange{On("2020-06-12"), On("2020-06-15")};
  EXPECT_EQ(Convert(mean)->rate, "121.0450");
  const auto known = database().Read([](db::Tx& tx) { return RatesKnown(tx, "JPY"); });
  ASSERT_TRUE(known.ok() && known->has_value());
  EXPECT_EQ(FormatDate((*known)->last), "2020-06-15");
  EXPECT_FALSE(database().Read([](db::Tx& tx) { return RatesKnown(tx, "CHF"); })->has_value());
}

// As many rows as several INSERTs take.
TEST_P(RateStoreTest, TakesALongHistory) {
  std::string csv = "Date,USD,JPY,\n";
  int days = 0;
  for (Date date = On("2020-01-02"); date < On("2021-01-01"); date = AddDays(date, 1)) {
    if (!IsTargetDay(date)) continue;
    csv += FormatDate(date) + ",1." + std::to_string(1000 + days) + ",120.83,\n";
    ++days;
  }
  const auto imported = Import(csv);
  ASSERT_TRUE(imported.ok()) << imported.status();
  EXPECT_EQ(imported->added, days);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM rate"), 2 * days);
}

INSTANTIATE_ON_ENGINES(RateStoreTest);

}  // namespace
}  // namespace jointly::budgets::store
