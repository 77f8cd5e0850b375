#include "services/budgets/store/ledger_turnover.h"

#include <algorithm>
#include <utility>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "common/time/civil.h"

namespace jointly::budgets::store {
namespace {

constexpr std::size_t kMonthLength = 7;  // "2020-04".

// Months before the date's, and the days of its own month until it. Without a date: all months.
struct Bounds {
  std::string month = "9999-99";
  std::string last_day = "9999-99-99";
};

Bounds BoundsOf(const std::optional<Date>& date) {
  if (!date.has_value()) return {};
  const std::string day = FormatDate(*date);
  return {.month = day.substr(0, kMonthLength), .last_day = day};
}

// What a row is summed under, of a column that begins with a month.
std::string SpanOf(Span span, const std::string& column) {
  if (span == Span::kAll) return "''";
  return span == Span::kMonth ? "substr(" + column + ", 1, 7)" : column;
}

absl::StatusOr<TurnoverSums> ReadSums(db::Tx& tx, const std::string& sql, db::Values parameters) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(sql, std::move(parameters)));
  TurnoverSums sums;
  for (const db::Row& row : rows) {
    const auto movement = ParseMovement(row.Text("movement"));
    Check(movement.has_value(), "sums of an unknown movement");
    Turnover turnover{.span = row.Text("span"),
                      .path = row.Text("path"),
                      .movement = *movement,
                      .currency_code = row.Text("currency_code"),
                      .posted_debit = row.Int("posted_debit"),
                      .posted_credit = row.Int("posted_credit"),
                      .pending_debit = row.Int("pending_debit"),
                      .pending_credit = row.Int("pending_credit"),
                      .posted_reversed = row.Int("posted_reversed"),
                      .pending_reversed = row.Int("pending_reversed")};
    AddTurnover(sums, turnover);
  }
  return sums;
}

// What the background has summed up: of the whole journal, or of so many chunks from its beginning.
absl::StatusOr<TurnoverSums> ReadKept(db::Tx& tx, const std::string& budget,
                                      std::optional<std::int64_t> chunks, const AsOf& as_of,
                                      Span span) {
  const Bounds bounds = BoundsOf(as_of.date);
  const std::string select =
      "SELECT " + SpanOf(span, "span") +
      " AS span, path, movement, currency_code, SUM(posted_debit) AS posted_debit, "
      "SUM(posted_credit) AS posted_credit, SUM(pending_debit) AS pending_debit, "
      "SUM(pending_credit) AS pending_credit, SUM(posted_reversed) AS posted_reversed, "
      "SUM(pending_reversed) AS pending_reversed FROM turnover WHERE budget = $1 AND " +
      std::string(chunks.has_value() ? "chunk >= 0 AND chunk < $2" : "chunk = $2") + " AND unit = ";
  const std::string group =
      " GROUP BY " + std::string(span == Span::kAll ? "" : "1, ") + "path, movement, currency_code";
  const std::int64_t chunk = chunks.value_or(kWholeJournal);
  if (span == Span::kDay) {
    return ReadSums(tx, select + "'day' AND span <= $3" + group, {budget, chunk, bounds.last_day});
  }
  const std::string months = select + "'month' AND span < $3" + group;
  if (!as_of.date.has_value()) return ReadSums(tx, months, {budget, chunk, bounds.month});
  return ReadSums(tx,
                  months + " UNION ALL " + select + "'day' AND span >= $3 AND span <= $4" + group,
                  {budget, chunk, bounds.month, bounds.last_day});
}

struct Range {
  std::int64_t after = 0;
  std::int64_t last = 0;
};

// The same from the entries themselves.
absl::StatusOr<TurnoverSums> ReadEntries(db::Tx& tx, const std::string& budget, const Range& range,
                                         const Bounds& bounds, Span span) {
  const auto sum = [](const std::string& layer, const std::string& side) {
    return "SUM(CASE WHEN p.layer = '" + layer + "' AND p.side = '" + side +
           "' THEN p.amount ELSE 0 END) AS " + layer + "_" + side;
  };
  const auto reversed = [](const std::string& layer) {
    return "SUM(CASE WHEN j.reverses <> '' AND p.layer = '" + layer +
           "' THEN p.amount ELSE 0 END) AS " + layer + "_reversed";
  };
  const std::string sql =
      "SELECT " + SpanOf(span, "j.effective_on") +
      " AS span, p.path, j.counts_as AS movement, p.currency_code, " + sum("posted", "debit") +
      ", " + sum("posted", "credit") + ", " + sum("pending", "debit") + ", " +
      sum("pending", "credit") + ", " + reversed("posted") + ", " + reversed("pending") +
      " FROM journal AS j JOIN posting AS p ON p.budget = j.budget AND p.sequence = j.sequence"
      " WHERE j.budget = $1 AND j.sequence > $2 AND j.sequence <= $3 AND j.effective_on <= $4"
      " GROUP BY " +
      std::string(span == Span::kAll ? "" : "1, ") + "p.path, j.counts_as, p.currency_code";
  return ReadSums(tx, sql, {budget, range.after, range.last, bounds.last_day});
}

}  // namespace

bool IsNothing(const Turnover& t) {
  return t.posted_debit == 0 && t.posted_credit == 0 && t.pending_debit == 0 &&
         t.pending_credit == 0 && t.posted_reversed == 0 && t.pending_reversed == 0;
}

void AddTurnover(TurnoverSums& sums, const Turnover& turnover, std::int64_t sign) {
  Turnover& sum =
      sums.try_emplace({turnover.span, turnover.path, turnover.movement, turnover.currency_code})
          .first->second;
  sum.span = turnover.span;
  sum.path = turnover.path;
  sum.movement = turnover.movement;
  sum.currency_code = turnover.currency_code;
  sum.posted_debit += sign * turnover.posted_debit;
  sum.posted_credit += sign * turnover.posted_credit;
  sum.pending_debit += sign * turnover.pending_debit;
  sum.pending_credit += sign * turnover.pending_credit;
  sum.posted_reversed += sign * turnover.posted_reversed;
  sum.pending_reversed += sign * turnover.pending_reversed;
}

void AddJournal(TurnoverSums& sums, const Journal& journal, Span span) {
  std::string name;
  if (span != Span::kAll) name = FormatDate(journal.effective_on);
  if (span == Span::kMonth) name.resize(kMonthLength);
  for (const Posting& posting : journal.postings) {
    const bool posted = posting.layer == Layer::kPosted;
    const bool debit = posting.side == Side::kDebit;
    const std::int64_t reversed = journal.reverses.empty() ? 0 : posting.amount;
    AddTurnover(sums, {.span = name,
                       .path = posting.account,
                       .movement = journal.counts_as,
                       .currency_code = posting.currency_code,
                       .posted_debit = posted && debit ? posting.amount : 0,
                       .posted_credit = posted && !debit ? posting.amount : 0,
                       .pending_debit = !posted && debit ? posting.amount : 0,
                       .pending_credit = !posted && !debit ? posting.amount : 0,
                       .posted_reversed = posted ? reversed : 0,
                       .pending_reversed = posted ? 0 : reversed});
  }
}

absl::StatusOr<TurnoverSums> ReadTurnovers(db::Tx& tx, const std::string& budget, const AsOf& as_of,
                                           Span span, From from) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT l.last_sequence, COALESCE(p.sequence, 0) AS kept
        FROM ledger AS l LEFT JOIN journal_progress AS p ON p.budget = l.budget
       WHERE l.budget = $1)sql",
                                                 {budget}));
  if (rows.empty()) return TurnoverSums();
  const std::int64_t last = rows.front().Int("last_sequence");
  const std::int64_t wanted = std::clamp<std::int64_t>(as_of.sequence.value_or(last), 0, last);
  const std::int64_t kept = rows.front().Int("kept");
  const Bounds bounds = BoundsOf(as_of.date);
  TurnoverSums sums;
  Range range{.after = 0, .last = wanted};
  std::int64_t sign = 1;
  // The whole journal's sums, and the entries since then or, taken away, those behind the wanted
  // one; or the sums of the chunks before it.
  const bool near = kept > 0 && std::abs(wanted - kept) <= std::min(wanted, kChunkLength);
  if (from == From::kNearest && (near || wanted > kept)) {
    ASSIGN_OR_RETURN(sums, ReadKept(tx, budget, std::nullopt, as_of, span));
    range = {.after = std::min(kept, wanted), .last = std::max(kept, wanted)};
    sign = wanted < kept ? -1 : 1;
  } else {
    const std::int64_t chunks = std::min(wanted, kept) / kChunkLength;
    ASSIGN_OR_RETURN(sums, ReadKept(tx, budget, chunks, as_of, span));
    range.after = chunks * kChunkLength;
  }
  if (range.after < range.last) {
    ASSIGN_OR_RETURN(const TurnoverSums entries, ReadEntries(tx, budget, range, bounds, span));
    for (const auto& [key, turnover] : entries) AddTurnover(sums, turnover, sign);
  }
  return sums;
}

absl::StatusOr<std::vector<Turnover>> LoadTurnovers(db::Tx& tx, const std::string& budget,
                                                    const AsOf& as_of, Span span) {
  ASSIGN_OR_RETURN(TurnoverSums sums, ReadTurnovers(tx, budget, as_of, span, From::kNearest));
  std::vector<Turnover> turnovers;
  for (auto& [key, turnover] : sums) {
    if (!IsNothing(turnover)) turnovers.push_back(std::move(turnover));
  }
  return turnovers;
}

absl::StatusOr<Balances> BalancesAt(db::Tx& tx, const std::string& budget, const AsOf& as_of) {
  ASSIGN_OR_RETURN(const std::vector<Turnover> turnovers, LoadTurnovers(tx, budget, as_of));
  Balances balances;
  for (const Turnover& turnover : turnovers) {
    Balance& balance = balances[turnover.path];
    balance.currency_code = turnover.currency_code;
    balance.posted_debit += turnover.posted_debit;
    balance.posted_credit += turnover.posted_credit;
    balance.pending_debit += turnover.pending_debit;
    balance.pending_credit += turnover.pending_credit;
  }
  return balances;
}

}  // namespace jointly::budgets::store
