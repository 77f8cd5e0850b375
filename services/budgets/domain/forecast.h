#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/budgets/domain/calendar.h"
#include "services/budgets/domain/statement.h"

// What would be left of a line at its period's end, by three ways to look ahead. Pure; minor units
// of the control currency.
namespace jointly::budgets {

// A commitment that still holds money, on the day that the forecast is made for.
struct OpenCommitment {
  std::int64_t remaining = 0;
  std::optional<Date> expire_date;  // Unset: it is expected by the period's end.
  bool foreign = false;             // In another currency than the budget's.
};

struct ForecastInput {
  LineKey line;
  DateRange period;
  Date as_of{};
  std::int64_t authorised = 0;  // Less what was carried on or returned.
  std::int64_t reserved = 0;
  std::int64_t spent = 0;
  std::int64_t spent_recently = 0;  // Since RecentSince(as_of), or the period's start.
  std::vector<OpenCommitment> commitments;
};

struct Forecast {
  LineKey line;
  std::string time_elapsed_percent;  // Of the period's days, the day itself included: "75.3".
  std::int64_t linear_unspent = 0;   // If it goes on as on average since the period's start.
  std::int64_t recent_unspent = 0;   // As in the last three months.
  std::int64_t dated_unspent = 0;    // Commitments that end within the period, nothing else.
  std::int64_t unspendable = 0;      // What the fastest of the three leaves; never below 0.
  std::int64_t open_foreign = 0;     // Remainders whose rate may still change.
};

// The first day of the last three calendar months, the running one included.
Date RecentSince(Date as_of);
// The cash lines of all periods that have begun by the day, from sums that end on it; without
// commitments.
std::vector<ForecastInput> ForecastInputs(const std::vector<MovementSum>& sums,
                                          const std::vector<StatementPeriod>& periods, Date as_of);
Forecast MakeForecast(const ForecastInput& input);

}  // namespace jointly::budgets
