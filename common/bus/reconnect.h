#pragma once

#include <absl/status/status.h>

#include <chrono>

#include "common/time/clock.h"
#include "common/time/rng.h"

namespace jointly::bus {

// When to try the broker again: decorrelated jitter between 100 ms and 30 s, so that many processes
// do not return in step. Starts over only after 10 s of healthy connection, so that a broker that
// accepts and drops us is not hammered. What an operator must mend is tried every 30 s.
class Reconnect {
 public:
  Reconnect(const Clock& clock, Rng& rng,
            std::chrono::milliseconds delay_max = std::chrono::milliseconds(30'000))
      : clock_(clock), rng_(rng), delay_max_(delay_max) {}

  bool Due() const { return Remaining() == std::chrono::milliseconds(0); }
  std::chrono::milliseconds Remaining() const;
  void Connected() { connected_at_ = clock_.Monotonic(); }
  // The attempt failed, or the connection broke.
  void Failed(const absl::Status& status);

 private:
  const Clock& clock_;
  Rng& rng_;
  const std::chrono::milliseconds delay_max_;
  std::chrono::milliseconds delay_{0};
  std::chrono::steady_clock::time_point next_{};
  std::chrono::steady_clock::time_point connected_at_{};
};

}  // namespace jointly::bus
