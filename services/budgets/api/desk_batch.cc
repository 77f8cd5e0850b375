#include <set>
#include <utility>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/budgets/api/desk.h"
#include "services/budgets/store/commitment_store.h"

// What a desk loads and writes at once for the commands of a batch.
namespace jointly::budgets {
namespace {

store::LedgerNeeds AccountsOf(const std::map<std::string, Commitment>& commitments) {
  std::set<std::string> paths;
  for (const auto& [id, commitment] : commitments) {
    paths.insert({LineAccount(commitment.line), SpentAccount(commitment.line),
                  PayableAccount(commitment.line.partner)});
  }
  return {.paths = {paths.begin(), paths.end()}, .journal_ids = {}};
}

// A timer to arm; nothing: it is cancelled. A day that is past arms nothing.
std::optional<timers::Timer> TimerOf(const Desk& desk, const TimerPlan& plan) {
  if (!plan.arm) return std::nullopt;
  const auto due = ToInstant(
      {.date = plan.on, .clock = std::chrono::seconds(0), .zone = desk.budget().time_zone});
  Check(due.ok(), "a stored time zone is unknown");
  if (*due <= desk.who().now) return std::nullopt;
  return timers::Timer{.kind = plan.kind, .subject = plan.subject, .due = *due, .payload = ""};
}

using Timers = std::map<std::pair<std::string, std::string>, std::optional<timers::Timer>>;

void WriteTimers(db::Tx& tx, const Timers& set) {
  std::vector<timers::Timer> armed;
  for (const auto& [key, timer] : set) {
    if (timer.has_value()) armed.push_back(*timer);
    if (!timer.has_value()) timers::Cancel(tx, key.first, key.second);
  }
  timers::ArmAll(tx, armed);
}

}  // namespace

void SetTimers(const Desk& desk, const std::vector<TimerPlan>& plans) {
  Timers set;
  for (const TimerPlan& plan : plans) set[{plan.kind, plan.subject}] = TimerOf(desk, plan);
  WriteTimers(desk.tx(), set);
}

absl::StatusOr<Desk> Desk::Open(db::Tx& tx, const std::string& budget, const Needs& needs) {
  store::LockLedger(tx, budget);
  ASSIGN_OR_RETURN(store::Dossier dossier, store::LoadDossier(tx, budget, needs.commitments));
  store::LedgerNeeds accounts = AccountsOf(dossier.commitments);
  accounts.journal_ids = needs.journal_ids;
  accounts.locked = true;
  ASSIGN_OR_RETURN(store::LedgerBatch ledger,
                   store::LedgerBatch::Open(tx, budget, std::move(accounts)));
  const std::int64_t last_sequence = ledger.last_sequence();
  Desk desk(tx, Who(), std::move(ledger), std::move(dossier.budget), std::move(dossier.periods));
  desk.last_sequence_ = last_sequence;
  desk.rows_ = std::move(dossier.lines);
  desk.commitments_ = std::move(dossier.commitments);
  return desk;
}

absl::Status Desk::Serve(const Who& who, const store::Scope& scope) {
  if (!store::Sees(scope, budget_)) return store::NoSuchBudget(budget_.id);
  who_ = who;
  derived_ = 0;
  touched_.clear();
  return absl::OkStatus();
}

absl::StatusOr<Commitment> Desk::CommitmentOf(const std::string& id) const {
  const auto found = commitments_.find(id);
  if (found == commitments_.end()) return store::NoSuchCommitment(budget_.id, id);
  return found->second;
}

void Desk::Keep(const Commitment& commitment, const std::vector<TimerPlan>& timers,
                bus::Event event) {
  commitments_[commitment.id] = commitment;
  kept_.insert(commitment.id);
  for (const TimerPlan& plan : timers) {
    timers_[{plan.kind, plan.subject}] = TimerOf(*this, plan);
  }
  events_.push_back(std::move(event));
}

void Desk::WriteDocuments(bus::Outbox& outbox) {
  ledger_->WriteJournals(*tx_);
  std::vector<const Commitment*> kept;
  for (const std::string& id : kept_) kept.push_back(&commitments_.at(id));
  store::SaveCommitments(*tx_, kept);
  WriteTimers(*tx_, timers_);
  outbox.AppendAll(*tx_, events_);
  kept_.clear();
  timers_.clear();
  events_.clear();
}

void Desk::Write(bus::Outbox& outbox) {
  WriteDocuments(outbox);
  WriteBooks();
}

}  // namespace jointly::budgets
