#include "services/budgets/api/mean_rates.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/error/macros.h"
#include "services/budgets/store/rate_store.h"

namespace jointly::budgets {
namespace {

struct MeanRange {
  std::string period;
  DateRange range;
};

// The periods that have begun by `until`, cut there.
std::vector<MeanRange> MeanRanges(const std::vector<StatementPeriod>& periods,
                                  const Statement& statement, Date until) {
  std::vector<MeanRange> ranges;
  if (periods.empty()) return ranges;
  const DateRange life{periods.front().range.first, periods.back().range.last};
  for (const StatementRow& row : statement.by_period) {
    std::optional<DateRange> range;
    for (const StatementPeriod& period : periods) {
      if (period.id == row.period) range = period.range;
    }
    if (statement.calendar != Calendar::kBudget) {
      for (const CalendarYear& year : YearsOf(statement.calendar, life)) {
        if (year.name == row.period) range = year.range;
      }
    }
    if (!range.has_value() || range->first > until) continue;
    range->last = std::min(range->last, until);
    ranges.push_back({row.period, *range});
  }
  return ranges;
}

// The last day that the means may look at.
absl::StatusOr<Date> LastDay(db::Tx& tx, const Statement& statement, const std::string& foreign,
                             MeanOf days) {
  constexpr Date kNever = std::chrono::year(9999) / 12 / 31;
  Date until = statement.as_of_date.value_or(kNever);
  if (foreign == "EUR") return until;
  ASSIGN_OR_RETURN(const auto known, store::RatesKnown(tx, foreign));
  if (!known.has_value()) {
    return FailedPrecondition(kRateMissing, "no rate of " + foreign + " is known: import the ECB's",
                              {{"currency", foreign}});
  }
  if (days == MeanOf::kDaysSoFar) until = std::min(until, known->last);
  return until;
}

absl::Status Unsettled(const MeanRange& mean, const std::string& currency_code) {
  return FailedPrecondition(kRateMissing,
                            "the mean rate of " + mean.period +
                                " is not known yet, and a file would say another one "
                                "later: ask for a period that is over, or give as_of_date, and "
                                "import the rates until then",
                            {{"currency", currency_code},
                             {"period", mean.period},
                             {"date", FormatDate(mean.range.last)}});
}

}  // namespace

absl::StatusOr<ConvertedActuals> ConvertActuals(db::Tx& tx, const StatementInput& input,
                                                const Statement& statement,
                                                const std::string& currency_code, MeanOf days) {
  if (currency_code.empty()) return ConvertedActuals();
  ASSIGN_OR_RETURN(const money::Currency to, money::FindCurrency(currency_code));
  const std::string& foreign = to.code == "EUR" ? input.currency.code : to.code;
  ASSIGN_OR_RETURN(const Date until, LastDay(tx, statement, foreign, days));
  MeanRates rates;
  for (const MeanRange& mean : MeanRanges(input.periods, statement, until)) {
    absl::StatusOr<Conversion> conversion =
        store::ConvertAmount(tx, {.amount = {0, input.currency},
                                  .to = to,
                                  .policy = RatePolicy::kPeriodAverage,
                                  .date = mean.range.last,
                                  .period = mean.range});
    if (!conversion.ok() && days == MeanOf::kAllDays &&
        ReasonOf(conversion.status()) == kRateMissing.name) {
      return Unsettled(mean, foreign);
    }
    RETURN_IF_ERROR(conversion.status());
    rates.emplace(mean.period, *std::move(conversion));
  }
  return ConvertedActuals::Of(statement, std::move(rates));
}

}  // namespace jointly::budgets
