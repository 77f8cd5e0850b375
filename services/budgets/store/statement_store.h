#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/db/database.h"
#include "services/budgets/domain/exercice.h"
#include "services/budgets/domain/export_journal.h"
#include "services/budgets/domain/forecast.h"
#include "services/budgets/domain/statement.h"
#include "services/budgets/domain/types.h"
#include "services/budgets/store/annex_store.h"
#include "services/budgets/store/ledger_store.h"
#include "services/budgets/store/reader.h"

// What statements, forecasts and exports read. The sums come from what the ledger keeps per month
// (ledger_store.h), so that a statement of now costs the same with a hundred entries as with a
// million; annexes are of the asked period, page by page. Scope is the caller's matter: whoever may
// see the budget may see its statement.
namespace jointly::budgets::store {

inline constexpr Reason kSequenceNotFound{"SEQUENCE_NOT_FOUND"};  // sequence, last_sequence
inline constexpr Reason kExportTooLarge{"EXPORT_TOO_LARGE"};      // journals, limit

// Sums as domain/sums.h makes them of the same journals: a reversal leaves no trace. By month, or
// of all time under no month, which is what balances need.
absl::StatusOr<std::vector<MovementSum>> LoadSums(db::Tx& tx, const std::string& budget,
                                                  const AsOf& as_of, Span span = Span::kMonth);

// What an exercice has consumed so far, whatever the order in which it was entered.
absl::StatusOr<AeCp> LoadConsumed(db::Tx& tx, const std::string& budget, int exercice);

struct StatementOrder {
  std::int64_t as_of_sequence = 0;  // 0: now.
  std::optional<Date> as_of_date;
  Calendar calendar = Calendar::kBudget;
  std::string period;
  AnnexPlaces annexes;  // Behind which entries the annexes go on.
};
// The sequence that an order means: its own, or the last one. Errors: as LoadStatement.
absl::StatusOr<std::int64_t> SequenceOf(db::Tx& tx, const std::string& budget,
                                        const StatementOrder& order);
// All that MakeStatement needs, as of a sequence that it names. Errors: NOT_FOUND
// SEQUENCE_NOT_FOUND for one that the journal has not reached.
absl::StatusOr<StatementInput> LoadStatement(db::Tx& tx, const Budget& budget,
                                             const std::vector<Period>& periods,
                                             const StatementOrder& order);

// A journal of more entries is exported in parts.
inline constexpr std::int64_t kExportJournalsMax = 20'000;
// Entries after this one, and how many; 0: all, when they are not too many.
struct JournalPart {
  std::int64_t after_sequence = 0;
  std::int64_t limit = 0;
};
// Journals up to the order's sequence (and date), with the hashes of the chain, sealed yet or not.
// Errors: as LoadStatement; FAILED_PRECONDITION EXPORT_TOO_LARGE.
absl::StatusOr<JournalBook> LoadBook(db::Tx& tx, const Budget& budget,
                                     const std::vector<Period>& periods,
                                     const StatementOrder& order, const JournalPart& part = {});

// One page, oldest first. The slice's columns are those of the alias s; its key is s.sequence.
inline constexpr int kJournalParameters = 1;  // The slice's parameters begin after it.
absl::StatusOr<std::vector<Journal>> ListJournals(db::Tx& tx, const std::string& budget,
                                                  const Slice& slice);

// Cash lines of the periods that have begun, as of a day.
absl::StatusOr<std::vector<ForecastInput>> LoadForecast(db::Tx& tx, const Budget& budget,
                                                        const std::vector<Period>& periods,
                                                        Date as_of);

// What VerifyLedger (ledger_store.h) does not look at: B6 (the contract amount), B15 (restes a
// payer), B16 (three calendars, one sum), B19 (the sums that statements read against the journal)
// and B20 (every conversion done again).
class ViewsProof {
 public:
  static absl::StatusOr<ViewsProof> Begin(db::Tx& tx, const std::string& budget);
  void Add(const Journal& journal);  // Every entry, in its order.
  absl::StatusOr<std::vector<Finding>> Finish(db::Tx& tx, const Budget& budget,
                                              const std::vector<Period>& periods);

 private:
  explicit ViewsProof(AeCpFold exercices) : exercices_(std::move(exercices)) {}

  AeCpFold exercices_;
  SumFold sums_;
  std::int64_t annex_entries_ = 0;
  std::vector<Finding> findings_;
};
// The same alone.
absl::StatusOr<std::vector<Finding>> VerifyViews(db::Tx& tx, const Budget& budget,
                                                 const std::vector<Period>& periods);

}  // namespace jointly::budgets::store
