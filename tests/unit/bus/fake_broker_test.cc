#include "tests/support/fake_broker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// The simulated broker behaves as RabbitMQ was measured to: otherwise the simulation proves
// nothing.
namespace jointly::test {
namespace {

using bus::Confirmation;
using bus::WireMessage;
using std::chrono::milliseconds;

constexpr milliseconds kNoWait{0};

WireMessage Message(const std::string& id) {
  return {.routing_key = "partnerships.agreement.updated.v1", .message_id = id};
}

class FakeBrokerTest : public testing::Test {
 protected:
  std::unique_ptr<bus::PublishChannel> Publisher() {
    auto channel = broker_.For("partnerships").OpenPublisher();
    EXPECT_TRUE(channel.ok()) << channel.status();
    return *std::move(channel);
  }
  std::unique_ptr<bus::ConsumeChannel> Consumer() {
    auto channel = broker_.For("mobility").OpenConsumer();
    EXPECT_TRUE(channel.ok()) << channel.status();
    return *std::move(channel);
  }
  static std::vector<std::string> IdsOf(const std::vector<bus::Delivery>& deliveries) {
    std::vector<std::string> ids;
    for (const bus::Delivery& delivery : deliveries) ids.push_back(delivery.message.message_id);
    return ids;
  }

  SeededRng rng_{1};
  FakeBroker broker_{rng_};
};

TEST_F(FakeBrokerTest, ConfirmsARunAsOne) {
  const auto channel = Publisher();
  for (int i = 1; i <= 5; ++i) {
    EXPECT_EQ(*channel->Publish(Message("m")), static_cast<std::uint64_t>(i));
  }
  const auto confirmed = channel->Poll(kNoWait);
  ASSERT_TRUE(confirmed.ok());
  ASSERT_EQ(confirmed->size(), 1U);
  EXPECT_EQ((*confirmed)[0].kind, Confirmation::Kind::kAck);
  EXPECT_EQ((*confirmed)[0].tag, 5U);
  EXPECT_TRUE((*confirmed)[0].multiple);
}

TEST_F(FakeBrokerTest, ReturnsBeforeItAcknowledges) {
  const auto channel = Publisher();
  WireMessage nobody = Message("m");
  nobody.routing_key = "theses.rule_set.published.v1";
  ASSERT_TRUE(channel->Publish(nobody).ok());
  const auto confirmed = channel->Poll(kNoWait);
  ASSERT_TRUE(confirmed.ok());
  ASSERT_EQ(confirmed->size(), 2U);
  EXPECT_EQ((*confirmed)[0].kind, Confirmation::Kind::kReturned);
  EXPECT_EQ((*confirmed)[0].message_id, "m");
  EXPECT_EQ((*confirmed)[1].kind, Confirmation::Kind::kAck);
}

TEST_F(FakeBrokerTest, GivesBackInOrderWhatWasNotAcknowledged) {
  auto first = Consumer();
  const auto second = Consumer();
  const auto channel = Publisher();
  for (const char* id : {"1", "2", "3"}) ASSERT_TRUE(channel->Publish(Message(id)).ok());
  ASSERT_TRUE(channel->Poll(kNoWait).ok());
  EXPECT_TRUE(second->Receive(10, kNoWait)->empty()) << "one consumer is active";
  const auto taken = first->Receive(2, kNoWait);
  EXPECT_THAT(IdsOf(*taken), testing::ElementsAre("1", "2"));
  ASSERT_TRUE(first->AckThrough((*taken)[0].tag).ok());
  first.reset();
  const auto again = second->Receive(10, kNoWait);
  EXPECT_THAT(IdsOf(*again), testing::ElementsAre("2", "3"));
  EXPECT_TRUE((*again)[0].redelivered);
  EXPECT_FALSE((*again)[1].redelivered);
}

TEST_F(FakeBrokerTest, ClosesTheChannelOnAnUnknownTag) {
  const auto consumer = Consumer();
  const auto channel = Publisher();
  ASSERT_TRUE(channel->Publish(Message("1")).ok());
  ASSERT_TRUE(channel->Poll(kNoWait).ok());
  const auto taken = consumer->Receive(10, kNoWait);
  ASSERT_TRUE(consumer->Reject((*taken)[0].tag).ok());
  EXPECT_FALSE(consumer->AckThrough((*taken)[0].tag).ok());
  EXPECT_EQ(broker_.Parked("mobility").size(), 1U);
}

TEST_F(FakeBrokerTest, TakesNothingWhileItIsBlocked) {
  const auto channel = Publisher();
  broker_.SetBlocked(true);
  ASSERT_TRUE(channel->Publish(Message("1")).ok());
  EXPECT_TRUE(channel->Poll(kNoWait)->empty());
  EXPECT_TRUE(channel->blocked());
  broker_.SetBlocked(false);
  EXPECT_EQ(channel->Poll(kNoWait)->size(), 1U);
}

TEST_F(FakeBrokerTest, LosesWhatWasOnTheWireWhenConnectionsBreak) {
  const auto channel = Publisher();
  ASSERT_TRUE(channel->Publish(Message("1")).ok());
  broker_.BreakConnections();
  EXPECT_FALSE(channel->Poll(kNoWait).ok());
  EXPECT_FALSE(channel->Publish(Message("2")).ok());
  EXPECT_EQ(broker_.Waiting("mobility"), 0U);
}

TEST_F(FakeBrokerTest, FaultsHappenAboutAsOftenAsAsked) {
  broker_.SetFaults({.duplicate = 50, .lose = 10, .nack = 20});
  const auto channel = Publisher();
  for (int i = 0; i < 2'000; ++i) {
    ASSERT_TRUE(channel->Publish(Message(std::to_string(i))).ok());
    ASSERT_TRUE(channel->Poll(kNoWait).ok());
  }
  const BrokerCounts counts = broker_.counts();
  EXPECT_NEAR(counts.nacked, 400, 80);
  EXPECT_GT(counts.lost, 100);
  EXPECT_GT(counts.duplicated, 500);
}

TEST_F(FakeBrokerTest, TheSameSeedGivesTheSameStory) {
  const auto story = [](std::uint64_t seed) {
    SeededRng rng(seed);
    FakeBroker broker(rng, {.duplicate = 30, .lose = 20, .reorder = 50});
    auto consumer = broker.For("mobility").OpenConsumer();
    auto channel = broker.For("partnerships").OpenPublisher();
    for (int i = 0; i < 60; ++i) {
      EXPECT_TRUE((*channel)->Publish(Message(std::to_string(i))).ok());
      EXPECT_TRUE((*channel)->Poll(kNoWait).ok());
    }
    return IdsOf(*(*consumer)->Receive(100, kNoWait));
  };
  EXPECT_EQ(story(5), story(5));
  EXPECT_NE(story(5), story(6));
}

}  // namespace
}  // namespace jointly::test
