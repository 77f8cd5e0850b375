#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Amounts as integer minor units; never floating point.
namespace jointly::money {

// ISO 4217 code and its number of decimals: EUR 2, JPY 0.
struct Currency {
  std::string code;
  int decimals = 2;
  friend bool operator==(const Currency&, const Currency&) = default;
};
absl::StatusOr<Currency> FindCurrency(std::string_view code);

struct Money {
  std::int64_t minor = 0;
  Currency currency;
  friend bool operator==(const Money&, const Money&) = default;
};

// Errors: INVALID_ARGUMENT for different currencies, OUT_OF_RANGE when it does not fit.
absl::StatusOr<Money> Add(const Money& a, const Money& b);
absl::StatusOr<Money> Subtract(const Money& a, const Money& b);
// Splits by weights; the parts add up to the whole (largest remainder). Weights >= 0, sum > 0.
absl::StatusOr<std::vector<Money>> Split(const Money& whole, const std::vector<std::int64_t>& weights);
// amount x numerator / denominator, rounded half to even, in `to`'s minor units.
absl::StatusOr<Money> Convert(const Money& amount, std::int64_t numerator, std::int64_t denominator,
                              const Currency& to);
// "250000.00" of EUR; refuses exponents, signs in the middle, more decimals than the currency has.
absl::StatusOr<Money> ParseMoney(std::string_view decimal, const Currency& currency);
std::string FormatMoney(const Money& money);  // "250000.00 EUR"

}  // namespace jointly::money
