#pragma once

#include <map>
#include <string>
#include <tuple>

#include "services/budgets/store/ledger_store.h"

// Sums of entries; shared by the files of ledger_store.
namespace jointly::budgets::store {

// Span, path, movement, currency.
using TurnoverKey = std::tuple<std::string, std::string, Movement, std::string>;
using TurnoverSums = std::map<TurnoverKey, Turnover>;

// How the rows of turnover are cut by sequence; see the migration.
inline constexpr std::int64_t kChunkLength = 5'000;
inline constexpr std::int64_t kWholeJournal = -1;

// Which rows LoadTurnovers starts from: those that leave the fewest entries to read, or always the
// chunks, which lets the verification check them.
enum class From { kNearest, kChunks };
absl::StatusOr<TurnoverSums> ReadTurnovers(db::Tx& tx, const std::string& budget, const AsOf& as_of,
                                           Span span, From from);

bool IsNothing(const Turnover& turnover);
// Adds (or, with sign -1, takes away) sums of the same key. They fit, because balances do.
void AddTurnover(TurnoverSums& sums, const Turnover& turnover, std::int64_t sign = 1);
// Adds a journal's postings, under its month or its day.
void AddJournal(TurnoverSums& sums, const Journal& journal, Span span);

}  // namespace jointly::budgets::store
