#pragma once

#include <absl/status/statusor.h>

#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/bus/outbox.h"
#include "common/db/database.h"
#include "common/timers/timers.h"
#include "services/budgets/api/changes.h"
#include "services/budgets/domain/exercice.h"
#include "services/budgets/domain/movements.h"
#include "services/budgets/store/budget_store.h"
#include "services/budgets/store/ledger_store.h"

// One budget at work in one transaction: its ledger locked first, then the rest, so that commands
// on one budget never wait in a circle. Decisions say what the ledger needs; the desk makes the
// journals, keeps what lines remember, and finds the alerts. It serves one command, or those of a
// batch one after the other: each sees what those before it did, and a refused one leaves no trace.
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
  // What commands are known to look at, loaded in few round trips; the rest comes when needed.
  struct Needs {
    std::vector<std::string> commitments;
    std::vector<std::string> journal_ids;
  };
  // For a batch: each of its commands begins with Serve.
  static absl::StatusOr<Desk> Open(db::Tx& tx, const std::string& budget, const Needs& needs);
  // Errors: NOT_FOUND BUDGET_NOT_FOUND when the budget is outside of the scope.
  absl::Status Serve(const Who& who, const store::Scope& scope);
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

  // Thresholds that open periods' lines crossed by this command's journals.
  absl::StatusOr<std::vector<Alert>> FindAlerts();
  // Writes the ledger and the lines, for a command alone; its alerts. Once, before the documents
  // and the events are written.
  absl::StatusOr<std::vector<Alert>> Settle();

  // A batch's documents and events, kept until the next Write. Errors: NOT_FOUND
  // COMMITMENT_NOT_FOUND.
  absl::StatusOr<Commitment> CommitmentOf(const std::string& id) const;
  void Keep(const Commitment& commitment, const std::vector<TimerPlan>& timers, bus::Event event);
  // Queues the journals, documents and events of what the batch did since the last time, set-based:
  // the database writes them while the next commands are decided.
  void WriteDocuments(bus::Outbox& outbox);
  // Queues all that is not queued yet. Once, in the end.
  void Write(bus::Outbox& outbox);
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
  void WriteBooks();

  db::Tx* tx_;
  Who who_;
  std::optional<store::LedgerBatch> ledger_;  // Unset: to look only.
  std::int64_t last_sequence_ = 0;            // When it was opened.
  Budget budget_;
  std::vector<Period> periods_;
  std::map<int, AeCp> consumed_;  // By provisional exercice, before this desk's journals.
  std::vector<Journal> journals_;
  std::set<LineKey> touched_;  // By this command.
  std::map<LineKey, store::LineRow> rows_;
  std::set<LineKey> changed_;  // Rows to be written.
  int derived_ = 0;
  std::map<std::string, Commitment> commitments_;  // Of the batch, as they are now.
  std::set<std::string> kept_;                     // Those to be written.
  std::vector<bus::Event> events_;
  // By kind and subject; nothing: it is cancelled.
  std::map<std::pair<std::string, std::string>, std::optional<timers::Timer>> timers_;
};

// The n-th id of a command: the first is the command's own when it is a UUID.
std::string DerivedId(const std::string& seed, int n);

// Arms and cancels the timers of a decision, at the start of their day in the budget's zone. A day
// that is past when its timer would be armed, as in a history that is entered today, arms nothing.
void SetTimers(const Desk& desk, const std::vector<TimerPlan>& plans);

}  // namespace jointly::budgets
