#include "services/budgets/domain/movements.h"

#include <algorithm>

#include "common/error/macros.h"

namespace jointly::budgets {
namespace {

// Collects the postings of one journal.
class Draft {
 public:
  Draft(const Entry& entry, Movement movement) : currency_(entry.currency.code) {
    journal_.budget = entry.budget;
    journal_.id = entry.id;
    journal_.movement = movement;
    journal_.counts_as = movement;
    journal_.effective_on = entry.effective_on;
    journal_.record_time = entry.record_time;
    journal_.document = entry.document;
    journal_.reference = entry.reference;
    journal_.actor = entry.actor;
  }

  // Nothing is written for 0.
  Draft& Posted(std::string debit, std::string credit, std::int64_t amount) {
    return Both(Layer::kPosted, std::move(debit), std::move(credit), amount, currency_);
  }
  Draft& Pending(std::string debit, std::string credit, std::int64_t amount) {
    return Both(Layer::kPending, std::move(debit), std::move(credit), amount, currency_);
  }
  // Both sides of one account: a foreign position opened and closed.
  Draft& Through(const std::string& account, std::int64_t amount, const std::string& currency) {
    return Both(Layer::kPosted, account, account, amount, currency);
  }
  // A pending amount moves between two accounts of the same side.
  Draft& MovePendingDebit(std::string from, std::string to, std::int64_t amount) {
    if (amount == 0) return *this;
    Add(std::move(from), Layer::kPending, Side::kDebit, -amount, currency_);
    Add(std::move(to), Layer::kPending, Side::kDebit, amount, currency_);
    return *this;
  }
  Draft& Converted(const std::optional<Conversion>& conversion) {
    if (conversion.has_value()) journal_.conversions.push_back(*conversion);
    return *this;
  }
  Draft& Mirror(const Posting& posting) {
    Posting mirror = posting;
    if (posting.layer == Layer::kPending) {
      mirror.amount = -posting.amount;
    } else {
      mirror.side = posting.side == Side::kDebit ? Side::kCredit : Side::kDebit;
    }
    journal_.postings.push_back(std::move(mirror));
    return *this;
  }

  bool empty() const { return journal_.postings.empty(); }
  Journal& journal() { return journal_; }
  Journal Take() { return std::move(journal_); }

 private:
  Draft& Both(Layer layer, std::string debit, std::string credit, std::int64_t amount,
              const std::string& currency) {
    if (amount == 0) return *this;
    Add(std::move(debit), layer, Side::kDebit, amount, currency);
    Add(std::move(credit), layer, Side::kCredit, amount, currency);
    return *this;
  }
  void Add(std::string account, Layer layer, Side side, std::int64_t amount,
           const std::string& currency) {
    journal_.postings.push_back({.account = std::move(account),
                                 .layer = layer,
                                 .side = side,
                                 .amount = amount,
                                 .currency_code = currency});
  }

  Journal journal_;
  std::string currency_;
};

std::string Say(std::int64_t minor, const Entry& entry) {
  return money::FormatMoney({minor, entry.currency});
}

absl::Status CheckPositive(const Entry& entry, Movement movement, std::int64_t amount) {
  if (amount > 0) return absl::OkStatus();
  return InvalidArgument(
      money::kInvalidAmount, "an amount to " + std::string(Name(movement)) + " is more than 0",
      {{"movement", std::string(Name(movement))}, {"amount", Say(amount, entry)}});
}

absl::Status CheckKind(const LineKey& line, Kind kind) {
  if (line.kind == kind) return absl::OkStatus();
  return InvalidArgument(kInvalidArgument,
                         kind == Kind::kCash ? "money moves on lines of kind cash only"
                                             : "in-kind is delivered on lines of kind inkind only",
                         {{"line", LineAccount(line)}});
}

absl::Status RefuseMore(const Entry& entry, std::int64_t remaining, std::int64_t requested) {
  return FailedPrecondition(
      kMoreThanRemains,
      "the commitment has " + Say(remaining, entry) + " left, less than " + Say(requested, entry),
      {{"remaining", Say(remaining, entry)}, {"requested", Say(requested, entry)}});
}

// The usual beginning: a positive amount on a cash line.
absl::Status CheckCash(const Entry& entry, Movement movement, const LineKey& line,
                       std::int64_t amount) {
  RETURN_IF_ERROR(CheckPositive(entry, movement, amount));
  return CheckKind(line, Kind::kCash);
}

}  // namespace

absl::StatusOr<Journal> Authorise(const Entry& entry, std::string_view organisation,
                                  std::int64_t amount) {
  RETURN_IF_ERROR(CheckPositive(entry, Movement::kAuthorise, amount));
  return Draft(entry, Movement::kAuthorise)
      .Posted(FunderAccount(organisation), std::string(kPoolAccount), amount)
      .Take();
}

absl::StatusOr<Journal> Deobligate(const Entry& entry, std::string_view organisation,
                                   std::int64_t amount) {
  RETURN_IF_ERROR(CheckPositive(entry, Movement::kDeobligate, amount));
  return Draft(entry, Movement::kDeobligate)
      .Posted(std::string(kPoolAccount), FunderAccount(organisation), amount)
      .Take();
}

absl::StatusOr<Journal> ReceiveInstalment(const Entry& entry, std::string_view organisation,
                                          std::int64_t amount) {
  RETURN_IF_ERROR(CheckPositive(entry, Movement::kInstalment, amount));
  return Draft(entry, Movement::kInstalment)
      .Posted(CashAccount(organisation), FunderAccount(organisation), amount)
      .Take();
}

absl::StatusOr<Journal> Allocate(const Entry& entry, const std::vector<LineAmount>& lines) {
  if (lines.empty()) return CheckPositive(entry, Movement::kAllocate, 0);
  Draft draft(entry, Movement::kAllocate);
  for (const LineAmount& part : lines) {
    RETURN_IF_ERROR(CheckKind(part.line, Kind::kCash));
    if (part.amount == 0 || part.amount == std::numeric_limits<std::int64_t>::min()) {
      return CheckPositive(entry, Movement::kAllocate, 0);
    }
    if (part.amount > 0) {
      draft.Posted(std::string(kPoolAccount), LineAccount(part.line), part.amount);
    } else {
      draft.Posted(LineAccount(part.line), std::string(kPoolAccount), -part.amount);
    }
  }
  return draft.Take();
}

absl::StatusOr<Journal> Transfer(const Entry& entry, const LineKey& from, const LineKey& to,
                                 std::int64_t amount) {
  RETURN_IF_ERROR(CheckCash(entry, Movement::kTransfer, from, amount));
  RETURN_IF_ERROR(CheckKind(to, Kind::kCash));
  if (from == to) {
    return InvalidArgument(kInvalidArgument, "a transfer goes to another line",
                           {{"line", LineAccount(to)}});
  }
  return Draft(entry, Movement::kTransfer)
      .Posted(LineAccount(from), LineAccount(to), amount)
      .Take();
}

absl::StatusOr<Journal> Reserve(const Entry& entry, const LineKey& line, std::int64_t amount,
                                const std::optional<Conversion>& conversion) {
  RETURN_IF_ERROR(CheckCash(entry, Movement::kReserve, line, amount));
  return Draft(entry, Movement::kReserve)
      .Pending(LineAccount(line), PayableAccount(line.partner), amount)
      .Converted(conversion)
      .Take();
}

absl::StatusOr<Liquidated> Liquidate(const Entry& entry, const Liquidation& liquidation) {
  const std::int64_t cost = liquidation.cost;
  const std::int64_t remaining = liquidation.remaining;
  RETURN_IF_ERROR(CheckCash(entry, Movement::kLiquidate, liquidation.line, cost));
  if (remaining < 0) return RefuseMore(entry, remaining, cost);
  std::int64_t part = liquidation.part.value_or(std::min(cost, remaining));
  if (part < 0 || part > remaining) return RefuseMore(entry, remaining, part);
  if (liquidation.final) part = remaining;
  Liquidated result;
  result.excess = std::max<std::int64_t>(cost - part, 0);
  if (result.excess > liquidation.tolerance) return RefuseMore(entry, remaining, cost);
  result.released = std::max<std::int64_t>(part - cost, 0);
  result.remaining = remaining - part;
  const std::string line = LineAccount(liquidation.line);
  const std::string payable = PayableAccount(liquidation.line.partner);
  Draft draft(entry, Movement::kLiquidate);
  draft.Pending(line, payable, result.excess);
  // Not more than part + excess = max(part, cost), which both fit.
  draft.Pending(line, payable, -(part + result.excess));
  draft.Posted(line, payable, cost);
  draft.Posted(SpentAccount(liquidation.line), std::string(kExpendedAccount), cost);
  draft.Converted(liquidation.conversion);
  result.journal = draft.Take();
  return result;
}

absl::StatusOr<Journal> Release(const Entry& entry, const LineKey& line, std::int64_t remaining,
                                std::int64_t amount) {
  RETURN_IF_ERROR(CheckCash(entry, Movement::kRelease, line, amount));
  if (amount > remaining) return RefuseMore(entry, remaining, amount);
  return Draft(entry, Movement::kRelease)
      .Pending(LineAccount(line), PayableAccount(line.partner), -amount)
      .Take();
}

absl::StatusOr<Journal> Recognise(const Entry& entry, const LineKey& line, std::int64_t amount,
                                  const std::optional<Conversion>& conversion) {
  RETURN_IF_ERROR(CheckCash(entry, Movement::kRecognise, line, amount));
  return Draft(entry, Movement::kRecognise)
      .Posted(LineAccount(line), PayableAccount(line.partner), amount)
      .Posted(SpentAccount(line), std::string(kExpendedAccount), amount)
      .Converted(conversion)
      .Take();
}

absl::StatusOr<Journal> Correct(const Entry& entry, const LineKey& line, std::int64_t amount) {
  RETURN_IF_ERROR(CheckCash(entry, Movement::kCorrect, line, amount));
  return Draft(entry, Movement::kCorrect)
      .Posted(PayableAccount(line.partner), LineAccount(line), amount)
      .Posted(std::string(kExpendedAccount), SpentAccount(line), amount)
      .Take();
}

absl::StatusOr<Journal> Pay(const Entry& entry, const Payment& payment) {
  RETURN_IF_ERROR(CheckPositive(entry, Movement::kPay, payment.recognised));
  Draft draft(entry, Movement::kPay);
  const std::string payable = PayableAccount(payment.partner);
  const std::string cash = CashAccount(payment.organisation);
  if (!payment.conversion.has_value()) {
    return draft.Posted(payable, cash, payment.recognised).Take();
  }
  const Conversion& conversion = *payment.conversion;
  if (conversion.to.currency != entry.currency || conversion.from.currency == entry.currency) {
    return InvalidArgument(
        money::kCurrencyMismatch, "a foreign payment is converted to the budget's currency",
        {{"first", conversion.from.currency.code}, {"second", conversion.to.currency.code}});
  }
  RETURN_IF_ERROR(CheckPositive(entry, Movement::kPay, conversion.from.minor));
  RETURN_IF_ERROR(CheckPositive(entry, Movement::kPay, conversion.to.minor));
  const std::string exchange = ExchangeAccount(entry.currency.code);
  return draft.Posted(payable, exchange, payment.recognised)
      .Posted(exchange, cash, conversion.to.minor)
      .Through(ExchangeAccount(conversion.from.currency.code), conversion.from.minor,
               conversion.from.currency.code)
      .Converted(conversion)
      .Take();
}

absl::StatusOr<Journal> Carry(const Entry& entry, std::string_view to_period,
                              const std::vector<CarriedLine>& lines) {
  Draft draft(entry, Movement::kCarry);
  for (const CarriedLine& carried : lines) {
    RETURN_IF_ERROR(CheckKind(carried.line, Kind::kCash));
    if (carried.free < 0) return CheckPositive(entry, Movement::kCarry, carried.free);
    LineKey next = carried.line;
    next.period = std::string(to_period);
    const std::string from = LineAccount(carried.line);
    const std::string to = LineAccount(next);
    money::Money whole{carried.free, entry.currency};
    for (const std::int64_t remainder : carried.reserved) {
      RETURN_IF_ERROR(CheckPositive(entry, Movement::kCarry, remainder));
      ASSIGN_OR_RETURN(whole, money::Add(whole, {remainder, entry.currency}));
      draft.MovePendingDebit(from, to, remainder);
    }
    const std::string carry = CarryAccount(carried.line.period, to_period);
    draft.Posted(from, carry, whole.minor).Posted(carry, to, whole.minor);
  }
  if (draft.empty()) return CheckPositive(entry, Movement::kCarry, 0);
  return draft.Take();
}

absl::StatusOr<Journal> Return(const Entry& entry, const std::optional<LineKey>& line,
                               std::string_view organisation, std::int64_t amount) {
  RETURN_IF_ERROR(CheckPositive(entry, Movement::kReturn, amount));
  if (line.has_value()) RETURN_IF_ERROR(CheckKind(*line, Kind::kCash));
  return Draft(entry, Movement::kReturn)
      .Posted(line.has_value() ? LineAccount(*line) : std::string(kPoolAccount),
              ReturnedAccount(organisation), amount)
      .Take();
}

absl::StatusOr<Journal> Reverse(const Entry& entry, const Journal& original) {
  if (original.movement == Movement::kReverse) {
    return FailedPrecondition(
        kAlreadyReversed,
        "a reversal is not reversed: post the movement that is wanted again instead",
        {{"journal", original.reverses}, {"by", original.id}});
  }
  Draft draft(entry, Movement::kReverse);
  for (const Posting& posting : original.postings) draft.Mirror(posting);
  Journal journal = draft.Take();
  journal.reverses = original.id;
  journal.counts_as = original.counts_as;
  if (journal.document.empty()) journal.document = original.document;
  journal.conversions = original.conversions;
  return journal;
}

absl::StatusOr<Journal> Revalue(const Entry& entry, const Revaluation& revaluation) {
  RETURN_IF_ERROR(CheckCash(entry, Movement::kRevalue, revaluation.line, revaluation.before));
  RETURN_IF_ERROR(CheckPositive(entry, Movement::kRevalue, revaluation.after));
  const std::string line = LineAccount(revaluation.line);
  const std::string payable = PayableAccount(revaluation.line.partner);
  return Draft(entry, Movement::kRevalue)
      .Pending(line, payable, -revaluation.before)
      .Pending(line, payable, revaluation.after)
      .Converted(revaluation.conversion)
      .Take();
}

absl::StatusOr<Journal> PromiseInKind(const Entry& entry, std::string_view partner,
                                      std::int64_t value) {
  RETURN_IF_ERROR(CheckPositive(entry, Movement::kInKindPromise, value));
  return Draft(entry, Movement::kInKindPromise)
      .Posted(InKindPromiseAccount(partner), InKindAccount(partner), value)
      .Take();
}

absl::StatusOr<Journal> DeliverInKind(const Entry& entry, const LineKey& line, std::int64_t value) {
  RETURN_IF_ERROR(CheckPositive(entry, Movement::kInKindDelivery, value));
  RETURN_IF_ERROR(CheckKind(line, Kind::kInKind));
  return Draft(entry, Movement::kInKindDelivery)
      .Posted(SpentAccount(line), InKindPromiseAccount(line.partner), value)
      .Take();
}

}  // namespace jointly::budgets
