#pragma once

#include <optional>
#include <vector>

#include "services/budgets/domain/alerts.h"
#include "services/budgets/domain/forecast.h"

// Warnings that a line's money will not be spent in time. Timers of the budget ask: on the first
// day of each month for every line of an open period, and 60, 30 and 7 days before a period's end
// for what its commitments still hold. Each fires once per threshold and upward crossing (B17).
namespace jointly::budgets {

inline constexpr std::string_view kUnderspendAlert = "underspend";
inline constexpr std::string_view kUnspendableAlert = "unspendable";
inline constexpr std::string_view kOpenCommitmentsAlert = "open_commitments";

// A line is late when at least this much of what it was authorised would be left.
inline constexpr int kLatePercent = 20;
// How much of the period's days must have gone for a first, a second and a last warning. Of
// "unspendable" the first is left out: there is time to spend yet.
inline constexpr int kElapsedPercent[] = {50, 80, 90};

// Days before a period's end on which its close is announced, with what is still reserved.
inline constexpr int kCloseNoticeDays[] = {60, 30, 7};
// The next such day; a day that is past says nothing.
std::optional<Date> NextCloseNotice(const Period& period, Date today);

Date FirstOfNextMonth(Date today);

// "underspend": as it goes on, and with the commitments that end within the period. "unspendable":
// what the fastest of the forecast's three ways leaves. A period that is over says nothing.
std::vector<Alert> LateAlerts(const ForecastInput& input, std::int64_t authorised_version,
                              const money::Currency& currency, std::vector<ThresholdState>& states);

// The notice is the last of kCloseNoticeDays that has come; nothing when none has or the period is
// over. `crossing` of the alert is the how manieth notice it is.
struct OpenOnLine {
  LineKey line;
  std::int64_t remaining = 0;
  int commitments = 0;
};
std::optional<Alert> OpenAlert(const OpenOnLine& open, const Period& period, Date today,
                               std::int64_t authorised_version, const money::Currency& currency,
                               std::vector<ThresholdState>& states);

}  // namespace jointly::budgets
