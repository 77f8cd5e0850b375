#include "services/budgets/api/statement_convert.h"

#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "services/budgets/api/convert.h"

namespace jointly::budgets {
namespace {

pb::Amount AmountIn(const Statement& statement, std::int64_t minor) {
  return AmountToProto({minor, statement.currency});
}

pb::StatementRow RowToProto(const Statement& statement, const StatementRow& row) {
  pb::StatementRow proto;
  proto.set_period(row.period);
  proto.set_category(row.category);
  proto.set_partner(row.partner);
  *proto.mutable_budget() = AmountIn(statement, row.budget);
  *proto.mutable_committed() = AmountIn(statement, row.committed);
  *proto.mutable_actual() = AmountIn(statement, row.actual);
  *proto.mutable_available() = AmountIn(statement, row.available());
  *proto.mutable_carried() = AmountIn(statement, row.carried);
  *proto.mutable_returned() = AmountIn(statement, row.returned);
  *proto.mutable_variance() = AmountIn(statement, row.variance());
  proto.set_variance_percent(VariancePercent(row));
  *proto.mutable_paid() = AmountIn(statement, row.paid);
  return proto;
}

// The converted actuals of rows, added up under any of their names: sums are those of the rows, so
// that a converted statement adds up as the statement does.
class ConvertedSums {
 public:
  static absl::StatusOr<ConvertedSums> Of(const Statement& statement, const MeanRates& rates) {
    ConvertedSums sums(rates);
    for (const StatementRow& row : statement.rows) {
      const auto rate = rates.find(row.period);
      if (rate == rates.end()) continue;
      ASSIGN_OR_RETURN(const money::Money converted,
                       ConvertAgain(rate->second, {row.actual, statement.currency}));
      for (const std::string& key : {KeyOf(row), "period " + row.period, "category " + row.category,
                                     "partner " + row.partner, std::string("all")}) {
        const auto [sum, is_new] = sums.sums_.try_emplace(key, converted);
        if (is_new) continue;
        ASSIGN_OR_RETURN(sum->second, money::Add(sum->second, converted));
      }
    }
    return sums;
  }

  void Fill(const std::string& key, pb::StatementRow& row) const {
    const auto sum = sums_.find(key);
    if (sum != sums_.end()) *row.mutable_converted_actual() = AmountToProto(sum->second);
    const auto rate = rates_.find(row.period());
    if (rate != rates_.end()) row.set_conversion_rate(rate->second.rate);
  }
  static std::string KeyOf(const StatementRow& row) {
    return row.period + "\n" + row.category + "\n" + row.partner;
  }

 private:
  explicit ConvertedSums(const MeanRates& rates) : rates_(rates) {}
  const MeanRates& rates_;
  std::map<std::string, money::Money> sums_;
};

void FillAnnexes(const Statement& statement, pb::Statement& proto) {
  for (const ExerciceRow& row : statement.exercices) {
    pb::ExerciceRow& added = *proto.add_exercices();
    added.set_year(row.year);
    *added.mutable_commitments() = AmountIn(statement, row.commitments);
    *added.mutable_payments() = AmountIn(statement, row.payments);
    *added.mutable_outstanding() = AmountIn(statement, row.outstanding);
    *added.mutable_pro_rata() = AmountIn(statement, row.pro_rata);
  }
  for (const TransferRow& row : statement.transfers) {
    pb::TransferRow& added = *proto.add_transfers();
    *added.mutable_effective_date() = rpc::ToProto(row.effective_date);
    *added.mutable_from() = ToProto(row.from, statement.budget);
    *added.mutable_to() = ToProto(row.to, statement.budget);
    *added.mutable_amount() = AmountIn(statement, row.amount);
    added.set_rule(row.rule);
    added.set_approval(row.approval);
    added.set_document(row.document);
  }
  for (const ExchangeRow& row : statement.exchanges) {
    pb::ExchangeRow& added = *proto.add_exchanges();
    added.set_document(row.document);
    *added.mutable_conversion() = ToProto(row.conversion);
    *added.mutable_difference() = AmountIn(statement, row.difference);
    added.set_movement(std::string(Name(row.movement)));
    *added.mutable_effective_date() = rpc::ToProto(row.effective_date);
  }
  for (const InKindRow& row : statement.in_kind) {
    StatementRow shown{.partner = row.partner, .budget = row.promised, .actual = row.delivered};
    *proto.add_in_kind() = RowToProto(statement, shown);
  }
}

}  // namespace

absl::StatusOr<pb::Statement> StatementToProto(const Statement& statement, const MeanRates& rates) {
  ASSIGN_OR_RETURN(const ConvertedSums converted, ConvertedSums::Of(statement, rates));
  pb::Statement proto;
  proto.set_budget("budgets/" + statement.budget);
  proto.set_display_name(statement.display_name);
  proto.set_as_of_sequence(statement.as_of_sequence);
  if (statement.as_of_date.has_value()) {
    *proto.mutable_as_of_date() = rpc::ToProto(*statement.as_of_date);
  }
  proto.set_calendar(std::string(Name(statement.calendar)));
  proto.set_currency_code(statement.currency.code);
  proto.set_authorised_version(statement.authorised_version);
  const auto add = [&](const StatementRow& row, const std::string& key, pb::StatementRow& to) {
    to = RowToProto(statement, row);
    converted.Fill(key, to);
  };
  for (const StatementRow& row : statement.rows) {
    add(row, ConvertedSums::KeyOf(row), *proto.add_rows());
  }
  for (const StatementRow& row : statement.by_period) {
    add(row, "period " + row.period, *proto.add_by_period());
  }
  for (const StatementRow& row : statement.by_category) {
    add(row, "category " + row.category, *proto.add_by_category());
  }
  for (const StatementRow& row : statement.by_partner) {
    add(row, "partner " + row.partner, *proto.add_by_partner());
  }
  add(statement.life_to_date, "all", *proto.mutable_life_to_date());
  *proto.mutable_contract() = AmountIn(statement, statement.contract);
  *proto.mutable_pool() = AmountIn(statement, statement.pool);
  *proto.mutable_pool_returned() = AmountIn(statement, statement.pool_returned);
  FillAnnexes(statement, proto);
  proto.set_content_hash(statement.content_hash);
  return proto;
}

pb::ForecastRow ForecastToProto(const std::string& line, const money::Currency& currency,
                                const ForecastInput& input, const Forecast& forecast) {
  const auto amount = [&](std::int64_t minor) { return AmountToProto({minor, currency}); };
  pb::ForecastRow proto;
  proto.set_line(line);
  pb::Balance& balance = *proto.mutable_balance();
  *balance.mutable_authorised() = amount(input.authorised);
  *balance.mutable_reserved() = amount(input.reserved);
  *balance.mutable_spent() = amount(input.spent);
  *balance.mutable_available() = amount(input.authorised - input.reserved - input.spent);
  proto.set_time_elapsed_percent(forecast.time_elapsed_percent);
  *proto.mutable_linear_unspent() = amount(forecast.linear_unspent);
  *proto.mutable_recent_unspent() = amount(forecast.recent_unspent);
  *proto.mutable_dated_unspent() = amount(forecast.dated_unspent);
  *proto.mutable_unspendable() = amount(forecast.unspendable);
  *proto.mutable_open_foreign() = amount(forecast.open_foreign);
  return proto;
}

pb::Journal JournalToProto(const Journal& journal, const std::string& hash) {
  pb::Journal proto;
  proto.set_name("budgets/" + journal.budget + "/journals/" + std::to_string(journal.sequence));
  proto.set_sequence(journal.sequence);
  proto.set_id(journal.id);
  proto.set_movement(std::string(Name(journal.movement)));
  *proto.mutable_effective_date() = rpc::ToProto(journal.effective_on);
  *proto.mutable_record_time() = rpc::ToProto(journal.record_time);
  proto.set_document(journal.document);
  proto.set_reverses(journal.reverses);
  for (const Posting& posting : journal.postings) {
    pb::Posting& added = *proto.add_postings();
    added.set_account(posting.account);
    added.set_pending(posting.layer == Layer::kPending);
    pb::Amount& amount =
        posting.side == Side::kDebit ? *added.mutable_debit() : *added.mutable_credit();
    amount = AmountToProto(posting.amount, posting.currency_code);
  }
  for (const Conversion& conversion : journal.conversions) {
    *proto.add_conversions() = ToProto(conversion);
  }
  proto.set_actor(journal.actor);
  proto.set_hash(hash);
  return proto;
}

}  // namespace jointly::budgets
