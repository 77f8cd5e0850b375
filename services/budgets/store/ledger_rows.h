#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/db/database.h"
#include "services/budgets/domain/ledger.h"

// How journals lie in their tables; shared by the files of ledger_store.
namespace jointly::budgets::store {

// Column lists and their readers stand next to each other in ledger_rows.cc.
Journal ReadJournal(const db::Row& row);
Conversion ReadConversion(const db::Row& row);
// From `first` on: currency_code, the four sums, version, closed.
Balance ReadBalance(const db::Row& row, std::size_t first);

// Journals with their postings and conversions, in order of sequence. `where` is a condition on j
// (journal); `range` the same on p (posting or conversion) when it can be said of it, else empty.
struct JournalFilter {
  std::string_view where;
  std::string_view range;
  db::Values parameters;
  // Sequences "(7), (9)" to look up one by one beside `where` and `range`; empty: all of them.
  std::string_view chosen = "";
};
absl::StatusOr<std::vector<Journal>> SelectJournals(db::Tx& tx, const JournalFilter& filter);

// Journals of these sequences.
absl::StatusOr<std::vector<Journal>> SelectChosen(db::Tx& tx, const std::string& budget,
                                                  const std::vector<std::int64_t>& sequences);

// Queues the journals, set-based.
void InsertJournals(db::Tx& tx, const std::vector<Journal>& journals);
// Queues these balances, whether the accounts are new or not.
void SaveBalances(db::Tx& tx, const std::string& budget,
                  const std::vector<std::pair<std::string_view, const Balance*>>& balances);

}  // namespace jointly::budgets::store
