#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "common/bus/apply.h"
#include "common/bus/reconnect.h"
#include "common/bus/transport.h"
#include "common/bus/worker.h"

// When the broker is tried again, and the small pieces that the bus' threads are made of.
namespace jointly::bus {
namespace {

using std::chrono::milliseconds;

absl::Status Down() { return Unavailable(kBrokerDown, "gone"); }

TEST(Reconnect, GrowsWithJitterUpToItsLimit) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    ManualClock clock(FromMicros(0));
    SeededRng rng(seed);
    Reconnect reconnect(clock, rng);
    EXPECT_TRUE(reconnect.Due());
    milliseconds previous{0};
    milliseconds longest{0};
    for (int i = 0; i < 30; ++i) {
      reconnect.Failed(Down());
      EXPECT_FALSE(reconnect.Due());
      const milliseconds delay = reconnect.Remaining();
      EXPECT_GE(delay, milliseconds(100));
      EXPECT_LE(delay, milliseconds(30'000));
      if (i > 0) {
        EXPECT_LE(delay, previous * 3);
      }
      longest = std::max(longest, delay);
      previous = delay;
      clock.Advance(delay);
      EXPECT_TRUE(reconnect.Due());
    }
    EXPECT_GT(longest, milliseconds(2'000));
  }
}

TEST(Reconnect, StartsOverOnlyAfterAHealthyWhile) {
  ManualClock clock(FromMicros(0));
  SeededRng rng(3);
  Reconnect reconnect(clock, rng);
  milliseconds grown{0};
  for (int i = 0; i < 200 && grown < milliseconds(10'000); ++i) {
    reconnect.Connected();
    clock.Advance(std::chrono::seconds(1));  // Accepts us, and drops us again.
    reconnect.Failed(Down());
    grown = reconnect.Remaining();
  }
  EXPECT_GE(grown, milliseconds(10'000));
  reconnect.Connected();
  clock.Advance(std::chrono::seconds(10));
  reconnect.Failed(Down());
  EXPECT_LE(reconnect.Remaining(), milliseconds(200));
}

TEST(Reconnect, WaitsLongForWhatAnOperatorMustMend) {
  ManualClock clock(FromMicros(0));
  SeededRng rng(3);
  Reconnect reconnect(clock, rng, milliseconds(1'000));
  reconnect.Failed(Unauthenticated(kBrokerRefused, "password"));
  EXPECT_EQ(reconnect.Remaining(), milliseconds(30'000));
  reconnect.Failed(FailedPrecondition(kTopologyDrift, "queue"));
  EXPECT_EQ(reconnect.Remaining(), milliseconds(30'000));
  reconnect.Failed(Down());
  EXPECT_LE(reconnect.Remaining(), milliseconds(1'000));
}

TEST(Worker, WakesFromItsSleepAndStops) {
  std::atomic<int> rounds{0};
  Worker worker;
  worker.Start([&] {
    ++rounds;
    return milliseconds(60'000);
  });
  while (rounds < 1) std::this_thread::yield();
  worker.Wake();
  while (rounds < 2) std::this_thread::yield();
  worker.Stop();
  EXPECT_LE(rounds, 3);
  worker.Start([&] {
    rounds = 100;
    return milliseconds(60'000);
  });
  while (rounds < 100) std::this_thread::yield();
}

TEST(Watchdog, AbortsWhatDoesNotTickAndOnlyThat) {
  ManualClock clock(FromMicros(0));
  std::atomic<int> aborts{0};
  Watchdog watchdog(clock, milliseconds(5'000), [&] { ++aborts; });
  clock.Advance(std::chrono::hours(1));
  watchdog.Start();  // The time before does not count.
  std::this_thread::sleep_for(milliseconds(250));
  EXPECT_EQ(aborts, 0);
  clock.Advance(milliseconds(4'000));
  watchdog.Tick();
  clock.Advance(milliseconds(4'000));
  std::this_thread::sleep_for(milliseconds(250));
  EXPECT_EQ(aborts, 0);
  clock.Advance(milliseconds(1'500));
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (aborts == 0 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  EXPECT_EQ(aborts, 1);
}

TEST(Gate, LetsManyInOrOneAlone) {
  Gate gate;
  std::atomic<int> inside{0};
  std::atomic<int> alone{0};
  std::atomic<bool> wrong{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        const bool by_itself = t == 0;
        const Gate::Pass pass(gate, by_itself);
        if (by_itself) {
          ++alone;
          if (inside != 0) wrong = true;
        } else {
          ++inside;
          std::this_thread::yield();
          --inside;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(wrong);
  EXPECT_EQ(alone, 500);
}

}  // namespace
}  // namespace jointly::bus
