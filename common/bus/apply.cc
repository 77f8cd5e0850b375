#include "common/bus/apply.h"

#include <algorithm>

#include "common/bus/apply_internal.h"
#include "common/bus/envelope.h"
#include "common/error/macros.h"
#include "common/telemetry/failpoint.h"
#include "common/telemetry/log.h"
#include "common/telemetry/metrics.h"

namespace jointly::bus {
namespace {

using std::chrono::milliseconds;

constexpr Reason kUnknownVersion{"UNKNOWN_MAJOR_VERSION"};
constexpr milliseconds kRetryMin{1'000};
constexpr milliseconds kRetryMax{30'000};

AggregateKey KeyOf(const InboxRow& row) { return {row.aggregate_type, row.aggregate_id}; }

std::vector<std::string> IdsOf(const std::vector<InboxRow>& rows) {
  std::vector<std::string> ids;
  ids.reserve(rows.size());
  for (const InboxRow& row : rows) ids.push_back(row.message_id);
  return ids;
}

// A retry cannot help.
bool IsPermanent(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsDataLoss(status);
}

milliseconds RetryDelay(std::int64_t failures, Rng& rng) {
  const auto doublings = std::min<std::int64_t>(failures - 1, 10);
  const milliseconds full = std::min(kRetryMax, kRetryMin * (std::int64_t{1} << doublings));
  const auto half = static_cast<std::uint64_t>(full.count() / 2);
  return milliseconds(static_cast<std::int64_t>(half + rng.Below(half + 1)));
}

}  // namespace

void Gate::Enter(bool alone) {
  std::unique_lock lock(mutex_);
  if (alone) {
    ++waiting_alone_;
    changed_.wait(lock, [&] { return inside_ == 0 && !closed_; });
    --waiting_alone_;
    closed_ = true;
  } else {
    changed_.wait(lock, [&] { return !closed_ && waiting_alone_ == 0; });
    ++inside_;
  }
}

void Gate::Leave(bool alone) {
  {
    const std::lock_guard lock(mutex_);
    if (alone) {
      closed_ = false;
    } else {
      --inside_;
    }
  }
  changed_.notify_all();
}

// What one round has claimed, in order of aggregate and revision.
struct Applier::Batch {
  std::vector<InboxRow> rows;
  bool found_suspect = false;  // Nothing was claimed: come again alone.
  int applied = 0;
  std::vector<double> seconds;  // From commit to apply, of what was applied.
};

Applier::Applier(ApplyOptions options, db::Database& database,
                 std::vector<Subscription> subscriptions, const Clock& clock, Rng& rng)
    : options_(std::move(options)),
      database_(database),
      clock_(clock),
      rng_(rng),
      applied_(telemetry::GetCounter("jointly_inbox_applied_total",
                                     "Events whose effect is committed",
                                     {{"service", options_.service}})),
      failures_(telemetry::GetCounter("jointly_inbox_failures_total",
                                      "Runs of a handler that failed",
                                      {{"service", options_.service}})),
      parked_(telemetry::GetCounter("jointly_inbox_parked_total",
                                    "Events that were parked for an operator",
                                    {{"service", options_.service}})),
      latency_(telemetry::GetHistogram("jointly_inbox_apply_seconds",
                                       "From the commit of an event to the commit of its effect",
                                       {{"service", options_.service}})) {
  for (Subscription& subscription : subscriptions) {
    Subscribers& entry = subscribers_[subscription.aggregate];
    entry.handlers.push_back(std::move(subscription.handler));
    if (subscription.when_parked == WhenParked::kHold) entry.when_parked = WhenParked::kHold;
  }
}

absl::StatusOr<Applier::Result> Applier::Round(WorkShare share) {
  {
    const Gate::Pass pass(gate_, /*alone=*/false);
    ASSIGN_OR_RETURN(Batch batch, Claim(share, /*alone=*/false));
    if (!batch.found_suspect) return Run(std::move(batch), share);
  }
  const Gate::Pass pass(gate_, /*alone=*/true);
  ASSIGN_OR_RETURN(Batch batch, Claim(share, /*alone=*/true));
  return Run(std::move(batch), share);
}

namespace {

// What of the due rows can be applied in this round: per aggregate the first row and those that
// follow without a gap, up to a suspect, which runs alone.
std::vector<InboxRow> Applicable(std::vector<InboxRow> due) {
  std::vector<InboxRow> chosen;
  const InboxRow* previous = nullptr;  // Of the chain; null: the aggregate's chain has ended.
  AggregateKey key;
  chosen.reserve(due.size());
  for (InboxRow& row : due) {
    const bool first = chosen.empty() || KeyOf(row) != key;
    key = KeyOf(row);
    if (row.late || (first && row.status == "ready")) {
      chosen.push_back(std::move(row));
      previous = chosen.back().late ? nullptr : &chosen.back();
    } else if (previous == nullptr && row.status == "ready") {
      chosen.push_back(std::move(row));  // Behind a late one.
      previous = &chosen.back();
    } else if (previous != nullptr && row.deaths == 0 && row.revision <= previous->revision + 1) {
      chosen.push_back(std::move(row));
      previous = &chosen.back();
    } else {
      previous = nullptr;
    }
  }
  return chosen;
}

}  // namespace

absl::StatusOr<Applier::Batch> Applier::Claim(WorkShare share, bool alone) {
  std::vector<std::string> abandoned;
  {
    const std::lock_guard lock(abandoned_mutex_);
    abandoned = abandoned_[share.worker];
  }
  auto find = [&](db::Tx& tx) -> absl::StatusOr<Batch> {
    Batch batch;
    TakeBackRuns(tx, abandoned);
    ASSIGN_OR_RETURN(auto due, FindDue(tx, clock_.Now(), share, options_.batch_limit));
    batch.rows = Applicable(std::move(due));
    const auto suspect =
        std::ranges::find_if(batch.rows, [](const InboxRow& row) { return row.deaths > 0; });
    if (suspect != batch.rows.end()) {
      InboxRow row = std::move(*suspect);
      batch.rows.clear();
      batch.found_suspect = true;
      if (!alone) return batch;
      batch.rows.push_back(std::move(row));
    }
    const bool doomed = batch.found_suspect && batch.rows[0].deaths >= options_.deaths_max;
    if (!batch.rows.empty() && !doomed) CountRuns(tx, IdsOf(batch.rows));
    return batch;
  };
  // Most looks find nothing: they need no write transaction.
  if (abandoned.empty()) {
    ASSIGN_OR_RETURN(const auto due, database_.Read([&](db::Tx& tx) {
      return FindDue(tx, clock_.Now(), share, 1);
    }));
    if (due.empty()) return Batch();
  }
  ASSIGN_OR_RETURN(Batch batch, database_.Transact(find));
  if (!abandoned.empty()) {
    const std::lock_guard lock(abandoned_mutex_);
    abandoned_[share.worker].clear();
  }
  return batch;
}

absl::StatusOr<Applier::Result> Applier::Run(Batch batch, WorkShare share) {
  if (batch.rows.empty()) return Result();
  if (batch.found_suspect && batch.rows[0].deaths >= options_.deaths_max) {
    RETURN_IF_ERROR(Park(batch.rows[0], "the process died " + std::to_string(batch.rows[0].deaths) +
                                            " times while this was applied"));
    return Result{.progress = true};
  }
  telemetry::Failpoint("consumer.before_apply");
  const absl::Status status =
      database_.Transact([&](db::Tx& tx) -> absl::Status { return ApplyIn(tx, batch); });
  telemetry::Failpoint("consumer.after_apply");
  if (status.ok()) {
    CountApplied(batch.applied, batch.seconds);
    return Result{.applied = batch.applied, .progress = true};
  }
  if (IsInfrastructure(status)) {
    Remember(share, batch.rows);
    return status;
  }
  if (batch.rows.size() > 1) return RunOneByOne(std::move(batch), share);
  const auto failed = Fail(batch.rows[0], status);
  if (!failed.ok()) Remember(share, batch.rows);
  return failed;
}

absl::Status Applier::ApplyIn(db::Tx& tx, Batch& batch) {
  batch.applied = 0;
  batch.seconds.clear();
  std::vector<AggregateKey> keys;
  for (const InboxRow& row : batch.rows) {
    if (!keys.empty() && keys.back() == KeyOf(row)) continue;
    keys.push_back(KeyOf(row));
    if (row.revision == 1) CreateApplied(tx, keys.back());
  }
  ASSIGN_OR_RETURN(std::vector<std::int64_t> last, LockApplied(tx, keys));
  const std::vector<std::int64_t> before = last;
  const auto end = clock_.Monotonic() + kBatchTime;
  std::vector<std::string> released;
  std::vector<std::string> early;
  std::size_t at = 0;
  for (const InboxRow& row : batch.rows) {
    if (KeyOf(row) != keys[at]) ++at;
    if (batch.applied > 0 && clock_.Monotonic() >= end) {
      released.push_back(row.message_id);
      continue;
    }
    if (row.late) {
      ASSIGN_OR_RETURN(const bool still_there, LockLate(tx, row.message_id));
      if (!still_there) continue;
      DeleteMessage(tx, row.message_id);
    } else if (row.revision <= last[at]) {
      DeleteMessage(tx, row.message_id);  // Its effect is there already.
      continue;
    } else if (row.revision > last[at] + 1) {
      released.push_back(row.message_id);
      early.push_back(row.message_id);
      continue;
    }
    RETURN_IF_ERROR(ApplyRow(tx, row, batch));
    if (!row.late) last[at] = row.revision;
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (last[i] != before[i]) AdvanceApplied(tx, keys[i], last[i], clock_.Now());
  }
  TakeBackRuns(tx, released);
  MakeWaiting(tx, early);
  return absl::OkStatus();
}

absl::Status Applier::ApplyRow(db::Tx& tx, const InboxRow& row, Batch& batch) {
  if (MajorVersionOf(row.event_type) != kMajorVersion) {
    return InvalidArgument(kUnknownVersion, "this process does not know the version of " +
                                                row.event_type + ": update it, then replay");
  }
  ASSIGN_OR_RETURN(const Message message, ToMessage(row));
  RETURN_IF_ERROR(CallHandlers(tx, message));
  ++batch.applied;
  batch.seconds.push_back(std::chrono::duration<double>(clock_.Now() - message.time).count());
  return absl::OkStatus();
}

// Some row of the batch failed: each has its own transaction now, so that the others pass. What
// follows a failed row in its aggregate is given back.
absl::StatusOr<Applier::Result> Applier::RunOneByOne(Batch batch, WorkShare share) {
  Result total{.progress = true};
  std::vector<std::string> released;
  std::vector<InboxRow>& rows = batch.rows;
  AggregateKey failed;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].late && KeyOf(rows[i]) == failed) {
      released.push_back(rows[i].message_id);
      continue;
    }
    Batch one;
    one.rows.push_back(rows[i]);
    const absl::Status status =
        database_.Transact([&](db::Tx& tx) -> absl::Status { return ApplyIn(tx, one); });
    if (status.ok()) {
      total.applied += one.applied;
      continue;
    }
    absl::Status stored = status;
    if (!IsInfrastructure(status)) {
      failed = KeyOf(rows[i]);
      stored = Fail(rows[i], status).status();
    }
    if (!stored.ok()) {
      Remember(share, {rows.begin() + static_cast<std::ptrdiff_t>(i), rows.end()});
      const std::lock_guard lock(abandoned_mutex_);
      auto& ids = abandoned_[share.worker];
      ids.insert(ids.end(), released.begin(), released.end());
      return stored;
    }
  }
  if (!released.empty()) {
    const absl::Status stored = database_.Transact([&](db::Tx& tx) -> absl::Status {
      TakeBackRuns(tx, released);
      return absl::OkStatus();
    });
    if (!stored.ok()) {
      const std::lock_guard lock(abandoned_mutex_);
      auto& ids = abandoned_[share.worker];
      ids.insert(ids.end(), released.begin(), released.end());
    }
  }
  return total;
}

absl::StatusOr<Applier::Result> Applier::Fail(const InboxRow& row, const absl::Status& why) {
  const std::int64_t failures = row.attempts + 1 - row.deaths;
  const std::string text = ReasonOf(why) + ": " + MessageOf(why);
  telemetry::Warning("an event cannot be applied", {{"service", options_.service},
                                                    {"message", row.message_id},
                                                    {"type", row.event_type},
                                                    {"subject", row.aggregate_id},
                                                    {"failures", failures},
                                                    {"text", text}});
  if (IsPermanent(why) || failures >= options_.failures_max) {
    RETURN_IF_ERROR(Park(row, text));
    return Result{.progress = true};
  }
  failures_.Add();
  const Time next = clock_.Now() + RetryDelay(failures, rng_);
  RETURN_IF_ERROR(database_.Transact([&](db::Tx& tx) -> absl::Status {
    RecordFailure(tx, row.message_id, text, next);
    return absl::OkStatus();
  }));
  return Result{.progress = true};
}

absl::Status Applier::Park(const InboxRow& row, std::string_view why) {
  const auto found = subscribers_.find(row.aggregate_type);
  const bool skip = found == subscribers_.end() || found->second.when_parked == WhenParked::kSkip;
  RETURN_IF_ERROR(database_.Transact([&](db::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const auto last, LockApplied(tx, {KeyOf(row)}));
    if (!row.late && row.revision <= last[0]) {
      DeleteMessage(tx, row.message_id);
      return absl::OkStatus();
    }
    RecordParked(tx, row.message_id, why);
    if (skip && !row.late) AdvanceApplied(tx, KeyOf(row), row.revision, clock_.Now());
    return absl::OkStatus();
  }));
  parked_.Add();
  telemetry::Error("an event is parked: see jointly park ls", {{"service", options_.service},
                                                               {"message", row.message_id},
                                                               {"type", row.event_type},
                                                               {"subject", row.aggregate_id},
                                                               {"revision", row.revision},
                                                               {"waits", !skip},
                                                               {"text", why}});
  return absl::OkStatus();
}

void Applier::Remember(WorkShare share, const std::vector<InboxRow>& rows) {
  const std::lock_guard lock(abandoned_mutex_);
  auto& ids = abandoned_[share.worker];
  for (const InboxRow& row : rows) ids.push_back(row.message_id);
}

absl::Status Applier::Sweep() {
  ASSIGN_OR_RETURN(const auto overlooked,
                   database_.Read([](db::Tx& tx) { return FindOverlooked(tx, 256); }));
  if (overlooked.empty()) return absl::OkStatus();
  return database_.Transact([&](db::Tx& tx) -> absl::Status {
    MakeReady(tx, overlooked, clock_.Now());
    return absl::OkStatus();
  });
}

}  // namespace jointly::bus
