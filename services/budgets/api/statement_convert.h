#pragma once

#include <jointly/budgets/v1/views.pb.h>

#include <map>
#include <string>

#include "services/budgets/domain/forecast.h"
#include "services/budgets/domain/statement.h"

// Statements and forecasts as messages.
namespace jointly::budgets {

namespace pb = jointly::budgets::v1;

// The mean rates by the name of a period: what `actual` is converted by, beside the statement.
using MeanRates = std::map<std::string, Conversion>;

// Errors: OUT_OF_RANGE when a converted amount does not fit.
absl::StatusOr<pb::Statement> StatementToProto(const Statement& statement, const MeanRates& rates);
// `line`: its resource name.
pb::ForecastRow ForecastToProto(const std::string& line, const money::Currency& currency,
                                const ForecastInput& input, const Forecast& forecast);
pb::Journal JournalToProto(const Journal& journal, const std::string& hash);

}  // namespace jointly::budgets
