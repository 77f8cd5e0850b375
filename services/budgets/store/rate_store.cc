#include "services/budgets/store/rate_store.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "common/db/insert.h"
#include "common/error/check.h"
#include "common/error/macros.h"

namespace jointly::budgets::store {
namespace {

// Longer than any rate is used for, so that a refusal can name the last day that has one.
constexpr int kLookBackDays = 31;

struct RateRow {
  std::string currency;
  Date date{};
  Rate rate;
};

void InsertRows(db::Tx& tx, const std::vector<RateRow>& rows) {
  db::Values values;
  for (const RateRow& row : rows) {
    db::AddRow(values, row.currency, FormatDate(row.date), FormatRate(row.rate));
  }
  db::InsertRows(tx, {.into = "INSERT INTO rate (currency_code, date, rate)", .columns = 3},
                 std::move(values));
}

absl::StatusOr<RateTable> ReadTable(const db::Rows& rows) {
  RateTable table;
  for (const db::Row& row : rows) {
    ASSIGN_OR_RETURN(const Date date, ParseDate(row.Text("date")));
    ASSIGN_OR_RETURN(const Rate rate, ParseRate(row.Text("rate")));
    table.Set(row.Text("currency_code"), date, rate);
  }
  return table;
}

absl::Status RefuseChanges(const RateTable& known, const std::vector<RateRow>& changed) {
  if (changed.empty()) return absl::OkStatus();
  const RateRow& first = changed.front();
  const Rate& before = known.Of(first.currency).at(first.date);
  return FailedPrecondition(kRateChanged,
                            "the rate of " + first.currency + " on " + FormatDate(first.date) +
                                " is known as " + FormatRate(before) + "; the file says " +
                                FormatRate(first.rate) +
                                ". Known rates never change: check where the file is from",
                            {{"currency", first.currency},
                             {"date", FormatDate(first.date)},
                             {"known", FormatRate(before)},
                             {"given", FormatRate(first.rate)},
                             {"count", std::to_string(changed.size())}});
}

}  // namespace

absl::StatusOr<RateImport> ImportRates(db::Tx& tx, const std::vector<RateDay>& days) {
  RateImport result{.days = static_cast<int>(days.size())};
  if (days.empty()) return result;
  result.first_date = days.front().date;
  result.last_date = days.back().date;
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(R"sql(
      SELECT currency_code, date, rate FROM rate WHERE date >= $1 AND date <= $2)sql",
                            {FormatDate(days.front().date), FormatDate(days.back().date)}));
  ASSIGN_OR_RETURN(const RateTable known, ReadTable(rows));
  std::vector<RateRow> added;
  std::vector<RateRow> changed;
  for (const RateDay& day : days) {
    const std::size_t before = added.size();
    for (const CurrencyRate& rate : day.rates) {
      const RateTable::Days& of_currency = known.Of(rate.currency);
      const auto found = of_currency.find(day.date);
      if (found == of_currency.end()) {
        added.push_back({rate.currency, day.date, rate.rate});
      } else if (!SameValue(found->second, rate.rate)) {
        changed.push_back({rate.currency, day.date, rate.rate});
      }
    }
    result.added += added.size() > before ? 1 : 0;
  }
  RETURN_IF_ERROR(RefuseChanges(known, changed));
  InsertRows(tx, added);
  return result;
}

absl::StatusOr<RateTable> LoadRates(db::Tx& tx, const std::vector<std::string>& currencies,
                                    const DateRange& range) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT currency_code, date, rate FROM rate
       WHERE currency_code {any $1} AND date >= $2 AND date <= $3)sql",
                                                 {db::TextList{currencies}, FormatDate(range.first),
                                                  FormatDate(range.last)}));
  return ReadTable(rows);
}

absl::StatusOr<std::optional<DateRange>> RatesKnown(db::Tx& tx, const std::string& currency) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT MIN(date) AS first, MAX(date) AS last FROM rate WHERE currency_code = $1)sql",
                                                 {currency}));
  if (rows.empty() || rows.front().IsNull("first")) return std::optional<DateRange>();
  ASSIGN_OR_RETURN(const Date first, ParseDate(rows.front().Text("first")));
  ASSIGN_OR_RETURN(const Date last, ParseDate(rows.front().Text("last")));
  return std::optional<DateRange>(DateRange{first, last});
}

absl::StatusOr<Conversion> ConvertAmount(db::Tx& tx, const ConversionOrder& order) {
  if (order.amount.currency == order.to) return Convert(RateTable(), order);
  const DateRange range =
      order.period.value_or(DateRange{AddDays(order.date, -kLookBackDays), order.date});
  ASSIGN_OR_RETURN(const RateTable table,
                   LoadRates(tx, {order.amount.currency.code, order.to.code}, range));
  return Convert(table, order);
}

}  // namespace jointly::budgets::store
