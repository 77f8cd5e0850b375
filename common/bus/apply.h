#pragma once

#include <absl/status/statusor.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "common/bus/inbox.h"
#include "common/bus/subscription.h"
#include "common/telemetry/metrics.h"
#include "common/time/rng.h"

namespace jointly::bus {

struct ApplyOptions {
  std::string service;
  int batch_limit = 64;
  int failures_max = 8;
  int deaths_max = 3;
};

// Many may be inside together, or one alone.
class Gate {
 public:
  class Pass {
   public:
    Pass(Gate& gate, bool alone) : gate_(gate), alone_(alone) { gate_.Enter(alone_); }
    ~Pass() { gate_.Leave(alone_); }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

   private:
    Gate& gate_;
    bool alone_;
  };

 private:
  void Enter(bool alone);
  void Leave(bool alone);

  std::mutex mutex_;
  std::condition_variable changed_;
  int inside_ = 0;
  int waiting_alone_ = 0;  // They go first, or a busy crowd would keep them out for ever.
  bool closed_ = false;
};

// The apply stage (messaging.md section 7): database-driven, per aggregate in revision order, each
// revision's effect committed once.
//
// Runs are counted and committed before the handlers run; a run counts as a death until it is taken
// back, so a handler that kills the process is found without any bookkeeping at start. Rows with a
// death are suspects: they run one at a time while nothing else runs, so that the innocent ones
// that died in the same batch are cleared by one quiet run each.
class Applier {
 public:
  Applier(ApplyOptions options, db::Database& database, std::vector<Subscription> subscriptions,
          const Clock& clock, Rng& rng);

  // Takes in what came over the broker, in one transaction: what is next in its aggregate is
  // applied directly, the rest goes into the inbox. Without `direct` all of it does. Returns how
  // many were applied. Not for redelivered messages: one of them may have ended the process, which
  // only the inbox counts.
  absl::StatusOr<int> TakeIn(const std::vector<Message>& messages, bool direct);

  // One batch of the share. Returns how many events were applied; `progress` is also true for
  // duplicates removed, failures recorded and messages parked.
  struct Result {
    int applied = 0;
    bool progress = false;
  };
  absl::StatusOr<Result> Round(WorkShare share);

  // Makes ready what an insert and an apply that crossed left waiting.
  absl::Status Sweep();

 private:
  struct Batch;
  struct Subscribers {
    std::vector<Handler> handlers;
    WhenParked when_parked = WhenParked::kSkip;
  };

  absl::StatusOr<Batch> Claim(WorkShare share, bool alone);
  absl::StatusOr<Result> Run(Batch batch, WorkShare share);
  absl::Status ApplyIn(db::Tx& tx, Batch& batch);
  absl::Status ApplyRow(db::Tx& tx, const InboxRow& row, Batch& batch);
  absl::Status CallHandlers(db::Tx& tx, const Message& message);
  struct Taken;
  absl::Status TakeDirectly(db::Tx& tx, const std::vector<Message>& messages, Taken& taken);
  void CountApplied(int applied, const std::vector<double>& seconds);
  absl::StatusOr<Result> RunOneByOne(Batch batch, WorkShare share);
  absl::StatusOr<Result> Fail(const InboxRow& row, const absl::Status& why);
  absl::Status Park(const InboxRow& row, std::string_view why);
  void Remember(WorkShare share, const std::vector<InboxRow>& rows);

  const ApplyOptions options_;
  db::Database& database_;
  std::map<std::string, Subscribers> subscribers_;  // By aggregate type.
  const Clock& clock_;
  Rng& rng_;
  telemetry::Counter& applied_;
  telemetry::Counter& failures_;
  telemetry::Counter& parked_;
  telemetry::Histogram& latency_;
  Gate gate_;
  std::mutex abandoned_mutex_;
  // Claimed, and given up for a reason that is not theirs (the database went away): taken back with
  // the worker's next claim. Only a death of the process forgets it.
  std::map<int, std::vector<std::string>> abandoned_;
};

}  // namespace jointly::bus
