#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/error/error.h"

// Amounts as integer minor units; never floating point.
namespace jointly::money {

inline constexpr Reason kUnknownCurrency{"UNKNOWN_CURRENCY"};
inline constexpr Reason kCurrencyMismatch{"CURRENCY_MISMATCH"};
inline constexpr Reason kAmountOutOfRange{"AMOUNT_OUT_OF_RANGE"};
inline constexpr Reason kInvalidAmount{"INVALID_AMOUNT"};
inline constexpr Reason kAmountTooPrecise{"AMOUNT_TOO_PRECISE"};

// ISO 4217 code and its number of decimals: EUR 2, JPY 0.
struct Currency {
  std::string code;
  int decimals = 2;
  friend bool operator==(const Currency&, const Currency&) = default;
};
// Upper-case codes in use in 2026, and funds codes; INVALID_ARGUMENT for any other.
absl::StatusOr<Currency> FindCurrency(std::string_view code);

struct Money {
  std::int64_t minor = 0;
  Currency currency;
  friend bool operator==(const Money&, const Money&) = default;
};

// Errors: INVALID_ARGUMENT for different currencies, OUT_OF_RANGE when it does not fit.
absl::StatusOr<Money> Add(const Money& a, const Money& b);
absl::StatusOr<Money> Subtract(const Money& a, const Money& b);
absl::StatusOr<Money> Multiply(const Money& amount, std::int64_t factor);
// Of `currency`; 0 for an empty list.
absl::StatusOr<Money> Sum(const std::vector<Money>& amounts, const Currency& currency);
// -1, 0 or 1. Errors: INVALID_ARGUMENT for different currencies.
absl::StatusOr<int> Compare(const Money& a, const Money& b);
// Splits by weights; the parts add up to the whole (largest remainder, the earlier part first among
// equal ones). Weights >= 0, sum > 0, else INVALID_ARGUMENT. A debt splits as the amount does.
absl::StatusOr<std::vector<Money>> Split(const Money& whole,
                                         const std::vector<std::int64_t>& weights);
// amount x numerator / denominator in major units, rounded half to even once, in `to`'s minor
// units. Errors: INVALID_ARGUMENT unless denominator > 0, OUT_OF_RANGE.
absl::StatusOr<Money> Convert(const Money& amount, std::int64_t numerator, std::int64_t denominator,
                              const Currency& to);
// "250000.00", "-12.5", "480000" of a currency. INVALID_ARGUMENT INVALID_AMOUNT for exponents, NaN,
// signs in the middle, a bare point or other characters, AMOUNT_TOO_PRECISE for more decimals than
// the currency has; OUT_OF_RANGE.
absl::StatusOr<Money> ParseMoney(std::string_view decimal, const Currency& currency);
std::string FormatMoney(const Money& money);  // "250000.00 EUR"

}  // namespace jointly::money
