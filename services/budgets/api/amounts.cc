#include "services/budgets/api/amounts.h"

#include "common/error/check.h"

namespace jointly::budgets {

pb::Amount AmountToProto(const money::Money& amount) {
  const std::string text = money::FormatMoney(amount);
  pb::Amount proto;
  proto.set_value(text.substr(0, text.find(' ')));
  proto.set_currency_code(amount.currency.code);
  return proto;
}

pb::Amount AmountToProto(std::int64_t minor, std::string_view currency_code) {
  const auto currency = money::FindCurrency(currency_code);
  Check(currency.ok(), "the ledger holds an unknown currency");
  return AmountToProto({minor, *currency});
}

}  // namespace jointly::budgets
