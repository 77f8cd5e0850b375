#pragma once

#include <absl/status/statusor.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/bus/event.h"
#include "common/error/error.h"

// The seam between the message kernel and the broker. amqp.cc implements it on librabbitmq; the
// simulator implements it with duplicates, reordering, loss, nacks and blocking. There is no other
// reason for it.
namespace jointly::bus {

// UNAVAILABLE: the broker cannot be reached, or the connection is gone. Tried again with backoff.
inline constexpr Reason kBrokerDown{"BROKER_UNAVAILABLE"};
// UNAUTHENTICATED: it refuses our name or password. An operator must act; tried again slowly.
inline constexpr Reason kBrokerRefused{"BROKER_REFUSED"};
// FAILED_PRECONDITION: an exchange or queue exists with other properties than we declare. An
// operator must act: nothing is ever deleted by us.
inline constexpr Reason kTopologyDrift{"TOPOLOGY_DRIFT"};

// What goes over the wire: headers as in messaging.md section 2.
struct WireMessage {
  std::string routing_key;
  std::string message_id;
  std::string event_type;
  std::map<std::string, std::string> headers;
  std::int64_t timestamp_seconds = 0;
  std::string body;
};

struct Confirmation {
  enum class Kind { kAck, kNack, kReturned } kind = Kind::kAck;
  std::uint64_t tag = 0;  // kAck, kNack.
  bool multiple = false;
  std::string message_id;  // kReturned: no queue was bound. Comes before the ack of its tag.
};

// A publishing channel in confirm mode. Owned by one thread. Any error means the connection is
// gone: destroy it, forget the unconfirmed (the database is the truth), back off, open another.
class PublishChannel {
 public:
  virtual ~PublishChannel() = default;
  // Reads whatever the broker sent, waiting at most `wait` when there is nothing.
  virtual absl::StatusOr<std::vector<Confirmation>> Poll(std::chrono::milliseconds wait) = 0;
  // Delivery tags count from 1 in order of calls.
  virtual absl::StatusOr<std::uint64_t> Publish(const WireMessage& message) = 0;
  virtual bool blocked() const = 0;
  // Ends a Poll early, from another thread (the outbox has news).
  virtual void Wake() = 0;
  // Declares the topology again (after a return: a queue was deleted).
  virtual absl::Status Redeclare() = 0;
  // Breaks the connection from another thread, so that a call that hangs on it comes back.
  virtual void Abort() {}
};

struct Delivery {
  std::uint64_t tag = 0;
  WireMessage message;
  bool redelivered = false;
};

class ConsumeChannel {
 public:
  virtual ~ConsumeChannel() = default;
  // At most `limit` deliveries, waiting at most `wait` for the first. Empty: nothing came.
  virtual absl::StatusOr<std::vector<Delivery>> Receive(std::size_t limit,
                                                        std::chrono::milliseconds wait) = 0;
  virtual absl::Status AckThrough(std::uint64_t tag) = 0;
  // Dead-letters one message (its header cannot be read).
  virtual absl::Status Reject(std::uint64_t tag) = 0;
  virtual void Wake() = 0;
  // Breaks the connection from another thread, so that a call that hangs on it comes back.
  virtual void Abort() {}
};

// Opens channels with the shared topology declared. Thread-safe.
class Broker {
 public:
  virtual ~Broker() = default;
  virtual absl::StatusOr<std::unique_ptr<PublishChannel>> OpenPublisher() = 0;
  virtual absl::StatusOr<std::unique_ptr<ConsumeChannel>> OpenConsumer() = 0;
};

// Where a consumer pulls what the broker lost: a producer's internal feed, over RPC in production.
struct FeedPage {
  std::vector<Message> events;
  std::string next_cursor;
  bool at_end = true;
};
struct FeedQuery {
  std::string cursor;
  int page_size = 200;
  // One aggregate from a revision on, instead of the whole log.
  std::string aggregate_type;
  std::string aggregate_id;
  std::int64_t after_revision = 0;
};
class FeedSource {
 public:
  virtual ~FeedSource() = default;
  virtual absl::StatusOr<FeedPage> List(const std::string& producer, const FeedQuery& query) = 0;
};

}  // namespace jointly::bus
