#include <gmock/gmock.h>

#include <atomic>
#include <barrier>
#include <numeric>
#include <thread>

#include "common/db/lane.h"
#include "common/error/macros.h"
#include "tests/support/database_fixture.h"

namespace jointly::db {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

void RunTogether(int threads, const std::function<void(int)>& work) {
  std::barrier start(threads);
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      start.arrive_and_wait();
      work(t);
    });
  }
  for (std::thread& thread : running) thread.join();
}

class ContentionTest : public test::DatabaseTest {
 protected:
  void Prepare() override {
    Execute("CREATE TABLE quota (id TEXT PRIMARY KEY, held BIGINT NOT NULL)");
    Execute("CREATE TABLE log (id {identity}, number BIGINT NOT NULL, writer BIGINT NOT NULL)");
    for (const char* id : {"a", "b"}) Execute("INSERT INTO quota VALUES ($1, 0)", {id});
  }

  static absl::StatusOr<std::int64_t> Lock(Tx& tx, std::string_view id) {
    ASSIGN_OR_RETURN(const Rows rows,
                     tx.Query("SELECT held FROM quota WHERE id = $1 {for_update}", {id}));
    return rows.front().Int("held");
  }
  static void Save(Tx& tx, std::string_view id, std::int64_t held) {
    tx.Execute("UPDATE quota SET held = $2 WHERE id = $1", {id, held});
  }
};

TEST_P(ContentionTest, EveryIncrementOfOneRowCounts) {
  constexpr int kThreads = 24;
  constexpr int kRounds = 40;
  std::atomic<int> failed{0};
  RunTogether(kThreads, [&](int t) {
    for (int round = 0; round < kRounds; ++round) {
      const absl::Status status = database().Transact([&](Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const std::int64_t held, Lock(tx, "a"));
        Save(tx, "a", held + 1);
        tx.Execute("INSERT INTO log (number, writer) VALUES ($1, $2)", {held + 1, t});
        return absl::OkStatus();
      });
      if (!status.ok()) ++failed;
    }
  });
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(Number("SELECT held FROM quota WHERE id = 'a'"), kThreads * kRounds);
  // Rows written under the lock get growing ids in the order of the commits: an outbox by id is in
  // the order of its aggregate's revisions.
  std::vector<std::int64_t> numbers;
  for (const Row& row : Query("SELECT number FROM log ORDER BY id")) {
    numbers.push_back(row.Int("number"));
  }
  std::vector<std::int64_t> expected(kThreads * kRounds);
  std::iota(expected.begin(), expected.end(), 1);
  EXPECT_EQ(numbers, expected);
}

TEST_P(ContentionTest, DeadlocksAreRunAgain) {
  // Half of the threads lock a then b, the others b then a.
  std::atomic<int> failed{0};
  std::atomic<int> runs{0};
  RunTogether(6, [&](int t) {
    const std::string first = t % 2 == 0 ? "a" : "b";
    const std::string second = t % 2 == 0 ? "b" : "a";
    for (int round = 0; round < 3; ++round) {
      const absl::Status status = database().Transact([&](Tx& tx) -> absl::Status {
        ++runs;
        if (is_postgres()) tx.Execute("SET LOCAL deadlock_timeout = '20ms'");
        ASSIGN_OR_RETURN(const std::int64_t held, Lock(tx, first));
        std::this_thread::sleep_for(milliseconds(5));
        ASSIGN_OR_RETURN(const std::int64_t other, Lock(tx, second));
        Save(tx, first, held + 1);
        Save(tx, second, other + 1);
        return absl::OkStatus();
      });
      // Bounded: somebody may be told to come again, but nothing else.
      if (!status.ok()) {
        ++failed;
        EXPECT_EQ(ReasonOf(status), kContention.name) << status;
      }
    }
  });
  EXPECT_EQ(Number("SELECT SUM(held) FROM quota"), 2 * (18 - failed));
  EXPECT_LT(failed, 9);
  if (is_postgres()) {
    EXPECT_GT(runs, 18) << "no deadlock happened: the test tests nothing";
  }
}

TEST_P(ContentionTest, WaitingForALockEndsAtTheDeadline) {
  std::atomic<bool> locked{false};
  std::atomic<bool> release{false};
  std::thread holder([&] {
    const absl::Status status = database().Transact([&](Tx& tx) -> absl::Status {
      RETURN_IF_ERROR(Lock(tx, "a").status());
      locked = true;
      while (!release) std::this_thread::sleep_for(milliseconds(1));
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
  });
  while (!locked) std::this_thread::sleep_for(milliseconds(1));
  const steady_clock::time_point start = steady_clock::now();
  const absl::Status status = database().Transact(
      [&](Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const std::int64_t held, Lock(tx, "a"));
        Save(tx, "a", held + 1);
        return absl::OkStatus();
      },
      {.deadline = start + milliseconds(150)});
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  EXPECT_GE(steady_clock::now() - start, milliseconds(150));
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(10));
  release = true;
  holder.join();
  EXPECT_EQ(Number("SELECT held FROM quota WHERE id = 'a'"), 0);
}

TEST_P(ContentionTest, SerialisationFailuresAreBounded) {
  if (!is_postgres()) GTEST_SKIP() << "SQLite has one writer: its transactions never fail so";
  int runs = 0;
  const absl::Status never = database().Transact([&](Tx& tx) -> absl::Status {
    ++runs;
    tx.Execute("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$");
    return absl::OkStatus();
  });
  EXPECT_TRUE(absl::IsAborted(never)) << never;
  EXPECT_EQ(ReasonOf(never), kContention.name);
  EXPECT_GT(runs, 2);
  EXPECT_LT(runs, 20);
}

// What a lane decides in these tests: places of a quota.
struct Claim {
  int who = 0;
};
struct Answer {
  int who = 0;
  bool granted = false;
  std::size_t batch = 0;
};

class LaneTest : public ContentionTest {
 protected:
  static absl::StatusOr<std::vector<Answer>> Grant(Tx& tx, const std::string& key,
                                                   const std::vector<Claim>& claims,
                                                   std::int64_t places) {
    ASSIGN_OR_RETURN(std::int64_t held, Lock(tx, key));
    std::vector<Answer> answers;
    for (const Claim& claim : claims) {
      const bool granted = held < places;
      if (granted) ++held;
      answers.push_back({claim.who, granted, claims.size()});
    }
    Save(tx, key, held);
    return answers;
  }
};

TEST_P(LaneTest, SixtyFourCallersGetTenPlaces) {
  Lane<Claim, Answer> lane(database(),
                           [](Tx& tx, const std::string& key, const std::vector<Claim>& claims) {
                             return Grant(tx, key, claims, 10);
                           });
  std::atomic<int> granted{0};
  std::atomic<int> wrong{0};
  std::atomic<std::size_t> largest{0};
  RunTogether(64, [&](int t) {
    const auto answer = lane.Run("a", {t});
    if (!answer.ok() || answer->who != t) {
      ++wrong;
      return;
    }
    if (answer->granted) ++granted;
    std::size_t seen = largest;
    while (answer->batch > seen && !largest.compare_exchange_weak(seen, answer->batch)) {
    }
  });
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(granted, 10);
  EXPECT_GT(largest, 1U) << "nothing was ever taken together";
  EXPECT_LE(largest, 60U);
  EXPECT_EQ(Number("SELECT held FROM quota WHERE id = 'a'"), 10);
}

TEST_P(LaneTest, LanesOfDifferentAggregatesDoNotMix) {
  Lane<Claim, Answer> lane(
      database(),
      [](Tx& tx, const std::string& key, const std::vector<Claim>& claims) {
        return Grant(tx, key, claims, 1'000'000);
      },
      /*batch_limit=*/4);
  std::atomic<int> failed{0};
  RunTogether(32, [&](int t) {
    for (int round = 0; round < 20; ++round) {
      if (!lane.Run(t % 4 == 0 ? "b" : "a", {t}).ok()) ++failed;
    }
  });
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(Number("SELECT held FROM quota WHERE id = 'a'"), 24 * 20);
  EXPECT_EQ(Number("SELECT held FROM quota WHERE id = 'b'"), 8 * 20);
}

TEST_P(LaneTest, AnErrorOfTheBatchIsEverybodysAnswer) {
  std::atomic<int> batches{0};
  Lane<Claim, Answer> lane(
      database(),
      [&](Tx& tx, const std::string& key,
          const std::vector<Claim>& claims) -> absl::StatusOr<std::vector<Answer>> {
        if (batches++ % 2 == 0) return Unavailable(kUnavailable, "as planned");
        return Grant(tx, key, claims, 1'000'000);
      });
  std::atomic<int> granted{0};
  std::atomic<int> refused{0};
  RunTogether(16, [&](int t) {
    for (int round = 0; round < 10; ++round) {
      const auto answer = lane.Run("a", {t});
      if (answer.ok()) ++granted;
      if (absl::IsUnavailable(answer.status())) ++refused;
    }
  });
  EXPECT_EQ(granted + refused, 160);
  EXPECT_GT(refused, 0);
  EXPECT_EQ(Number("SELECT held FROM quota WHERE id = 'a'"), granted);
}

TEST_P(LaneTest, BusyCallersAreGatheredAndALoneOneIsNotKeptWaiting) {
  Lane<Claim, Answer> lane(database(),
                           [](Tx& tx, const std::string& key, const std::vector<Claim>& claims) {
                             return Grant(tx, key, claims, 1'000'000);
                           });
  std::atomic<int> failed{0};
  for (int burst = 0; burst < 3; ++burst) {
    RunTogether(8, [&](int t) {
      for (int round = 0; round < 25; ++round) {
        if (!lane.Run("a", {t}).ok()) ++failed;
      }
    });
    // Seven others are expected, and none comes.
    const auto alone = lane.Run("a", {99}, {.deadline = steady_clock::now() + milliseconds(5'000)});
    ASSERT_TRUE(alone.ok()) << alone.status();
    EXPECT_EQ(alone->batch, 1U);
  }
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(Number("SELECT held FROM quota WHERE id = 'a'"), 3 * (8 * 25 + 1));
}

TEST_P(LaneTest, ManyIdleQueuesDoNotPileUp) {
  Lane<Claim, Answer> lane(database(),
                           [](Tx& tx, const std::string&, const std::vector<Claim>& claims) {
                             return Grant(tx, "a", claims, 1'000'000);
                           });
  std::atomic<int> failed{0};
  RunTogether(8, [&](int t) {
    for (int round = 0; round < 60; ++round) {
      if (!lane.Run(std::to_string(round), {t}).ok()) ++failed;
    }
  });
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(Number("SELECT held FROM quota WHERE id = 'a'"), 8 * 60);
}

TEST_P(LaneTest, ExceptionsComeOutAtTheirCallers) {
  Lane<Claim, Answer> lane(database(),
                           [](Tx&, const std::string&,
                              const std::vector<Claim>&) -> absl::StatusOr<std::vector<Answer>> {
                             throw std::runtime_error("as designed");
                           });
  EXPECT_THROW(lane.Run("a", {1}).IgnoreError(), std::runtime_error);
  EXPECT_THROW(lane.Run("a", {2}).IgnoreError(), std::runtime_error);
}

TEST_P(LaneTest, ACallerThatWaitsInVainLeavesAtItsDeadline) {
  std::atomic<bool> running{false};
  std::atomic<bool> release{false};
  Lane<Claim, Answer> lane(database(),
                           [&](Tx& tx, const std::string& key, const std::vector<Claim>& claims) {
                             running = true;
                             while (!release) std::this_thread::sleep_for(milliseconds(1));
                             return Grant(tx, key, claims, 10);
                           });
  std::thread first([&] { EXPECT_TRUE(lane.Run("a", {1}).ok()); });
  while (!running) std::this_thread::sleep_for(milliseconds(1));
  const auto late = lane.Run("a", {2}, {.deadline = steady_clock::now() + milliseconds(50)});
  EXPECT_TRUE(absl::IsDeadlineExceeded(late.status())) << late.status();
  release = true;
  first.join();
  EXPECT_TRUE(lane.Run("a", {3}).ok());
  EXPECT_EQ(Number("SELECT held FROM quota WHERE id = 'a'"), 2);
}

INSTANTIATE_ON_ENGINES(ContentionTest);
INSTANTIATE_ON_ENGINES(LaneTest);

}  // namespace
}  // namespace jointly::db
