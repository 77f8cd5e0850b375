#include <algorithm>

#include "common/bus/amqp_connection.h"
#include "common/bus/topology.h"
#include "common/error/macros.h"

namespace jointly::bus {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::uint8_t kPersistent = 2;

class AmqpPublisher final : public PublishChannel {
 public:
  AmqpPublisher(std::unique_ptr<AmqpConnection> connection, std::string process_name)
      : connection_(std::move(connection)), process_name_(std::move(process_name)) {}

  absl::StatusOr<std::vector<Confirmation>> Poll(milliseconds wait) override {
    const auto end = steady_clock::now() + wait;
    RETURN_IF_ERROR(Drain());
    while (collected_.empty()) {
      const auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now());
      if (left <= milliseconds(0)) break;
      ASSIGN_OR_RETURN(const bool ready, connection_->Wait(left));
      RETURN_IF_ERROR(Drain());
      if (ready) break;  // Also when woken: the caller has something to do.
    }
    connection_->ReleaseMemory();
    return std::exchange(collected_, {});
  }

  absl::StatusOr<std::uint64_t> Publish(const WireMessage& message) override {
    // A publish after a missed heartbeat waits for ever in this version of the library; reading
    // what has come, without waiting, notices that first (messaging.md 4.2). It also sees an alarm
    // early.
    RETURN_IF_ERROR(Drain());
    std::vector<amqp_table_entry_t> headers;
    headers.reserve(message.headers.size());
    for (const auto& [name, value] : message.headers) {
      amqp_table_entry_t entry{};
      entry.key = BytesOf(name);
      entry.value.kind = AMQP_FIELD_KIND_UTF8;
      entry.value.value.bytes = BytesOf(value);
      headers.push_back(entry);
    }
    amqp_basic_properties_t properties{};
    properties._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG |
                        AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_TYPE_FLAG |
                        AMQP_BASIC_TIMESTAMP_FLAG | AMQP_BASIC_APP_ID_FLAG |
                        AMQP_BASIC_HEADERS_FLAG;
    properties.content_type = amqp_cstring_bytes("application/protobuf");
    properties.delivery_mode = kPersistent;
    properties.message_id = BytesOf(message.message_id);
    properties.type = BytesOf(message.event_type);
    properties.timestamp = static_cast<std::uint64_t>(message.timestamp_seconds);
    properties.app_id = BytesOf(process_name_);
    properties.headers = {.num_entries = static_cast<int>(headers.size()),
                          .entries = headers.data()};
    // Mandatory: what no queue takes comes back instead of vanishing.
    RETURN_IF_ERROR(connection_->CheckCode(
        amqp_basic_publish(connection_->state(), AmqpConnection::kChannel,
                           amqp_cstring_bytes(kEventsExchange), BytesOf(message.routing_key),
                           /*mandatory=*/1, /*immediate=*/0, &properties, BytesOf(message.body)),
        "publishing"));
    return next_tag_++;
  }

  bool blocked() const override { return connection_->blocked(); }
  void Wake() override { connection_->Wake(); }
  absl::Status Redeclare() override { return connection_->Declare(); }
  void Abort() override { connection_->Abort(); }

 private:
  absl::Status Drain() {
    for (;;) {
      ASSIGN_OR_RETURN(const auto frame, connection_->Next());
      if (!frame.has_value()) return absl::OkStatus();
      if (const auto* ack = std::get_if<AckFrame>(&*frame)) {
        collected_.push_back(
            {.kind = ack->positive ? Confirmation::Kind::kAck : Confirmation::Kind::kNack,
             .tag = ack->tag,
             .multiple = ack->multiple});
      } else if (const auto* returned = std::get_if<ReturnFrame>(&*frame)) {
        collected_.push_back(
            {.kind = Confirmation::Kind::kReturned, .message_id = returned->message_id});
      }
    }
  }

  std::unique_ptr<AmqpConnection> connection_;
  std::string process_name_;
  std::uint64_t next_tag_ = 1;
  std::vector<Confirmation> collected_;
};

}  // namespace

AmqpBroker::AmqpBroker(AmqpOptions options) : options_(std::move(options)) {}

AmqpBroker::~AmqpBroker() = default;

absl::StatusOr<std::unique_ptr<PublishChannel>> AmqpBroker::OpenPublisher() {
  ASSIGN_OR_RETURN(auto connection, AmqpConnection::Open(options_, "publisher"));
  amqp_confirm_select(connection->state(), AmqpConnection::kChannel);
  RETURN_IF_ERROR(connection->CheckLast("asking for confirmations"));
  return std::make_unique<AmqpPublisher>(std::move(connection), options_.process_name);
}

}  // namespace jointly::bus
