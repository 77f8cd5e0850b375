#pragma once

#include <absl/status/status.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "common/bus/inbox.h"
#include "common/bus/transport.h"
#include "common/telemetry/metrics.h"

namespace jointly::bus {

struct ReconcileOptions {
  std::string service;
  std::chrono::seconds gap_patience{2};
  std::chrono::seconds every{30};
};

// Heals what the broker lost (messaging.md section 12): pulls the missing revisions of an aggregate
// whose later ones are here, and walks every producer's feed slowly, because a lost last event
// leaves no gap. What it finds goes into the inbox like any delivery.
class Reconciler {
 public:
  // `aggregates`: the types that this service subscribes to; their producers are walked.
  Reconciler(ReconcileOptions options, db::Database& database, FeedSource& feeds,
             std::set<std::string> aggregates, const Clock& clock);

  // `walk_now`: walk whatever the time. Goes on after an error of one producer. `stopping` ends a
  // long walk between two pages. One caller at a time; a second one waits.
  struct Outcome {
    absl::Status status;  // The first error.
    int received = 0;     // Messages that came, known ones included.
  };
  Outcome Step(bool walk_now, const std::atomic<bool>& stopping);
  // The broker was away: walk with the next Step.
  void WalkSoon() { walk_soon_ = true; }

 private:
  absl::Status PullGaps();
  absl::Status PullGap(const Gap& gap);
  absl::Status Walk(const std::string& producer, const std::atomic<bool>& stopping);
  absl::StatusOr<std::string> CursorOf(const std::string& producer);
  absl::Status TakePage(const std::string& producer, const std::string& cursor,
                        const FeedPage& page);

  const ReconcileOptions options_;
  db::Database& database_;
  FeedSource& feeds_;
  const std::set<std::string> aggregates_;
  std::set<std::string> producers_;
  const Clock& clock_;
  telemetry::Counter& pulled_;
  std::atomic<bool> walk_soon_{true};
  std::mutex mutex_;
  int received_ = 0;
  std::chrono::steady_clock::time_point next_walk_{};
  // When a gap may be pulled again: a producer that does not have the revision is not asked each
  // second.
  std::map<AggregateKey, std::chrono::steady_clock::time_point> next_pull_;
};

}  // namespace jointly::bus
