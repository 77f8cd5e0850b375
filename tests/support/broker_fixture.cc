#include "tests/support/broker_fixture.h"

#include <amqp.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "common/bus/amqp_connection.h"
#include "common/bus/topology.h"

namespace jointly::test {
namespace {

using std::chrono::milliseconds;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

void BrokerTest::SetUp() {
  url_ = Environment("JOINTLY_TEST_BROKER");
  directory_ = Environment("JOINTLY_TEST_BROKER_DIR");
  if (url_.empty() || directory_.empty()) {
    GTEST_SKIP() << "JOINTLY_TEST_BROKER and JOINTLY_TEST_BROKER_DIR are not set: they name a "
                    "private RabbitMQ node (scripts/test starts one)";
  }
  std::string parsed = url_;
  amqp_connection_info info{};
  ASSERT_EQ(amqp_parse_url(parsed.data(), &info), AMQP_STATUS_OK);
  port_ = info.port;
  PurgeAll();
}

void BrokerTest::TearDown() {
  StopLoad();
  consumer_.reset();
  producer_.reset();
}

std::string BrokerTest::UrlThrough(const TcpGate& gate) const {
  std::string url = url_;
  const std::string own = ":" + std::to_string(port_);
  return url.replace(url.rfind(own), own.size(), ":" + std::to_string(gate.port()));
}

bus::AmqpOptions BrokerTest::Options(const std::string& service, const std::string& url) const {
  return {.url = url.empty() ? url_ : url,
          .service = service,
          .process_name = service + "@test",
          .heartbeat = kHeartbeat};
}

std::string BrokerTest::NodeOutput(const std::string& verb) {
  const std::string command = "'" + directory_ + "/node' " + verb;
  FILE* pipe = popen(command.c_str(), "r");
  std::string output;
  std::array<char, 512> buffer;
  while (fgets(buffer.data(), buffer.size(), pipe) != nullptr) output += buffer.data();
  EXPECT_EQ(pclose(pipe), 0) << command;
  return output;
}

void BrokerTest::Node(const std::string& verb, const std::string& words) {
  const std::string command = "'" + directory_ + "/node' " + verb + " " + words + " >/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
}

void BrokerTest::RestartNode() { Node("start", std::to_string(port_)); }

void BrokerTest::SetMemoryAlarm(bool on) { Node("alarm", on ? "on" : "off"); }

void BrokerTest::Evaluate(const std::string& expression) { Node("eval", "'" + expression + "'"); }

// Over one connection: opening another would declare them again.
void BrokerTest::DeleteQueues(const std::vector<std::string>& names) {
  auto connection = bus::AmqpConnection::Open(Options("mobility"), "test");
  ASSERT_TRUE(connection.ok()) << connection.status();
  for (const std::string& name : names) {
    amqp_queue_delete((*connection)->state(), bus::AmqpConnection::kChannel, bus::BytesOf(name), 0,
                      0);
    ASSERT_TRUE((*connection)->CheckLast("deleting").ok());
  }
}

void BrokerTest::PurgeAll() {
  auto connection = bus::AmqpConnection::Open(Options("mobility"), "test");
  ASSERT_TRUE(connection.ok()) << connection.status();
  for (const bus::QueueSpec& queue : bus::QueueSpecs()) {
    amqp_queue_purge((*connection)->state(), bus::AmqpConnection::kChannel,
                     bus::BytesOf(queue.name));
    ASSERT_TRUE((*connection)->CheckLast("purging").ok());
  }
}

int BrokerTest::CountMessages(const std::string& queue) {
  auto connection = bus::AmqpConnection::Open(Options("mobility"), "test");
  if (!connection.ok()) return -1;
  const auto* declared =
      amqp_queue_declare((*connection)->state(), bus::AmqpConnection::kChannel, bus::BytesOf(queue),
                         /*passive=*/1, 0, 0, 0, amqp_empty_table);
  return declared == nullptr ? -1 : static_cast<int>(declared->message_count);
}

void BrokerTest::PublishRaw(const bus::WireMessage& message) {
  bus::AmqpBroker broker(Options("mobility"));
  auto channel = broker.OpenPublisher();
  ASSERT_TRUE(channel.ok()) << channel.status();
  ASSERT_TRUE((*channel)->Publish(message).ok());
  ASSERT_TRUE(WaitUntil(
      [&] {
        const auto confirmed = (*channel)->Poll(milliseconds(100));
        return confirmed.ok() && !confirmed->empty();
      },
      milliseconds(5'000)));
}

void BrokerTest::StartExchange(const std::string& producer_url, const std::string& consumer_url,
                               bus::RelayOptions relay) {
  producer_ = std::make_unique<Side>("partnerships", "agreement", Engine::kSqlite, clock_, rng_);
  consumer_ = std::make_unique<Side>("mobility", "application", Engine::kSqlite, clock_, rng_);
  feeds_.Add(*producer_);
  producer_broker_ = std::make_unique<bus::AmqpBroker>(Options("partnerships", producer_url));
  consumer_broker_ = std::make_unique<bus::AmqpBroker>(Options("mobility", consumer_url));
  relay.heartbeat = kHeartbeat;
  relay.confirm_max = kConfirmMax;
  relay.reconnect_max = kReconnectMax;
  producer_->MakeRelay(*producer_broker_, relay).Start();
  consumer_
      ->MakeConsumer(*consumer_broker_, feeds_, {{"partnerships.agreement", RecordEffect()}},
                     {.reconcile_every = std::chrono::seconds(4),
                      .heartbeat = kHeartbeat,
                      .reconnect_max = kReconnectMax})
      .Start();
  ASSERT_TRUE(
      WaitUntil([&] { return producer_->relay().connected() && consumer_->consumer().connected(); },
                milliseconds(10'000)));
}

void BrokerTest::Change(const std::string& id, int times, const std::string& body) {
  for (int i = 0; i < times; ++i) {
    const auto revision = producer_->Change(id, body);
    ASSERT_TRUE(revision.ok()) << revision.status();
    const std::lock_guard lock(made_mutex_);
    made_["partnerships.agreement/" + id] = *revision;
  }
}

void BrokerTest::StartLoad(milliseconds pause) {
  loading_ = true;
  load_ = std::thread([this, pause] {
    for (int i = 0; loading_; ++i) {
      Change("load" + std::to_string(i % 20));
      std::this_thread::sleep_for(pause);
    }
  });
}

void BrokerTest::StopLoad() {
  loading_ = false;
  if (load_.joinable()) load_.join();
}

void BrokerTest::ExpectAllApplied(std::chrono::seconds patience) {
  StopLoad();
  const bool all = WaitUntil(
      [&] { return Missing(consumer_->Effects(), made_).empty() && producer_->Pending() == 0; },
      patience);
  EXPECT_TRUE(all);
  EXPECT_EQ(Missing(consumer_->Effects(), made_), "");
  EXPECT_EQ(producer_->Pending(), 0);
  EXPECT_EQ(consumer_->Inbox("parked"), 0);
}

bool BrokerTest::WaitUntil(const std::function<bool()>& holds, milliseconds patience) {
  const auto end = clock_.Monotonic() + patience;
  while (clock_.Monotonic() < end) {
    if (holds()) return true;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return holds();
}

}  // namespace jointly::test
