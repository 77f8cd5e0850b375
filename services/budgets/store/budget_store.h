#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <vector>

#include "common/db/database.h"
#include "services/budgets/domain/alerts.h"
#include "services/budgets/domain/rules.h"
#include "services/budgets/domain/types.h"
#include "services/budgets/store/reader.h"

// Budgets, their periods, and what is remembered of their lines. Whoever posts locks the ledger
// first (ledger_store.h), then these rows in the order budget, period, documents.
namespace jointly::budgets::store {

// Who may see which budgets: institutions and units in which the caller holds a reading office; the
// budget's own or a partner's. What is foreign looks exactly like what does not exist.
struct Scope {
  std::vector<std::string> offices;
  bool everywhere = false;
};
inline Scope Everything() { return {.offices = {}, .everywhere = true}; }
// The same rule for a budget that is loaded already.
bool Sees(const Scope& scope, const Budget& budget);
// NOT_FOUND BUDGET_NOT_FOUND: the one answer for a budget that is missing and one that is foreign.
absl::Status NoSuchBudget(const std::string& id);

// Errors: NOT_FOUND BUDGET_NOT_FOUND.
absl::StatusOr<Budget> LoadBudget(db::Tx& tx, const std::string& id, const Scope& scope, Lock lock);
absl::StatusOr<bool> BudgetExists(db::Tx& tx, const std::string& id);

inline constexpr int kBudgetScopeParameters = 1;  // The slice's parameters begin after it.
absl::StatusOr<std::vector<Budget>> ListBudgets(db::Tx& tx, const Scope& scope, const Slice& slice);

// Those in which all of `partners` take part, in order of their start; at most kSharedBudgets.
inline constexpr int kSharedBudgets = 200;
absl::StatusOr<std::vector<Budget>> SharedBudgets(db::Tx& tx, const Scope& scope,
                                                  const std::vector<std::string>& partners);

// Insert fails at the commit when the id is taken (UNIQUE_VIOLATION).
void InsertBudget(db::Tx& tx, const Budget& budget);
void SaveBudget(db::Tx& tx, const Budget& budget);

// The active budget that has a grant scheme for this call, else the one that calls and theses name
// by this funding reference ("budgets/x": the budget itself); the oldest one when several do.
// Nothing when none does.
absl::StatusOr<std::optional<Budget>> FindPayer(db::Tx& tx, const std::string& call,
                                                const std::string& funding_reference);

// The files of an import, kept until the budget is activated with them.
struct OpeningFiles {
  std::string lines_csv;
  std::string commitments_csv;
};
void SaveOpening(db::Tx& tx, const std::string& budget, const OpeningFiles& files);
absl::StatusOr<std::optional<OpeningFiles>> FindOpening(db::Tx& tx, const std::string& budget);
void DeleteOpening(db::Tx& tx, const std::string& budget);

// In the order of their dates.
absl::StatusOr<std::vector<Period>> LoadPeriods(db::Tx& tx, const std::string& budget, Lock lock);
// Errors: NOT_FOUND PERIOD_NOT_FOUND.
inline constexpr Reason kPeriodNotFound{"PERIOD_NOT_FOUND"};
absl::StatusOr<Period> LoadPeriod(db::Tx& tx, const std::string& budget, const std::string& id,
                                  Lock lock);
void SavePeriod(db::Tx& tx, const Period& period);          // New or changed.
void DeletePeriods(db::Tx& tx, const std::string& budget);  // Of a draft whose periods change.

// What is remembered of a line. A line without a row is one of zeros.
struct LineRow {
  LineHistory history;
  std::vector<ThresholdState> thresholds;
};
// Of one period, or of all when it is empty; in key order.
absl::StatusOr<std::vector<LineRow>> LoadLines(db::Tx& tx, const std::string& budget,
                                               const std::string& period = "");
absl::StatusOr<LineRow> LoadLine(db::Tx& tx, const std::string& budget, const LineKey& line);
void SaveLine(db::Tx& tx, const std::string& budget, const LineRow& line);

// What commands on commitments look at beside the ledger, whose lock they hold: locked, and in one
// round trip.
struct Dossier {
  Budget budget;
  std::vector<Period> periods;
  std::map<std::string, Commitment> commitments;  // By id: those that there are.
  std::map<LineKey, LineRow> lines;               // Of these commitments.
};
// In whatever scope. Errors: NOT_FOUND BUDGET_NOT_FOUND.
absl::StatusOr<Dossier> LoadDossier(db::Tx& tx, const std::string& budget,
                                    std::vector<std::string> commitments);

}  // namespace jointly::budgets::store
