#include "services/budgets/domain/watch.h"

#include <algorithm>
#include <iterator>

#include "services/budgets/domain/text.h"

namespace jointly::budgets {
namespace {

// part / whole is at least percent / 100, without a product that could overflow.
bool Reaches(std::int64_t part, std::int64_t whole, int percent) {
  if (whole <= 0 || part <= 0) return false;
  return part >= whole / 100 * percent + (whole % 100 * percent + 99) / 100;
}

// Which notice of the period's close has come: its place in kCloseNoticeDays.
std::optional<std::size_t> NoticeOn(const Period& period, Date today) {
  if (today > period.end_date) return std::nullopt;
  std::optional<std::size_t> notice;
  for (std::size_t i = 0; i < std::size(kCloseNoticeDays); ++i) {
    if (AddDays(period.end_date, -kCloseNoticeDays[i]) <= today) notice = i;
  }
  return notice;
}

}  // namespace

std::optional<Date> NextCloseNotice(const Period& period, Date today) {
  for (const int days : kCloseNoticeDays) {
    const Date on = AddDays(period.end_date, -days);
    if (on > today) return on;
  }
  return std::nullopt;
}

Date FirstOfNextMonth(Date today) {
  const auto month = std::chrono::year_month(today.year(), today.month()) + std::chrono::months(1);
  return month / std::chrono::day(1);
}

std::vector<Alert> LateAlerts(const ForecastInput& input, std::int64_t authorised_version,
                              const money::Currency& currency,
                              std::vector<ThresholdState>& states) {
  std::vector<Alert> alerts;
  if (input.as_of > input.period.last) return alerts;
  const Forecast forecast = MakeForecast(input);
  const int total = DaysOf(input.period);
  const int elapsed = DaysOf({input.period.first, std::max(input.as_of, input.period.first)});
  const auto judge = [&](std::string_view kind, std::int64_t left, int from_percent) {
    const bool late = Reaches(left, input.authorised, kLatePercent);
    std::optional<Alert> highest;  // Of several thresholds at once the last one says it all.
    for (const int percent : kElapsedPercent) {
      if (percent < from_percent) continue;
      const auto crossing =
          Cross({.kind = std::string(kind), .threshold = percent},
                late && Reaches(elapsed, total, percent), authorised_version, states);
      if (!crossing.has_value()) continue;
      highest = {.line = input.line,
                 .threshold_percent = percent,
                 .authorised_version = authorised_version,
                 .crossing = *crossing,
                 .kind = std::string(kind),
                 .amount = left,
                 .rationale = Text(left, currency) + " of " + Text(input.authorised, currency) +
                              " left at the end, " + forecast.time_elapsed_percent +
                              " % of the period gone"};
    }
    if (highest.has_value()) alerts.push_back(*std::move(highest));
  };
  judge(kUnderspendAlert, std::min(forecast.linear_unspent, forecast.dated_unspent),
        kElapsedPercent[0]);
  judge(kUnspendableAlert, forecast.unspendable, kElapsedPercent[1]);
  return alerts;
}

std::optional<Alert> OpenAlert(const OpenOnLine& open, const Period& period, Date today,
                               std::int64_t authorised_version, const money::Currency& currency,
                               std::vector<ThresholdState>& states) {
  const auto notice = NoticeOn(period, today);
  if (!notice.has_value() || open.remaining <= 0) return std::nullopt;
  const int days = kCloseNoticeDays[*notice];
  // Remembered of this end: an extended period is announced anew.
  const std::string kind = std::string(kOpenCommitmentsAlert) + "/" + FormatDate(period.end_date);
  const auto crossed = Cross({.kind = kind, .threshold = days}, true, authorised_version, states);
  if (!crossed.has_value()) return std::nullopt;
  return Alert{.line = open.line,
               .authorised_version = authorised_version,
               .crossing = static_cast<int>(*notice) + 1,
               .kind = std::string(kOpenCommitmentsAlert),
               .amount = open.remaining,
               .rationale = std::to_string(open.commitments) + " open, " +
                            Text(open.remaining, currency) + " reserved, the period ends on " +
                            FormatDate(period.end_date)};
}

}  // namespace jointly::budgets
