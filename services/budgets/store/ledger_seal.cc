#include <utility>

#include "common/db/insert.h"
#include "common/error/macros.h"
#include "services/budgets/store/ledger_store.h"
#include "services/budgets/store/ledger_turnover.h"

// What follows the journal a moment behind: the hash chain and the turnover sums. A journal's
// sequence is given under its budget's lock, so what is committed has no gaps below it.
namespace jointly::budgets::store {
namespace {

struct Progress {
  std::int64_t sequence = 0;
  std::string hash;
};

// Locks the budget's progress. Another replica may be at it: then this waits for its commit.
absl::StatusOr<Progress> LockProgress(db::Tx& tx, const std::string& budget) {
  tx.Execute(R"sql(
      INSERT INTO journal_progress (budget, sequence, hash) VALUES ($1, 0, '')
      ON CONFLICT (budget) DO NOTHING)sql",
             {budget});
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT sequence, hash FROM journal_progress WHERE budget = $1 {for_update})sql",
                                                 {budget}));
  return Progress{.sequence = rows.front().Int("sequence"), .hash = rows.front().Text("hash")};
}

struct Rows {
  const std::string& budget;
  const char* unit;
  std::int64_t chunk;
};

void AddRows(db::Values& values, const Rows& rows, const TurnoverSums& sums) {
  for (const auto& [key, turnover] : sums) {
    db::AddRow(values, rows.budget, rows.unit, rows.chunk, turnover.span, turnover.path,
               Name(turnover.movement), turnover.currency_code, turnover.posted_debit,
               turnover.posted_credit, turnover.pending_debit, turnover.pending_credit,
               turnover.posted_reversed, turnover.pending_reversed);
  }
}

void AddToTurnover(db::Tx& tx, const std::string& budget, const std::vector<Journal>& journals) {
  std::map<std::int64_t, TurnoverSums> months;  // By chunk.
  std::map<std::int64_t, TurnoverSums> days;
  for (const Journal& journal : journals) {
    for (const std::int64_t chunk : {kWholeJournal, (journal.sequence - 1) / kChunkLength}) {
      AddJournal(months[chunk], journal, Span::kMonth);
      AddJournal(days[chunk], journal, Span::kDay);
    }
  }
  db::Values values;
  for (const auto& [chunk, sums] : months) AddRows(values, {budget, "month", chunk}, sums);
  for (const auto& [chunk, sums] : days) AddRows(values, {budget, "day", chunk}, sums);
  db::InsertRows(
      tx,
      {.into = "INSERT INTO turnover (budget, unit, chunk, span, path, movement, currency_code, "
               "posted_debit, posted_credit, pending_debit, pending_credit, posted_reversed, "
               "pending_reversed)",
       .columns = 13,
       .conflict =
           "ON CONFLICT (budget, unit, chunk, span, path, movement, currency_code) DO UPDATE SET "
           "posted_debit = turnover.posted_debit + excluded.posted_debit, "
           "posted_credit = turnover.posted_credit + excluded.posted_credit, "
           "pending_debit = turnover.pending_debit + excluded.pending_debit, "
           "pending_credit = turnover.pending_credit + excluded.pending_credit, "
           "posted_reversed = turnover.posted_reversed + excluded.posted_reversed, "
           "pending_reversed = turnover.pending_reversed + excluded.pending_reversed"},
      std::move(values));
}

absl::StatusOr<int> SealBudget(db::Tx& tx, const std::string& budget, int limit) {
  ASSIGN_OR_RETURN(Progress progress, LockProgress(tx, budget));
  ASSIGN_OR_RETURN(const std::vector<Journal> journals,
                   LoadJournals(tx, budget, progress.sequence, limit));
  if (journals.empty()) return 0;
  db::Values seals;
  for (const Journal& journal : journals) {
    const std::string hash = ChainHash(progress.hash, journal);
    db::AddRow(seals, budget, journal.sequence, std::exchange(progress.hash, hash), hash);
  }
  db::InsertRows(
      tx,
      {.into = "INSERT INTO journal_seal (budget, sequence, previous_hash, hash)", .columns = 4},
      std::move(seals));
  AddToTurnover(tx, budget, journals);
  tx.Execute("UPDATE journal_progress SET sequence = $2, hash = $3 WHERE budget = $1",
             {budget, journals.back().sequence, progress.hash});
  return static_cast<int>(journals.size());
}

}  // namespace

absl::StatusOr<int> SealJournals(db::Database& database, int limit) {
  ASSIGN_OR_RETURN(const db::Rows budgets, database.Read([&](db::Tx& tx) {
    return tx.Query(R"sql(
        SELECT l.budget FROM ledger AS l LEFT JOIN journal_progress AS p ON p.budget = l.budget
         WHERE l.last_sequence > COALESCE(p.sequence, 0)
         ORDER BY l.budget LIMIT $1)sql",
                    {limit});
  }));
  int sealed = 0;
  for (const db::Row& row : budgets) {
    if (sealed >= limit) break;
    ASSIGN_OR_RETURN(const int count, database.Transact([&](db::Tx& tx) -> absl::StatusOr<int> {
      return SealBudget(tx, row.Text("budget"), limit - sealed);
    }));
    sealed += count;
  }
  return sealed;
}

}  // namespace jointly::budgets::store
