#include "common/bus/consumer.h"

#include <atomic>
#include <deque>
#include <mutex>

#include "common/bus/apply.h"
#include "common/bus/envelope.h"
#include "common/bus/leadership.h"
#include "common/bus/reconcile.h"
#include "common/bus/reconnect.h"
#include "common/bus/worker.h"
#include "common/error/macros.h"
#include "common/telemetry/failpoint.h"
#include "common/telemetry/log.h"
#include "common/telemetry/metrics.h"

namespace jointly::bus {
namespace {

using std::chrono::milliseconds;

// From here on a batch looks like a stream, and waiting a little for more saves commits. A lone
// message is never kept waiting.
constexpr std::size_t kStream = 8;
constexpr milliseconds kSweepEvery{250};

std::set<std::string> AggregatesOf(const std::vector<Subscription>& subscriptions) {
  std::set<std::string> aggregates;
  for (const Subscription& subscription : subscriptions) aggregates.insert(subscription.aggregate);
  return aggregates;
}

}  // namespace

// `channel` is changed by the receiving thread under the mutex; other threads only wake and abort
// it.
struct Consumer::State {
  State(ConsumerOptions o, db::Database& d, Broker& b, FeedSource& feeds,
        std::vector<Subscription> subscriptions, const Clock& c, Rng& rng)
      : options(std::move(o)),
        database(d),
        broker(b),
        clock(c),
        aggregates(AggregatesOf(subscriptions)),
        leadership(d, c, "consumer/" + options.service),
        reconnect(c, rng, options.reconnect_max),
        applier({.service = options.service,
                 .failures_max = options.failures_max,
                 .deaths_max = options.deaths_max},
                d, std::move(subscriptions), c, rng),
        reconciler({.service = options.service,
                    .gap_patience = options.gap_patience,
                    .every = options.reconcile_every},
                   d, feeds, aggregates, c),
        received(telemetry::GetCounter("jointly_inbox_received_total",
                                       "Messages that came over the broker",
                                       {{"service", options.service}})),
        rejected(telemetry::GetCounter("jointly_inbox_rejected_total",
                                       "Messages whose envelope cannot be read, dead-lettered",
                                       {{"service", options.service}})),
        connected_gauge(telemetry::GetGauge("jointly_consumer_connected",
                                            "1 while the consumer has a broker",
                                            {{"service", options.service}})),
        watchdog(c, options.heartbeat * 2 + std::chrono::seconds(5), [this] { AbortChannel(); }) {}

  absl::Status StepReceive(milliseconds wait);
  absl::Status Connect();
  void Disconnect(const absl::Status& why);
  void SetChannel(std::unique_ptr<ConsumeChannel> next);
  void AbortChannel();
  absl::StatusOr<std::vector<Delivery>> Collect(milliseconds wait);
  absl::Status TakeIn(std::vector<Delivery> deliveries);
  absl::StatusOr<Applier::Result> ApplyRound(WorkShare share);
  milliseconds ReceiveRound();
  milliseconds ApplyLoop(WorkShare share);
  milliseconds ReconcileLoop();
  void WakeAppliers();

  const ConsumerOptions options;
  db::Database& database;
  Broker& broker;
  const Clock& clock;
  const std::set<std::string> aggregates;
  Leadership leadership;
  Reconnect reconnect;
  Applier applier;
  Reconciler reconciler;
  telemetry::Counter& received;
  telemetry::Counter& rejected;
  telemetry::Gauge& connected_gauge;

  std::mutex channel_mutex;
  std::unique_ptr<ConsumeChannel> channel;
  std::atomic<bool> is_connected{false};
  std::atomic<bool> stopping{false};
  std::chrono::steady_clock::time_point next_sweep{};  // The first apply worker's.

  Watchdog watchdog;
  Worker receiver;
  std::deque<Worker> appliers;
  Worker reconcile_worker;
};

// One replica consumes and applies; the others stand by. The single active consumer of the queue
// guards the moment in which two believe that they lead.
absl::Status Consumer::State::StepReceive(milliseconds wait) {
  if (aggregates.empty()) return absl::OkStatus();
  if (!leadership.Holds()) {
    if (channel != nullptr) Disconnect(absl::OkStatus());
    return absl::OkStatus();
  }
  if (channel == nullptr) {
    if (!reconnect.Due()) return absl::OkStatus();
    RETURN_IF_ERROR(Connect());
  }
  auto deliveries = Collect(wait);
  // A failed transaction is not nacked: closing the connection returns the messages in order.
  const absl::Status status =
      deliveries.ok() ? TakeIn(*std::move(deliveries)) : deliveries.status();
  if (!status.ok()) Disconnect(status);
  return status;
}

void Consumer::State::SetChannel(std::unique_ptr<ConsumeChannel> next) {
  {
    const std::lock_guard lock(channel_mutex);
    channel.swap(next);
    is_connected = channel != nullptr;
  }
  connected_gauge.Set(is_connected ? 1 : 0);
}

absl::Status Consumer::State::Connect() {
  auto opened = broker.OpenConsumer();
  if (!opened.ok()) {
    Disconnect(opened.status());
    return opened.status();
  }
  SetChannel(*std::move(opened));
  reconnect.Connected();
  reconciler.WalkSoon();
  reconcile_worker.Wake();
  telemetry::Info("the consumer is connected", {{"service", options.service}});
  return absl::OkStatus();
}

void Consumer::State::Disconnect(const absl::Status& why) {
  SetChannel(nullptr);
  if (why.ok()) return;
  reconnect.Failed(why);
  telemetry::Warning("the consumer has no broker", {{"service", options.service},
                                                    {"reason", ReasonOf(why)},
                                                    {"text", MessageOf(why)},
                                                    {"retry_ms", reconnect.Remaining().count()}});
}

void Consumer::State::AbortChannel() {
  const std::lock_guard lock(channel_mutex);
  if (channel != nullptr) channel->Abort();
}

absl::StatusOr<std::vector<Delivery>> Consumer::State::Collect(milliseconds wait) {
  const auto limit = static_cast<std::size_t>(options.receive_limit);
  ASSIGN_OR_RETURN(auto deliveries, channel->Receive(limit, wait));
  if (wait > milliseconds(0) && deliveries.size() >= kStream && deliveries.size() < limit) {
    ASSIGN_OR_RETURN(auto more,
                     channel->Receive(limit - deliveries.size(), options.receive_linger));
    for (Delivery& delivery : more) deliveries.push_back(std::move(delivery));
  }
  return deliveries;
}

// One transaction, then one ack. A message whose envelope cannot be read is dead-lettered before
// the ack, which would cover it.
absl::Status Consumer::State::TakeIn(std::vector<Delivery> deliveries) {
  if (deliveries.empty()) return absl::OkStatus();
  received.Add(static_cast<double>(deliveries.size()));
  std::vector<Message> messages;
  std::vector<std::uint64_t> unreadable;
  std::uint64_t last = 0;  // The broker refuses an ack whose own tag was rejected.
  bool redelivered = false;
  for (Delivery& delivery : deliveries) {
    auto message = FromWire(std::move(delivery.message));
    if (!message.ok()) {
      telemetry::Error("a message is dead-lettered",
                       {{"service", options.service}, {"text", MessageOf(message.status())}});
      unreadable.push_back(delivery.tag);
      continue;
    }
    last = delivery.tag;
    redelivered = redelivered || delivery.redelivered;
    if (aggregates.contains(message->aggregate_type)) messages.push_back(*std::move(message));
  }
  if (!messages.empty()) {
    ASSIGN_OR_RETURN(const int applied, applier.TakeIn(messages, /*direct=*/!redelivered));
    if (applied < static_cast<int>(messages.size())) WakeAppliers();
  }
  telemetry::Failpoint("consumer.before_ack");
  for (const std::uint64_t tag : unreadable) {
    rejected.Add();
    RETURN_IF_ERROR(channel->Reject(tag));
  }
  return last == 0 ? absl::OkStatus() : channel->AckThrough(last);
}

absl::StatusOr<Applier::Result> Consumer::State::ApplyRound(WorkShare share) {
  if (aggregates.empty() || !leadership.Holds()) return Applier::Result();
  if (share.worker == 0 && clock.Monotonic() >= next_sweep) {
    next_sweep = clock.Monotonic() + kSweepEvery;
    RETURN_IF_ERROR(applier.Sweep());
  }
  return applier.Round(share);
}

void Consumer::State::WakeAppliers() {
  for (Worker& worker : appliers) worker.Wake();
}

milliseconds Consumer::State::ReceiveRound() {
  watchdog.Tick();
  const milliseconds wait = std::min(milliseconds(200), milliseconds(options.heartbeat) / 2);
  const absl::Status status = StepReceive(wait);
  watchdog.Tick();
  if (is_connected && status.ok()) return milliseconds(0);
  if (!leadership.held()) return milliseconds(200);
  return std::clamp<milliseconds>(reconnect.Remaining(), milliseconds(20), milliseconds(200));
}

milliseconds Consumer::State::ApplyLoop(WorkShare share) {
  const auto result = ApplyRound(share);
  if (result.ok()) return result->progress ? milliseconds(0) : milliseconds(200);
  telemetry::Warning("the apply stage waits for the database",
                     {{"service", options.service}, {"text", MessageOf(result.status())}});
  return milliseconds(200);
}

milliseconds Consumer::State::ReconcileLoop() {
  if (!leadership.Holds()) return milliseconds(1'000);
  const auto [status, count] = reconciler.Step(/*walk_now=*/false, stopping);
  if (count > 0) WakeAppliers();
  if (!status.ok()) {
    telemetry::Warning("a producer's feed cannot be read: tried again",
                       {{"service", options.service}, {"text", MessageOf(status)}});
  }
  return milliseconds(1'000);
}

Consumer::Consumer(ConsumerOptions options, db::Database& database, Broker& broker,
                   FeedSource& feeds, std::vector<Subscription> subscriptions, const Clock& clock,
                   Rng& rng)
    : state_(std::make_unique<State>(std::move(options), database, broker, feeds,
                                     std::move(subscriptions), clock, rng)) {}

Consumer::~Consumer() { Stop(); }

absl::Status Consumer::StepReceive(milliseconds wait) { return state_->StepReceive(wait); }

absl::StatusOr<int> Consumer::StepApply() {
  ASSIGN_OR_RETURN(const auto result, state_->ApplyRound({}));
  return result.applied;
}

absl::Status Consumer::StepReconcile(bool now) {
  if (state_->aggregates.empty() || !state_->leadership.Holds()) return absl::OkStatus();
  const auto [status, count] = state_->reconciler.Step(now, state_->stopping);
  if (count > 0) state_->WakeAppliers();
  return status;
}

void Consumer::Start() {
  State& state = *state_;
  if (state.aggregates.empty()) return;
  state.stopping = false;
  state.appliers.clear();
  const int workers = std::max(1, state.options.apply_workers);
  for (int i = 0; i < workers; ++i) state.appliers.emplace_back();
  for (int i = 0; i < workers; ++i) {
    state.appliers[static_cast<std::size_t>(i)].Start(
        [&state, i, workers] { return state.ApplyLoop({.worker = i, .workers = workers}); });
  }
  state.watchdog.Start();
  state.receiver.Start([&state] { return state.ReceiveRound(); });
  state.reconcile_worker.Start([&state] { return state.ReconcileLoop(); });
}

void Consumer::Stop() {
  State& state = *state_;
  if (!state.receiver.started()) return;
  state.stopping = true;
  {
    const std::lock_guard lock(state.channel_mutex);
    if (state.channel != nullptr) state.channel->Wake();
  }
  state.receiver.Stop();
  state.reconcile_worker.Stop();
  for (Worker& worker : state.appliers) worker.Stop();
  state.Disconnect(absl::OkStatus());
  state.watchdog.Stop();
}

bool Consumer::connected() const {
  return state_->is_connected || state_->aggregates.empty() || !state_->leadership.held();
}

}  // namespace jointly::bus
