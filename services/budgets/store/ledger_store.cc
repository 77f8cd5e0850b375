#include "services/budgets/store/ledger_store.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/budgets/store/ledger_rows.h"

namespace jointly::budgets::store {
namespace {

// The lock is taken by a statement of its own, sent in the same round trip: a statement sees what
// was committed when it began, so a balance read together with the lock could be an old one.
constexpr std::string_view kLock = "SELECT budget FROM ledger WHERE budget = $1 {for_update}";
// A plan is made once per connection, and before the first ANALYZE PostgreSQL takes a fast growing
// journal for a tiny one, which it would then read as a whole at every batch.
constexpr std::string_view kPostgresLock = R"sql(
    SELECT set_config('enable_seqscan', 'off', true)
      FROM ledger WHERE budget = $1 {for_update})sql";

// (budget || '': else SQLite would look through all journals of the budget for the ids.)
constexpr std::string_view kLoad = R"sql(
    SELECT 0 AS kind, budget AS name, currency_code AS text, last_sequence AS a,
           0 AS b, 0 AS c, 0 AS d, 0 AS e, 0 AS f
      FROM ledger WHERE budget = $1
    UNION ALL
    SELECT 1, path, currency_code, posted_debit, posted_credit, pending_debit, pending_credit,
           version, closed
      FROM account WHERE budget = $1 AND path {any $2}
    UNION ALL
    SELECT 2, id, payload_hash, sequence, 0, 0, 0, 0, 0
      FROM journal WHERE id {any $3} AND budget || '' = $1)sql";

enum Kind : std::int64_t { kLedger, kAccount, kJournal };

}  // namespace

void CreateLedger(db::Tx& tx, const std::string& budget, const std::string& currency_code) {
  tx.Execute("INSERT INTO ledger (budget, currency_code) VALUES ($1, $2)", {budget, currency_code});
}

void LockLedger(db::Tx& tx, const std::string& budget) {
  tx.Execute(tx.is_postgres() ? kPostgresLock : kLock, {budget});
}

absl::StatusOr<LedgerBatch> LedgerBatch::Open(db::Tx& tx, const std::string& budget,
                                              LedgerNeeds needs) {
  LedgerBatch batch;
  batch.budget_ = budget;
  if (!needs.locked) LockLedger(tx, budget);
  RETURN_IF_ERROR(batch.LoadAll(tx, needs));
  if (batch.currency_code_.empty()) {
    return NotFound(kBudgetNotFound, "the budget has no ledger", {{"budget", budget}});
  }
  return batch;
}

absl::Status LedgerBatch::LoadAll(db::Tx& tx, const LedgerNeeds& needs) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kLoad, {budget_, db::TextList{needs.paths},
                                                         db::TextList{needs.journal_ids}}));
  for (const std::string& path : needs.paths) loaded_.try_emplace(path, false);
  for (const std::string& id : needs.journal_ids) known_.try_emplace(id, std::nullopt);
  for (const db::Row& row : rows) {
    switch (row.Int("kind")) {
      case kLedger:
        // What was posted since is only in memory.
        if (currency_code_.empty()) last_sequence_ = row.Int("a");
        currency_code_ = row.Text("text");
        break;
      case kAccount:
        balances_.try_emplace(row.Text("name"), ReadBalance(row, 2));
        break;
      default:
        known_[row.Text("name")] = Known{row.Int("a"), row.Text("text")};
    }
  }
  return absl::OkStatus();
}

absl::Status LedgerBatch::Load(db::Tx& tx, const std::vector<std::string>& paths) {
  LedgerNeeds needs;
  for (const std::string& path : paths) {
    if (!loaded_.contains(path)) needs.paths.push_back(path);
  }
  return needs.paths.empty() ? absl::OkStatus() : LoadAll(tx, needs);
}

absl::Status LedgerBatch::Require(db::Tx& tx, const std::vector<Journal>& journals) {
  LedgerNeeds needs;
  for (const Journal& journal : journals) {
    Check(journal.budget == budget_ && !journal.id.empty(), "a journal names its budget and id");
    if (!known_.contains(journal.id)) needs.journal_ids.push_back(journal.id);
    for (const Posting& posting : journal.postings) {
      if (!loaded_.contains(posting.account)) needs.paths.push_back(posting.account);
    }
  }
  if (needs.paths.empty() && needs.journal_ids.empty()) return absl::OkStatus();
  return LoadAll(tx, needs);
}

absl::StatusOr<Posted> LedgerBatch::Replay(db::Tx& tx, const Journal& journal,
                                           const Known& known) const {
  const auto own = std::find_if(journals_.begin(), journals_.end(),
                                [&](const Journal& j) { return j.sequence == known.sequence; });
  Posted posted;
  posted.replayed = true;
  if (own != journals_.end()) {
    posted.journal = *own;
  } else {
    ASSIGN_OR_RETURN(std::optional<Journal> stored, FindJournal(tx, budget_, journal.id));
    Check(stored.has_value(), "a journal that was there is gone");
    posted.journal = *std::move(stored);
  }
  if (known.payload_hash == journal.payload_hash) return posted;
  return AlreadyExists(kJournalConflict,
                       "this id was used for another journal: a new movement needs a new id",
                       {{"field", std::string(PayloadDifference(posted.journal, journal))},
                        {"journal", journal.id}});
}

absl::Status LedgerBatch::CheckReversal(db::Tx& tx, const Journal& journal) {
  const auto refuse = [&](const std::string& by) {
    return FailedPrecondition(kAlreadyReversed, "the journal was reversed before",
                              {{"journal", journal.reverses}, {"by", by}});
  };
  const auto own = reversed_.find(journal.reverses);
  if (own != reversed_.end()) return refuse(own->second);
  const bool posted_now = std::any_of(journals_.begin(), journals_.end(),
                                      [&](const Journal& j) { return j.id == journal.reverses; });
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT id, reverses FROM journal WHERE budget = $1 AND id = $2
      UNION ALL
      SELECT id, reverses FROM journal
       WHERE budget = $1 AND reverses = $2 AND reverses <> '')sql",
                                                 {budget_, journal.reverses}));
  bool found = posted_now;
  for (const db::Row& row : rows) {
    if (row.Text("reverses") == journal.reverses) return refuse(row.Text("id"));
    found = true;
  }
  if (found) return absl::OkStatus();
  return NotFound(kJournalNotFound, "there is no such journal to reverse in this budget",
                  {{"journal", journal.reverses}});
}

absl::StatusOr<Posted> LedgerBatch::Post(db::Tx& tx, Journal journal) {
  std::vector<Journal> one;
  one.push_back(std::move(journal));
  RETURN_IF_ERROR(Require(tx, one));
  Journal& next = one.front();
  next.payload_hash = PayloadHash(next);
  if (const std::optional<Known>& known = known_[next.id]; known.has_value()) {
    return Replay(tx, next, *known);
  }
  if (!next.reverses.empty()) RETURN_IF_ERROR(CheckReversal(tx, next));
  RETURN_IF_ERROR(Apply(balances_, next));
  next.sequence = ++last_sequence_;
  known_[next.id] = Known{next.sequence, next.payload_hash};
  if (!next.reverses.empty()) reversed_[next.reverses] = next.id;
  for (const Posting& posting : next.postings) loaded_[posting.account] = true;
  journals_.push_back(next);
  return Posted{.journal = std::move(next)};
}

absl::StatusOr<std::vector<Posted>> LedgerBatch::PostAll(db::Tx& tx,
                                                         std::vector<Journal> journals) {
  RETURN_IF_ERROR(Require(tx, journals));
  // What must come back when a later one is refused.
  Balances before;
  std::vector<std::string> created;
  for (const Journal& journal : journals) {
    for (const Posting& posting : journal.postings) {
      const auto found = balances_.find(posting.account);
      if (found != balances_.end()) before.insert(*found);
      if (found == balances_.end()) created.push_back(posting.account);
    }
  }
  const std::size_t kept = journals_.size();
  std::vector<Posted> outcomes;
  for (Journal& journal : journals) {
    absl::StatusOr<Posted> posted = Post(tx, std::move(journal));
    if (posted.ok()) {
      outcomes.push_back(*std::move(posted));
      continue;
    }
    for (auto& [path, balance] : before) balances_[path] = std::move(balance);
    for (const std::string& path : created) balances_.erase(path);
    for (std::size_t i = kept; i < journals_.size(); ++i) {
      known_[journals_[i].id] = std::nullopt;
      reversed_.erase(journals_[i].reverses);
    }
    last_sequence_ -= static_cast<std::int64_t>(journals_.size() - kept);
    journals_.resize(kept);
    return std::move(posted).status();
  }
  return outcomes;
}

void LedgerBatch::WriteJournals(db::Tx& tx) {
  if (journals_.empty()) return;
  InsertJournals(tx, journals_);
  journals_.clear();
}

void LedgerBatch::Write(db::Tx& tx) {
  WriteJournals(tx);
  std::vector<std::pair<std::string_view, const Balance*>> changed;
  for (auto& [path, is_changed] : loaded_) {
    const auto found = balances_.find(path);
    if (is_changed && found != balances_.end()) changed.emplace_back(path, &found->second);
    is_changed = false;
  }
  if (changed.empty()) return;
  SaveBalances(tx, budget_, changed);
  tx.Execute("UPDATE ledger SET last_sequence = $2 WHERE budget = $1", {budget_, last_sequence_});
}

LedgerNeeds NeedsOf(const std::vector<Journal>& journals) {
  LedgerNeeds needs;
  std::set<std::string_view> paths;
  for (const Journal& journal : journals) {
    needs.journal_ids.push_back(journal.id);
    for (const Posting& posting : journal.postings) paths.insert(posting.account);
  }
  needs.paths.assign(paths.begin(), paths.end());
  return needs;
}

absl::StatusOr<std::vector<absl::StatusOr<Posted>>> PostEach(db::Tx& tx, const std::string& budget,
                                                             const std::vector<Journal>& journals) {
  ASSIGN_OR_RETURN(LedgerBatch batch, LedgerBatch::Open(tx, budget, NeedsOf(journals)));
  std::vector<absl::StatusOr<Posted>> outcomes;
  outcomes.reserve(journals.size());
  for (const Journal& journal : journals) outcomes.push_back(batch.Post(tx, journal));
  batch.Write(tx);
  return outcomes;
}

absl::StatusOr<std::vector<Posted>> PostJournals(db::Tx& tx, const std::string& budget,
                                                 std::vector<Journal> journals) {
  ASSIGN_OR_RETURN(LedgerBatch batch, LedgerBatch::Open(tx, budget, NeedsOf(journals)));
  ASSIGN_OR_RETURN(std::vector<Posted> posted, batch.PostAll(tx, std::move(journals)));
  batch.Write(tx);
  return posted;
}

void SetPeriodClosed(db::Tx& tx, const std::string& budget, const std::string& period,
                     bool closed) {
  for (const std::string family : {"line/", "spent/"}) {
    const std::string prefix = family + period + '/';
    tx.Execute(R"sql(
        UPDATE account SET closed = $3
         WHERE budget = $1 AND substr(path, 1, length($2)) = $2)sql",
               {budget, prefix, closed ? 1 : 0});
  }
}

}  // namespace jointly::budgets::store
