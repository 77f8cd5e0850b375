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

pb::Statement StatementToProto(const Statement& statement, const ConvertedActuals& converted) {
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
  const auto add = [&](const StatementRow& row, RowGroup group, pb::StatementRow& to) {
    to = RowToProto(statement, row);
    const ConvertedActual found = converted.At(row, group);
    if (found.actual.has_value()) *to.mutable_converted_actual() = AmountToProto(*found.actual);
    to.set_conversion_rate(found.rate);
  };
  for (const StatementRow& row : statement.rows) add(row, RowGroup::kRows, *proto.add_rows());
  for (const StatementRow& row : statement.by_period) {
    add(row, RowGroup::kPeriod, *proto.add_by_period());
  }
  for (const StatementRow& row : statement.by_category) {
    add(row, RowGroup::kCategory, *proto.add_by_category());
  }
  for (const StatementRow& row : statement.by_partner) {
    add(row, RowGroup::kPartner, *proto.add_by_partner());
  }
  add(statement.life_to_date, RowGroup::kLifeToDate, *proto.mutable_life_to_date());
  *proto.mutable_contract() = AmountIn(statement, statement.contract);
  *proto.mutable_pool() = AmountIn(statement, statement.pool);
  *proto.mutable_pool_returned() = AmountIn(statement, statement.pool_returned);
  FillAnnexes(statement, proto);
  proto.set_content_hash(statement.content_hash);
  proto.set_next_annexes_page_token(statement.next_annexes_page_token);
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
