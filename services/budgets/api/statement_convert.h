#pragma once

#include <jointly/budgets/v1/views.pb.h>

#include <string>

#include "services/budgets/domain/converted.h"
#include "services/budgets/domain/forecast.h"

// Statements and forecasts as messages.
namespace jointly::budgets {

namespace pb = jointly::budgets::v1;

pb::Statement StatementToProto(const Statement& statement, const ConvertedActuals& converted);
// `line`: its resource name.
pb::ForecastRow ForecastToProto(const std::string& line, const money::Currency& currency,
                                const ForecastInput& input, const Forecast& forecast);
pb::Journal JournalToProto(const Journal& journal, const std::string& hash);

}  // namespace jointly::budgets
