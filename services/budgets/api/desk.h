#pragma once

#include <absl/status/statusor.h>

#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/bus/outbox.h"
#include "common/db/database.h"
#include "services/budgets/api/changes.h"
#include "services/budgets/domain/exercice.h"
#include "services/budgets/domain/movements.h"
#include "services/budgets/store/budget_store.h"
#include "services/budgets/store/ledger_store.h"

// One budget at work in one transaction: its ledger locked first, then the budget and its periods,
// so that commands on one budget never wait in a circle. Decisions say what the ledger needs; the
// desk makes the journals, keeps what lines remember, and finds the alerts.
namespace jointly::budgets {

// What an amount costs in the budget's currency, by a day's rate.
struct Cost {
  std::int64_t control = 0;
  std::optional<Conversion> conversion;  // Unset: it is the budget's currency.
};

class Desk {
 public:
  // Errors: NOT_FOUND BUDGET_NOT_FOUND, the same for a foreign budget as for a missing one.
  static absl::StatusOr<Desk> Open(db::Tx& tx, const Who& who, const std::string& budget,
                                   const store::Scope& scope);
  // The same to look only, inside a Read: nothing is locked, and nothing may be posted.
  static absl::StatusOr<Desk> Look(db::Tx& tx, const Who& who, const std::string& budget,
                                   const store::Scope& scope);

  db::Tx& tx() const { return *tx_; }
  const Who& who() const { return who_; }
  const Budget& budget() const { return budget_; }
  const std::vector<Period>& periods() const { return periods_; }
  Place place() const { return {budget_, periods_}; }
  std::int64_t last_sequence() const { return last_sequence_ + std::ssize(journals_); }
  Date today() const;  // In the budget's zone.

  // Errors: NOT_FOUND PERIOD_NOT_FOUND.
  absl::StatusOr<Period> PeriodOf(const std::string& id) const;
  const Period* PeriodAfter(const std::string& id) const;
  const Period* PeriodBefore(const std::string& id) const;
  // The period of a date that entries are dated with; null: none.
  const Period* PeriodAt(Date date) const;

  absl::StatusOr<std::int64_t> Available(const LineKey& line);
  absl::StatusOr<std::int64_t> Pool();
  // Cash lines of a period, or of all periods that are not closed when it is empty.
  absl::StatusOr<std::vector<Leftover>> Leftovers(const std::string& period);
  absl::StatusOr<std::vector<LineHistory>> Histories();
  // Errors: RATE_MISSING.
  absl::StatusOr<Cost> CostOf(const money::Money& amount, Date date) const;

  // What every journal says of itself; its id is derived from the command.
  Entry EntryOf(Date effective_on, const std::string& document, const std::string& reference = "");
  absl::Status Post(absl::StatusOr<Journal> journal);
  // Pool -> lines in one journal.
  absl::Status Allocate(Date effective_on, const std::vector<LineAmount>& lines);
  // What a line began with changes: for a journal that is reversed.
  absl::Status ForgetAllocation(const Journal& original);
  // Errors: NOT_FOUND JOURNAL_NOT_FOUND.
  absl::StatusOr<Journal> JournalBySequence(const std::string& sequence) const;
  // The journals of a decision, in its order; carries together.
  absl::Status Carry(const std::vector<MovementPlan>& plans, const std::string& reference = "");
  const std::vector<Journal>& journals() const { return journals_; }

  // Replaces what is loaded; SaveBudget and SavePeriod queue it.
  void Save(const Budget& budget);
  void Save(const Period& period);

  // Writes the ledger and the lines; the thresholds that open periods' lines crossed. Once, before
  // the documents and the events are written.
  absl::StatusOr<std::vector<Alert>> Settle();
  // Of the whole journal, what was posted here included. After Settle.
  absl::StatusOr<BudgetBalance> Balance() const;

 private:
  Desk(db::Tx& tx, const Who& who, std::optional<store::LedgerBatch> ledger, Budget budget,
       std::vector<Period> periods)
      : tx_(&tx),
        who_(who),
        ledger_(std::move(ledger)),
        budget_(std::move(budget)),
        periods_(std::move(periods)) {}

  // The balance of an account, 0 throughout when it does not exist.
  absl::StatusOr<budgets::Balance> At(const std::string& path);
  // The ceiling of a provisional exercice: desk_exercice.cc.
  absl::Status CheckExercice(const Journal& journal);
  absl::StatusOr<Journal> JournalOf(const MovementPlan& plan, const std::string& reference);
  absl::StatusOr<Journal> LiquidationOf(const MovementPlan& plan, const std::string& reference);
  absl::Status CarryLines(const std::vector<MovementPlan>& plans, std::size_t& next);
  absl::StatusOr<store::LineRow*> Row(const LineKey& line);
  absl::Status Remember(const MovementPlan& plan);
  absl::Status Count(const LineKey& line, std::int64_t amount, std::int64_t LineHistory::*field);
  void Touch(const Journal& journal);

  db::Tx* tx_;
  Who who_;
  std::optional<store::LedgerBatch> ledger_;  // Unset: to look only.
  std::int64_t last_sequence_ = 0;            // When it was opened.
  Budget budget_;
  std::vector<Period> periods_;
  std::map<int, AeCp> consumed_;  // By provisional exercice, before this desk's journals.
  std::vector<Journal> journals_;
  std::set<LineKey> touched_;
  std::map<LineKey, store::LineRow> rows_;
  std::set<LineKey> changed_;  // Rows to be written.
  int derived_ = 0;
};

// The n-th id of a command: the first is the command's own when it is a UUID.
std::string DerivedId(const std::string& seed, int n);

// Arms and cancels the timers of a decision, at the start of their day in the budget's zone. A day
// that is past when its timer would be armed, as in a history that is entered today, arms nothing.
void SetTimers(const Desk& desk, const std::vector<TimerPlan>& plans);

}  // namespace jointly::budgets
