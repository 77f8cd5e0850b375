#include "common/error/macros.h"
#include "services/budgets/store/ledger_rows.h"
#include "services/budgets/store/ledger_store.h"

namespace jointly::budgets::store {
namespace {

constexpr std::string_view kBalanceColumns =
    "path, currency_code, posted_debit, posted_credit, pending_debit, pending_credit, version, "
    "closed";

absl::StatusOr<Balances> SelectBalances(db::Tx& tx, std::string_view where, db::Values parameters) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query("SELECT " + std::string(kBalanceColumns) +
                                                     " FROM account WHERE " + std::string(where),
                                                 std::move(parameters)));
  Balances balances;
  for (const db::Row& row : rows) balances.emplace(row.Text("path"), ReadBalance(row, 1));
  return balances;
}

}  // namespace

absl::StatusOr<Balances> LoadBalances(db::Tx& tx, const std::string& budget) {
  return SelectBalances(tx, "budget = $1", {budget});
}

absl::StatusOr<std::optional<Balance>> LoadBalance(db::Tx& tx, const std::string& budget,
                                                   const std::string& path) {
  ASSIGN_OR_RETURN(const Balances balances,
                   SelectBalances(tx, "budget = $1 AND path = $2", {budget, path}));
  if (balances.empty()) return std::nullopt;
  return balances.begin()->second;
}

absl::StatusOr<std::int64_t> LastSequence(db::Tx& tx, const std::string& budget) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT last_sequence FROM ledger WHERE budget = $1", {budget}));
  return rows.empty() ? 0 : rows.front().Int("last_sequence");
}

// Here and below "budget || ''" keeps SQLite from looking through all entries of the budget: it
// would take the primary key for the shortest way.
absl::StatusOr<std::optional<Journal>> FindJournal(db::Tx& tx, const std::string& budget,
                                                   const std::string& id) {
  ASSIGN_OR_RETURN(std::vector<Journal> journals,
                   SelectJournals(tx, {.where = "j.id = $2 AND j.budget || '' = $1",
                                       .range = "",
                                       .parameters = {budget, id}}));
  if (journals.empty()) return std::nullopt;
  return std::move(journals.front());
}

absl::StatusOr<std::vector<Journal>> LoadJournals(db::Tx& tx, const std::string& budget,
                                                  std::int64_t after, int limit) {
  // Sequences have no gaps, so a limit is a range.
  return SelectJournals(tx, {.where = "j.budget = $1 AND j.sequence > $2 AND j.sequence <= $3",
                             .range = "p.budget = $1 AND p.sequence > $2 AND p.sequence <= $3",
                             .parameters = {budget, after, after + limit}});
}

absl::StatusOr<std::vector<Journal>> JournalsOf(db::Tx& tx, const std::string& budget,
                                                const std::string& document) {
  return SelectJournals(tx,
                        {.where = "j.document = $2 AND j.document <> '' AND j.budget || '' = $1",
                         .range = "",
                         .parameters = {budget, document}});
}

absl::StatusOr<std::map<std::int64_t, std::string>> LoadSeals(db::Tx& tx, const std::string& budget,
                                                              std::int64_t after,
                                                              std::int64_t last) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT sequence, hash FROM journal_seal
       WHERE budget = $1 AND sequence > $2 AND sequence <= $3)sql",
                                                 {budget, after, last}));
  std::map<std::int64_t, std::string> seals;
  for (const db::Row& row : rows) seals.emplace(row.Int("sequence"), row.Text("hash"));
  return seals;
}

}  // namespace jointly::budgets::store
