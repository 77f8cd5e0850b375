#include "services/gateway/limits/rate_limiter.h"

#include <algorithm>

namespace jointly::gateway {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

}  // namespace

int RateLimiter::PerSecond(Traffic traffic) const {
  switch (traffic) {
    case Traffic::kSession:
      return limits_.session_per_second;
    case Traffic::kRead:
      return limits_.read_per_second;
    case Traffic::kWrite:
      break;
  }
  return limits_.write_per_second;
}

void RateLimiter::Sweep(Shard& shard, std::int64_t now_micros) const {
  if (now_micros - shard.swept_micros < kSecond) return;
  shard.swept_micros = now_micros;
  std::erase_if(shard.full_micros, [&](const auto& row) { return row.second <= now_micros; });
}

std::optional<std::chrono::milliseconds> RateLimiter::Take(Traffic traffic,
                                                           std::string_view caller) {
  const int per_second = PerSecond(traffic);
  if (per_second <= 0) return std::nullopt;
  const std::int64_t now =
      std::chrono::duration_cast<std::chrono::microseconds>(clock_.Monotonic().time_since_epoch())
          .count();
  const std::int64_t step = kSecond / per_second;
  const std::int64_t reserve = std::max(1, limits_.burst_seconds) * kSecond - step;
  std::string key = std::to_string(static_cast<int>(traffic)) + std::string(caller);
  Shard& shard = shards_[std::hash<std::string>()(key) % kShards];
  const std::lock_guard lock(shard.mutex);
  auto found = shard.full_micros.find(key);
  if (found == shard.full_micros.end()) {
    Sweep(shard, now);
    if (shard.full_micros.size() >= limits_.callers_max / kShards) key = "others";
    found = shard.full_micros.try_emplace(std::move(key), now).first;
  }
  const std::int64_t full = std::max(found->second, now);
  if (full - now > reserve) {
    return std::chrono::milliseconds((full - now - reserve + 999) / 1000);
  }
  found->second = full + step;
  return std::nullopt;
}

}  // namespace jointly::gateway
