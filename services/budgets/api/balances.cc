#include "services/budgets/api/convert.h"
#include "services/budgets/domain/ledger.h"

// What the journal says of lines.
namespace jointly::budgets {
namespace {

void AddLine(const MovementSum& sum, LineBalance& balance) {
  const std::int64_t in = sum.posted_credit - sum.posted_debit;
  balance.reserved += sum.pending_debit - sum.pending_credit;
  switch (sum.movement) {
    case Movement::kAllocate:
    case Movement::kTransfer:
    case Movement::kInKindPromise:
      balance.authorised += in;
      return;
    case Movement::kCarry:
      balance.authorised += sum.posted_credit;
      balance.carried += sum.posted_debit;
      return;
    case Movement::kReturn:
      balance.returned -= in;
      return;
    case Movement::kInKindDelivery:
      balance.authorised += sum.posted_credit;
      balance.spent += sum.posted_debit;
      return;
    default:
      balance.spent -= in;
      return;
  }
}

void AddTo(const LineBalance& part, LineBalance& total) {
  total.authorised += part.authorised;
  total.reserved += part.reserved;
  total.spent += part.spent;
  total.carried += part.carried;
  total.returned += part.returned;
}

}  // namespace

BudgetBalance BalanceOf(const std::vector<MovementSum>& sums) {
  BudgetBalance balance;
  for (const MovementSum& sum : sums) {
    const auto account = ParseAccount(sum.account);
    if (!account.has_value()) continue;
    const std::int64_t in = sum.posted_credit - sum.posted_debit;
    if (account->family == Family::kLine) {
      AddLine(sum, balance.lines[*account->line]);
    } else if (account->family == Family::kPool) {
      balance.pool += in;
      if (sum.movement == Movement::kReturn) balance.pool_returned -= in;
    } else if (account->family == Family::kPayable && sum.movement == Movement::kPay) {
      balance.paid -= in;
    }
  }
  return balance;
}

LineBalance TotalOf(const BudgetBalance& balance, const std::string& period) {
  LineBalance total;
  for (const auto& [line, part] : balance.lines) {
    if (line.kind != Kind::kCash || (!period.empty() && line.period != period)) continue;
    AddTo(part, total);
  }
  if (period.empty()) {
    total.authorised -= total.carried;
    total.carried = 0;
  }
  return total;
}

pb::Balance ToProto(const LineBalance& balance, std::int64_t paid,
                    const money::Currency& currency) {
  const auto amount = [&](std::int64_t minor) { return AmountToProto({minor, currency}); };
  pb::Balance message;
  *message.mutable_authorised() = amount(balance.authorised);
  *message.mutable_reserved() = amount(balance.reserved);
  *message.mutable_spent() = amount(balance.spent);
  *message.mutable_paid() = amount(paid);
  *message.mutable_available() = amount(balance.available());
  *message.mutable_carried() = amount(balance.carried);
  *message.mutable_returned() = amount(balance.returned);
  return message;
}

pb::Line ToProto(const LineKey& line, const LineBalance& balance, const std::string& budget,
                 const money::Currency& currency) {
  pb::Line message;
  message.set_name(LineName(budget, line));
  *message.mutable_key() = ToProto(line, budget);
  *message.mutable_balance() = ToProto(balance, 0, currency);
  message.set_used_percent(UsedPercent(
      {.line = line, .authorised = balance.authorised, .used = balance.reserved + balance.spent}));
  return message;
}

}  // namespace jointly::budgets
