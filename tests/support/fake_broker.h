#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "common/bus/operations.h"
#include "common/bus/transport.h"
#include "common/time/rng.h"

// A broker in the process, with the shipped topology, that misbehaves by a seed: it duplicates,
// reorders, loses what it confirmed, nacks, returns, blocks and disconnects. For the simulator and
// the store tests. Thread-safe; with a wait of 0 nothing ever waits.
namespace jointly::test {

// Chances in percent, each taken at every opportunity.
struct BrokerFaults {
  int duplicate = 0;  // A message enters a queue twice.
  int lose = 0;       // A message is confirmed and enters no queue.
  int nack = 0;       // A message is refused; half of the time it entered the queues anyway.
  int reorder = 0;    // A delivery is taken from within `reorder_window` instead of the head.
  int reorder_window = 50;
  int disconnect = 0;          // A call finds its connection broken.
  int hold_confirmations = 0;  // A poll leaves the newer confirmations for a later one.
  int mute = 0;                // What entered the queues is never confirmed.
};

struct BrokerCounts {
  int published = 0;
  int delivered = 0;
  int duplicated = 0;
  int lost = 0;
  int nacked = 0;
  int returned = 0;
  int disconnects = 0;
};

class FakeBroker {
 public:
  explicit FakeBroker(Rng& rng, const BrokerFaults& faults = {});
  ~FakeBroker();

  // What a process of the service connects to. Lives as long as the broker.
  bus::Broker& For(const std::string& service);
  bus::ParkedQueue& ParkedOf(const std::string& service);

  void SetFaults(const BrokerFaults& faults);
  // Connections break, and new ones are refused.
  void SetDown(bool down);
  // As under a memory alarm: takes no publishes, goes on delivering.
  void SetBlocked(bool blocked);
  void BreakConnections();
  // The disk is lost: all queues are gone until somebody declares them again.
  void Wipe();
  // The service's queue is gone, its consumer is cancelled.
  void DeleteQueue(const std::string& service);
  // Straight into the service's queue; as one that an earlier consumer did not acknowledge, if so.
  void Inject(const std::string& service, bus::WireMessage message, bool redelivered = false);

  // Messages in the service's queue that nobody has taken.
  std::size_t Waiting(const std::string& service);
  std::vector<bus::WireMessage> Parked(const std::string& service);
  // No message is in its queue, or taken and not acknowledged.
  bool Empty(const std::string& service);
  BrokerCounts counts();

 private:
  friend class FakePublisher;
  friend class FakeConsumer;
  class Endpoint;
  struct Item {
    bus::WireMessage message;
    bool redelivered = false;
  };
  struct Queue {
    bool exists = false;
    std::deque<Item> items;
    std::deque<bus::WireMessage> parked;
    std::deque<std::uint64_t> consumers;  // By age: the first one is the active one.
    int taken = 0;
  };

  bool Chance(int percent);
  void Declare();
  bool Broken(std::uint64_t& epoch);
  // False: no queue took it.
  bool Route(const bus::WireMessage& message);

  Rng& rng_;
  BrokerFaults faults_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool down_ = false;
  bool blocked_ = false;
  std::uint64_t epoch_ = 1;  // Connections of an earlier epoch are broken.
  int disk_ = 1;             // Grows with every Wipe.
  std::uint64_t next_connection_ = 1;
  std::set<std::uint64_t> cancelled_;  // Consumers whose queue was deleted.
  std::map<std::string, Queue> queues_;
  std::map<std::string, std::unique_ptr<Endpoint>> endpoints_;
  BrokerCounts counts_;
};

}  // namespace jointly::test
