#include "services/budgets/domain/converted.h"

#include <utility>

#include "common/error/macros.h"
#include "services/budgets/domain/rates.h"

namespace jointly::budgets {
namespace {

std::string KeyOf(const StatementRow& row, RowGroup group) {
  switch (group) {
    case RowGroup::kRows:
      return row.period + "\n" + row.category + "\n" + row.partner;
    case RowGroup::kPeriod:
      return "period " + row.period;
    case RowGroup::kCategory:
      return "category " + row.category;
    case RowGroup::kPartner:
      return "partner " + row.partner;
    case RowGroup::kLifeToDate:
      break;
  }
  return "all";
}

}  // namespace

absl::StatusOr<ConvertedActuals> ConvertedActuals::Of(const Statement& statement, MeanRates rates) {
  ConvertedActuals converted;
  converted.rates_ = std::move(rates);
  for (const StatementRow& row : statement.rows) {
    const auto rate = converted.rates_.find(row.period);
    if (rate == converted.rates_.end()) continue;
    ASSIGN_OR_RETURN(const money::Money actual,
                     ConvertAgain(rate->second, {row.actual, statement.currency}));
    for (const RowGroup group : {RowGroup::kRows, RowGroup::kPeriod, RowGroup::kCategory,
                                 RowGroup::kPartner, RowGroup::kLifeToDate}) {
      if (group == RowGroup::kLifeToDate && !statement.period.empty()) continue;
      const auto [sum, is_new] = converted.sums_.try_emplace(KeyOf(row, group), actual);
      if (is_new) continue;
      ASSIGN_OR_RETURN(sum->second, money::Add(sum->second, actual));
    }
  }
  return converted;
}

ConvertedActual ConvertedActuals::At(const StatementRow& row, RowGroup group) const {
  ConvertedActual found;
  const auto sum = sums_.find(KeyOf(row, group));
  if (sum != sums_.end()) found.actual = sum->second;
  const auto rate = rates_.find(row.period);
  if (rate != rates_.end()) found.rate = rate->second.rate;
  return found;
}

}  // namespace jointly::budgets
