#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/telemetry/failpoint.h"
#include "tests/support/bus_side.h"
#include "tests/support/fake_broker.h"

// Two services and a broker that misbehaves, stepped by hand with a clock that stands still: the
// promises M1 to M3 of the message kernel.
namespace jointly::test {
namespace {

using bus::Message;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr milliseconds kNoWait{0};
const std::string kA = "partnerships.agreement/a";
const std::string kB = "partnerships.agreement/b";

class ExchangeTest : public SideTest {
 protected:
  void Prepare() override {
    producer_ = std::make_unique<Side>("partnerships", "agreement", GetParam(), clock_, rng_);
    consumer_ = std::make_unique<Side>("mobility", "application", GetParam(), clock_, rng_);
    feeds_.Add(*producer_);
    Start();
  }

  void Start() {
    producer_->MakeRelay(broker_.For("partnerships"), {.unroutable_retry = milliseconds(5'000)});
    StartConsumer();
  }

  void StartConsumer() {
    consumer_->MakeConsumer(broker_.For("mobility"), feeds_,
                            {{.aggregate = "partnerships.agreement",
                              .handler = RecordEffect([this](const Message& message) {
                                ++runs_;
                                return first_ ? first_(message) : absl::OkStatus();
                              }),
                              .when_parked = when_parked_}},
                            options_);
  }

  void Change(const std::string& id, int times = 1) {
    for (int i = 0; i < times; ++i) {
      const auto revision = producer_->Change(id);
      ASSERT_TRUE(revision.ok()) << revision.status();
      made_["partnerships.agreement/" + id] = *revision;
    }
  }

  // Errors of single steps are the point of a misbehaving broker.
  void RelayOnce() { producer_->relay().Step(kNoWait).IgnoreError(); }
  void ReceiveOnce() { consumer_->consumer().StepReceive(kNoWait).IgnoreError(); }
  void Deliver() {
    for (int i = 0; i < 12; ++i) {
      RelayOnce();
      ReceiveOnce();
      Tick(milliseconds(20));
    }
  }
  int Apply() {
    int applied = 0;
    for (int idle = 0; idle < 3; ++idle) {
      const auto count = consumer_->consumer().StepApply();
      EXPECT_TRUE(count.ok()) << count.status();
      if (!count.ok()) break;
      applied += *count;
      if (*count > 0) idle = 0;
    }
    return applied;
  }
  void Tick(milliseconds by) { clock_.Advance(by); }
  // Everything moves for this long.
  void Run(std::chrono::seconds span) {
    for (milliseconds passed{0}; passed < span; passed += milliseconds(100)) {
      RelayOnce();
      ReceiveOnce();
      Apply();
      consumer_->consumer().StepReconcile(/*now=*/false).IgnoreError();
      Tick(milliseconds(100));
    }
  }

  ManualClock clock_{FromMicros(1'800'000'000'000'000)};
  SeededRng rng_{7};
  FakeBroker broker_{rng_};
  LocalFeeds feeds_;
  bus::ConsumerOptions options_;
  bus::WhenParked when_parked_ = bus::WhenParked::kHold;
  std::unique_ptr<Side> producer_;
  std::unique_ptr<Side> consumer_;
  std::function<absl::Status(const Message&)> first_;
  int runs_ = 0;
  std::map<std::string, std::int64_t> made_;
};

TEST_P(ExchangeTest, CarriesEveryChangeOnceAndInOrder) {
  Change("a", 3);
  Change("b", 2);
  Deliver();
  Apply();
  EXPECT_EQ(Missing(consumer_->Effects(), made_), "");
  EXPECT_EQ(producer_->Pending(), 0);
  EXPECT_EQ(consumer_->Number("SELECT COUNT(*) FROM inbox"), 0);
  EXPECT_TRUE(broker_.Empty("mobility"));
}

TEST_P(ExchangeTest, AppliesOnceWhatComesTwice) {
  broker_.SetFaults({.duplicate = 100});
  Change("a", 20);
  Deliver();
  Apply();
  // And once more after it was applied.
  producer_->Restart();
  producer_->MakeRelay(broker_.For("partnerships"));
  ASSERT_TRUE(producer_->database()
                  .Transact([](db::Tx& tx) {
                    tx.Execute("UPDATE outbox SET publish_time = NULL");
                    return absl::OkStatus();
                  })
                  .ok());
  Deliver();
  Apply();
  EXPECT_EQ(Missing(consumer_->Effects(), made_), "");
  EXPECT_EQ(runs_, 20);
  EXPECT_EQ(consumer_->Number("SELECT COUNT(*) FROM inbox"), 0);
}

TEST_P(ExchangeTest, PutsInOrderWhatComesInDisorder) {
  broker_.SetFaults({.reorder = 80});
  Change("a", 30);
  Change("b", 30);
  Deliver();
  Apply();
  Tick(milliseconds(300));
  Apply();
  EXPECT_EQ(Missing(consumer_->Effects(), made_), "");
}

TEST_P(ExchangeTest, WaitsForAMissingRevisionAndPullsItAfterItsPatience) {
  Change("a");
  Deliver();
  Apply();
  broker_.SetFaults({.lose = 100});
  Change("a");
  Deliver();
  broker_.SetFaults({});
  Change("a", 2);
  Deliver();
  // The walk after the first connection is due; keep it out of this.
  feeds_.SetDown(true);
  consumer_->consumer().StepReconcile(false).IgnoreError();
  feeds_.SetDown(false);
  EXPECT_EQ(Apply(), 0);
  EXPECT_EQ(consumer_->Inbox("waiting"), 2);
  Tick(milliseconds(1'000));
  ASSERT_TRUE(consumer_->consumer().StepReconcile(false).ok());
  EXPECT_EQ(Apply(), 0) << "patience is two seconds";
  Tick(milliseconds(1'100));
  ASSERT_TRUE(consumer_->consumer().StepReconcile(false).ok());
  EXPECT_EQ(Apply(), 3);
  EXPECT_EQ(Missing(consumer_->Effects(), made_), "");
}

TEST_P(ExchangeTest, FindsALostLastEventByTheSlowWalk) {
  Change("a", 2);
  Run(std::chrono::seconds(2));
  broker_.SetFaults({.lose = 100});
  Change("a");
  Run(std::chrono::seconds(20));
  EXPECT_NE(Missing(consumer_->Effects(), made_), "");
  Run(std::chrono::seconds(15));
  EXPECT_EQ(Missing(consumer_->Effects(), made_), "");
}

TEST_P(ExchangeTest, HealsFromAWipedBroker) {
  Change("a", 5);
  Change("b", 5);
  for (int i = 0; i < 12; ++i) {
    RelayOnce();
    Tick(milliseconds(20));
  }
  ASSERT_EQ(producer_->Pending(), 0) << "all of it was confirmed";
  broker_.Wipe();
  Change("a");
  Run(std::chrono::seconds(8));
  EXPECT_EQ(Missing(consumer_->Effects(), made_), "");
}

TEST_P(ExchangeTest, BootstrapsANewConsumerFromTheFeedAlone) {
  broker_.SetFaults({.lose = 100});
  Change("a", 700);  // More than a page.
  Change("b", 3);
  ASSERT_TRUE(consumer_->consumer().StepReconcile(/*now=*/true).ok());
  Apply();
  EXPECT_EQ(Missing(consumer_->Effects(), made_), "");
  const int calls = feeds_.calls();
  ASSERT_TRUE(consumer_->consumer().StepReconcile(/*now=*/true).ok());
  EXPECT_LE(feeds_.calls() - calls, 1) << "the walk goes on from its cursor";
}

TEST_P(ExchangeTest, DeclaresADeletedQueueAgainAndRetriesWhatCameBack) {
  // The only consumer of mobility.call is notifications; nobody of it is connected here.
  Side calls("mobility", "call", GetParam(), clock_, rng_);
  calls.MakeRelay(broker_.For("mobility"), {.unroutable_retry = milliseconds(5'000)});
  ASSERT_TRUE(calls.relay().Step(kNoWait).ok());
  broker_.DeleteQueue("notifications");
  ASSERT_TRUE(calls.Change("c").ok());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(calls.relay().Step(kNoWait).ok());
  EXPECT_GE(broker_.counts().returned, 1);
  EXPECT_EQ(calls.Pending(), 1);
  EXPECT_EQ(calls.Number("SELECT COUNT(*) FROM outbox WHERE last_error = 'unroutable'"), 1);
  for (int i = 0; i < 20; ++i) {
    Tick(milliseconds(100));
    ASSERT_TRUE(calls.relay().Step(kNoWait).ok());
  }
  EXPECT_EQ(calls.Pending(), 0);
  EXPECT_EQ(broker_.Waiting("notifications"), 1U);
}

TEST_P(ExchangeTest, AnEventThatNobodyTakesIsDoneWhenItWasSent) {
  Side rules("theses", "rule_set", GetParam(), clock_, rng_);
  rules.MakeRelay(broker_.For("theses"));
  ASSERT_TRUE(rules.Change("r").ok());
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(rules.relay().Step(kNoWait).ok());
    Tick(milliseconds(20));
  }
  EXPECT_EQ(broker_.counts().returned, 1);
  EXPECT_EQ(rules.Pending(), 0);
}

TEST_P(ExchangeTest, EventsLetCommandsGoFirstForABoundedTime) {
  bool pressed = true;
  Side busy("partnerships", "agreement", GetParam(), clock_, rng_);
  busy.MakeRelay(broker_.For("partnerships"),
                 {.pressed = [&] { return pressed; }, .yield_max = milliseconds(2'000)});
  const auto pass = [&](milliseconds time) {
    for (milliseconds spent{0}; spent < time; spent += milliseconds(100)) {
      ASSERT_TRUE(busy.relay().Step(kNoWait).ok());
      Tick(milliseconds(100));
    }
  };
  ASSERT_TRUE(busy.Change("a").ok());
  pass(milliseconds(1'500));
  EXPECT_EQ(busy.Pending(), 1) << "commands go first";
  pass(milliseconds(1'000));
  EXPECT_EQ(busy.Pending(), 0) << "but not for ever";
  ASSERT_TRUE(busy.Change("a").ok());
  pass(milliseconds(1'000));
  EXPECT_EQ(busy.Pending(), 1) << "all was sent: they may wait again";
  pressed = false;
  pass(milliseconds(500));
  EXPECT_EQ(busy.Pending(), 0);
}

TEST_P(ExchangeTest, PublishesAgainWhatWasRefused) {
  broker_.SetFaults({.nack = 100});
  Change("a", 5);
  Deliver();
  EXPECT_EQ(producer_->Pending(), 5);
  EXPECT_GE(broker_.counts().nacked, 5);
  broker_.SetFaults({});
  Run(std::chrono::seconds(2));
  EXPECT_EQ(producer_->Pending(), 0);
  EXPECT_EQ(Missing(consumer_->Effects(), made_), "");
}

TEST_P(ExchangeTest, PublishesAgainWhatIsNeverConfirmed) {
  broker_.SetFaults({.mute = 100});
  Change("a");
  Deliver();
  broker_.SetFaults({});
  Run(std::chrono::seconds(20));
  EXPECT_EQ(producer_->Pending(), 1) << "a broker may take its time";
  Run(std::chrono::seconds(15));
  EXPECT_EQ(producer_->Pending(), 0);
  EXPECT_EQ(broker_.counts().published, 2);
  Apply();
  EXPECT_EQ(Missing(consumer_->Effects(), made_), "");
}

TEST_P(ExchangeTest, HoldsItsBreathWhileTheBrokerIsBlocked) {
  Change("a");
  Deliver();
  broker_.SetBlocked(true);
  Change("a", 50);
  Deliver();
  EXPECT_TRUE(producer_->relay().blocked());
  EXPECT_EQ(producer_->Pending(), 50);
  EXPECT_LE(broker_.counts().published, 2) << "at most what was sent before the alarm was seen";
  broker_.SetBlocked(false);
  Run(std::chrono::seconds(2));
  EXPECT_FALSE(producer_->relay().blocked());
  EXPECT_EQ(Missing(consumer_->Effects(), made_), "");
}

TEST_P(ExchangeTest, WorksOnThroughAnAbsentBroker) {
  broker_.SetDown(true);
  Change("a", 10);
  Run(std::chrono::seconds(3));
  EXPECT_FALSE(producer_->relay().connected());
  EXPECT_FALSE(consumer_->consumer().connected());
  EXPECT_EQ(producer_->Pending(), 10);
  broker_.SetDown(false);
  Run(std::chrono::seconds(31));
  EXPECT_TRUE(producer_->relay().connected());
  EXPECT_EQ(producer_->Pending(), 0);
  EXPECT_EQ(Missing(consumer_->Effects(), made_), "");
}

TEST_P(ExchangeTest, DeadLettersOnlyWhatHasNoReadableEnvelope) {
  ReceiveOnce();
  bus::WireMessage broken;
  broken.message_id = "not-a-uuid";
  broken.headers = {{"cloudEvents_id", "not-a-uuid"}};
  Change("a", 2);
  for (int i = 0; i < 12; ++i) RelayOnce();
  broker_.Inject("mobility", broken);  // The last one, so that the ack's own tag is a rejected one.
  ReceiveOnce();
  EXPECT_EQ(Missing(consumer_->Effects(), made_), "");
  ASSERT_EQ(broker_.Parked("mobility").size(), 1U);
  EXPECT_EQ(broker_.Parked("mobility")[0].message_id, "not-a-uuid");
  EXPECT_TRUE(broker_.Empty("mobility"));
  EXPECT_TRUE(consumer_->consumer().connected());
}

TEST_P(ExchangeTest, IgnoresAggregatesThatItHasNoHandlerFor) {
  Side institutions("partnerships", "institution", GetParam(), clock_, rng_);
  institutions.MakeRelay(broker_.For("partnerships"));
  ASSERT_TRUE(institutions.Change("i").ok());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(institutions.relay().Step(kNoWait).ok());
  ReceiveOnce();
  EXPECT_TRUE(broker_.Empty("mobility"));
  EXPECT_EQ(consumer_->Number("SELECT COUNT(*) FROM inbox"), 0);
}

TEST_P(ExchangeTest, RunsTheSubscriptionsOfAnAggregateInOneTransaction) {
  int second = 0;
  consumer_->MakeConsumer(broker_.For("mobility"), feeds_,
                          {{"partnerships.agreement", RecordEffect()},
                           {"partnerships.agreement", [&](db::Tx&, const Message&) -> absl::Status {
                              return ++second < 3 ? Unavailable(kUnavailable, "not yet")
                                                  : absl::OkStatus();
                            }}});
  Change("a");
  Deliver();
  Apply();
  EXPECT_THAT(consumer_->Effects(), IsEmpty()) << "the first one's effect went with the second's";
  Run(std::chrono::seconds(4));
  EXPECT_THAT(consumer_->Effects(), ElementsAre(Effect{kA, 1}));
}

TEST_P(ExchangeTest, SurvivesSeedsOfEverythingAtOnce) {
  // PostgreSQL is the slower one; the simulation runs thousands of seeds on SQLite.
  for (std::uint64_t seed = 1; seed <= (is_postgres() ? 1U : 4U); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRng choice(seed);
    broker_.SetFaults({.duplicate = 20,
                       .lose = 5,
                       .nack = 10,
                       .reorder = 30,
                       .disconnect = 2,
                       .hold_confirmations = 50});
    for (int step = 0; step < 60; ++step) {
      switch (choice.Below(10)) {
        case 0:
        case 1:
        case 2:
          Change(std::string(1, static_cast<char>('a' + choice.Below(4))),
                 static_cast<int>(choice.Below(4)) + 1);
          break;
        case 3:
          if (choice.Below(8) == 0) broker_.Wipe();
          break;
        case 4:
          if (choice.Below(4) == 0) broker_.DeleteQueue("mobility");
          break;
        case 5:
          if (choice.Below(6) == 0) {
            producer_->Restart();
            consumer_->Restart();
            Start();
          }
          break;
        default:
          Run(std::chrono::seconds(choice.Below(3)));
      }
    }
    broker_.SetFaults({});
    Run(std::chrono::seconds(70));
    ASSERT_EQ(Missing(consumer_->Effects(), made_), "");
    ASSERT_EQ(producer_->Pending(), 0);
    ASSERT_EQ(consumer_->Number("SELECT COUNT(*) FROM inbox"), 0);
  }
}

#ifdef JOINTLY_FAILPOINTS
struct Crash {
  std::string_view at;
  int passes_left;
};

TEST_P(ExchangeTest, SurvivesADeathBetweenAnyTwoSteps) {
  std::vector<const char*> places = {"relay.before_mark", "consumer.before_ack",
                                     "consumer.after_apply"};
  if (!is_postgres()) {
    places.insert(places.end(), {"outbox.after_commit", "relay.before_publish",
                                 "consumer.before_direct", "consumer.before_apply"});
  }
  for (const char* place : places) {
    SCOPED_TRACE(place);
    Crash crash{.at = place, .passes_left = 2};
    telemetry::SetFailpointHook(
        [](std::string_view name, void* context) {
          auto& armed = *static_cast<Crash*>(context);
          if (name == armed.at && --armed.passes_left == 0) throw telemetry::SimulatedCrash();
        },
        &crash);
    // Reordering sends a part of them through the inbox.
    broker_.SetFaults({.reorder = 50});
    for (int i = 0; i < 24; ++i) {
      try {
        if (i % 4 == 0) Change("a", 2);
        Run(std::chrono::seconds(1));
      } catch (const telemetry::SimulatedCrash&) {
        producer_->Restart();
        consumer_->Restart();
        Start();
        // What a command has committed is made, whether or not its caller heard of it.
        made_[kA] = producer_->Number("SELECT revision FROM thing WHERE id = 'a'");
      }
    }
    telemetry::SetFailpointHook(nullptr, nullptr);
    EXPECT_LE(crash.passes_left, 0) << "it did die";
    Run(std::chrono::seconds(5));
    ASSERT_EQ(Missing(consumer_->Effects(), made_), "");
    ASSERT_EQ(producer_->Pending(), 0);
  }
}
#endif

INSTANTIATE_ON_ENGINES(ExchangeTest);

}  // namespace
}  // namespace jointly::test
