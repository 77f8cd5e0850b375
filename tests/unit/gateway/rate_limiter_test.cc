#include "services/gateway/limits/rate_limiter.h"

#include <gtest/gtest.h>

namespace jointly::gateway {
namespace {

using std::chrono::milliseconds;

int Passed(RateLimiter& limiter, Traffic traffic, const std::string& caller, int tries) {
  int passed = 0;
  for (int i = 0; i < tries; ++i) passed += limiter.Take(traffic, caller).has_value() ? 0 : 1;
  return passed;
}

TEST(RateLimiter, GivesTheBurstAndThenTheRate) {
  ManualClock clock(FromMicros(0));
  RateLimiter limiter({.write_per_second = 10, .burst_seconds = 2}, clock);
  EXPECT_EQ(Passed(limiter, Traffic::kWrite, "a", 100), 20);
  const auto wait = limiter.Take(Traffic::kWrite, "a");
  ASSERT_TRUE(wait.has_value());
  EXPECT_EQ(*wait, milliseconds(100));
  clock.Advance(milliseconds(99));
  EXPECT_TRUE(limiter.Take(Traffic::kWrite, "a").has_value());
  clock.Advance(milliseconds(1));
  EXPECT_FALSE(limiter.Take(Traffic::kWrite, "a").has_value());
  clock.Advance(std::chrono::seconds(1));
  EXPECT_EQ(Passed(limiter, Traffic::kWrite, "a", 100), 10);
  clock.Advance(std::chrono::hours(1));
  EXPECT_EQ(Passed(limiter, Traffic::kWrite, "a", 100), 20);
}

TEST(RateLimiter, KeepsCallersAndKindsApart) {
  ManualClock clock(FromMicros(0));
  RateLimiter limiter(
      {.session_per_second = 1, .read_per_second = 5, .write_per_second = 3, .burst_seconds = 1},
      clock);
  EXPECT_EQ(Passed(limiter, Traffic::kWrite, "a", 50), 3);
  EXPECT_EQ(Passed(limiter, Traffic::kWrite, "b", 50), 3);
  EXPECT_EQ(Passed(limiter, Traffic::kRead, "a", 50), 5);
  EXPECT_EQ(Passed(limiter, Traffic::kSession, "a", 50), 1);
}

TEST(RateLimiter, ZeroIsNoLimitAndTheWallClockMayJump) {
  ManualClock clock(FromMicros(0));
  RateLimiter limiter({.read_per_second = 0, .write_per_second = 1, .burst_seconds = 1}, clock);
  EXPECT_EQ(Passed(limiter, Traffic::kRead, "a", 1000), 1000);
  EXPECT_EQ(Passed(limiter, Traffic::kWrite, "a", 10), 1);
  clock.Jump(std::chrono::hours(24));
  EXPECT_EQ(Passed(limiter, Traffic::kWrite, "a", 10), 0);
}

TEST(RateLimiter, MemoryIsBoundedAndStrangersShareWhenItIsFull) {
  ManualClock clock(FromMicros(0));
  RateLimiter limiter({.write_per_second = 1, .burst_seconds = 1, .callers_max = 160}, clock);
  int passed = 0;
  for (int i = 0; i < 10'000; ++i) {
    passed += limiter.Take(Traffic::kWrite, "caller" + std::to_string(i)).has_value() ? 0 : 1;
  }
  EXPECT_LE(passed, 160 + 16);
  EXPECT_GE(passed, 100);
  clock.Advance(std::chrono::seconds(5));
  EXPECT_EQ(Passed(limiter, Traffic::kWrite, "late", 5), 1);
}

}  // namespace
}  // namespace jointly::gateway
