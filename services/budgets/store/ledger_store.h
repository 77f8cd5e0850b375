#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/db/database.h"
#include "services/budgets/domain/ledger.h"

// The ledger's tables. A command that posts locks its budget's ledger FIRST (LedgerBatch::Open, or
// PostJournals), before any document that it changes, so that no two commands wait for each other;
// a command that does not post needs no such lock.
namespace jointly::budgets::store {

// Queues the ledger of a new budget. Once per budget.
void CreateLedger(db::Tx& tx, const std::string& budget, const std::string& currency_code);

// A journal in the ledger. `replayed`: it was there before, with the same payload.
struct Posted {
  Journal journal;
  bool replayed = false;
};

// What is loaded together with the lock, in one round trip. What is missing is loaded when needed.
struct LedgerNeeds {
  std::vector<std::string> paths;
  std::vector<std::string> journal_ids;
  bool locked = false;  // LockLedger was called before.
};

LedgerNeeds NeedsOf(const std::vector<Journal>& journals);

// Queues the lock alone: for documents that must be looked at, locked, before it is known which
// accounts are needed.
void LockLedger(db::Tx& tx, const std::string& budget);

// The locked ledger of one budget in a transaction: decides journals one by one in memory (a
// refusal leaves no trace and does not disturb the next) and writes all of them set-based. For one
// command as for the batch of a lane.
class LedgerBatch {
 public:
  // Errors: NOT_FOUND BUDGET_NOT_FOUND.
  static absl::StatusOr<LedgerBatch> Open(db::Tx& tx, const std::string& budget,
                                          LedgerNeeds needs = {});

  // Numbers and applies the journal, which has its budget, id and record_time. The same id with the
  // same payload gives the first outcome. Errors beside Apply's:
  //   ALREADY_EXISTS JOURNAL_CONFLICT (field, journal)   same id, another payload
  //   FAILED_PRECONDITION ALREADY_REVERSED (journal, by)
  //   NOT_FOUND JOURNAL_NOT_FOUND (journal)              reverses no journal of this budget
  absl::StatusOr<Posted> Post(db::Tx& tx, Journal journal);
  // All of them or none.
  absl::StatusOr<std::vector<Posted>> PostAll(db::Tx& tx, std::vector<Journal> journals);

  // Makes sure that these accounts are in balances(); one that does not exist is not.
  absl::Status Load(db::Tx& tx, const std::vector<std::string>& paths);
  const Balances& balances() const { return balances_; }
  const std::string& currency_code() const { return currency_code_; }
  std::int64_t last_sequence() const { return last_sequence_; }

  // Queues what was posted since the last time, but not yet the balances: of a long batch, so that
  // the database writes its beginning while the rest is decided.
  void WriteJournals(db::Tx& tx);
  // Queues everything that is not queued yet. In the end.
  void Write(db::Tx& tx);

 private:
  struct Known {
    std::int64_t sequence = 0;
    std::string payload_hash;
  };

  LedgerBatch() = default;
  absl::Status LoadAll(db::Tx& tx, const LedgerNeeds& needs);
  absl::Status Require(db::Tx& tx, const std::vector<Journal>& journals);
  absl::StatusOr<Posted> Replay(db::Tx& tx, const Journal& journal, const Known& known) const;
  absl::Status CheckReversal(db::Tx& tx, const Journal& journal);

  std::string budget_;
  std::string currency_code_;
  std::int64_t last_sequence_ = 0;
  Balances balances_;
  std::map<std::string, bool, std::less<>> loaded_;  // Paths asked for; true: to be written.
  std::map<std::string, std::optional<Known>, std::less<>> known_;  // Journal ids asked for.
  std::map<std::string, std::string, std::less<>> reversed_;  // Original id -> reversal's, of now.
  std::vector<Journal> journals_;
};

// Open, PostAll and Write.
absl::StatusOr<std::vector<Posted>> PostJournals(db::Tx& tx, const std::string& budget,
                                                 std::vector<Journal> journals);

// The batch of a lane (db::Lane<Journal, absl::StatusOr<Posted>>): each journal on its own, a
// refusal is the outcome of its own command only. Three statements whatever the number of journals,
// and two round trips. An error of the whole is one of the database, or BUDGET_NOT_FOUND.
absl::StatusOr<std::vector<absl::StatusOr<Posted>>> PostEach(db::Tx& tx, const std::string& budget,
                                                             const std::vector<Journal>& journals);

// Queues the closing (or, when reopened, the opening) of a period's line and spent accounts: a
// closed one takes no posting (B8). Call it after LedgerBatch::Write.
void SetPeriodClosed(db::Tx& tx, const std::string& budget, const std::string& period, bool closed);

// Reading. Scope is the caller's matter: a budget's ledger is as visible as the budget.
absl::StatusOr<Balances> LoadBalances(db::Tx& tx, const std::string& budget);
// Of one account; nothing when it does not exist.
absl::StatusOr<std::optional<Balance>> LoadBalance(db::Tx& tx, const std::string& budget,
                                                   const std::string& path);
// 0 for a budget without a ledger.
absl::StatusOr<std::int64_t> LastSequence(db::Tx& tx, const std::string& budget);

absl::StatusOr<std::optional<Journal>> FindJournal(db::Tx& tx, const std::string& budget,
                                                   const std::string& id);
// In order of sequence, from after `after`, at most `limit`; with postings and conversions.
absl::StatusOr<std::vector<Journal>> LoadJournals(db::Tx& tx, const std::string& budget,
                                                  std::int64_t after, int limit);
// Of one document, in order.
absl::StatusOr<std::vector<Journal>> JournalsOf(db::Tx& tx, const std::string& budget,
                                                const std::string& document);
// Hashes of the chain by sequence, for journals (after, last]; those not sealed yet are missing.
absl::StatusOr<std::map<std::int64_t, std::string>> LoadSeals(db::Tx& tx, const std::string& budget,
                                                              std::int64_t after,
                                                              std::int64_t last);

// How far back to look: journals up to a sequence, entries effective until a date. Unset: all.
struct AsOf {
  std::optional<std::int64_t> sequence;
  std::optional<Date> date;
};

enum class Span { kAll, kMonth, kDay };

// Sums of entries of one account by movement (a reversal counts as what it reverses).
struct Turnover {
  std::string span;  // "", "2020-04" or "2020-04-15", by the asked Span.
  std::string path;
  Movement movement = Movement::kAllocate;
  std::string currency_code;
  std::int64_t posted_debit = 0;
  std::int64_t posted_credit = 0;
  std::int64_t pending_debit = 0;
  std::int64_t pending_credit = 0;
  // What reversals are of each layer's sums, debits and credits together: without them, and without
  // what they reverse, both sides are less by it.
  std::int64_t posted_reversed = 0;
  std::int64_t pending_reversed = 0;
  friend bool operator==(const Turnover&, const Turnover&) = default;
};
// Ordered by span, path, movement; the input of statements and forecasts. Reads sums that the
// background keeps and the few entries since.
absl::StatusOr<std::vector<Turnover>> LoadTurnovers(db::Tx& tx, const std::string& budget,
                                                    const AsOf& as_of = {}, Span span = Span::kAll);
// Balances as they were; `version` and `closed` are not known of the past and stay 0.
absl::StatusOr<Balances> BalancesAt(db::Tx& tx, const std::string& budget, const AsOf& as_of);

// Extends the hash chain and the turnover sums by at most `limit` journals, of all budgets; returns
// how many. A background task, again and again until 0. Replicas may run it side by side.
absl::StatusOr<int> SealJournals(db::Database& database, int limit = 500);

// The ledger proved from zero: what was checked, and everything that is wrong with it.
struct Verification {
  std::int64_t journals = 0;
  std::int64_t sealed = 0;
  std::string head_hash;  // Of the last seal.
  Balances balances;      // The fold of the journal.
  std::vector<Finding> findings;
};
// B1-B3, B9-B13 and B19: every journal is applied from zero, in order; hashes and chain; stored
// balances and turnover against the fold. At most 100 findings. Reads the whole journal in pages,
// in one snapshot. Errors: NOT_FOUND BUDGET_NOT_FOUND.
// Shown every entry in its order while it is verified, so that the journal is read once.
using JournalVisitor = std::function<void(const Journal&)>;
absl::StatusOr<Verification> VerifyLedger(db::Tx& tx, const std::string& budget,
                                          const JournalVisitor& visit = nullptr);
absl::StatusOr<Verification> VerifyLedger(db::Database& database, const std::string& budget,
                                          const db::TransactOptions& options = {});

}  // namespace jointly::budgets::store
