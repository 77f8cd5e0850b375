#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "tests/support/bus_side.h"
#include "tests/support/fake_broker.h"

// The event log read as a feed, and published by the flag, while others write.
namespace jointly::test {
namespace {

class FeedTest : public SideTest {
 protected:
  void Prepare() override {
    side_ = std::make_unique<Side>("partnerships", "agreement", GetParam(), clock_, rng_);
  }
  void Change(const std::string& id, int times = 1, const std::string& body = "") {
    for (int i = 0; i < times; ++i) ASSERT_TRUE(side_->Change(id, body).ok());
  }
  bus::FeedPage Read(const bus::FeedQuery& query = {}) {
    const auto page = bus::ReadFeed(side_->database(), query);
    EXPECT_TRUE(page.ok()) << page.status();
    return page.ok() ? *page : bus::FeedPage();
  }

  // Many writers, each with a transaction that stays open for a while after its id was taken.
  std::vector<std::thread> StartWriters(int writers, int each) {
    std::vector<std::thread> threads;
    for (int w = 0; w < writers; ++w) {
      threads.emplace_back([this, w, each] {
        for (int i = 0; i < each; ++i) {
          const absl::Status status = side_->database().Transact([&](db::Tx& tx) -> absl::Status {
            const auto revision = side_->ChangeIn(tx, "w" + std::to_string(w), "");
            if (!revision.ok()) return revision.status();
            // Sends the queued rows: their ids are taken, their commit is still to come.
            const auto sent = tx.Query("SELECT 1 AS one");
            if (is_postgres()) {
              std::this_thread::sleep_for(std::chrono::microseconds((w * 7 + i * 13) % 3000));
            }
            return sent.status();
          });
          EXPECT_TRUE(status.ok()) << status;
        }
        --writing_;
      });
    }
    return threads;
  }

  SystemClock clock_;
  SeededRng rng_{5};
  std::unique_ptr<Side> side_;
  std::atomic<int> writing_{0};
};

TEST_P(FeedTest, PagesInCommitOrder) {
  Change("a", 3);
  Change("b", 2);
  const auto first = Read({.page_size = 2});
  ASSERT_EQ(first.events.size(), 2U);
  EXPECT_FALSE(first.at_end);
  EXPECT_EQ(first.events[1].revision, 2);
  const auto second = Read({.cursor = first.next_cursor, .page_size = 2});
  ASSERT_EQ(second.events.size(), 2U);
  EXPECT_EQ(second.events[0].revision, 3);
  EXPECT_EQ(second.events[1].aggregate_id, "b");
  const auto third = Read({.cursor = second.next_cursor, .page_size = 2});
  ASSERT_EQ(third.events.size(), 1U);
  EXPECT_TRUE(third.at_end);
  const auto nothing = Read({.cursor = third.next_cursor});
  EXPECT_TRUE(nothing.events.empty());
  EXPECT_TRUE(nothing.at_end);
  EXPECT_EQ(nothing.next_cursor, third.next_cursor);
}

TEST_P(FeedTest, GivesOneAggregateFromARevisionOn) {
  Change("a", 5);
  Change("b", 2);
  const auto page =
      Read({.aggregate_type = "partnerships.agreement", .aggregate_id = "a", .after_revision = 3});
  ASSERT_EQ(page.events.size(), 2U);
  EXPECT_EQ(page.events[0].revision, 4);
  EXPECT_EQ(page.events[1].revision, 5);
}

TEST_P(FeedTest, EndsAPageOfLargeBodiesEarly) {
  Change("a", 12, std::string(250'000, 'x'));
  const auto first = Read({.page_size = 100});
  EXPECT_LT(first.events.size(), 12U);
  EXPECT_FALSE(first.at_end);
  std::size_t count = first.events.size();
  bus::FeedPage page = first;
  while (!page.at_end) {
    page = Read({.cursor = page.next_cursor, .page_size = 100});
    ASSERT_FALSE(page.events.empty());
    count += page.events.size();
  }
  EXPECT_EQ(count, 12U);
}

TEST_P(FeedTest, RefusesAForeignCursor) {
  Change("a");
  const std::string other = is_postgres() ? "s1" : "p1.1";
  for (const std::string& cursor : {std::string("x"), std::string("s"), std::string("p1"),
                                    std::string("p1."), std::string("s1x"), other}) {
    const auto page = bus::ReadFeed(side_->database(), {.cursor = cursor});
    EXPECT_TRUE(absl::IsInvalidArgument(page.status())) << cursor;
  }
}

// A row that becomes visible late would be skipped by a cursor over ids. The horizon must not pass
// it, and the flag must find it.
TEST_P(FeedTest, ReadsNothingBeyondATransactionThatStillRuns) {
  if (!is_postgres()) GTEST_SKIP() << "SQLite has one writer: there is no such transaction";
  std::mutex mutex;
  std::condition_variable changed;
  bool inserted = false;
  bool may_commit = false;
  std::thread slow([&] {
    const absl::Status status = side_->database().Transact([&](db::Tx& tx) -> absl::Status {
      const auto revision = side_->ChangeIn(tx, "slow", "");
      if (!revision.ok()) return revision.status();
      const auto sent = tx.Query("SELECT 1 AS one");
      std::unique_lock lock(mutex);
      inserted = true;
      changed.notify_all();
      changed.wait(lock, [&] { return may_commit; });
      return sent.status();
    });
    EXPECT_TRUE(status.ok()) << status;
  });
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return inserted; });
  }
  Change("fast");  // A later id, and committed.
  const auto before = Read();
  EXPECT_TRUE(before.events.empty()) << "the slow one's row comes first";
  {
    const std::lock_guard lock(mutex);
    may_commit = true;
    changed.notify_all();
  }
  slow.join();
  const auto after = Read({.cursor = before.next_cursor});
  ASSERT_EQ(after.events.size(), 2U);
  EXPECT_EQ(after.events[0].aggregate_id, "slow");
  EXPECT_EQ(after.events[1].aggregate_id, "fast");
}

TEST_P(FeedTest, LosesNothingWhileManyWrite) {
  constexpr int kWriters = 6;
  constexpr int kEach = 60;
  writing_ = kWriters;
  std::vector<std::thread> writers = StartWriters(kWriters, kEach);
  std::vector<Effect> seen;
  std::string cursor;
  for (bool last = false;;) {
    const auto page = Read({.cursor = cursor, .page_size = 7});
    for (const bus::Message& message : page.events) {
      seen.push_back({message.aggregate_id, message.revision});
    }
    cursor = page.next_cursor;
    if (last && page.at_end) break;
    last = writing_ == 0;
  }
  for (std::thread& writer : writers) writer.join();
  std::map<std::string, std::int64_t> made;
  for (int w = 0; w < kWriters; ++w) made["w" + std::to_string(w)] = kEach;
  EXPECT_EQ(Missing(seen, made), "");
}

TEST_P(FeedTest, PublishesEveryRowInOrderWhileManyWrite) {
  constexpr int kWriters = 6;
  constexpr int kEach = 60;
  FakeBroker broker(rng_);
  Side consumer("mobility", "application", GetParam(), clock_, rng_);
  LocalFeeds feeds;
  feeds.SetDown(true);  // The broker alone must bring everything.
  std::vector<std::string> out_of_order;
  std::map<std::string, std::int64_t> last;
  side_->MakeRelay(broker.For("partnerships")).Start();
  auto channel = broker.For("mobility").OpenConsumer();
  ASSERT_TRUE(channel.ok());
  writing_ = kWriters;
  std::vector<std::thread> writers = StartWriters(kWriters, kEach);
  int received = 0;
  const auto end = clock_.Monotonic() + std::chrono::seconds(30);
  while (received < kWriters * kEach && clock_.Monotonic() < end) {
    const auto deliveries = (*channel)->Receive(64, std::chrono::milliseconds(100));
    ASSERT_TRUE(deliveries.ok());
    for (const bus::Delivery& delivery : *deliveries) {
      ++received;
      const std::string id = delivery.message.headers.at("cloudEvents_partitionkey");
      const std::int64_t revision = std::stoll(delivery.message.headers.at("cloudEvents_sequence"));
      if (revision != ++last[id]) out_of_order.push_back(id + " " + std::to_string(revision));
    }
    if (!deliveries->empty()) {
      ASSERT_TRUE((*channel)->AckThrough(deliveries->back().tag).ok());
    }
  }
  for (std::thread& writer : writers) writer.join();
  side_->relay().Stop();
  EXPECT_EQ(received, kWriters * kEach);
  EXPECT_EQ(out_of_order, std::vector<std::string>());
  EXPECT_EQ(side_->Pending(), 0) << "Stop marks what was confirmed";
}

INSTANTIATE_ON_ENGINES(FeedTest);

}  // namespace
}  // namespace jointly::test
