#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/bus/operations.h"
#include "common/bus/subscription.h"
#include "common/bus/transport.h"

// The broker on librabbitmq 0.11. amqp.cc is the only file that knows the library; its comments
// name the trap of messaging.md section 4 that each line avoids.
namespace jointly::bus {

struct AmqpOptions {
  // "amqp://user:password@host:port/vhost" or "amqps://...".
  std::string url;
  std::string service;       // Whose queue this process consumes.
  std::string process_name;  // app_id and connection name: "mobility@host:pid".
  std::chrono::seconds heartbeat{10};
  int prefetch = 128;
  std::string ca_file;  // amqps only; required there.
  std::string certificate_file;
  std::string key_file;
};

// One service's part of the shared topology: which aggregates its queue is bound to.
struct QueueBinding {
  std::string service;
  std::vector<std::string> aggregates;  // "partnerships.agreement".
};

// Every process declares the queues of all services, so that nothing is published before its
// consumers' queues exist. Kept in topology.cc, checked against the services by a test.
const std::vector<QueueBinding>& Topology();

class AmqpBroker final : public Broker, public ParkedQueue {
 public:
  explicit AmqpBroker(AmqpOptions options);
  ~AmqpBroker() override;
  absl::StatusOr<std::unique_ptr<PublishChannel>> OpenPublisher() override;
  absl::StatusOr<std::unique_ptr<ConsumeChannel>> OpenConsumer() override;
  absl::StatusOr<std::vector<WireMessage>> Peek(int limit) override;
  absl::StatusOr<std::vector<std::string>> Replay(const std::vector<std::string>& ids,
                                                  const std::string& by) override;
  absl::StatusOr<std::vector<std::string>> Drop(const std::vector<std::string>& ids) override;

 private:
  AmqpOptions options_;
};

// Hints for the gateway's live feed: an exclusive, auto-delete queue bound to everything. Messages
// may be lost; after a reconnect `on_resync` is called so that clients read again.
class HintListener {
 public:
  HintListener(AmqpOptions options, std::function<void(const WireMessage&)> on_hint,
               std::function<void()> on_resync);
  ~HintListener();  // Stops the thread.
  void Start();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jointly::bus
