#include "services/notifications/domain/retry.h"

#include <gtest/gtest.h>

namespace jointly::notifications {
namespace {

TEST(RetryDelay, FollowsTheLadderWithUpToAFifthMore) {
  using namespace std::chrono_literals;
  const std::chrono::microseconds ladder[] = {5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
  SeededRng random(7);
  for (int failed = 1; failed <= 9; ++failed) {
    const std::chrono::microseconds base = ladder[failed - 1];
    for (int i = 0; i < 100; ++i) {
      const auto delay = RetryDelay(failed, random);
      ASSERT_TRUE(delay.has_value());
      EXPECT_GE(*delay, base);
      EXPECT_LT(*delay, base + base / 5);
    }
  }
  EXPECT_FALSE(RetryDelay(10, random).has_value());
  EXPECT_FALSE(RetryDelay(0, random).has_value());
}

}  // namespace
}  // namespace jointly::notifications
