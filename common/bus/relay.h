#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "common/bus/transport.h"
#include "common/db/database.h"
#include "common/time/clock.h"
#include "common/time/rng.h"

namespace jointly::bus {

struct RelayOptions {
  std::string service;
  int window_messages = 256;
  std::size_t window_bytes = 1 << 20;
  std::chrono::milliseconds sweep{500};
  std::chrono::seconds heartbeat{10};
  std::chrono::milliseconds reconnect_max{30'000};  // Between two tries to reach the broker.
  // A row that no queue took although the topology has one for it is tried again after this.
  std::chrono::milliseconds unroutable_retry{30'000};
  std::chrono::milliseconds nack_retry{1'000};
  // A broker that says nothing of an event for this long, and is not in alarm, gets it again over a
  // new connection: its word was damaged or lost on the way.
  std::chrono::milliseconds confirm_max{30'000};
  // While this says that commands wait for the processor, they go first, and events wait for them:
  // for at most yield_max until all are sent again, then both share. Unset: never.
  std::function<bool()> pressed = nullptr;
  std::chrono::milliseconds yield_max{5'000};
  // One leader per partition; rows are spread over partitions by their aggregate.
  int partition = 0;
  int partitions = 1;
};

// Publishes the outbox: takes pending rows, publishes within the confirm window, marks what the
// broker confirmed. Only the leader among replicas does. Step does one bounded round and is all
// that the simulator calls; Start runs it on a thread of its own with a watchdog, and seals the
// audit chain on another.
class Relay {
 public:
  Relay(RelayOptions options, db::Database& database, Broker& broker, const Clock& clock, Rng& rng);
  ~Relay();

  // One round: confirmations, marking, publishing. Waits at most `wait` for the broker.
  absl::Status Step(std::chrono::milliseconds wait);
  void Start();
  void Wake();             // The outbox has news. Any thread.
  void Stop();             // Drains confirmations for at most 3 s.
  bool connected() const;  // Also true while another replica leads: nothing to do is no fault.
  bool blocked() const;
  // About how many events wait to be published; looked at every few seconds.
  std::int64_t backlog() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jointly::bus
