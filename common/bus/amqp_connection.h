#pragma once

// Private to common/bus: the only files that know librabbitmq are amqp_*.cc.
#include <absl/status/statusor.h>
#include <amqp.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/bus/amqp.h"
#include "common/bus/transport.h"

namespace jointly::bus {

amqp_bytes_t BytesOf(std::string_view text);
std::string TextOf(amqp_bytes_t bytes);

// What a frame of the broker says, in our words.
struct AckFrame {
  std::uint64_t tag = 0;
  bool multiple = false;
  bool positive = true;
};
struct ReturnFrame {
  std::string message_id;
};
struct DeliverFrame {
  Delivery delivery;
};
struct CancelFrame {};  // The queue that we consume is gone.
using BrokerFrame = std::variant<AckFrame, ReturnFrame, DeliverFrame, CancelFrame>;

// One connection with one channel, owned by one thread (librabbitmq is not thread-safe, and drops
// frames of other channels while it waits for one: messaging.md 4.1, 4.5). Only Wake and Abort may
// be called from elsewhere. After an error it is good for nothing but destruction.
class AmqpConnection {
 public:
  static constexpr amqp_channel_t kChannel = 1;

  // Connects, logs in, opens the channel, declares the topology. `purpose` ends the connection's
  // name.
  static absl::StatusOr<std::unique_ptr<AmqpConnection>> Open(const AmqpOptions& options,
                                                              std::string_view purpose);
  ~AmqpConnection();
  AmqpConnection(const AmqpConnection&) = delete;
  AmqpConnection& operator=(const AmqpConnection&) = delete;

  amqp_connection_state_t state() const { return state_; }

  // The next frame that came already; nothing when there is none. Never waits. Also sends our
  // heartbeats and notices the broker's missing ones: without this call neither happens.
  absl::StatusOr<std::optional<BrokerFrame>> Next();
  // Until something can be read, somebody calls Wake, or the time is over (false).
  absl::StatusOr<bool> Wait(std::chrono::milliseconds wait);
  // Once per round, or the connection's memory grows for ever (messaging.md 4.10).
  void ReleaseMemory() { amqp_maybe_release_buffers(state_); }

  absl::Status Declare();
  // Turns the outcome of the last call into a status.
  absl::Status Check(const amqp_rpc_reply_t& reply, std::string_view what);
  absl::Status CheckLast(std::string_view what);
  absl::Status CheckCode(int code, std::string_view what);
  // The header and body frames after a deliver or return. A body longer than the envelope allows is
  // cut just beyond it, so that the check finds it.
  absl::StatusOr<WireMessage> ReadMessage();

  bool blocked() const { return blocked_; }
  void Wake();
  void Abort();

 private:
  AmqpConnection() = default;
  absl::Status Connect(const AmqpOptions& options, std::string_view purpose);
  absl::Status OpenSocket(const AmqpOptions& options, const amqp_connection_info& target);
  absl::Status LogIn(const AmqpOptions& options, const amqp_connection_info& target,
                     std::string_view purpose);
  absl::Status GuardSocket();
  absl::StatusOr<amqp_frame_t> NextContentFrame(std::uint8_t type);
  absl::StatusOr<std::optional<BrokerFrame>> Understand(const amqp_frame_t& frame);
  absl::Status Broken(absl::Status status) {
    broken_ = true;
    return status;
  }

  amqp_connection_state_t state_ = nullptr;
  std::chrono::milliseconds slice_{500};      // Between two looks at the heartbeats.
  std::chrono::milliseconds open_budget_{0};  // For all of the opening.
  int wake_fd_ = -1;
  // A duplicate of the socket: the library closes its own descriptor on some errors, and a shutdown
  // by number could then hit somebody else's new socket.
  int abort_fd_ = -1;
  bool opened_ = false;
  bool broken_ = false;
  bool blocked_ = false;
};

// Copies what we use of a message's properties; header values that are no strings are left out, so
// that the envelope's check misses them.
WireMessage ToWireMessage(const amqp_basic_properties_t& properties, amqp_bytes_t body);

}  // namespace jointly::bus
