#include "services/budgets/store/ledger_rows.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "common/db/insert.h"
#include "common/error/check.h"
#include "common/error/macros.h"
#include "common/money/money.h"
#include "common/time/civil.h"
#include "services/budgets/store/annex_store.h"

namespace jointly::budgets::store {
namespace {

const std::string& TextAt(const db::Row& row, std::size_t position) {
  const auto* text = std::get_if<std::string>(&row[position].variant());
  Check(text != nullptr, "a column that should be a text is not");
  return *text;
}

std::int64_t IntegerAt(const db::Row& row, std::size_t position) {
  const auto* number = std::get_if<std::int64_t>(&row[position].variant());
  Check(number != nullptr, "a column that should be an integer is not");
  return *number;
}

Date DateAt(const db::Row& row, std::size_t position) {
  const auto date = ParseDate(TextAt(row, position));
  Check(date.ok(), "a column that should be a date is not");
  return *date;
}

Movement MovementAt(const db::Row& row, std::size_t position) {
  const auto movement = ParseMovement(TextAt(row, position));
  Check(movement.has_value(), "a journal of an unknown movement");
  return *movement;
}

money::Money MoneyAt(const db::Row& row, std::size_t position) {
  const auto currency = money::FindCurrency(TextAt(row, position + 1));
  Check(currency.ok(), "a conversion of an unknown currency");
  return {IntegerAt(row, position), *currency};
}

constexpr std::string_view kJournalColumns =
    "j.budget, j.sequence, j.id, j.payload_hash, j.movement, j.counts_as, j.effective_on, "
    "j.record_time, j.document, j.reverses, j.reference, j.actor";
constexpr std::string_view kPostingColumns =
    "p.sequence, p.path, p.layer, p.side, p.amount, p.currency_code";
constexpr std::string_view kConversionColumns =
    "p.sequence, p.from_amount, p.from_currency, p.to_amount, p.to_currency, p.rate, p.rate_date, "
    "p.policy";

// A table under its alias; of chosen sequences on PostgreSQL each looked up by the key. Before the
// first ANALYZE it takes a fast growing journal for a tiny one, and would rather read all of it.
std::string FromOf(db::Tx& tx, std::string_view table, std::string_view alias,
                   const JournalFilter& filter) {
  std::string from(table);
  if (!filter.chosen.empty() && tx.is_postgres()) {
    from = "(VALUES " + std::string(filter.chosen) +
           ") AS v (wanted) CROSS JOIN LATERAL (SELECT * FROM " + std::string(table) +
           " WHERE budget = $1 AND sequence = v.wanted OFFSET 0)";
  }
  return from.append(" AS ").append(alias);
}

// Rows of a journal's part, in the journal's order.
absl::StatusOr<db::Rows> SelectParts(db::Tx& tx, std::string_view columns, std::string_view table,
                                     const JournalFilter& filter) {
  std::string sql = "SELECT " + std::string(columns) + " FROM ";
  if (filter.range.empty()) {
    sql.append("journal AS j JOIN ").append(table);
    sql.append(" AS p ON p.budget = j.budget AND p.sequence = j.sequence WHERE ");
    sql.append(filter.where);
  } else {
    sql.append(FromOf(tx, table, "p", filter)).append(" WHERE ").append(filter.range);
  }
  sql.append(" ORDER BY p.sequence, p.position");
  return tx.Query(sql, filter.parameters);
}

Posting ReadPosting(const db::Row& row) {
  return {.account = TextAt(row, 1),
          .layer = TextAt(row, 2) == "posted" ? Layer::kPosted : Layer::kPending,
          .side = TextAt(row, 3) == "debit" ? Side::kDebit : Side::kCredit,
          .amount = IntegerAt(row, 4),
          .currency_code = TextAt(row, 5)};
}

}  // namespace

Journal ReadJournal(const db::Row& row) {
  Journal journal;
  journal.budget = TextAt(row, 0);
  journal.sequence = IntegerAt(row, 1);
  journal.id = TextAt(row, 2);
  journal.payload_hash = TextAt(row, 3);
  journal.movement = MovementAt(row, 4);
  journal.counts_as = MovementAt(row, 5);
  journal.effective_on = DateAt(row, 6);
  journal.record_time = FromMicros(IntegerAt(row, 7));
  journal.document = TextAt(row, 8);
  journal.reverses = TextAt(row, 9);
  journal.reference = TextAt(row, 10);
  journal.actor = TextAt(row, 11);
  return journal;
}

Conversion ReadConversion(const db::Row& row) {
  return {.from = MoneyAt(row, 1),
          .to = MoneyAt(row, 3),
          .rate = TextAt(row, 5),
          .rate_date = DateAt(row, 6),
          .policy = TextAt(row, 7)};
}

Balance ReadBalance(const db::Row& row, std::size_t first) {
  return {.currency_code = TextAt(row, first),
          .posted_debit = IntegerAt(row, first + 1),
          .posted_credit = IntegerAt(row, first + 2),
          .pending_debit = IntegerAt(row, first + 3),
          .pending_credit = IntegerAt(row, first + 4),
          .version = IntegerAt(row, first + 5),
          .closed = IntegerAt(row, first + 6) != 0};
}

absl::StatusOr<std::vector<Journal>> SelectJournals(db::Tx& tx, const JournalFilter& filter) {
  std::vector<Journal> journals;
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kJournalColumns) + " FROM " +
                                FromOf(tx, "journal", "j", filter) + " WHERE " +
                                std::string(filter.where) + " ORDER BY j.sequence",
                            filter.parameters));
  for (const db::Row& row : rows) journals.push_back(ReadJournal(row));
  if (journals.empty()) return journals;
  ASSIGN_OR_RETURN(const db::Rows postings, SelectParts(tx, kPostingColumns, "posting", filter));
  ASSIGN_OR_RETURN(const db::Rows conversions,
                   SelectParts(tx, kConversionColumns, "conversion", filter));
  std::size_t posting = 0;
  std::size_t conversion = 0;
  for (Journal& journal : journals) {
    while (posting < postings.size() && IntegerAt(postings[posting], 0) < journal.sequence) {
      ++posting;  // Of no journal: the verification counts them.
    }
    while (posting < postings.size() && IntegerAt(postings[posting], 0) == journal.sequence) {
      journal.postings.push_back(ReadPosting(postings[posting++]));
    }
    while (conversion < conversions.size() &&
           IntegerAt(conversions[conversion], 0) < journal.sequence) {
      ++conversion;
    }
    while (conversion < conversions.size() &&
           IntegerAt(conversions[conversion], 0) == journal.sequence) {
      journal.conversions.push_back(ReadConversion(conversions[conversion++]));
    }
  }
  return journals;
}

// Journals of these sequences. Looked up one by one by their key: a join from the conditions that
// found them is planned by SQLite as a walk over all postings of the budget.
absl::StatusOr<std::vector<Journal>> SelectChosen(db::Tx& tx, const std::string& budget,
                                                  const std::vector<std::int64_t>& sequences) {
  constexpr std::size_t kChunk = 500;
  std::vector<Journal> journals;
  for (std::size_t begin = 0; begin < sequences.size(); begin += kChunk) {
    std::string list;
    std::string rows;
    for (std::size_t i = begin; i < std::min(sequences.size(), begin + kChunk); ++i) {
      const std::string sequence = std::to_string(sequences[i]);
      list += (list.empty() ? "" : ", ") + sequence;
      rows += (rows.empty() ? "(" : ", (") + sequence + ")";
    }
    const std::string in = tx.is_postgres() ? "" : "sequence IN (" + list + ")";
    const std::string where = "j.budget = $1" + (in.empty() ? "" : " AND j." + in);
    const std::string range = "p.budget = $1" + (in.empty() ? "" : " AND p." + in);
    ASSIGN_OR_RETURN(
        std::vector<Journal> chunk,
        SelectJournals(tx,
                       {.where = where, .range = range, .parameters = {budget}, .chosen = rows}));
    std::move(chunk.begin(), chunk.end(), std::back_inserter(journals));
  }
  return journals;
}

void InsertJournals(db::Tx& tx, const std::vector<Journal>& journals) {
  db::Values heads;
  db::Values postings;
  db::Values conversions;
  heads.reserve(journals.size() * 12);
  postings.reserve(journals.size() * 16);
  for (const Journal& journal : journals) {
    db::AddRow(heads, journal.budget, journal.sequence, journal.id, journal.payload_hash,
               Name(journal.movement), Name(journal.counts_as), FormatDate(journal.effective_on),
               journal.record_time, journal.document, journal.reverses, journal.reference,
               journal.actor);
    std::int64_t position = 0;
    for (const Posting& posting : journal.postings) {
      db::AddRow(postings, journal.budget, journal.sequence, ++position, posting.account,
                 posting.layer == Layer::kPosted ? "posted" : "pending",
                 posting.side == Side::kDebit ? "debit" : "credit", posting.amount,
                 posting.currency_code);
    }
    position = 0;
    for (const Conversion& conversion : journal.conversions) {
      db::AddRow(conversions, journal.budget, journal.sequence, ++position, conversion.from.minor,
                 conversion.from.currency.code, conversion.to.minor, conversion.to.currency.code,
                 conversion.rate, FormatDate(conversion.rate_date), conversion.policy);
    }
  }
  db::InsertRows(tx,
                 {.into = "INSERT INTO journal (budget, sequence, id, payload_hash, movement, "
                          "counts_as, effective_on, record_time, document, reverses, reference, "
                          "actor)",
                  .columns = 12},
                 std::move(heads));
  db::InsertRows(tx,
                 {.into = "INSERT INTO posting (budget, sequence, position, path, layer, side, "
                          "amount, currency_code)",
                  .columns = 8},
                 std::move(postings));
  db::InsertRows(tx,
                 {.into = "INSERT INTO conversion (budget, sequence, position, from_amount, "
                          "from_currency, to_amount, to_currency, rate, rate_date, policy)",
                  .columns = 10},
                 std::move(conversions));
  InsertAnnexEntries(tx, journals);
}

void SaveBalances(db::Tx& tx, const std::string& budget,
                  const std::vector<std::pair<std::string_view, const Balance*>>& balances) {
  db::Values values;
  values.reserve(balances.size() * 8);
  for (const auto& [path, balance] : balances) {
    db::AddRow(values, budget, path, balance->currency_code, balance->posted_debit,
               balance->posted_credit, balance->pending_debit, balance->pending_credit,
               balance->version);
  }
  db::InsertRows(
      tx,
      {.into = "INSERT INTO account (budget, path, currency_code, posted_debit, posted_credit, "
               "pending_debit, pending_credit, version)",
       .columns = 8,
       .conflict =
           "ON CONFLICT (budget, path) DO UPDATE SET posted_debit = excluded.posted_debit, "
           "posted_credit = excluded.posted_credit, pending_debit = excluded.pending_debit, "
           "pending_credit = excluded.pending_credit, version = excluded.version"},
      std::move(values));
}

}  // namespace jointly::budgets::store
