#include <gtest/gtest.h>

#include "tests/support/broker_fixture.h"

// The bus while the broker fails: nothing lost, nothing twice, nobody hangs.
namespace jointly::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class BrokerFaultTest : public BrokerTest {
 protected:
  void TearDown() override {
    if (paused_) Node("resume");
    if (alarmed_) SetMemoryAlarm(false);
    BrokerTest::TearDown();
  }
  void Pause() {
    Node("pause");
    paused_ = true;
  }
  void Resume() {
    Node("resume");
    paused_ = false;
  }
  void Alarm(bool on) {
    SetMemoryAlarm(on);
    alarmed_ = on;
  }
  void AwaitEffects(std::size_t count) {
    ASSERT_TRUE(
        WaitUntil([&] { return consumer_->Effects().size() >= count; }, milliseconds(15'000)));
  }

 private:
  bool paused_ = false;
  bool alarmed_ = false;
};

// messaging.md 4.2: after a missed heartbeat this version of the library would publish for ever.
TEST_F(BrokerFaultTest, APublishToABrokerThatWasPausedWhileIdleComesBack) {
  bus::AmqpBroker broker(Options("partnerships"));
  auto channel = broker.OpenPublisher();
  ASSERT_TRUE(channel.ok()) << channel.status();
  Pause();
  std::this_thread::sleep_for(milliseconds(2'500));
  const auto began = steady_clock::now();
  absl::Status status;
  for (int i = 0; i < 3 && status.ok(); ++i) {
    status = (*channel)->Publish({.routing_key = "partnerships.agreement.x.v1"}).status();
  }
  EXPECT_EQ(ReasonOf(status), bus::kBrokerDown.name) << status;
  EXPECT_LT(steady_clock::now() - began, milliseconds(500));
  Resume();
}

TEST_F(BrokerFaultTest, AnIdleRelayNoticesAPausedBroker) {
  StartExchange();
  Change("a");
  AwaitEffects(1);
  Pause();
  const auto paused = steady_clock::now();
  Change("a", 5);
  EXPECT_TRUE(WaitUntil(
      [&] { return !producer_->relay().connected() && !consumer_->consumer().connected(); },
      kDetection + milliseconds(1'500)));
  const auto noticed =
      std::chrono::duration_cast<milliseconds>(steady_clock::now() - paused).count();
  RecordProperty("noticed_ms", static_cast<int>(noticed));
  Change("a", 5);  // Commands go on.
  Resume();
  ExpectAllApplied(std::chrono::seconds(20));
}

TEST_F(BrokerFaultTest, ABusyRelayNoticesAPausedBroker) {
  StartExchange();
  StartLoad(milliseconds(1));
  AwaitEffects(100);
  Pause();
  EXPECT_TRUE(
      WaitUntil([&] { return !producer_->relay().connected(); }, kDetection + milliseconds(1'500)));
  Resume();
  ExpectAllApplied(std::chrono::seconds(20));
}

TEST_F(BrokerFaultTest, StopsEvenWhileTheBrokerIsPaused) {
  StartExchange();
  StartLoad(milliseconds(1));
  AwaitEffects(50);
  Pause();
  StopLoad();
  const auto began = steady_clock::now();
  producer_->relay().Stop();
  consumer_->consumer().Stop();
  // Three seconds of patience for confirmations, two heartbeats, and the closing.
  EXPECT_LT(steady_clock::now() - began, std::chrono::seconds(12));
  Resume();
}

TEST_F(BrokerFaultTest, PausesUnderAMemoryAlarmAndGoesOnAfterIt) {
  StartExchange();
  StartLoad(milliseconds(2));
  AwaitEffects(50);
  Alarm(true);
  ASSERT_TRUE(WaitUntil([&] { return producer_->relay().blocked(); }, milliseconds(5'000)));
  const std::string done = "SELECT COUNT(*) FROM outbox WHERE publish_time IS NOT NULL";
  ASSERT_TRUE(WaitUntil(
      [&] {
        const auto before = producer_->Number(done);
        std::this_thread::sleep_for(milliseconds(200));
        return producer_->Number(done) == before;
      },
      milliseconds(5'000)));
  const auto frozen = producer_->Number(done);
  const auto pending = producer_->Pending();
  std::this_thread::sleep_for(milliseconds(1'500));
  EXPECT_EQ(producer_->Number(done), frozen) << "nothing is confirmed";
  EXPECT_GT(producer_->Pending(), pending) << "commands go on";
  EXPECT_TRUE(producer_->relay().connected()) << "an alarm is no broken connection";
  EXPECT_TRUE(consumer_->consumer().connected());
  Alarm(false);
  EXPECT_TRUE(WaitUntil([&] { return !producer_->relay().blocked(); }, milliseconds(5'000)));
  ExpectAllApplied(std::chrono::seconds(20));
}

TEST_F(BrokerFaultTest, SendsAtMostOneEventIntoAnAlarmThatWasThereBefore) {
  Alarm(true);
  StartExchange();
  Change("a", 300, std::string(20'000, 'x'));
  EXPECT_TRUE(WaitUntil([&] { return producer_->relay().blocked(); }, milliseconds(5'000)));
  std::this_thread::sleep_for(milliseconds(3'000));
  EXPECT_TRUE(producer_->relay().connected()) << "it did not hang in a write";
  EXPECT_EQ(producer_->Pending(), 300);
  Alarm(false);
  ExpectAllApplied(std::chrono::seconds(20));
}

TEST_F(BrokerFaultTest, SurvivesARestartUnderLoad) {
  StartExchange();
  StartLoad(milliseconds(2));
  AwaitEffects(50);
  Node("stop");
  EXPECT_FALSE(producer_->relay().connected());
  RestartNode();
  ExpectAllApplied(std::chrono::seconds(30));
}

TEST_F(BrokerFaultTest, HealsFromTheFeedsWhenTheBrokersDataIsLost) {
  StartExchange();
  consumer_->consumer().Stop();
  Change("lost", 200);
  ASSERT_TRUE(WaitUntil([&] { return producer_->Pending() == 0; }, milliseconds(15'000)))
      << "confirmed, and only the broker has them";
  Node("kill");
  Node("wipe");
  Change("a", 5);
  consumer_->consumer().Start();
  RestartNode();
  ExpectAllApplied(std::chrono::seconds(40));
}

}  // namespace
}  // namespace jointly::test
