#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <optional>
#include <string>

#include "services/budgets/domain/statement.h"

// A statement's actuals in another currency, at the mean rate of each period: beside the statement
// and outside of its hash, for funders who ask for it.
namespace jointly::budgets {

// By the name of a period.
using MeanRates = std::map<std::string, Conversion>;

enum class RowGroup { kRows, kPeriod, kCategory, kPartner, kLifeToDate };

struct ConvertedActual {
  std::optional<money::Money> actual;  // Unset: nothing of it has a rate.
  std::string rate;                    // Empty in sums over several periods.
};

// Sums are those of the rows, so that a converted statement adds up as the statement does. Life to
// date is converted when all periods are shown.
class ConvertedActuals {
 public:
  // Nothing is converted.
  ConvertedActuals() = default;
  // Errors: OUT_OF_RANGE when a converted amount does not fit.
  static absl::StatusOr<ConvertedActuals> Of(const Statement& statement, MeanRates rates);

  bool empty() const { return rates_.empty(); }
  const MeanRates& rates() const { return rates_; }
  ConvertedActual At(const StatementRow& row, RowGroup group) const;

 private:
  MeanRates rates_;
  std::map<std::string, money::Money> sums_;
};

// RFC 8785 JSON; amounts as decimal texts of the control currency. What is converted stands in a
// field of its own, "conversion", and is there only when something is.
std::string CanonicalStatement(const Statement& statement, const ConvertedActuals& converted = {});

}  // namespace jointly::budgets
