#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/time/clock.h"
#include "services/gateway/transcode/route_table.h"

namespace jointly::gateway {

// Requests per second of one caller; 0: no limit. A caller may save up `burst_seconds` of them.
struct RateLimits {
  int session_per_second = 100;  // Sign-in and the like: no token yet, so the caller is an address.
  int read_per_second = 1000;
  int write_per_second = 500;
  int burst_seconds = 2;
  std::size_t callers_max = 100'000;  // Remembered at once, in all.
};

// A token bucket per (caller, kind of traffic), by the monotonic clock. Memory is bounded: callers
// whose bucket is full again are forgotten, and when too many are busy the new ones share a bucket.
class RateLimiter {
 public:
  RateLimiter(RateLimits limits, const Clock& clock) : limits_(limits), clock_(clock) {}

  // Nothing when the request may pass; else how long the caller should wait.
  std::optional<std::chrono::milliseconds> Take(Traffic traffic, std::string_view caller);

 private:
  // The bucket as one number (GCRA): the instant at which it will be full again.
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, std::int64_t> full_micros;
    std::int64_t swept_micros = 0;
  };

  int PerSecond(Traffic traffic) const;
  void Sweep(Shard& shard, std::int64_t now_micros) const;

  static constexpr std::size_t kShards = 16;
  const RateLimits limits_;
  const Clock& clock_;
  std::array<Shard, kShards> shards_;
};

}  // namespace jointly::gateway
