#include "common/agreement/agreement.h"
#include "services/budgets/domain/converted.h"
#include "services/budgets/domain/statement_tally.h"

namespace jointly::budgets {
namespace {

using agreement::Field;

// "250000.00": the currency stands once, at the top.
std::string Amount(std::int64_t minor, const money::Currency& currency) {
  const std::string text = money::FormatMoney({minor, currency});
  return text.substr(0, text.find(' '));
}

Field ToField(const StatementRow& row, const money::Currency& currency) {
  return Field::Object{{"period", row.period},
                       {"category", row.category},
                       {"partner", row.partner},
                       {"budget", Amount(row.budget, currency)},
                       {"committed", Amount(row.committed, currency)},
                       {"actual", Amount(row.actual, currency)},
                       {"paid", Amount(row.paid, currency)},
                       {"available", Amount(row.available(), currency)},
                       {"carried", Amount(row.carried, currency)},
                       {"returned", Amount(row.returned, currency)},
                       {"variance", Amount(row.variance(), currency)},
                       {"variance_percent", VariancePercent(row)}};
}

Field ToField(const std::vector<StatementRow>& rows, const money::Currency& currency) {
  Field::List list;
  for (const StatementRow& row : rows) list.push_back(ToField(row, currency));
  return list;
}

Field ToField(const LineKey& line) {
  return Field::Object{{"period", line.period},
                       {"category", line.category},
                       {"partner", line.partner},
                       {"kind", line.kind == Kind::kCash ? "cash" : "inkind"}};
}

Field Exercices(const Statement& statement) {
  Field::List list;
  for (const ExerciceRow& row : statement.exercices) {
    list.push_back(Field::Object{{"year", row.year},
                                 {"commitments", Amount(row.commitments, statement.currency)},
                                 {"payments", Amount(row.payments, statement.currency)},
                                 {"outstanding", Amount(row.outstanding, statement.currency)},
                                 {"pro_rata", Amount(row.pro_rata, statement.currency)}});
  }
  return list;
}

Field Transfers(const Statement& statement) {
  Field::List list;
  for (const TransferRow& row : statement.transfers) {
    list.push_back(Field::Object{{"document", row.document},
                                 {"effective_date", FormatDate(row.effective_date)},
                                 {"from", ToField(row.from)},
                                 {"to", ToField(row.to)},
                                 {"amount", Amount(row.amount, statement.currency)},
                                 {"rule", row.rule},
                                 {"approval", row.approval}});
  }
  return list;
}

Field Exchanges(const Statement& statement) {
  Field::List list;
  for (const ExchangeRow& row : statement.exchanges) {
    list.push_back(Field::Object{{"document", row.document},
                                 {"movement", Name(row.movement)},
                                 {"effective_date", FormatDate(row.effective_date)},
                                 {"from", FormatMoney(row.conversion.from)},
                                 {"to", FormatMoney(row.conversion.to)},
                                 {"rate", row.conversion.rate},
                                 {"rate_date", FormatDate(row.conversion.rate_date)},
                                 {"policy", row.conversion.policy},
                                 {"rounding", "half_even"},
                                 {"difference", Amount(row.difference, statement.currency)}});
  }
  return list;
}

Field InKind(const Statement& statement) {
  Field::List list;
  for (const InKindRow& row : statement.in_kind) {
    list.push_back(Field::Object{{"partner", row.partner},
                                 {"promised", Amount(row.promised, statement.currency)},
                                 {"delivered", Amount(row.delivered, statement.currency)}});
  }
  return list;
}

Field::Object ToField(const Statement& statement) {
  const money::Currency& currency = statement.currency;
  Field::Object text{
      {"budget", statement.budget},
      {"display_name", statement.display_name},
      {"as_of_sequence", statement.as_of_sequence},
      {"as_of_date",
       statement.as_of_date.has_value() ? FormatDate(*statement.as_of_date) : std::string()},
      {"calendar", Name(statement.calendar)},
      {"currency_code", currency.code},
      {"authorised_version", statement.authorised_version},
      {"rows", ToField(statement.rows, currency)},
      {"by_period", ToField(statement.by_period, currency)},
      {"by_category", ToField(statement.by_category, currency)},
      {"by_partner", ToField(statement.by_partner, currency)},
      {"life_to_date", ToField(statement.life_to_date, currency)},
      {"pool", Amount(statement.pool, currency)},
      {"pool_returned", Amount(statement.pool_returned, currency)},
      {"contract", Amount(statement.contract, currency)},
      {"exercices", Exercices(statement)},
      {"transfers", Transfers(statement)},
      {"exchanges", Exchanges(statement)},
      {"in_kind", InKind(statement)}};
  if (!statement.next_annexes_page_token.empty()) {
    text.emplace("next_annexes_page_token", statement.next_annexes_page_token);
  }
  return text;
}

Field Converted(const std::vector<StatementRow>& rows, RowGroup group,
                const ConvertedActuals& converted) {
  Field::List list;
  for (const StatementRow& row : rows) {
    const ConvertedActual found = converted.At(row, group);
    if (!found.actual.has_value()) continue;
    list.push_back(Field::Object{{"period", row.period},
                                 {"category", row.category},
                                 {"partner", row.partner},
                                 {"actual", Amount(found.actual->minor, found.actual->currency)}});
  }
  return list;
}

Field ConversionOf(const Statement& statement, const ConvertedActuals& converted) {
  Field::List rates;
  for (const auto& [period, rate] : converted.rates()) {
    rates.push_back(Field::Object{
        {"period", period}, {"rate", rate.rate}, {"rate_date", FormatDate(rate.rate_date)}});
  }
  const Conversion& any = converted.rates().begin()->second;
  return Field::Object{
      {"currency_code", any.to.currency.code},
      {"policy", any.policy},
      {"rates", std::move(rates)},
      {"rows", Converted(statement.rows, RowGroup::kRows, converted)},
      {"by_period", Converted(statement.by_period, RowGroup::kPeriod, converted)},
      {"by_category", Converted(statement.by_category, RowGroup::kCategory, converted)},
      {"by_partner", Converted(statement.by_partner, RowGroup::kPartner, converted)},
      {"life_to_date", Converted({statement.life_to_date}, RowGroup::kLifeToDate, converted)}};
}

}  // namespace

std::string HashOf(const Statement& statement) {
  return agreement::ContentHash(Field(ToField(statement)));
}

std::string CanonicalStatement(const Statement& statement, const ConvertedActuals& converted) {
  Field::Object text = ToField(statement);
  text.emplace("content_hash", statement.content_hash);
  if (!converted.empty()) text.emplace("conversion", ConversionOf(statement, converted));
  return agreement::CanonicalJson(Field(std::move(text)));
}

}  // namespace jointly::budgets
