#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <vector>

#include "common/db/database.h"
#include "services/budgets/domain/ecb.h"
#include "services/budgets/domain/rates.h"

// The published exchange rates. A known one never changes: conversions that were made with it must
// stay what they are (B20).
namespace jointly::budgets::store {

inline constexpr Reason kRateChanged{"RATE_CHANGED"};  // currency, date, known, given, count

struct RateImport {
  int days = 0;                    // In the file.
  int added = 0;                   // Days that had at least one rate which was not known before.
  std::optional<Date> first_date;  // Of the file.
  std::optional<Date> last_date;
};
// Adds what is not known yet; the same file again adds nothing. Days in the order of their dates,
// as ecb.h gives them. Errors: FAILED_PRECONDITION RATE_CHANGED when the file says another rate of
// a known day, naming the first one; nothing is imported then.
absl::StatusOr<RateImport> ImportRates(db::Tx& tx, const std::vector<RateDay>& days);

// Rates of these currencies between two days, both included.
absl::StatusOr<RateTable> LoadRates(db::Tx& tx, const std::vector<std::string>& currencies,
                                    const DateRange& range);
// The first and the last day with a rate of the currency; nothing when there is none.
absl::StatusOr<std::optional<DateRange>> RatesKnown(db::Tx& tx, const std::string& currency);

// Loads what the order needs and converts. Errors: as Convert (rates.h).
absl::StatusOr<Conversion> ConvertAmount(db::Tx& tx, const ConversionOrder& order);

}  // namespace jointly::budgets::store
