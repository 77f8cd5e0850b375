#include "common/time/ids.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <thread>
#include <vector>

#include "common/time/clock.h"

namespace jointly {
namespace {

TEST(Ids, AreUuidsOfVersionSeven) {
  ManualClock clock(FromMicros(1'700'000'000'123'456));
  SeededRng rng(1);
  IdSource ids(clock, rng);
  const std::string id = ids.Next();
  ASSERT_TRUE(IsUuid(id)) << id;
  EXPECT_EQ(id.substr(0, 13), "018bcfe5-687b") << "milliseconds since 1970 in hexadecimal";
  EXPECT_EQ(id[14], '7');
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos) << id;
}

TEST(Ids, GrowWhileTheClockStandsStillAndJumpsBack) {
  ManualClock clock(FromMicros(1'700'000'000'000'000));
  SeededRng rng(2);
  IdSource ids(clock, rng);
  std::string last;
  for (int i = 0; i < 20'000; ++i) {
    if (i % 1000 == 999) clock.Jump(std::chrono::milliseconds(i % 2000 == 999 ? -500 : 300));
    const std::string id = ids.Next();
    ASSERT_LT(last, id) << "after " << i;
    last = id;
  }
}

TEST(Ids, AreUniqueOverThreads) {
  SystemClock clock;
  SystemRng rng;
  IdSource ids(clock, rng);
  std::array<std::vector<std::string>, 4> made;
  {
    std::vector<std::jthread> threads;
    for (auto& list : made) {
      threads.emplace_back([&ids, &list] {
        for (int i = 0; i < 5000; ++i) list.push_back(ids.Next());
      });
    }
  }
  std::set<std::string> all;
  for (const auto& list : made) all.insert(list.begin(), list.end());
  EXPECT_EQ(all.size(), 20'000u);
}

TEST(Ids, KnowUuidsOfOthers) {
  EXPECT_TRUE(IsUuid("123E4567-e89b-42d3-a456-426614174000"));
  EXPECT_FALSE(IsUuid("123e4567-e89b-42d3-a456-42661417400"));
  EXPECT_FALSE(IsUuid("123e4567-e89b-42d3-a456-4266141740000"));
  EXPECT_FALSE(IsUuid("123e4567+e89b-42d3-a456-426614174000"));
  EXPECT_FALSE(IsUuid("123e4567-e89b-42d3-a456-42661417400g"));
  EXPECT_FALSE(IsUuid(""));
}

TEST(Rng, IsRepeatableBySeed) {
  SeededRng first(7);
  SeededRng same(7);
  SeededRng other(8);
  std::vector<std::uint64_t> a, b, c;
  for (int i = 0; i < 100; ++i) {
    a.push_back(first.Below(1'000'000));
    b.push_back(same.Below(1'000'000));
    c.push_back(other.Below(1'000'000));
  }
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
}

TEST(Rng, StaysBelowItsBoundAndReachesEachValue) {
  SeededRng rng(3);
  std::array<int, 7> seen{};
  for (int i = 0; i < 7000; ++i) {
    const std::uint64_t value = rng.Below(7);
    ASSERT_LT(value, 7u);
    ++seen[value];
  }
  for (const int count : seen) EXPECT_NEAR(count, 1000, 200);
  EXPECT_EQ(rng.Below(1), 0u);
}

TEST(ManualClock, MovesBothFacesOrTheWallAlone) {
  ManualClock clock(FromMicros(1'000));
  const auto start = clock.Monotonic();
  clock.Advance(std::chrono::microseconds(5));
  EXPECT_EQ(Micros(clock.Now()), 1'005);
  EXPECT_EQ(clock.Monotonic() - start, std::chrono::microseconds(5));
  clock.Jump(std::chrono::microseconds(-100));
  EXPECT_EQ(Micros(clock.Now()), 905);
  EXPECT_EQ(clock.Monotonic() - start, std::chrono::microseconds(5));
}

TEST(SystemClock, RunsAtItsOffset) {
  SystemClock plain;
  SystemClock ahead(std::chrono::hours(24));
  const auto difference = ahead.Now() - plain.Now();
  EXPECT_GE(difference, std::chrono::hours(24));
  EXPECT_LT(difference, std::chrono::hours(24) + std::chrono::minutes(1));
}

}  // namespace
}  // namespace jointly
