#include "common/money/money.h"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "common/time/ids.h"
#include "tests/support/table.h"

namespace jointly::money {
namespace {

using test::Row;
using test::Table;

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

Currency Of(std::string_view code) {
  const auto currency = FindCurrency(code);
  EXPECT_TRUE(currency.ok()) << code;
  return currency.value_or(Currency{});
}

Money Make(std::int64_t minor, std::string_view code) { return {minor, Of(code)}; }

std::string Shown(const absl::StatusOr<Money>& money) {
  return money.ok() ? FormatMoney(*money) : ReasonOf(money.status());
}

std::string Shown(const absl::StatusOr<std::vector<Money>>& parts) {
  if (!parts.ok()) return ReasonOf(parts.status());
  std::string text;
  for (const Money& part : *parts) {
    text += (text.empty() ? "" : " ") + std::to_string(part.minor);
  }
  return text;
}

std::int64_t Number(const std::string& text) {
  if (text == "most") return kMost;
  return text == "most-1" ? kMost - 1 : std::stoll(text);
}

std::vector<std::int64_t> Numbers(const std::string& text) {
  std::vector<std::int64_t> numbers;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = 0;
    numbers.push_back(std::stoll(text.substr(at), &length));
    at += length;
  }
  return numbers;
}

TEST(Currencies, HaveTheirDecimals) {
  for (const Row& row : Table(R"(
           code    decimals
           EUR     2
           JPY     0
           USD     2
           GBP     2
           CHF     2
           KRW     0
           VND     0
           ISK     0
           TND     3
           KWD     3
           CLF     4
           AED     2
           ZWG     2
       )")) {
    EXPECT_EQ(std::to_string(Of(row["code"]).decimals), row["decimals"]) << row["code"];
  }
  for (const char* code : {"", "eur", "EURO", "EU", "XTS", "FRF", "HRK", "ZZZ"}) {
    EXPECT_EQ(ReasonOf(FindCurrency(code).status()), "UNKNOWN_CURRENCY") << code;
  }
}

TEST(Amounts, AreReadAndShownAlike) {
  for (const Row& row : Table(R"(
           text                    currency    result
           250000.00               EUR         250000.00 EUR
           250000                  EUR         250000.00 EUR
           12.5                    EUR         12.50 EUR
           0.05                    EUR         0.05 EUR
           -0.05                   EUR         -0.05 EUR
           -0                      EUR         0.00 EUR
           007                     EUR         7.00 EUR
           480000                  JPY         480000 JPY
           0.001                   TND         0.001 TND
           92233720368547758.07    EUR         92233720368547758.07 EUR
           -92233720368547758.08   EUR         -92233720368547758.08 EUR
           92233720368547758.08    EUR         AMOUNT_OUT_OF_RANGE
           -92233720368547758.09   EUR         AMOUNT_OUT_OF_RANGE
           99999999999999999999999999999999999999999999    JPY    AMOUNT_OUT_OF_RANGE
           480000.0                JPY         AMOUNT_TOO_PRECISE
           1.005                   EUR         AMOUNT_TOO_PRECISE
           NaN                     EUR         INVALID_AMOUNT
           inf                     EUR         INVALID_AMOUNT
           1e3                     EUR         INVALID_AMOUNT
           +5                      EUR         INVALID_AMOUNT
           --5                     EUR         INVALID_AMOUNT
           5-                      EUR         INVALID_AMOUNT
           1-2                     EUR         INVALID_AMOUNT
           1,50                    EUR         INVALID_AMOUNT
           1 000                   EUR         INVALID_AMOUNT
           .50                     EUR         INVALID_AMOUNT
           5.                      EUR         INVALID_AMOUNT
           .                       EUR         INVALID_AMOUNT
           1.2.3                   EUR         INVALID_AMOUNT
           0x10                    EUR         INVALID_AMOUNT
           -                       EUR         INVALID_AMOUNT
       )")) {
    SCOPED_TRACE(row.text());
    EXPECT_EQ(Shown(ParseMoney(row["text"], Of(row["currency"]))), row["result"]);
  }
  EXPECT_EQ(ReasonOf(ParseMoney("-", Of("EUR")).status()), "INVALID_AMOUNT");
}

TEST(Amounts, AreCheckedSums) {
  EXPECT_EQ(Shown(Add(Make(1250, "EUR"), Make(-50, "EUR"))), "12.00 EUR");
  EXPECT_EQ(Shown(Subtract(Make(0, "JPY"), Make(480'000, "JPY"))), "-480000 JPY");
  EXPECT_EQ(Shown(Multiply(Make(-80'000, "JPY"), 12)), "-960000 JPY");
  EXPECT_EQ(Shown(Add(Make(1, "EUR"), Make(1, "JPY"))), "CURRENCY_MISMATCH");
  EXPECT_EQ(Shown(Subtract(Make(1, "EUR"), Make(1, "JPY"))), "CURRENCY_MISMATCH");
  EXPECT_EQ(Shown(Add(Make(kMost, "EUR"), Make(1, "EUR"))), "AMOUNT_OUT_OF_RANGE");
  EXPECT_EQ(Shown(Subtract(Make(kLeast, "EUR"), Make(1, "EUR"))), "AMOUNT_OUT_OF_RANGE");
  EXPECT_EQ(Shown(Subtract(Make(0, "EUR"), Make(kLeast, "EUR"))), "AMOUNT_OUT_OF_RANGE");
  EXPECT_EQ(Shown(Multiply(Make(kMost, "EUR"), 2)), "AMOUNT_OUT_OF_RANGE");
  EXPECT_EQ(Add(Make(kMost, "EUR"), Make(1, "EUR")).status().code(), absl::StatusCode::kOutOfRange);
}

TEST(Amounts, SumInOneCurrency) {
  EXPECT_EQ(Shown(Sum({}, Of("JPY"))), "0 JPY");
  EXPECT_EQ(Shown(Sum({Make(kMost, "EUR"), Make(1, "EUR"), Make(-1, "EUR")}, Of("EUR"))),
            "92233720368547758.07 EUR");
  EXPECT_EQ(Shown(Sum({Make(1, "EUR"), Make(1, "JPY")}, Of("EUR"))), "CURRENCY_MISMATCH");
  EXPECT_EQ(*Compare(Make(1, "EUR"), Make(2, "EUR")), -1);
  EXPECT_EQ(*Compare(Make(2, "EUR"), Make(2, "EUR")), 0);
  EXPECT_EQ(*Compare(Make(3, "EUR"), Make(2, "EUR")), 1);
  EXPECT_EQ(ReasonOf(Compare(Make(1, "EUR"), Make(1, "JPY")).status()), "CURRENCY_MISMATCH");
}

TEST(Split, GivesTheRestToTheLargestRemainders) {
  for (const Row& row : Table(R"(
           whole       weights        parts
           100         1 1 1          34 33 33
           101         1 1 1          34 34 33
           -100        1 1 1          -34 -33 -33
           25000000    1 2 4          3571429 7142857 14285714
           1           1 1            1 0
           1           0 1            0 1
           5           3 0 2          3 0 2
           0           1 2            0 0
           7           0 0 5          0 0 7
           10          -              INVALID_AMOUNT
           10          0 0            INVALID_AMOUNT
           10          3 -1           INVALID_AMOUNT
       )")) {
    SCOPED_TRACE(row.text());
    const Money whole = Make(std::stoll(row["whole"]), "EUR");
    EXPECT_EQ(Shown(Split(whole, Numbers(row["weights"]))), row["parts"]);
  }
}

TEST(Split, AddsUpWhateverTheWeights) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRng rng(seed);
    std::vector<std::int64_t> weights(rng.Below(12) + 1);
    const std::uint64_t most = seed % 2 == 0 ? 10 : kMost;
    for (auto& weight : weights) weight = static_cast<std::int64_t>(rng.Below(most));
    weights.back() += weights.back() == 0 ? 1 : 0;
    const auto bits = static_cast<std::int64_t>(rng.Below(kMost));
    const Money whole = Make(seed % 3 == 0 ? -bits : bits, "EUR");
    const auto parts = Split(whole, weights);
    ASSERT_TRUE(parts.ok());
    EXPECT_EQ(*Sum(*parts, whole.currency), whole);
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      // Each part is within one unit of its share: here as exactly as a double can tell.
      const double share =
          static_cast<double>(whole.minor) * (static_cast<double>(weights[i]) / total);
      EXPECT_NEAR(static_cast<double>((*parts)[i].minor), share, 1 + std::abs(share) * 1e-14);
      if (weights[i] == 0) {
        EXPECT_EQ((*parts)[i].minor, 0);
      }
    }
  }
  EXPECT_EQ(Shown(Split(Make(kLeast, "EUR"), {1, 1})), "-4611686018427387904 -4611686018427387904");
  EXPECT_EQ(Shown(Split(Make(kMost, "EUR"), {kMost, kMost})),
            "4611686018427387904 4611686018427387903");
}

// Grants of domain/mobility.md: 600.00 a month for 4 months and 20 days, 80 % before, the rest
// after.
TEST(Grants, AgreeWithTheWorkedExample) {
  const Money rate = Make(60'000, "EUR");
  const auto months = Multiply(rate, 4);
  const auto days = Convert(rate, 20, 30, rate.currency);
  ASSERT_TRUE(months.ok() && days.ok());
  const auto grant = Add(*months, *days);
  EXPECT_EQ(Shown(grant), "2800.00 EUR");
  const auto before = Convert(*grant, 80, 100, rate.currency);
  EXPECT_EQ(Shown(before), "2240.00 EUR");
  EXPECT_EQ(Shown(Subtract(*grant, *before)), "560.00 EUR");
  // Home after 3 months and 5 days by force majeure: what is owed, and what is paid back.
  const auto owed = Add(*Multiply(rate, 3), *Convert(rate, 5, 30, rate.currency));
  EXPECT_EQ(Shown(owed), "1900.00 EUR");
  EXPECT_EQ(Shown(Subtract(*before, *owed)), "340.00 EUR");
}

TEST(Convert, RoundsHalfToEvenOnce) {
  for (const Row& row : Table(R"(
           amount      from  numerator  denominator  to   result
           5           JPY   1          2            JPY  2 JPY
           7           JPY   1          2            JPY  4 JPY
           -5          JPY   1          2            JPY  -2 JPY
           -7          JPY   1          2            JPY  -4 JPY
           1           JPY   1          2            JPY  0 JPY
           -1          JPY   1          2            JPY  0 JPY
           -3          JPY   1          2            JPY  -2 JPY
           5           JPY   10000001   20000000     JPY  3 JPY
           100.00      EUR   163        1            JPY  16300 JPY
           0.01        EUR   150        1            JPY  2 JPY
           0.01        EUR   50         1            JPY  0 JPY
           0.03        EUR   50         1            JPY  2 JPY
           480000      JPY   1          160          EUR  3000.00 EUR
           1           JPY   1          160          EUR  0.01 EUR
           1           JPY   1          200          EUR  0.00 EUR
           3           JPY   1          200          EUR  0.02 EUR
           250000.00   EUR   -1         1            EUR  -250000.00 EUR
           most        JPY   most       most         JPY  9223372036854775807 JPY
           most        JPY   most-1     most         JPY  9223372036854775806 JPY
           most        JPY   1          most         CLF  1.0000 CLF
           most        JPY   2          1            JPY  AMOUNT_OUT_OF_RANGE
           most        JPY   1          1            EUR  AMOUNT_OUT_OF_RANGE
           most        JPY   most       1            CLF  AMOUNT_OUT_OF_RANGE
           1           JPY   1          0            EUR  INVALID_AMOUNT
           1           JPY   1          -2           EUR  INVALID_AMOUNT
       )")) {
    SCOPED_TRACE(row.text());
    const Currency from = Of(row["from"]);
    const auto amount =
        row["amount"] == "most" ? Money{kMost, from} : ParseMoney(row["amount"], from);
    ASSERT_TRUE(amount.ok());
    EXPECT_EQ(Shown(Convert(*amount, Number(row["numerator"]), Number(row["denominator"]),
                            Of(row["to"]))),
              row["result"]);
  }
}

// The rounded result is the nearest: twice its distance to the exact value is at most the unit.
TEST(Convert, IsNearestForAnyRate) {
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRng rng(seed);
    const auto minor = static_cast<std::int64_t>(rng.Below(2'000'000)) - 1'000'000;
    const auto top = static_cast<std::int64_t>(rng.Below(20'000)) - 10'000;
    const auto bottom = static_cast<std::int64_t>(rng.Below(10'000)) + 1;
    const bool to_yen = seed % 2 == 0;
    const auto result =
        Convert(Make(minor, to_yen ? "EUR" : "JPY"), top, bottom, Of(to_yen ? "JPY" : "EUR"));
    ASSERT_TRUE(result.ok());
    // In units of 1 / unit of the result's minor unit: exact integers.
    const std::int64_t unit = to_yen ? bottom * 100 : bottom;
    const std::int64_t exact = to_yen ? minor * top : minor * top * 100;
    const std::int64_t distance = std::abs(result->minor * unit - exact);
    EXPECT_LE(2 * distance, unit);
    if (2 * distance == unit) {
      EXPECT_EQ(result->minor % 2, 0);
    }
  }
}

TEST(Format, ShowsTheLeastAmount) {
  EXPECT_EQ(FormatMoney(Make(kLeast, "EUR")), "-92233720368547758.08 EUR");
  EXPECT_EQ(FormatMoney(Make(kLeast, "JPY")), "-9223372036854775808 JPY");
  EXPECT_EQ(FormatMoney(Make(-1, "CLF")), "-0.0001 CLF");
}

TEST(Format, ReadsBackWhatItShows) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    SeededRng rng(seed);
    const char* code = std::array{"EUR", "JPY", "TND", "CLF"}[seed % 4];
    const auto bits = static_cast<std::int64_t>(rng.Below(UINT64_MAX) >> rng.Below(64));
    const Money money = Make(seed % 3 == 0 ? bits : -bits / 2, code);
    const std::string text = FormatMoney(money);
    EXPECT_EQ(*ParseMoney(text.substr(0, text.find(' ')), money.currency), money) << text;
  }
}

}  // namespace
}  // namespace jointly::money
