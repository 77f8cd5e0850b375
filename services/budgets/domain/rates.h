#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "services/budgets/domain/keys.h"

// Exchange rates as exact decimals, never floating point, and the policies by which a funder has an
// amount converted. Rates are the European Central Bank's: units of a currency for 1 EUR.
namespace jointly::budgets {

inline constexpr Reason kInvalidRate{"INVALID_RATE"};               // rate
inline constexpr Reason kUnknownRatePolicy{"UNKNOWN_RATE_POLICY"};  // rate_policy
inline constexpr Reason kConversionDiffers{"CONVERSION_DIFFERS"};   // stored, computed, rate

// 120.83 is 12083 / 10^2; > 0.
struct Rate {
  std::int64_t numerator = 1;
  int decimals = 0;  // As published: "120.80" keeps both.
  friend bool operator==(const Rate&, const Rate&) = default;
};
inline constexpr int kRateDecimalsMax = 8;
// At most 12 digits, at most 8 of them decimals. Errors: INVALID_ARGUMENT INVALID_RATE for a sign,
// an exponent, zero, anything that is not a plain decimal.
absl::StatusOr<Rate> ParseRate(std::string_view decimal);
std::string FormatRate(const Rate& rate);      // "120.83"
bool SameValue(const Rate& a, const Rate& b);  // 120.8 is 120.80.

// The days on which the ECB publishes: no weekend, no closing day of TARGET (1 January, Good
// Friday, Easter Monday, 1 May, 25 and 26 December; the calendar in force since 2002).
bool IsTargetDay(Date date);

struct DateRange {
  Date first{};
  Date last{};  // Inclusive.
  friend bool operator==(const DateRange&, const DateRange&) = default;
};

// What a conversion may look at: the published rates by currency and day. EUR needs none.
class RateTable {
 public:
  using Days = std::map<Date, Rate>;
  void Set(const std::string& currency, Date date, const Rate& rate) {
    rates_[currency][date] = rate;
  }
  // Empty when nothing is known of the currency.
  const Days& Of(const std::string& currency) const;

 private:
  std::map<std::string, Days> rates_;
};

enum class RatePolicy {
  kDay,                // The rate of the very day.
  kPreviousTargetDay,  // The last one published until that day, at most a week old: for weekends,
                       // holidays and the hours before the ECB publishes.
  kPeriodAverage,      // The mean of all daily rates of a period, 4 decimals, half-even.
};
std::string_view Name(RatePolicy policy);  // "day", "previous_target_day", "period_average".
// Errors: INVALID_ARGUMENT UNKNOWN_RATE_POLICY.
absl::StatusOr<RatePolicy> ParseRatePolicy(std::string_view name);

// No two days of the ECB are further apart than this.
inline constexpr int kRateAgeDaysMax = 7;

struct DayRate {
  Date date{};
  Rate rate;
};
// Of kDay and kPreviousTargetDay. Errors: FAILED_PRECONDITION RATE_MISSING {currency, date,
// previous}: which day to import, and the last day that is known before it.
absl::StatusOr<DayRate> FindRate(const RateTable& table, const std::string& currency, Date date,
                                 RatePolicy policy);

// Of every TARGET day in the range. Errors: FAILED_PRECONDITION RATE_MISSING {currency, date} for
// the first day without one (a mean with a hole is no mean), or for a range without any TARGET day.
absl::StatusOr<Rate> AverageRate(const RateTable& table, const std::string& currency,
                                 const DateRange& range);

struct ConversionOrder {
  money::Money amount;
  money::Currency to;
  RatePolicy policy = RatePolicy::kDay;
  Date date{};                      // Of kDay and kPreviousTargetDay.
  std::optional<DateRange> period;  // Of kPeriodAverage: required.
};
// Converts once, half-even. The record says all that is needed to do it again (B20): the rate as
// text ("120.83"; between two currencies that are both not EUR "120.83/1.1308": from/to), its date
// (of an average: the period's last day) and the policy. Of one currency to itself: rate "1".
absl::StatusOr<Conversion> Convert(const RateTable& table, const ConversionOrder& order);

// What the rate of a record makes of `amount` (of the record's `from` currency): for parts of a
// document, which keep the document's rate.
absl::StatusOr<money::Money> ConvertAgain(const Conversion& record, const money::Money& amount);
// B20: the record's own amount by its own rate. Errors: FAILED_PRECONDITION CONVERSION_DIFFERS;
// INVALID_ARGUMENT for a rate that does not parse.
absl::Status VerifyConversion(const Conversion& record);

}  // namespace jointly::budgets
