#pragma once

#include <absl/status/statusor.h>
#include <jointly/budgets/v1/resources.pb.h>

#include <string>
#include <string_view>

#include "services/budgets/domain/keys.h"

// Amounts as messages, for views.
namespace jointly::budgets {

namespace pb = jointly::budgets::v1;

pb::Amount AmountToProto(const money::Money& amount);  // {"24828.27", "EUR"}.
// Of a currency that the ledger holds; ends the process for another one.
pb::Amount AmountToProto(std::int64_t minor, std::string_view currency_code);

}  // namespace jointly::budgets
