#pragma once

#include <chrono>

#include "common/time/clock.h"

// How long an address must wait after wrong passwords. Counted per address, known or not, so that
// the answer does not tell which addresses have accounts.
namespace jointly::identity {

struct Throttle {
  std::int64_t failures = 0;
  Time last_failure{};
};

inline constexpr std::int64_t kFreeFailures = 5;          // A forgetful person's share.
inline constexpr std::chrono::seconds kFirstWait{5};      // Doubles with each further failure.
inline constexpr std::chrono::seconds kWaitMax{15 * 60};  // So that nobody is locked out for long.
inline constexpr std::chrono::hours kThrottleMemory{24};  // After it, all is forgiven.

Throttle AfterFailure(const Throttle& before, Time now);
// Zero when the next try may come at once. Never more than kWaitMax, even after a clock jump.
std::chrono::microseconds WaitOf(const Throttle& throttle, Time now);

}  // namespace jointly::identity
