#include "services/budgets/domain/forecast.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "services/budgets/domain/statement_tally.h"

namespace jointly::budgets {
namespace {

__extension__ using Wide = __int128;

// amount x part / whole, half to even; what does not fit is as much as fits: a forecast is no entry
// in the books.
std::int64_t Scale(std::int64_t amount, int part, int whole) {
  const Wide top = Wide{amount} * part;
  Wide quotient = top / whole;
  const Wide remainder = top % whole;
  const Wide twice = 2 * (remainder < 0 ? -remainder : remainder);
  if (twice > whole || (twice == whole && quotient % 2 != 0)) quotient += top < 0 ? -1 : 1;
  constexpr Wide kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr Wide kMost = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::clamp(quotient, kLeast, kMost));
}

int DaysBetween(Date first, Date last) { return first > last ? 0 : DaysOf({first, last}); }

}  // namespace

Date RecentSince(Date as_of) {
  return (std::chrono::year_month(as_of.year(), as_of.month()) - std::chrono::months(2)) /
         std::chrono::day(1);
}

std::vector<ForecastInput> ForecastInputs(const std::vector<MovementSum>& sums,
                                          const std::vector<StatementPeriod>& periods, Date as_of) {
  const auto tally_of = [&](const std::vector<MovementSum>& chosen) {
    StatementInput input;
    input.sums = chosen;
    return TallyOf(input);
  };
  std::vector<MovementSum> recent;
  std::copy_if(sums.begin(), sums.end(), std::back_inserter(recent),
               [&](const MovementSum& sum) { return sum.month >= MonthOf(RecentSince(as_of)); });
  const Tally all = tally_of(sums);
  const Tally lately = tally_of(recent);
  std::vector<ForecastInput> inputs;
  for (const StatementPeriod& period : periods) {
    if (period.range.first > as_of) continue;
    for (const auto& [line, tally] : all.lines) {
      if (line.period != period.id) continue;
      const auto found = lately.lines.find(line);
      inputs.push_back({.line = line,
                        .period = period.range,
                        .as_of = as_of,
                        .authorised = tally.authorised() - tally.carried - tally.returned,
                        .reserved = tally.reserved,
                        .spent = tally.spent,
                        .spent_recently = found == lately.lines.end() ? 0 : found->second.spent,
                        .commitments = {}});
    }
  }
  return inputs;
}

Forecast MakeForecast(const ForecastInput& input) {
  const Date until = std::min(input.as_of, input.period.last);
  const int total = DaysOf(input.period);
  const int elapsed = DaysBetween(input.period.first, until);
  const int left = total - elapsed;
  const Date recent_since = std::max(RecentSince(until), input.period.first);
  const int recent = DaysBetween(recent_since, until);
  const std::int64_t unspent = input.authorised - input.spent;

  Forecast forecast{.line = input.line, .time_elapsed_percent = Percent(elapsed, total)};
  forecast.linear_unspent = unspent - (elapsed == 0 ? 0 : Scale(input.spent, left, elapsed));
  forecast.recent_unspent = unspent - (recent == 0 ? 0 : Scale(input.spent_recently, left, recent));
  forecast.dated_unspent = unspent;
  for (const OpenCommitment& commitment : input.commitments) {
    if (commitment.expire_date.value_or(input.period.last) <= input.period.last) {
      forecast.dated_unspent -= commitment.remaining;
    }
    if (commitment.foreign) forecast.open_foreign += commitment.remaining;
  }
  forecast.unspendable = std::max<std::int64_t>(
      0, std::min({forecast.linear_unspent, forecast.recent_unspent, forecast.dated_unspent}));
  return forecast;
}

}  // namespace jointly::budgets
