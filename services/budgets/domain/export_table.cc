#include "services/budgets/domain/export_table.h"

#include <algorithm>
#include <string>
#include <utility>

namespace jointly::budgets {
namespace {

// A plain decimal as the number it is, with its decimals; any other text as it is: nothing, where
// there is no percentage, or the quotient that is the rate between two currencies.
Cell NumberOf(const std::string& text) {
  constexpr std::size_t kDigitsMax = 18;  // What 64 bits hold.
  const std::size_t begin = text.starts_with('-') ? 1 : 0;
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string digits = text.substr(begin, point - begin);
  if (point < text.size()) digits += text.substr(point + 1);
  const bool plain = !digits.empty() && digits.size() <= kDigitsMax &&
                     digits.find_first_not_of("0123456789") == std::string::npos;
  if (!plain) return text;
  const std::int64_t units = std::stoll(digits);
  const std::size_t decimals = point < text.size() ? text.size() - point - 1 : 0;
  return Decimal{begin == 1 ? -units : units, static_cast<int>(decimals)};
}

// The cells of what a row is in another currency.
void AddConverted(const ConvertedActual& converted, std::vector<Cell>& cells) {
  cells.push_back(NumberOf(converted.rate));
  if (!converted.actual.has_value()) {
    cells.insert(cells.end(), {std::string(), std::string()});
    return;
  }
  const money::Currency& currency = converted.actual->currency;
  cells.push_back(Decimal{converted.actual->minor, currency.decimals});
  cells.push_back(currency.code);
}

class RowTables {
 public:
  RowTables(const Statement& statement, const ConvertedActuals& converted)
      : decimals_(statement.currency.decimals), converted_(converted) {}

  SheetTable Of(std::string name, const std::vector<StatementRow>& rows, RowGroup group) const {
    SheetTable table{
        .name = std::move(name),
        .header = {"period", "category", "partner", "budget", "committed", "actual", "paid",
                   "available", "carried", "returned", "variance", "variance_percent"},
        .rows = {}};
    if (!converted_.empty()) {
      table.header.insert(table.header.end(),
                          {"conversion_rate", "converted_actual", "converted_currency"});
    }
    for (const StatementRow& row : rows) {
      const auto amount = [&](std::int64_t minor) { return Cell(Decimal{minor, decimals_}); };
      std::vector<Cell>& cells = table.rows.emplace_back(std::vector<Cell>{
          row.period, row.category, row.partner, amount(row.budget), amount(row.committed),
          amount(row.actual), amount(row.paid), amount(row.available()), amount(row.carried),
          amount(row.returned), amount(row.variance()), NumberOf(VariancePercent(row))});
      if (!converted_.empty()) AddConverted(converted_.At(row, group), cells);
    }
    return table;
  }

 private:
  int decimals_;
  const ConvertedActuals& converted_;
};

SheetTable Summary(const Statement& statement) {
  const int decimals = statement.currency.decimals;
  const auto amount = [&](std::int64_t minor) { return Cell(Decimal{minor, decimals}); };
  SheetTable table{.name = "statement", .header = {"name", "value"}, .rows = {}};
  table.rows.push_back({"budget", statement.budget});
  table.rows.push_back({"display_name", statement.display_name});
  table.rows.push_back({"as_of_sequence", Decimal{statement.as_of_sequence, 0}});
  table.rows.push_back({"as_of_date", statement.as_of_date.has_value()
                                          ? FormatDate(*statement.as_of_date)
                                          : std::string()});
  table.rows.push_back({"calendar", std::string(Name(statement.calendar))});
  table.rows.push_back({"currency_code", statement.currency.code});
  table.rows.push_back({"authorised_version", Decimal{statement.authorised_version, 0}});
  table.rows.push_back({"pool", amount(statement.pool)});
  table.rows.push_back({"pool_returned", amount(statement.pool_returned)});
  table.rows.push_back({"contract", amount(statement.contract)});
  if (!statement.next_annexes_page_token.empty()) {
    table.rows.push_back({"next_annexes_page_token", statement.next_annexes_page_token});
  }
  table.rows.push_back({"content_hash", statement.content_hash});
  return table;
}

std::string Shown(const LineKey& line) {
  return line.period + " " + line.category + " " + line.partner;
}

SheetTable Exercices(const Statement& statement) {
  const auto amount = [&](std::int64_t minor) {
    return Cell(Decimal{minor, statement.currency.decimals});
  };
  SheetTable table{.name = "exercices",
                   .header = {"year", "commitments", "payments", "outstanding", "pro_rata"},
                   .rows = {}};
  for (const ExerciceRow& row : statement.exercices) {
    table.rows.push_back({Decimal{row.year, 0}, amount(row.commitments), amount(row.payments),
                          amount(row.outstanding), amount(row.pro_rata)});
  }
  return table;
}

SheetTable Transfers(const Statement& statement) {
  SheetTable table{
      .name = "transfers",
      .header = {"effective_date", "document", "from", "to", "amount", "rule", "approval"},
      .rows = {}};
  for (const TransferRow& row : statement.transfers) {
    table.rows.push_back({FormatDate(row.effective_date), row.document, Shown(row.from),
                          Shown(row.to), Decimal{row.amount, statement.currency.decimals}, row.rule,
                          row.approval});
  }
  return table;
}

Cell AmountOf(const money::Money& amount) {
  return Decimal{amount.minor, amount.currency.decimals};
}

SheetTable Exchanges(const Statement& statement) {
  SheetTable table{
      .name = "exchanges",
      .header = {"effective_date", "document", "movement", "from", "from_currency", "to",
                 "to_currency", "rate", "rate_date", "policy", "rounding", "difference"},
      .rows = {}};
  for (const ExchangeRow& row : statement.exchanges) {
    const Conversion& conversion = row.conversion;
    table.rows.push_back(
        {FormatDate(row.effective_date), row.document, std::string(Name(row.movement)),
         AmountOf(conversion.from), conversion.from.currency.code, AmountOf(conversion.to),
         conversion.to.currency.code, NumberOf(conversion.rate), FormatDate(conversion.rate_date),
         conversion.policy, std::string("half_even"),
         Decimal{row.difference, statement.currency.decimals}});
  }
  return table;
}

SheetTable InKind(const Statement& statement) {
  SheetTable table{
      .name = "in_kind", .header = {"partner", "promised", "delivered", "remaining"}, .rows = {}};
  for (const InKindRow& row : statement.in_kind) {
    table.rows.push_back({row.partner, Decimal{row.promised, statement.currency.decimals},
                          Decimal{row.delivered, statement.currency.decimals},
                          Decimal{row.promised - row.delivered, statement.currency.decimals}});
  }
  return table;
}

}  // namespace

std::string FormatDecimal(const Decimal& decimal, char decimal_mark) {
  const std::string text = money::FormatMoney(
      {.minor = decimal.units, .currency = {.code = "", .decimals = decimal.decimals}});
  std::string number = text.substr(0, text.find(' '));
  const std::size_t point = number.find('.');
  if (point != std::string::npos) number[point] = decimal_mark;
  return number;
}

std::vector<SheetTable> TablesOf(const Statement& statement, const ConvertedActuals& converted) {
  const RowTables tables(statement, converted);
  return {Summary(statement),
          tables.Of("rows", statement.rows, RowGroup::kRows),
          tables.Of("by_period", statement.by_period, RowGroup::kPeriod),
          tables.Of("by_category", statement.by_category, RowGroup::kCategory),
          tables.Of("by_partner", statement.by_partner, RowGroup::kPartner),
          tables.Of("life_to_date", {statement.life_to_date}, RowGroup::kLifeToDate),
          Exercices(statement),
          Transfers(statement),
          Exchanges(statement),
          InKind(statement)};
}

}  // namespace jointly::budgets
