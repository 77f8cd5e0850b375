#include <algorithm>
#include <charconv>
#include <set>

#include "common/auth/cipher.h"
#include "common/bus/amqp_connection.h"
#include "common/bus/envelope.h"
#include "common/bus/topology.h"
#include "common/error/macros.h"

// The broker's parked queue, looked at with basic.get. What is not acknowledged returns to the
// queue when the connection closes.
namespace jointly::bus {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kConfirmPatience{5};
constexpr const char* kReplayCount = "jointly-replay-count";
constexpr const char* kReplayedBy = "jointly-replayed-by";
constexpr const char* kFirstDeathQueue = "x-first-death-queue";

// A message that was dead-lettered because it has no readable id is named by its content.
std::string NameOf(const WireMessage& message) {
  if (!message.message_id.empty()) return message.message_id;
  const auto id = message.headers.find(kHeaderId);
  if (id != message.headers.end() && !id->second.empty()) return id->second;
  std::string content = message.body;
  for (const auto& [name, value] : message.headers) {
    if (!name.starts_with("x-")) content += name + value;
  }
  return "unnamed-" + auth::Sha256Hex(content).substr(0, 16);
}

// One message taken with basic.get, as it lies there.
class Taken {
 public:
  explicit Taken(amqp_message_t message) : message_(message) {}
  Taken(const Taken&) = delete;
  Taken& operator=(const Taken&) = delete;
  ~Taken() { amqp_destroy_message(&message_); }
  const amqp_message_t& message() const { return message_; }
  // Named, and its body cut just beyond what the envelope allows: enough to look at.
  WireMessage wire() const {
    amqp_bytes_t body = message_.body;
    body.len = std::min(body.len, kBodyBytesMax + 1);
    WireMessage wire = ToWireMessage(message_.properties, body);
    wire.message_id = NameOf(wire);
    return wire;
  }
  std::uint64_t tag = 0;

 private:
  amqp_message_t message_;
};

class ParkedReader {
 public:
  ParkedReader(std::unique_ptr<AmqpConnection> connection, const std::string& service)
      : connection_(std::move(connection)), service_(service), queue_(ParkedQueueOf(service)) {}

  // How many messages are there now; a message that a replay brings back is not met again.
  absl::StatusOr<int> Count() {
    const auto* declared =
        amqp_queue_declare(connection_->state(), AmqpConnection::kChannel, BytesOf(queue_),
                           /*passive=*/1, 0, 0, 0, amqp_empty_table);
    RETURN_IF_ERROR(connection_->CheckLast("counting " + queue_));
    return static_cast<int>(declared->message_count);
  }

  absl::StatusOr<std::unique_ptr<Taken>> Take() {
    const amqp_rpc_reply_t reply = amqp_basic_get(connection_->state(), AmqpConnection::kChannel,
                                                  BytesOf(queue_), /*no_ack=*/0);
    RETURN_IF_ERROR(connection_->Check(reply, "reading " + queue_));
    if (reply.reply.id != AMQP_BASIC_GET_OK_METHOD) return nullptr;
    const std::uint64_t tag =
        static_cast<const amqp_basic_get_ok_t*>(reply.reply.decoded)->delivery_tag;
    amqp_message_t message{};
    RETURN_IF_ERROR(connection_->Check(
        amqp_read_message(connection_->state(), AmqpConnection::kChannel, &message, 0),
        "reading " + queue_));
    auto taken = std::make_unique<Taken>(message);
    taken->tag = tag;
    return taken;
  }

  void ReleaseMemory() { connection_->ReleaseMemory(); }

  absl::Status Confirm() {
    amqp_confirm_select(connection_->state(), AmqpConnection::kChannel);
    return connection_->CheckLast("asking for confirmations");
  }

  absl::Status Acknowledge(const Taken& taken) {
    return connection_->CheckCode(
        amqp_basic_ack(connection_->state(), AmqpConnection::kChannel, taken.tag, /*multiple=*/0),
        "acknowledging");
  }

  // Puts everything that was taken up to `tag` and not acknowledged back, and waits until the queue
  // has the `kept` ones again: the next look, a moment later, must not find it empty.
  absl::Status GiveBack(std::uint64_t tag, int kept) {
    if (kept == 0) return absl::OkStatus();
    RETURN_IF_ERROR(connection_->CheckCode(
        amqp_basic_nack(connection_->state(), AmqpConnection::kChannel, tag, /*multiple=*/1,
                        /*requeue=*/1),
        "putting back"));
    const auto end = steady_clock::now() + kConfirmPatience;
    while (steady_clock::now() < end) {
      ASSIGN_OR_RETURN(const int count, Count());
      if (count >= kept) break;
      RETURN_IF_ERROR(connection_->Wait(milliseconds(20)).status());
    }
    return absl::OkStatus();
  }

  // Straight into the queue that it came from, past the exchange, so that no other consumer sees it
  // again. Returns when the broker has confirmed it.
  absl::Status PutBack(const Taken& taken, const std::string& by) {
    amqp_basic_properties_t properties = taken.message().properties;
    const WireMessage wire = taken.wire();
    std::vector<amqp_table_entry_t> headers = KeptHeaders(properties);
    const std::string count = std::to_string(ReplaysOf(wire) + 1);
    AddHeader(headers, kReplayCount, count);
    AddHeader(headers, kReplayedBy, by);
    properties._flags |= AMQP_BASIC_HEADERS_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG;
    properties._flags &= ~static_cast<amqp_flags_t>(AMQP_BASIC_USER_ID_FLAG);
    properties.delivery_mode = 2;
    properties.headers = {.num_entries = static_cast<int>(headers.size()),
                          .entries = headers.data()};
    const auto origin = wire.headers.find(kFirstDeathQueue);
    const std::string queue = origin == wire.headers.end() ? QueueOf(service_) : origin->second;
    RETURN_IF_ERROR(connection_->CheckCode(
        amqp_basic_publish(connection_->state(), AmqpConnection::kChannel, amqp_empty_bytes,
                           BytesOf(queue), /*mandatory=*/1, /*immediate=*/0, &properties,
                           taken.message().body),
        "replaying"));
    return AwaitConfirmation(queue);
  }

 private:
  static void AddHeader(std::vector<amqp_table_entry_t>& headers, const char* name,
                        const std::string& value) {
    amqp_table_entry_t entry{};
    entry.key = amqp_cstring_bytes(name);
    entry.value.kind = AMQP_FIELD_KIND_UTF8;
    entry.value.value.bytes = BytesOf(value);
    headers.push_back(entry);
  }

  // Everything but the broker's history of its death and our own marks of an earlier replay.
  static std::vector<amqp_table_entry_t> KeptHeaders(const amqp_basic_properties_t& properties) {
    std::vector<amqp_table_entry_t> kept;
    if ((properties._flags & AMQP_BASIC_HEADERS_FLAG) == 0) return kept;
    for (int i = 0; i < properties.headers.num_entries; ++i) {
      const amqp_table_entry_t& entry = properties.headers.entries[i];
      const std::string name = TextOf(entry.key);
      if (!name.starts_with("x-") && name != kReplayCount && name != kReplayedBy) {
        kept.push_back(entry);
      }
    }
    return kept;
  }

  static int ReplaysOf(const WireMessage& wire) {
    int count = 0;
    const auto found = wire.headers.find(kReplayCount);
    if (found != wire.headers.end()) {
      const std::string& text = found->second;
      std::from_chars(text.data(), text.data() + text.size(), count);
    }
    return count;
  }

  absl::Status AwaitConfirmation(const std::string& queue) {
    const auto end = steady_clock::now() + kConfirmPatience;
    bool returned = false;
    while (steady_clock::now() < end) {
      ASSIGN_OR_RETURN(const auto frame, connection_->Next());
      if (!frame.has_value()) {
        RETURN_IF_ERROR(connection_->Wait(milliseconds(200)).status());
      } else if (std::holds_alternative<ReturnFrame>(*frame)) {
        returned = true;
      } else if (const auto* ack = std::get_if<AckFrame>(&*frame)) {
        if (ack->positive && !returned) return absl::OkStatus();
        return Unavailable(kBrokerDown, returned ? "the queue " + queue + " is not there"
                                                 : "the queue " + queue + " takes nothing now");
      }
    }
    return Unavailable(kBrokerDown, "the broker did not confirm the replay in time");
  }

  std::unique_ptr<AmqpConnection> connection_;
  std::string service_;
  std::string queue_;
};

// Meets every message once; `decide` says whether it is done with. The others go back.
absl::Status ForEachParked(ParkedReader& reader, int limit,
                           const std::function<absl::StatusOr<bool>(const Taken&)>& decide) {
  ASSIGN_OR_RETURN(const int count, reader.Count());
  std::uint64_t last_kept = 0;
  int kept = 0;
  for (int i = 0; i < std::min(count, limit); ++i) {
    ASSIGN_OR_RETURN(const std::unique_ptr<Taken> taken, reader.Take());
    if (taken == nullptr) break;
    ASSIGN_OR_RETURN(const bool done, decide(*taken));
    if (done) {
      RETURN_IF_ERROR(reader.Acknowledge(*taken));
    } else {
      last_kept = taken->tag;
      ++kept;
    }
    reader.ReleaseMemory();
  }
  return reader.GiveBack(last_kept, kept);
}

constexpr int kWalkedMax = 10'000;

bool HasParkedQueue(const std::string& service) {
  return std::ranges::any_of(
      QueueSpecs(), [&](const QueueSpec& queue) { return queue.name == ParkedQueueOf(service); });
}

}  // namespace

absl::StatusOr<std::vector<WireMessage>> AmqpBroker::Peek(int limit) {
  std::vector<WireMessage> messages;
  if (!HasParkedQueue(options_.service)) return messages;
  ASSIGN_OR_RETURN(auto connection, AmqpConnection::Open(options_, "operator"));
  ParkedReader reader(std::move(connection), options_.service);
  RETURN_IF_ERROR(ForEachParked(reader, limit, [&](const Taken& taken) -> absl::StatusOr<bool> {
    messages.push_back(taken.wire());
    return false;
  }));
  return messages;
}

absl::StatusOr<std::vector<std::string>> AmqpBroker::Replay(const std::vector<std::string>& ids,
                                                            const std::string& by) {
  std::vector<std::string> replayed;
  if (!HasParkedQueue(options_.service)) return replayed;
  const std::set<std::string> wanted(ids.begin(), ids.end());
  ASSIGN_OR_RETURN(auto connection, AmqpConnection::Open(options_, "operator"));
  ParkedReader reader(std::move(connection), options_.service);
  RETURN_IF_ERROR(reader.Confirm());
  RETURN_IF_ERROR(
      ForEachParked(reader, kWalkedMax, [&](const Taken& taken) -> absl::StatusOr<bool> {
        const std::string name = taken.wire().message_id;
        if (!wanted.contains(name)) return false;
        // Published and confirmed first, acknowledged then: a crash in between makes a duplicate.
        RETURN_IF_ERROR(reader.PutBack(taken, by));
        replayed.push_back(name);
        return true;
      }));
  return replayed;
}

absl::StatusOr<std::vector<std::string>> AmqpBroker::Drop(const std::vector<std::string>& ids) {
  std::vector<std::string> dropped;
  if (!HasParkedQueue(options_.service)) return dropped;
  const std::set<std::string> wanted(ids.begin(), ids.end());
  ASSIGN_OR_RETURN(auto connection, AmqpConnection::Open(options_, "operator"));
  ParkedReader reader(std::move(connection), options_.service);
  RETURN_IF_ERROR(
      ForEachParked(reader, kWalkedMax, [&](const Taken& taken) -> absl::StatusOr<bool> {
        const std::string name = taken.wire().message_id;
        if (!wanted.contains(name)) return false;
        dropped.push_back(name);
        return true;
      }));
  return dropped;
}

}  // namespace jointly::bus
