#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/bus/subscription.h"
#include "common/bus/transport.h"
#include "common/db/database.h"
#include "common/time/clock.h"
#include "common/time/rng.h"

namespace jointly::bus {

struct ConsumerOptions {
  std::string service;
  int apply_workers = 2;
  int receive_limit = 64;
  std::chrono::milliseconds receive_linger{5};
  std::chrono::seconds gap_patience{2};      // A missing revision is pulled after this.
  std::chrono::seconds reconcile_every{30};  // The slow walk of every producer's feed.
  int failures_max = 8;
  int deaths_max = 3;
  std::chrono::seconds heartbeat{10};
  std::chrono::milliseconds reconnect_max{30'000};  // Between two tries to reach the broker.
};

// Receives into the inbox (one transaction, then one ack), applies in revision order from the
// database, pulls gaps, parks what cannot be applied. The Step functions are all that the simulator
// calls; Start runs them on threads of their own.
class Consumer {
 public:
  Consumer(ConsumerOptions options, db::Database& database, Broker& broker, FeedSource& feeds,
           std::vector<Subscription> subscriptions, const Clock& clock, Rng& rng);
  ~Consumer();

  absl::Status StepReceive(std::chrono::milliseconds wait);
  // Applies what is due; returns how many events were applied.
  absl::StatusOr<int> StepApply();
  // Pulls gaps that are old enough, and walks the feeds when their time has come (or `now`).
  absl::Status StepReconcile(bool now);
  // An operator's call: walks every producer's feed now; how many messages came, known ones
  // included.
  absl::StatusOr<int> Reconcile();
  void Start();
  void Stop();
  // Also true while another replica consumes, and when there is nothing to consume.
  bool connected() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jointly::bus
