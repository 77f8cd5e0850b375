#include "common/money/money.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

#include "common/error/macros.h"
#include "common/money/wide.h"

namespace jointly::money {
namespace {

absl::Status RefuseMismatch(const Currency& a, const Currency& b) {
  return InvalidArgument(kCurrencyMismatch, "amounts of different currencies do not add up",
                         {{"first", a.code}, {"second", b.code}});
}

absl::Status RefuseRange(const Currency& currency) {
  return OutOfRange(kAmountOutOfRange, "the amount does not fit into 64 bits of minor units",
                    {{"currency_code", currency.code}});
}

absl::Status RefuseText(std::string_view text, const Currency& currency) {
  return InvalidArgument(
      kInvalidAmount,
      "is not written as digits with at most one point, like 250000 or -12.5: no exponent, no NaN, "
      "no separator of thousands",
      {{"amount", std::string(text.substr(0, 40))}, {"currency_code", currency.code}});
}

absl::Status RefusePrecision(std::string_view text, const Currency& currency) {
  return InvalidArgument(
      kAmountTooPrecise,
      "has more decimals than " + currency.code + ", which has " +
          std::to_string(currency.decimals) + ": round it",
      {{"amount", std::string(text.substr(0, 40))}, {"currency_code", currency.code}});
}

absl::StatusOr<Money> Fit(Wide minor, const Currency& currency) {
  if (!Fits(minor)) return RefuseRange(currency);
  return Money{static_cast<std::int64_t>(minor), currency};
}

std::int64_t PowerOfTen(int exponent) {
  std::int64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

// top / bottom rounded half to even; bottom > 0.
Wide DivideHalfEven(Wide top, Wide bottom) {
  Wide quotient = top / bottom;
  Wide remainder = top % bottom;
  const int sign = remainder < 0 ? -1 : 1;
  if (remainder < 0) remainder = -remainder;
  // remainder > bottom / 2 without doubling, which could overflow.
  const Wide rest = bottom - remainder;
  if (remainder > rest || (remainder == rest && quotient % 2 != 0)) quotient += sign;
  return quotient;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

absl::StatusOr<Money> Add(const Money& a, const Money& b) {
  if (a.currency != b.currency) return RefuseMismatch(a.currency, b.currency);
  return Fit(Wide{a.minor} + b.minor, a.currency);
}

absl::StatusOr<Money> Subtract(const Money& a, const Money& b) {
  if (a.currency != b.currency) return RefuseMismatch(a.currency, b.currency);
  return Fit(Wide{a.minor} - b.minor, a.currency);
}

absl::StatusOr<Money> Multiply(const Money& amount, std::int64_t factor) {
  return Fit(Wide{amount.minor} * factor, amount.currency);
}

absl::StatusOr<Money> Sum(const std::vector<Money>& amounts, const Currency& currency) {
  Wide total = 0;  // A sum may leave 64 bits on the way and come back.
  for (const Money& amount : amounts) {
    if (amount.currency != currency) return RefuseMismatch(currency, amount.currency);
    total += amount.minor;
  }
  return Fit(total, currency);
}

absl::StatusOr<int> Compare(const Money& a, const Money& b) {
  if (a.currency != b.currency) return RefuseMismatch(a.currency, b.currency);
  return a.minor < b.minor ? -1 : a.minor > b.minor ? 1 : 0;
}

absl::StatusOr<std::vector<Money>> Split(const Money& whole,
                                         const std::vector<std::int64_t>& weights) {
  Wide total = 0;
  for (const std::int64_t weight : weights) {
    if (weight < 0) return InvalidArgument(kInvalidAmount, "a weight is negative");
    total += weight;
  }
  if (total <= 0) return InvalidArgument(kInvalidAmount, "the weights add up to nothing");
  const Wide sign = whole.minor < 0 ? -1 : 1;
  const Wide size = sign * whole.minor;
  std::vector<Money> parts;
  std::vector<Wide> remainders;
  Wide left = size;
  for (const std::int64_t weight : weights) {
    const Wide part = size * weight / total;
    remainders.push_back(size * weight % total);
    parts.push_back({static_cast<std::int64_t>(sign * part), whole.currency});
    left -= part;
  }
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  // Fewer units are left than parts have a remainder, so a part of weight 0 gets none.
  for (std::size_t i = 0; left > 0; ++i, --left) {
    parts[order[i]].minor += static_cast<std::int64_t>(sign);
  }
  return parts;
}

absl::StatusOr<Money> Convert(const Money& amount, std::int64_t numerator, std::int64_t denominator,
                              const Currency& to) {
  if (denominator <= 0) {
    return InvalidArgument(kInvalidAmount, "the denominator of a rate is not positive",
                           {{"denominator", std::to_string(denominator)}});
  }
  const Wide top = Wide{amount.minor} * numerator;
  const int digits = to.decimals - amount.currency.decimals;
  if (digits <= 0) {
    return Fit(DivideHalfEven(top, Wide{denominator} * PowerOfTen(-digits)), to);
  }
  // Divide first, then scale what is left: the product of all three may not fit into 127 bits.
  const Wide scale = PowerOfTen(digits);
  const Wide whole = top / denominator;
  if (!Fits(whole)) return RefuseRange(to);
  return Fit(whole * scale + DivideHalfEven(top % denominator * scale, denominator), to);
}

absl::StatusOr<Money> ParseMoney(std::string_view decimal, const Currency& currency) {
  std::string_view text = decimal;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (whole.empty() || (point != std::string_view::npos && fraction.empty()) ||
      !std::all_of(whole.begin(), whole.end(), &IsDigit) ||
      !std::all_of(fraction.begin(), fraction.end(), &IsDigit)) {
    return RefuseText(decimal, currency);
  }
  if (fraction.size() > static_cast<std::size_t>(currency.decimals)) {
    return RefusePrecision(decimal, currency);
  }
  Wide minor = 0;
  std::string digits(whole);
  digits += fraction;
  digits.append(static_cast<std::size_t>(currency.decimals) - fraction.size(), '0');
  for (const char digit : digits) {
    minor = minor * 10 + (digit - '0');
    if (!Fits(minor - 1)) return RefuseRange(currency);  // -2^63 is an amount, 2^63 is none.
  }
  return Fit(negative ? -minor : minor, currency);
}

std::string FormatMoney(const Money& money) {
  // The least value has no positive twin in 64 bits; unsigned arithmetic has.
  const auto bits = static_cast<std::uint64_t>(money.minor);
  std::string digits = std::to_string(money.minor < 0 ? 0 - bits : bits);
  const auto decimals = static_cast<std::size_t>(money.currency.decimals);
  if (decimals > 0) {
    if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
    digits.insert(digits.size() - decimals, ".");
  }
  return (money.minor < 0 ? "-" : "") + digits + " " + money.currency.code;
}

}  // namespace jointly::money
