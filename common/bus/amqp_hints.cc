#include <atomic>
#include <mutex>

#include "common/bus/amqp_connection.h"
#include "common/bus/reconnect.h"
#include "common/bus/topology.h"
#include "common/bus/worker.h"
#include "common/error/macros.h"
#include "common/telemetry/log.h"
#include "common/time/ids.h"

namespace jointly::bus {
namespace {

using std::chrono::milliseconds;

constexpr int kHintsPerRound = 256;

}  // namespace

struct HintListener::State {
  State(AmqpOptions o, std::function<void(const WireMessage&)> hint, std::function<void()> resync)
      : options(std::move(o)),
        on_hint(std::move(hint)),
        on_resync(std::move(resync)),
        reconnect(clock, rng),
        watchdog(clock, options.heartbeat * 2 + std::chrono::seconds(5), [this] {
          const std::lock_guard lock(mutex);
          if (connection != nullptr) connection->Abort();
        }) {}

  absl::Status Connect();
  absl::Status Listen();
  milliseconds Round();
  void Set(std::unique_ptr<AmqpConnection> next) {
    const std::lock_guard lock(mutex);
    connection.swap(next);
  }

  const AmqpOptions options;
  const std::function<void(const WireMessage&)> on_hint;
  const std::function<void()> on_resync;
  SystemClock clock;
  SystemRng rng;
  Reconnect reconnect;
  std::mutex mutex;
  std::unique_ptr<AmqpConnection> connection;  // Changed by the listening thread under the mutex.
  Watchdog watchdog;
  Worker worker;
};

absl::Status HintListener::State::Connect() {
  ASSIGN_OR_RETURN(auto opened, AmqpConnection::Open(options, "hints"));
  // Exclusive and auto-delete: it goes with this connection. Hints may be lost, so no quorum.
  const std::string queue = "jointly.gateway." + IdSource(clock, rng).Next();
  amqp_queue_declare(opened->state(), AmqpConnection::kChannel, BytesOf(queue), /*passive=*/0,
                     /*durable=*/0, /*exclusive=*/1, /*auto_delete=*/1, amqp_empty_table);
  RETURN_IF_ERROR(opened->CheckLast("declaring the queue of hints"));
  amqp_queue_bind(opened->state(), AmqpConnection::kChannel, BytesOf(queue),
                  amqp_cstring_bytes(kEventsExchange), amqp_cstring_bytes("#"), amqp_empty_table);
  RETURN_IF_ERROR(opened->CheckLast("binding the queue of hints"));
  amqp_basic_consume(opened->state(), AmqpConnection::kChannel, BytesOf(queue), BytesOf(queue),
                     /*no_local=*/0, /*no_ack=*/1, /*exclusive=*/1, amqp_empty_table);
  RETURN_IF_ERROR(opened->CheckLast("consuming the queue of hints"));
  Set(std::move(opened));
  reconnect.Connected();
  on_resync();  // Whoever listened before has missed something.
  return absl::OkStatus();
}

absl::Status HintListener::State::Listen() {
  if (connection == nullptr) RETURN_IF_ERROR(Connect());
  RETURN_IF_ERROR(connection->Wait(milliseconds(200)).status());
  for (int i = 0; i < kHintsPerRound; ++i) {
    ASSIGN_OR_RETURN(const auto frame, connection->Next());
    if (!frame.has_value()) break;
    if (const auto* deliver = std::get_if<DeliverFrame>(&*frame)) {
      on_hint(deliver->delivery.message);
    } else if (std::holds_alternative<CancelFrame>(*frame)) {
      return Unavailable(kBrokerDown, "the queue of hints was deleted");
    }
  }
  connection->ReleaseMemory();
  return absl::OkStatus();
}

milliseconds HintListener::State::Round() {
  watchdog.Tick();
  if (connection == nullptr && !reconnect.Due()) {
    return std::min(reconnect.Remaining(), milliseconds(200));
  }
  const absl::Status status = Listen();
  if (status.ok()) return milliseconds(0);
  Set(nullptr);
  reconnect.Failed(status);
  telemetry::Warning("no live hints: the broker is away",
                     {{"reason", ReasonOf(status)}, {"text", MessageOf(status)}});
  return milliseconds(20);
}

HintListener::HintListener(AmqpOptions options, std::function<void(const WireMessage&)> on_hint,
                           std::function<void()> on_resync)
    : state_(
          std::make_unique<State>(std::move(options), std::move(on_hint), std::move(on_resync))) {}

HintListener::~HintListener() {
  if (!state_->worker.started()) return;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->connection != nullptr) state_->connection->Wake();
  }
  state_->worker.Stop();
  state_->watchdog.Stop();
}

void HintListener::Start() {
  state_->watchdog.Start();
  state_->worker.Start([this] { return state_->Round(); });
}

}  // namespace jointly::bus
