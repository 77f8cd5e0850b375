#include "services/notifications/domain/retry.h"

#include <array>

namespace jointly::notifications {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::array<microseconds, 9> kLadder{seconds(5), minutes(5), minutes(30),
                                              hours(2),   hours(5),   hours(10),
                                              hours(14),  hours(20),  hours(24)};

}  // namespace

std::optional<microseconds> RetryDelay(int failed_attempts, Rng& rng) {
  const auto index = static_cast<std::size_t>(failed_attempts - 1);
  if (failed_attempts < 1 || index >= kLadder.size()) return std::nullopt;
  const microseconds delay = kLadder[index];
  const auto fifth = static_cast<std::uint64_t>(delay.count() / 5);
  return delay + microseconds(static_cast<std::int64_t>(rng.Below(fifth)));
}

}  // namespace jointly::notifications
