#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "common/bus/envelope.h"
#include "common/bus/topology.h"
#include "tests/support/broker_fixture.h"

// The bus over a real RabbitMQ, while the broker itself is well.
namespace jointly::test {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class AmqpExchangeTest : public BrokerTest {};

bus::WireMessage Readable(std::int64_t revision, IdSource& ids, Time now,
                          const std::string& body = std::string("\0body\xff", 6)) {
  bus::Event event;
  event.aggregate_type = "partnerships.agreement";
  event.aggregate_id = "raw";
  event.revision = revision;
  event.action = "updated";
  event.subject = "agreements/raw";
  event.message_name = "jointly.partnerships.v1.AgreementEvent";
  event.body = body;
  bus::WireMessage wire;
  wire.message_id = ids.Next();
  wire.headers = bus::MakeHeaders(event, {.message_id = wire.message_id,
                                          .service = "partnerships",
                                          .deployment = "test",
                                          .time = now});
  wire.event_type = bus::EventType(event);
  wire.routing_key = bus::RoutingKey(event);
  wire.timestamp_seconds = 1'800'000'000;
  wire.body = event.body;
  return wire;
}

TEST_F(AmqpExchangeTest, CarriesABacklogThroughTheConfirmWindow) {
  StartExchange();
  for (int i = 0; i < 20; ++i) {
    const absl::Status status = producer_->database().Transact([&](db::Tx& tx) -> absl::Status {
      for (int k = 0; k < 100; ++k) {
        const std::string id = "a" + std::to_string(k);
        const auto revision = producer_->ChangeIn(tx, id, std::string(1'000, 'x'));
        if (!revision.ok()) return revision.status();
        made_["partnerships.agreement/" + id] = *revision;
      }
      return absl::OkStatus();
    });
    ASSERT_TRUE(status.ok()) << status;
  }
  ExpectAllApplied(std::chrono::seconds(20));
}

TEST_F(AmqpExchangeTest, CarriesTheEnvelopeUnchanged) {
  IdSource ids(clock_, rng_);
  const bus::WireMessage sent = Readable(1, ids, clock_.Now());
  bus::AmqpBroker broker(Options("mobility"));
  auto consumer = broker.OpenConsumer();
  ASSERT_TRUE(consumer.ok()) << consumer.status();
  PublishRaw(sent);
  const auto deliveries = (*consumer)->Receive(10, milliseconds(5'000));
  ASSERT_TRUE(deliveries.ok()) << deliveries.status();
  ASSERT_EQ(deliveries->size(), 1U);
  const bus::WireMessage& got = deliveries->front().message;
  EXPECT_EQ(got.message_id, sent.message_id);
  EXPECT_EQ(got.event_type, sent.event_type);
  EXPECT_EQ(got.routing_key, sent.routing_key);
  EXPECT_EQ(got.headers, sent.headers);
  EXPECT_EQ(got.timestamp_seconds, sent.timestamp_seconds);
  EXPECT_EQ(got.body, sent.body);
  EXPECT_FALSE(deliveries->front().redelivered);
}

TEST_F(AmqpExchangeTest, DeliversAgainInOrderWhatADyingConsumerHadNotAcknowledged) {
  IdSource ids(clock_, rng_);
  bus::AmqpBroker broker(Options("mobility"));
  {
    auto dying = broker.OpenConsumer();
    ASSERT_TRUE(dying.ok()) << dying.status();
    for (int i = 1; i <= 5; ++i) PublishRaw(Readable(i, ids, clock_.Now()));
    std::size_t got = 0;
    ASSERT_TRUE(WaitUntil(
        [&] {
          const auto deliveries = (*dying)->Receive(10, milliseconds(200));
          got += deliveries.ok() ? deliveries->size() : 0;
          return got == 5;
        },
        milliseconds(5'000)));
    (*dying)->Abort();
  }
  auto next = broker.OpenConsumer();
  ASSERT_TRUE(next.ok()) << next.status();
  std::vector<std::string> sequences;
  ASSERT_TRUE(WaitUntil(
      [&] {
        const auto deliveries = (*next)->Receive(10, milliseconds(200));
        if (!deliveries.ok()) return false;
        for (const bus::Delivery& delivery : *deliveries) {
          EXPECT_TRUE(delivery.redelivered);
          sequences.push_back(delivery.message.headers.at(bus::kHeaderSequence).substr(19));
        }
        if (!deliveries->empty()) {
          EXPECT_TRUE((*next)->AckThrough(deliveries->back().tag).ok());
        }
        return sequences.size() == 5;
      },
      milliseconds(5'000)));
  EXPECT_THAT(sequences, testing::ElementsAre("1", "2", "3", "4", "5"));
}

TEST_F(AmqpExchangeTest, DeadLettersAnUnreadableEnvelopeForTheOperator) {
  StartExchange();
  bus::WireMessage broken;
  broken.routing_key = "partnerships.agreement.updated.v1";
  broken.message_id = "no-uuid";
  broken.headers = {{"cloudEvents_type", "something else"}};
  broken.body = "not ours";
  PublishRaw(broken);
  ASSERT_TRUE(WaitUntil([&] { return CountMessages("jointly.mobility.parked") == 1; },
                        milliseconds(10'000)));
  Change("a", 2);
  ExpectAllApplied(std::chrono::seconds(10));

  const bus::OperationsContext context{.service = "mobility",
                                       .database = consumer_->database(),
                                       .parked_queue = consumer_broker_.get(),
                                       .clock = clock_};
  const auto listed = bus::ListParked(context, {});
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_THAT(listed->broker_error(), IsEmpty());
  ASSERT_EQ(listed->messages_size(), 1);
  EXPECT_EQ(listed->messages(0).message_id(), "no-uuid");
  EXPECT_THAT(listed->messages(0).error(), HasSubstr("cannot be read"));

  // Replayed, it is refused again, and comes back marked.
  jointly::operations::v1::ReplayParkedRequest replay;
  replay.add_message_ids("no-uuid");
  const auto replayed = bus::ReplayParked(context, replay, "people/operator");
  ASSERT_TRUE(replayed.ok()) << replayed.status();
  ASSERT_EQ(replayed->message_ids_size(), 1);
  ASSERT_TRUE(WaitUntil(
      [&] {
        const auto peeked = consumer_broker_->Peek(10);
        return peeked.ok() && peeked->size() == 1 &&
               (*peeked)[0].headers.contains("jointly-replay-count");
      },
      milliseconds(10'000)));
  const auto peeked = consumer_broker_->Peek(10);
  ASSERT_TRUE(peeked.ok());
  EXPECT_EQ((*peeked)[0].headers.at("jointly-replay-count"), "1");
  EXPECT_EQ((*peeked)[0].headers.at("jointly-replayed-by"), "people/operator");
  EXPECT_EQ((*peeked)[0].body, "not ours");

  jointly::operations::v1::DropParkedRequest drop;
  drop.add_message_ids("no-uuid");
  drop.set_reason("a test sent it");
  ASSERT_TRUE(bus::DropParked(context, drop, "people/operator").ok());
  EXPECT_EQ(CountMessages("jointly.mobility.parked"), 0);
}

TEST_F(AmqpExchangeTest, DeadLettersABodyThatIsFarTooLong) {
  StartExchange();
  IdSource ids(clock_, rng_);
  PublishRaw(Readable(1, ids, clock_.Now(), std::string(5'000'000, 'x')));
  ASSERT_TRUE(WaitUntil([&] { return CountMessages("jointly.mobility.parked") == 1; },
                        milliseconds(10'000)));
  EXPECT_TRUE(consumer_->consumer().connected());
  const auto peeked = consumer_broker_->Peek(10);
  ASSERT_TRUE(peeked.ok()) << peeked.status();
  ASSERT_EQ(peeked->size(), 1U);
  EXPECT_EQ((*peeked)[0].body.size(), bus::kBodyBytesMax + 1);
  // The largest that is allowed passes.
  Change("a", 1, std::string(bus::kBodyBytesMax, 'x'));
  ExpectAllApplied(std::chrono::seconds(10));
}

TEST_F(AmqpExchangeTest, NamesAMessageWithoutAnIdByItsContent) {
  bus::WireMessage nameless;
  nameless.routing_key = "partnerships.agreement.updated.v1";
  nameless.body = "who am I";
  StartExchange();
  PublishRaw(nameless);
  ASSERT_TRUE(WaitUntil([&] { return CountMessages("jointly.mobility.parked") == 1; },
                        milliseconds(10'000)));
  const auto first = consumer_broker_->Peek(10);
  const auto second = consumer_broker_->Peek(10);
  ASSERT_TRUE(first.ok() && second.ok());
  ASSERT_EQ(first->size(), 1U);
  EXPECT_THAT((*first)[0].message_id, testing::StartsWith("unnamed-"));
  EXPECT_EQ((*first)[0].message_id, (*second)[0].message_id);
  EXPECT_EQ(consumer_broker_->Drop({(*first)[0].message_id})->size(), 1U);
}

TEST_F(AmqpExchangeTest, RedeclaresADeletedQueueUnderLoad) {
  StartExchange("", "", {.unroutable_retry = milliseconds(2'000)});
  StartLoad(milliseconds(2));
  ASSERT_TRUE(WaitUntil([&] { return consumer_->Effects().size() > 50; }, milliseconds(10'000)));
  DeleteQueues({"jointly.mobility", "jointly.notifications", "jointly.theses"});
  // Declared again by the consumer, which the broker told, or by the relay, whose events came back.
  const auto deleted = clock_.Monotonic();
  ASSERT_TRUE(WaitUntil(
      [&] { return CountMessages("jointly.mobility") >= 0 && consumer_->consumer().connected(); },
      milliseconds(5'000)));
  EXPECT_LT(clock_.Monotonic() - deleted, std::chrono::seconds(3));
  ExpectAllApplied(std::chrono::seconds(40));
}

TEST_F(AmqpExchangeTest, ReturnsAnEventThatNoQueueTookAndRetriesIt) {
  StartExchange("", "", {.unroutable_retry = milliseconds(1'500)});
  consumer_->consumer().Stop();
  // The relay's own connection does not notice the deletion; its event comes back.
  DeleteQueues({"jointly.mobility", "jointly.notifications", "jointly.theses"});
  Change("a");
  ASSERT_TRUE(WaitUntil([&] { return producer_->Pending() == 0; }, milliseconds(10'000)));
  EXPECT_EQ(producer_->Number("SELECT attempts FROM outbox"), 1);
  EXPECT_EQ(CountMessages("jointly.mobility"), 1);
}

TEST_F(AmqpExchangeTest, PublishesAgainWhatAFullQueueRefused) {
  StartExchange();
  consumer_->consumer().Stop();
  Evaluate(
      "rabbit_policy:set(<<\"/\">>, <<\"full\">>, <<\"^jointly.mobility$\">>, "
      "[{<<\"max-length\">>, 5}], 0, <<\"queues\">>, <<\"test\">>)");
  Change("a", 30);
  EXPECT_TRUE(WaitUntil(
      [&] { return producer_->Number("SELECT COUNT(*) FROM outbox WHERE attempts > 0") > 0; },
      milliseconds(10'000)));
  EXPECT_GT(producer_->Pending(), 0);
  Evaluate("rabbit_policy:delete(<<\"/\">>, <<\"full\">>, <<\"test\">>)");
  consumer_->consumer().Start();
  ExpectAllApplied(std::chrono::seconds(20));
}

TEST_F(AmqpExchangeTest, RefusesATopologyThatDrifted) {
  DeleteQueues({"jointly.partnerships.parked"});
  auto raw = bus::AmqpBroker(Options("mobility", ""));
  Evaluate(
      "rabbit_amqqueue:declare(rabbit_misc:r(<<\"/\">>, queue, "
      "<<\"jointly.partnerships.parked\">>), true, false, [], none, <<\"test\">>)");
  const auto opened = raw.OpenPublisher();
  EXPECT_TRUE(absl::IsFailedPrecondition(opened.status())) << opened.status();
  EXPECT_EQ(ReasonOf(opened.status()), bus::kTopologyDrift.name);
  EXPECT_THAT(MessageOf(opened.status()), HasSubstr("jointly.partnerships.parked"));
  Evaluate(
      "begin {ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"/\">>, queue, "
      "<<\"jointly.partnerships.parked\">>)), "
      "rabbit_amqqueue:delete(Q, false, false, <<\"test\">>) end");
  EXPECT_TRUE(raw.OpenPublisher().ok());
}

// deploy/rabbitmq/definitions.json, loaded by an operator before any service ran.
TEST_F(AmqpExchangeTest, TheShippedDefinitionsAreNoDrift) {
  std::filesystem::path folder = std::filesystem::current_path();
  const std::string file = "deploy/rabbitmq/definitions.json";
  while (!exists(folder / file) && folder != folder.root_path()) folder = folder.parent_path();
  ASSERT_TRUE(exists(folder / file)) << "run it inside of the repository";
  std::vector<std::string> names;
  for (const bus::QueueSpec& queue : bus::QueueSpecs()) names.push_back(queue.name);
  DeleteQueues(names);
  Node("ctl", "import_definitions '" + (folder / file).string() + "'");
  bus::AmqpBroker broker(Options("mobility"));
  const auto opened = broker.OpenPublisher();
  EXPECT_TRUE(opened.ok()) << opened.status();
}

TEST_F(AmqpExchangeTest, SaysWhyItCannotLogIn) {
  std::string wrong = url();
  wrong.replace(wrong.find("guest:guest"), 11, "guest:wrong");
  bus::AmqpBroker password(Options("mobility", wrong));
  const auto refused = password.OpenPublisher();
  EXPECT_EQ(ReasonOf(refused.status()), bus::kBrokerRefused.name) << refused.status();
  bus::AmqpBroker vhost(Options("mobility", url() + "nowhere"));
  EXPECT_EQ(ReasonOf(vhost.OpenConsumer().status()), bus::kBrokerRefused.name);
  bus::AmqpBroker nobody(Options("mobility", "amqp://guest:guest@127.0.0.1:1/"));
  EXPECT_EQ(ReasonOf(nobody.OpenPublisher().status()), bus::kBrokerDown.name);
  bus::AmqpBroker address(Options("mobility", "http://x"));
  EXPECT_EQ(ReasonOf(address.OpenPublisher().status()), bus::kBrokerRefused.name);
}

TEST_F(AmqpExchangeTest, SpeaksTlsOnlyToABrokerThatItCanVerify) {
  const std::string output = NodeOutput("tls");
  const std::string tls_url = output.substr(0, output.find('\n'));
  std::string authority = output.substr(output.find('\n') + 1);
  authority.erase(authority.find_last_not_of('\n') + 1);
  bus::AmqpOptions options = Options("mobility", tls_url);
  options.ca_file = authority;
  bus::AmqpBroker good(options);
  auto channel = good.OpenPublisher();
  ASSERT_TRUE(channel.ok()) << channel.status();
  IdSource ids(clock_, rng_);
  ASSERT_TRUE((*channel)->Publish(Readable(1, ids, clock_.Now())).ok());
  std::size_t confirmed = 0;
  EXPECT_TRUE(WaitUntil(
      [&] {
        const auto polled = (*channel)->Poll(milliseconds(100));
        confirmed += polled.ok() ? polled->size() : 0;
        return confirmed > 0;
      },
      milliseconds(5'000)));

  options.ca_file = "/etc/ssl/certs/ca-certificates.crt";  // Of others.
  EXPECT_EQ(ReasonOf(bus::AmqpBroker(options).OpenPublisher().status()), bus::kBrokerDown.name);
  options.ca_file.clear();
  EXPECT_EQ(ReasonOf(bus::AmqpBroker(options).OpenPublisher().status()), bus::kBrokerRefused.name);
  options.ca_file = authority;
  options.url.replace(options.url.find("localhost"), 9, "127.0.0.1");
  EXPECT_EQ(ReasonOf(bus::AmqpBroker(options).OpenPublisher().status()), bus::kBrokerRefused.name);
}

TEST_F(AmqpExchangeTest, HintsReachEveryListenerAndAResyncFollowsABreak) {
  TcpGate gate("127.0.0.1", port());
  std::atomic<int> hints{0};
  std::atomic<int> resyncs{0};
  bus::HintListener listener(
      Options("gateway", UrlThrough(gate)),
      [&](const bus::WireMessage& hint) {
        EXPECT_EQ(hint.headers.at("jointly-audience"), "institutions/uga");
        ++hints;
      },
      [&] { ++resyncs; });
  listener.Start();
  ASSERT_TRUE(WaitUntil([&] { return resyncs == 1; }, milliseconds(10'000)));
  IdSource ids(clock_, rng_);
  bus::WireMessage hint = Readable(1, ids, clock_.Now());
  hint.headers["jointly-audience"] = "institutions/uga";
  PublishRaw(hint);
  EXPECT_TRUE(WaitUntil([&] { return hints == 1; }, milliseconds(5'000)));
  gate.Reset();
  ASSERT_TRUE(WaitUntil([&] { return resyncs == 2; }, milliseconds(10'000)));
  PublishRaw(hint);
  EXPECT_TRUE(WaitUntil([&] { return hints == 2; }, milliseconds(5'000)));
}

}  // namespace
}  // namespace jointly::test
