#include <gtest/gtest.h>

#include "tests/support/bus_side.h"
#include "tests/support/fake_broker.h"

// Several replicas of one service: one leads, another takes over; and two that both believe to lead
// cause duplicates on the wire, never a second effect.
namespace jointly::test {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kNoWait{0};

class ReplicasTest : public DatabaseTest {
 protected:
  ReplicasTest() : DatabaseTest({{"things", &SideMigrations()}}) {}

  ManualClock clock_{FromMicros(1'800'000'000'000'000)};
  SeededRng rng_{21};
  FakeBroker broker_{rng_};
  LocalFeeds feeds_;
};

TEST_P(ReplicasTest, AnotherLeadsWithinASecondWhenTheLeaderIsGone) {
  if (!is_postgres()) GTEST_SKIP() << "a SQLite file belongs to one process";
  Side writer("partnerships", "agreement", GetParam(), clock_, rng_);
  // Two processes of the same service: two handles to one database.
  auto first_database = OpenMigrated(place(), {{"things", &SideMigrations()}});
  auto& second_database = database();
  auto first =
      std::make_unique<bus::Relay>(bus::RelayOptions{.service = "partnerships"}, *first_database,
                                   broker_.For("partnerships"), clock_, rng_);
  bus::Relay second({.service = "partnerships"}, second_database, broker_.For("partnerships"),
                    clock_, rng_);
  IdSource ids(clock_, rng_);
  bus::Outbox outbox("partnerships", "test", clock_, ids);
  const auto write = [&](std::int64_t revision) {
    return second_database.Transact([&](db::Tx& tx) {
      bus::Event event;
      event.aggregate_type = "partnerships.agreement";
      event.aggregate_id = "a";
      event.revision = revision;
      event.action = "updated";
      event.subject = "agreements/a";
      event.message_name = "jointly.partnerships.v1.AgreementEvent";
      outbox.Append(tx, event);
      return absl::OkStatus();
    });
  };
  ASSERT_TRUE(write(1).ok());
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(first->Step(kNoWait).ok());
    ASSERT_TRUE(second.Step(kNoWait).ok());
    clock_.Advance(milliseconds(100));
  }
  EXPECT_EQ(broker_.counts().published, 1) << "one of them published";
  EXPECT_TRUE(second.connected()) << "standing by is no fault";
  first.reset();
  first_database.reset();  // As its process goes, the session and its lock go.
  ASSERT_TRUE(write(2).ok());
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(second.Step(kNoWait).ok());
    clock_.Advance(milliseconds(100));
  }
  EXPECT_EQ(broker_.counts().published, 2);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM outbox WHERE publish_time IS NULL"), 0);
}

TEST_P(ReplicasTest, TwoThatBothLeadCauseDuplicatesOnly) {
  for (std::uint64_t seed = 1; seed <= (is_postgres() ? 2U : 6U); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRng choice(seed);
    FakeBroker broker(choice, {.duplicate = 10, .reorder = 20, .disconnect = 3});
    Side producer("partnerships", "agreement", GetParam(), clock_, rng_);
    Side consumer("mobility", "application", GetParam(), clock_, rng_);
    LocalFeeds feeds;
    feeds.Add(producer);
    // On one database handle both hold the same lock.
    bus::Relay relays[2] = {{{.service = "partnerships"},
                             producer.database(),
                             broker.For("partnerships"),
                             clock_,
                             rng_},
                            {{.service = "partnerships"},
                             producer.database(),
                             broker.For("partnerships"),
                             clock_,
                             rng_}};
    const auto subscription = [] {
      return std::vector<bus::Subscription>{{"partnerships.agreement", RecordEffect()}};
    };
    bus::Consumer consumers[2] = {{{.service = "mobility"},
                                   consumer.database(),
                                   broker.For("mobility"),
                                   feeds,
                                   subscription(),
                                   clock_,
                                   rng_},
                                  {{.service = "mobility"},
                                   consumer.database(),
                                   broker.For("mobility"),
                                   feeds,
                                   subscription(),
                                   clock_,
                                   rng_}};
    std::map<std::string, std::int64_t> made;
    const auto step = [&] {
      const std::size_t which = choice.Below(2);
      switch (choice.Below(4)) {
        case 0:
          return relays[which].Step(kNoWait).IgnoreError();
        case 1:
          return consumers[which].StepReceive(kNoWait).IgnoreError();
        case 2:
          return consumers[which].StepApply().status().IgnoreError();
        default:
          consumers[which].StepReconcile(false).IgnoreError();
          clock_.Advance(milliseconds(50));
      }
    };
    for (int i = 0; i < 400; ++i) {
      if (choice.Below(4) == 0) {
        const std::string id(1, static_cast<char>('a' + choice.Below(3)));
        const auto revision = producer.Change(id);
        ASSERT_TRUE(revision.ok()) << revision.status();
        made["partnerships.agreement/" + id] = *revision;
      }
      step();
    }
    broker.SetFaults({});
    for (int i = 0; i < 80 && !Missing(consumer.Effects(), made).empty(); ++i) {
      for (int k = 0; k < 50; ++k) step();
    }
    EXPECT_EQ(Missing(consumer.Effects(), made), "");
    EXPECT_GT(broker.counts().published, 0);
  }
}

INSTANTIATE_ON_ENGINES(ReplicasTest);

}  // namespace
}  // namespace jointly::test
