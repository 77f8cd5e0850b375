#include "common/bus/amqp_connection.h"
#include "common/bus/topology.h"
#include "common/error/macros.h"
#include "common/time/ids.h"

namespace jointly::bus {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class AmqpConsumer final : public ConsumeChannel {
 public:
  explicit AmqpConsumer(std::unique_ptr<AmqpConnection> connection)
      : connection_(std::move(connection)) {}

  absl::StatusOr<std::vector<Delivery>> Receive(std::size_t limit, milliseconds wait) override {
    const auto end = steady_clock::now() + wait;
    std::vector<Delivery> deliveries;
    RETURN_IF_ERROR(Drain(limit, deliveries));
    while (deliveries.empty()) {
      const auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now());
      if (left <= milliseconds(0)) break;
      ASSIGN_OR_RETURN(const bool ready, connection_->Wait(left));
      RETURN_IF_ERROR(Drain(limit, deliveries));
      if (ready && deliveries.empty()) break;
    }
    connection_->ReleaseMemory();
    return deliveries;
  }

  absl::Status AckThrough(std::uint64_t tag) override {
    return connection_->CheckCode(
        amqp_basic_ack(connection_->state(), AmqpConnection::kChannel, tag, /*multiple=*/1),
        "acknowledging");
  }

  absl::Status Reject(std::uint64_t tag) override {
    return connection_->CheckCode(
        amqp_basic_reject(connection_->state(), AmqpConnection::kChannel, tag, /*requeue=*/0),
        "rejecting");
  }

  void Wake() override { connection_->Wake(); }
  void Abort() override { connection_->Abort(); }

 private:
  // Reads methods itself instead of amqp_consume_message, which gives up on anything but a delivery
  // and leaves the frame to be read by its caller (messaging.md 4.8).
  absl::Status Drain(std::size_t limit, std::vector<Delivery>& deliveries) {
    while (deliveries.size() < limit) {
      ASSIGN_OR_RETURN(auto frame, connection_->Next());
      if (!frame.has_value()) return absl::OkStatus();
      if (auto* deliver = std::get_if<DeliverFrame>(&*frame)) {
        deliveries.push_back(std::move(deliver->delivery));
      } else if (std::holds_alternative<CancelFrame>(*frame)) {
        return Unavailable(kBrokerDown, "the broker cancelled the consumer: its queue was deleted");
      }
    }
    return absl::OkStatus();
  }

  std::unique_ptr<AmqpConnection> connection_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ConsumeChannel>> AmqpBroker::OpenConsumer() {
  ASSIGN_OR_RETURN(auto connection, AmqpConnection::Open(options_, "consumer"));
  amqp_basic_qos(connection->state(), AmqpConnection::kChannel, /*prefetch_size=*/0,
                 static_cast<std::uint16_t>(options_.prefetch), /*global=*/0);
  RETURN_IF_ERROR(connection->CheckLast("setting the prefetch"));
  // A fresh tag each time: this broker can leave messages stuck on a reused one.
  SystemClock clock;
  SystemRng rng;
  const std::string tag = IdSource(clock, rng).Next();
  amqp_basic_consume(connection->state(), AmqpConnection::kChannel,
                     BytesOf(QueueOf(options_.service)), BytesOf(tag), /*no_local=*/0, /*no_ack=*/0,
                     /*exclusive=*/0, amqp_empty_table);
  RETURN_IF_ERROR(connection->CheckLast("consuming the queue"));
  return std::make_unique<AmqpConsumer>(std::move(connection));
}

}  // namespace jointly::bus
