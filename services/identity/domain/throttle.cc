#include "services/identity/domain/throttle.h"

#include <algorithm>

namespace jointly::identity {

Throttle AfterFailure(const Throttle& before, Time now) {
  const bool forgiven = now - before.last_failure > kThrottleMemory;
  return {.failures = forgiven ? 1 : before.failures + 1, .last_failure = now};
}

std::chrono::microseconds WaitOf(const Throttle& throttle, Time now) {
  using std::chrono::microseconds;
  if (throttle.failures < kFreeFailures) return microseconds(0);
  const auto doublings = std::min<std::int64_t>(throttle.failures - kFreeFailures, 20);
  const microseconds wait =
      std::min<microseconds>(kFirstWait * (std::int64_t{1} << doublings), kWaitMax);
  return std::clamp(throttle.last_failure + wait - now, microseconds(0), wait);
}

}  // namespace jointly::identity
