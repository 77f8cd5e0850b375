#pragma once

#include <chrono>
#include <optional>

#include "common/time/rng.h"

namespace jointly::notifications {

// How long to wait after the n-th failed attempt (from 1): 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14
// h, 20 h, 24 h, each with up to a fifth more, so that what failed together does not come back
// together. Nothing when it is time to give up, a little over three days after the first attempt.
std::optional<std::chrono::microseconds> RetryDelay(int failed_attempts, Rng& rng);

}  // namespace jointly::notifications
