#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/bus/amqp.h"
#include "tests/support/bus_side.h"
#include "tests/support/tcp_gate.h"

// Tests against a real RabbitMQ. JOINTLY_TEST_BROKER names it, JOINTLY_TEST_BROKER_DIR is the
// folder of the private node, so that a test may stop, kill, pause and wipe it; without them the
// tests are skipped, and say so.
namespace jointly::test {

class BrokerTest : public testing::Test {
 protected:
  static constexpr std::chrono::seconds kHeartbeat{1};
  static constexpr std::chrono::milliseconds kReconnectMax{1'000};
  // A confirmation that was damaged on the wire.
  static constexpr std::chrono::milliseconds kConfirmMax{5'000};
  // A hung broker is noticed by then (messaging.md section 5).
  static constexpr std::chrono::milliseconds kDetection{3'000};

  void SetUp() override;
  void TearDown() override;

  const std::string& url() const { return url_; }
  int port() const { return port_; }
  // Through a gate that the test can disturb.
  std::string UrlThrough(const TcpGate& gate) const;
  bus::AmqpOptions Options(const std::string& service, const std::string& url = "") const;

  // What scripts/support/private_rabbitmq does to the node; fails the test when it fails.
  void Node(const std::string& verb, const std::string& words = "");
  std::string NodeOutput(const std::string& verb);
  void RestartNode();
  void SetMemoryAlarm(bool on);
  // An Erlang expression inside the broker, without quotes of the shell in it.
  void Evaluate(const std::string& expression);
  // Straight on the broker, as an operator would.
  void DeleteQueues(const std::vector<std::string>& names);
  void PurgeAll();
  int CountMessages(const std::string& queue);
  // Publishes anything to the events exchange.
  void PublishRaw(const bus::WireMessage& message);

  // Two services over the broker, with all their threads.
  void StartExchange(const std::string& producer_url = "", const std::string& consumer_url = "",
                     bus::RelayOptions relay = {});
  void Change(const std::string& id, int times = 1, const std::string& body = "");
  // Writes all the time, on a thread, until StopLoad.
  void StartLoad(std::chrono::milliseconds pause);
  void StopLoad();
  // All that was made is applied, in order and once.
  void ExpectAllApplied(std::chrono::seconds patience);
  bool WaitUntil(const std::function<bool()>& holds, std::chrono::milliseconds patience);

  SystemClock clock_;
  SystemRng rng_;
  std::unique_ptr<bus::AmqpBroker> producer_broker_;
  std::unique_ptr<bus::AmqpBroker> consumer_broker_;
  LocalFeeds feeds_;
  std::unique_ptr<Side> producer_;
  std::unique_ptr<Side> consumer_;
  std::mutex made_mutex_;
  std::map<std::string, std::int64_t> made_;

 private:
  std::string url_;
  std::string directory_;
  int port_ = 0;
  std::atomic<bool> loading_{false};
  std::thread load_;
};

}  // namespace jointly::test
