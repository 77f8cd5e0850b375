#include "services/budgets/domain/rates.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <numeric>
#include <utility>

#include "common/deadlines/holidays.h"
#include "common/error/check.h"
#include "common/error/macros.h"

namespace jointly::budgets {
namespace {

// A sum of daily rates, brought to one scale, needs more than 64 bits.
__extension__ using Wide = __int128;

constexpr std::size_t kRateDigitsMax = 12;
constexpr int kAverageDecimals = 4;
constexpr std::string_view kEuro = "EUR";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::int64_t PowerOfTen(int exponent) {
  std::int64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

absl::Status RefuseRate(std::string_view text) {
  return InvalidArgument(kInvalidRate,
                         "not a rate: a plain decimal above 0 with at most 12 digits, 8 of them "
                         "behind the point, like 120.83",
                         {{"rate", std::string(text.substr(0, 40))}});
}

absl::Status RefuseMissing(const std::string& currency, Date date, const std::string& why,
                           Facts more = {}) {
  Facts facts = {{"currency", currency}, {"date", FormatDate(date)}};
  facts.insert(facts.end(), more.begin(), more.end());
  return FailedPrecondition(kRateMissing,
                            why + " (" + currency + ", " + FormatDate(date) +
                                "): import the ECB's rates, or use a day that has one",
                            std::move(facts));
}

// numerator / denominator: units of `to` for one unit of `from`.
struct Factor {
  std::int64_t numerator = 1;
  std::int64_t denominator = 1;
};

// `from` and `to` are rates against EUR; of EUR itself 1.
absl::StatusOr<Factor> FactorOf(const Rate& from, const Rate& to) {
  const std::int64_t common = std::gcd(from.numerator, to.numerator);
  const int shared = std::min(from.decimals, to.decimals);
  const Wide numerator = Wide{to.numerator / common} * PowerOfTen(from.decimals - shared);
  const Wide denominator = Wide{from.numerator / common} * PowerOfTen(to.decimals - shared);
  constexpr Wide kMost = std::numeric_limits<std::int64_t>::max();
  if (numerator > kMost || denominator > kMost) {
    return OutOfRange(kInvalidRate, "the two rates are too far apart to be divided exactly",
                      {{"from", FormatRate(from)}, {"to", FormatRate(to)}});
  }
  return Factor{static_cast<std::int64_t>(numerator), static_cast<std::int64_t>(denominator)};
}

absl::StatusOr<DayRate> RateFor(const RateTable& table, const std::string& currency,
                                const ConversionOrder& order) {
  if (order.policy != RatePolicy::kPeriodAverage) {
    if (currency == kEuro) return DayRate{order.date, Rate{}};
    return FindRate(table, currency, order.date, order.policy);
  }
  if (!order.period.has_value()) {
    return InvalidArgument(kUnknownRatePolicy, "an average needs a period",
                           {{"rate_policy", "period_average"}});
  }
  if (currency == kEuro) return DayRate{order.period->last, Rate{}};
  ASSIGN_OR_RETURN(const Rate rate, AverageRate(table, currency, *order.period));
  return DayRate{order.period->last, rate};
}

// "120.83", "120.83/1.1308" or "1" of a record, by its currencies.
absl::StatusOr<Factor> FactorOf(const Conversion& record) {
  const std::string& from = record.from.currency.code;
  const std::string& to = record.to.currency.code;
  if (from == to) {
    if (record.rate != "1") return RefuseRate(record.rate);
    return Factor{};
  }
  const std::size_t slash = record.rate.find('/');
  if ((slash != std::string::npos) != (from != kEuro && to != kEuro)) {
    return RefuseRate(record.rate);
  }
  Rate from_rate;
  Rate to_rate;
  if (from != kEuro) {
    ASSIGN_OR_RETURN(from_rate, ParseRate(std::string_view(record.rate).substr(0, slash)));
  }
  if (to != kEuro) {
    const std::size_t start = slash == std::string::npos ? 0 : slash + 1;
    ASSIGN_OR_RETURN(to_rate, ParseRate(std::string_view(record.rate).substr(start)));
  }
  return FactorOf(from_rate, to_rate);
}

}  // namespace

absl::StatusOr<Rate> ParseRate(std::string_view decimal) {
  const std::size_t point = decimal.find('.');
  const std::string_view whole = decimal.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : decimal.substr(point + 1);
  if (whole.empty() || (point != std::string_view::npos && fraction.empty()) ||
      fraction.size() > static_cast<std::size_t>(kRateDecimalsMax) ||
      whole.size() + fraction.size() > kRateDigitsMax ||
      !std::all_of(whole.begin(), whole.end(), &IsDigit) ||
      !std::all_of(fraction.begin(), fraction.end(), &IsDigit)) {
    return RefuseRate(decimal);
  }
  Rate rate{.numerator = 0, .decimals = static_cast<int>(fraction.size())};
  for (const char digit : whole) rate.numerator = rate.numerator * 10 + (digit - '0');
  for (const char digit : fraction) rate.numerator = rate.numerator * 10 + (digit - '0');
  if (rate.numerator == 0) return RefuseRate(decimal);
  return rate;
}

std::string FormatRate(const Rate& rate) {
  std::string digits = std::to_string(rate.numerator);
  const auto decimals = static_cast<std::size_t>(rate.decimals);
  if (decimals == 0) return digits;
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  digits.insert(digits.size() - decimals, ".");
  return digits;
}

bool SameValue(const Rate& a, const Rate& b) {
  return Wide{a.numerator} * PowerOfTen(b.decimals) == Wide{b.numerator} * PowerOfTen(a.decimals);
}

bool IsTargetDay(Date date) {
  using std::chrono::May;
  const std::chrono::weekday weekday = WeekdayOf(date);
  if (weekday == std::chrono::Saturday || weekday == std::chrono::Sunday) return false;
  const Date easter = deadlines::EasterSunday(static_cast<int>(date.year()));
  if (date == AddDays(easter, -2) || date == AddDays(easter, 1)) return false;
  const std::chrono::month_day day{date.month(), date.day()};
  return day != std::chrono::January / 1 && day != May / 1 && day != std::chrono::December / 25 &&
         day != std::chrono::December / 26;
}

const RateTable::Days& RateTable::Of(const std::string& currency) const {
  static const Days kNone;
  const auto found = rates_.find(currency);
  return found == rates_.end() ? kNone : found->second;
}

std::string_view Name(RatePolicy policy) {
  switch (policy) {
    case RatePolicy::kDay:
      return "day";
    case RatePolicy::kPreviousTargetDay:
      return "previous_target_day";
    case RatePolicy::kPeriodAverage:
      return "period_average";
  }
  Die("a rate policy without a name");
}

absl::StatusOr<RatePolicy> ParseRatePolicy(std::string_view name) {
  for (const RatePolicy policy :
       {RatePolicy::kDay, RatePolicy::kPreviousTargetDay, RatePolicy::kPeriodAverage}) {
    if (name == Name(policy)) return policy;
  }
  return InvalidArgument(kUnknownRatePolicy,
                         "a rate policy is day, previous_target_day or period_average",
                         {{"rate_policy", std::string(name.substr(0, 40))}});
}

absl::StatusOr<DayRate> FindRate(const RateTable& table, const std::string& currency, Date date,
                                 RatePolicy policy) {
  const RateTable::Days& days = table.Of(currency);
  const auto after = days.upper_bound(date);
  if (after == days.begin())
    return RefuseMissing(currency, date, "no rate is known until that day");
  const auto last = std::prev(after);
  if (last->first == date) return DayRate{date, last->second};
  const Facts facts = {{"previous", FormatDate(last->first)}};
  if (policy == RatePolicy::kDay) {
    return RefuseMissing(currency, date,
                         IsTargetDay(date) ? "no rate of that day is known"
                                           : "the ECB publishes no rate on that day",
                         facts);
  }
  if (last->first < AddDays(date, -kRateAgeDaysMax)) {
    return RefuseMissing(currency, date, "the last rate before that day is over a week old", facts);
  }
  return DayRate{last->first, last->second};
}

absl::StatusOr<Rate> AverageRate(const RateTable& table, const std::string& currency,
                                 const DateRange& range) {
  const RateTable::Days& days = table.Of(currency);
  Wide sum = 0;  // In 10^-8.
  std::int64_t count = 0;
  for (Date date = range.first; date <= range.last; date = AddDays(date, 1)) {
    const auto found = days.find(date);
    if (found != days.end()) {
      sum += Wide{found->second.numerator} * PowerOfTen(kRateDecimalsMax - found->second.decimals);
      ++count;
    } else if (IsTargetDay(date)) {
      return RefuseMissing(currency, date, "the average of a period needs the rate of every day");
    }
  }
  if (count == 0) return RefuseMissing(currency, range.first, "the period has no day with a rate");
  const Wide bottom = Wide{count} * PowerOfTen(kRateDecimalsMax - kAverageDecimals);
  Wide quotient = sum / bottom;
  const Wide twice = 2 * (sum % bottom);
  if (twice > bottom || (twice == bottom && quotient % 2 != 0)) ++quotient;
  return Rate{.numerator = static_cast<std::int64_t>(quotient), .decimals = kAverageDecimals};
}

absl::StatusOr<Conversion> Convert(const RateTable& table, const ConversionOrder& order) {
  const std::string& from = order.amount.currency.code;
  const std::string& to = order.to.code;
  Conversion record{.from = order.amount,
                    .to = {.minor = 0, .currency = order.to},
                    .rate = "1",
                    .rate_date = order.date,
                    .policy = std::string(Name(order.policy))};
  if (from == to) {
    record.to = order.amount;
    return record;
  }
  ASSIGN_OR_RETURN(const DayRate from_rate, RateFor(table, from, order));
  ASSIGN_OR_RETURN(const DayRate to_rate, RateFor(table, to, order));
  if (from == kEuro) {
    record.rate = FormatRate(to_rate.rate);
    record.rate_date = to_rate.date;
  } else if (to == kEuro) {
    record.rate = FormatRate(from_rate.rate);
    record.rate_date = from_rate.date;
  } else {
    record.rate = FormatRate(from_rate.rate) + "/" + FormatRate(to_rate.rate);
    // Both from the same day, else the older one says how old the conversion is.
    record.rate_date = std::min(from_rate.date, to_rate.date);
  }
  ASSIGN_OR_RETURN(record.to, ConvertAgain(record, order.amount));
  return record;
}

absl::StatusOr<money::Money> ConvertAgain(const Conversion& record, const money::Money& amount) {
  if (amount.currency != record.from.currency) {
    return InvalidArgument(
        money::kCurrencyMismatch, "the conversion is of another currency",
        {{"first", record.from.currency.code}, {"second", amount.currency.code}});
  }
  ASSIGN_OR_RETURN(const Factor factor, FactorOf(record));
  return money::Convert(amount, factor.numerator, factor.denominator, record.to.currency);
}

absl::Status VerifyConversion(const Conversion& record) {
  ASSIGN_OR_RETURN(const money::Money again, ConvertAgain(record, record.from));
  if (again == record.to) return absl::OkStatus();
  return FailedPrecondition(kConversionDiffers,
                            "the stored amount is not what the stored rate makes of it",
                            {{"stored", FormatMoney(record.to)},
                             {"computed", FormatMoney(again)},
                             {"rate", record.rate}});
}

}  // namespace jointly::budgets
