#include "common/bus/relay.h"

#include <deque>
#include <map>
#include <mutex>
#include <set>

#include "common/bus/leadership.h"
#include "common/bus/operations.h"
#include "common/bus/reconnect.h"
#include "common/bus/relay_store.h"
#include "common/bus/topology.h"
#include "common/bus/worker.h"
#include "common/error/macros.h"
#include "common/telemetry/failpoint.h"
#include "common/telemetry/log.h"
#include "common/telemetry/metrics.h"

namespace jointly::bus {
namespace {

using std::chrono::milliseconds;
using TimePoint = std::chrono::steady_clock::time_point;

constexpr milliseconds kMarkDelay{20};
constexpr std::size_t kMarkLimit = 256;
constexpr milliseconds kRedeclareEvery{1'000};
constexpr milliseconds kRepairEvery{30'000};
constexpr milliseconds kBacklogEvery{5'000};
constexpr int kSealLimit = 500;
constexpr milliseconds kDrainMax{3'000};
constexpr milliseconds kYieldRound{20};

struct InFlight {
  PendingEvent event;
  TimePoint since{};
  bool returned = false;
};

struct RelayMetrics {
  explicit RelayMetrics(const std::string& service)
      : published(telemetry::GetCounter("jointly_outbox_published_total",
                                        "Events that the broker confirmed",
                                        {{"service", service}})),
        nacked(telemetry::GetCounter("jointly_outbox_nacked_total",
                                     "Events that the broker refused for now",
                                     {{"service", service}})),
        unroutable(telemetry::GetCounter("jointly_outbox_unroutable_total",
                                         "Events that no queue took although one should",
                                         {{"service", service}})),
        connected(telemetry::GetGauge("jointly_relay_connected", "1 while the relay has a broker",
                                      {{"service", service}})),
        blocked(telemetry::GetGauge("jointly_relay_blocked",
                                    "1 while the broker takes nothing (memory or disk alarm)",
                                    {{"service", service}})),
        backlog(telemetry::GetGauge("jointly_outbox_backlog", "Events that wait to be published",
                                    {{"service", service}})),
        latency(telemetry::GetHistogram("jointly_outbox_confirm_seconds",
                                        "From the commit of an event to the broker's confirmation",
                                        {{"service", service}})) {}

  telemetry::Counter& published;
  telemetry::Counter& nacked;
  telemetry::Counter& unroutable;
  telemetry::Gauge& connected;
  telemetry::Gauge& blocked;
  telemetry::Gauge& backlog;
  telemetry::Histogram& latency;
};

}  // namespace

// Everything but the atomics and `channel` belongs to the thread that calls Step.
struct Relay::State {
  State(RelayOptions o, db::Database& d, Broker& b, const Clock& c, Rng& r)
      : options(std::move(o)),
        store(d, options.partition, options.partitions),
        database(d),
        broker(b),
        clock(c),
        reconnect(c, r, options.reconnect_max),
        leadership(d, c, "relay/" + options.service + "/" + std::to_string(options.partition)),
        metrics(options.service),
        watchdog(c, options.heartbeat * 2 + std::chrono::seconds(5), [this] { AbortChannel(); }) {}

  absl::Status Step(milliseconds wait);
  absl::Status Connect();
  void Disconnect(const absl::Status& why);
  absl::Status Housekeep();
  absl::Status Fetch();
  bool Yields(TimePoint now);
  absl::Status PublishWindow();
  absl::Status PollBroker(milliseconds wait);
  absl::Status CheckSilence();
  void Settle(std::uint64_t first, std::uint64_t last, bool acked);
  void SettleOne(InFlight& entry, bool acked);
  absl::Status HandleUnroutable();
  absl::Status MarkIfDue(bool force);
  bool AllSent() const { return buffer.empty() && !more; }
  void AbortChannel();
  void Poke();
  void SetChannel(std::unique_ptr<PublishChannel> next);
  milliseconds Round();
  void Drain();

  const RelayOptions options;
  RelayStore store;
  db::Database& database;
  Broker& broker;
  const Clock& clock;
  Reconnect reconnect;
  Leadership leadership;
  RelayMetrics metrics;

  // Written by the stepping thread under the mutex; other threads only wake and abort it.
  std::mutex channel_mutex;
  std::unique_ptr<PublishChannel> channel;

  TimePoint next_sweep{};
  TimePoint next_redeclare{};
  TimePoint next_repair{};
  TimePoint next_backlog{};
  bool more = true;  // The last fetch was cut off by its limit.
  bool yielding = false;
  std::optional<TimePoint> yielding_since;  // Until all is sent again.
  std::deque<PendingEvent> buffer;
  std::map<std::uint64_t, InFlight> in_flight;  // By delivery tag.
  std::size_t in_flight_bytes = 0;
  // Grows from 1 with every confirmation: a broker in alarm says so after the first publish, and
  // then at most one message hangs, not a window of them (messaging.md 4.3).
  int window = 1;
  TimePoint last_blocked{};
  std::vector<std::int64_t> confirmed;  // Not yet marked.
  TimePoint confirmed_since{};
  std::vector<std::int64_t> nacked;
  std::vector<PendingEvent> unroutable;

  std::atomic<bool> news{true};
  std::atomic<bool> is_connected{false};
  std::atomic<bool> is_blocked{false};
  std::atomic<std::int64_t> waiting{0};
  Watchdog watchdog;
  Worker worker;
  Worker sealer;
};

absl::Status Relay::State::Step(milliseconds wait) {
  if (!leadership.Holds()) {
    if (channel != nullptr) Disconnect(absl::OkStatus());
    return absl::OkStatus();
  }
  // What was confirmed is marked even while there is no broker; and while there is no database, the
  // broker is still listened to (heartbeats, alarms).
  absl::Status stored = MarkIfDue(/*force=*/channel == nullptr);
  if (channel == nullptr) {
    if (!reconnect.Due()) return stored;
    RETURN_IF_ERROR(Connect());
  }
  stored.Update(Housekeep());
  stored.Update(Fetch());
  absl::Status status = PublishWindow();
  if (status.ok()) {
    const bool can_go_on = !channel->blocked() && static_cast<int>(in_flight.size()) < window;
    if (!confirmed.empty()) wait = std::min(wait, kMarkDelay);
    if (yielding) wait = std::min(wait, kYieldRound);
    status = PollBroker(can_go_on && !AllSent() && !yielding ? milliseconds(0) : wait);
  }
  if (status.ok()) status = CheckSilence();
  if (status.ok()) status = HandleUnroutable();
  if (!status.ok()) {
    Disconnect(status);
    return status;
  }
  stored.Update(MarkIfDue(/*force=*/false));
  return stored;
}

void Relay::State::SetChannel(std::unique_ptr<PublishChannel> next) {
  {
    const std::lock_guard lock(channel_mutex);
    channel.swap(next);
    is_connected = channel != nullptr;
  }
  metrics.connected.Set(is_connected ? 1 : 0);
  // The old one is closed outside the lock: that may take the RPC timeout.
}

absl::Status Relay::State::Connect() {
  auto opened = broker.OpenPublisher();
  if (!opened.ok()) {
    Disconnect(opened.status());
    return opened.status();
  }
  SetChannel(*std::move(opened));
  reconnect.Connected();
  window = 1;
  more = true;
  telemetry::Info("the relay is connected", {{"service", options.service}});
  return absl::OkStatus();
}

// The database is the truth: what was not confirmed is taken from it again.
void Relay::State::Disconnect(const absl::Status& why) {
  SetChannel(nullptr);
  in_flight.clear();
  in_flight_bytes = 0;
  buffer.clear();
  nacked.clear();
  unroutable.clear();
  more = true;
  is_blocked = false;
  metrics.blocked.Set(0);
  if (why.ok()) return;
  reconnect.Failed(why);
  telemetry::Warning("the relay has no broker", {{"service", options.service},
                                                 {"reason", ReasonOf(why)},
                                                 {"text", MessageOf(why)},
                                                 {"retry_ms", reconnect.Remaining().count()}});
}

absl::Status Relay::State::Housekeep() {
  const TimePoint now = clock.Monotonic();
  if (now >= next_repair) {
    next_repair = now + kRepairEvery;
    RETURN_IF_ERROR(store.RepairRetryTimes(clock.Now(), options.unroutable_retry * 2));
  }
  if (now >= next_backlog) {
    next_backlog = now + kBacklogEvery;
    ASSIGN_OR_RETURN(const std::int64_t count, store.Backlog());
    waiting = count;
    metrics.backlog.Set(static_cast<double>(count));
  }
  return absl::OkStatus();
}

// Flag, not cursor: rows that become visible late are simply found later (messaging.md section 10).
// A local commit wakes us; other replicas' commits are found by the sweep. LISTEN/NOTIFY across
// replicas is left out on purpose: the sweep bounds their latency at half a second without a
// further connection per process.
absl::Status Relay::State::Fetch() {
  // While marking fails (a full disk), what was confirmed must be remembered: bounded.
  if (!buffer.empty() || confirmed.size() > 4 * kMarkLimit) return absl::OkStatus();
  const TimePoint now = clock.Monotonic();
  const bool sweep = now >= next_sweep;
  if (!sweep && !more && !news) return absl::OkStatus();
  yielding = Yields(now);
  if (yielding) return absl::OkStatus();
  if (!news.exchange(false) && !more && !sweep) return absl::OkStatus();
  next_sweep = now + options.sweep;
  std::vector<std::int64_t> known = confirmed;
  for (const auto& [tag, entry] : in_flight) known.push_back(entry.event.id);
  for (const PendingEvent& event : unroutable) known.push_back(event.id);
  known.insert(known.end(), nacked.begin(), nacked.end());
  auto rows = store.Fetch(clock.Now(), known, options.window_messages);
  if (!rows.ok()) {
    more = true;
    return rows.status();
  }
  more = rows->size() == static_cast<std::size_t>(options.window_messages);
  if (!more) yielding_since.reset();
  for (PendingEvent& event : *rows) buffer.push_back(std::move(event));
  return absl::OkStatus();
}

// A machine that cannot do both at once answers people first. The instant is kept through moments
// of rest: what waits is not to wait anew after each.
bool Relay::State::Yields(TimePoint now) {
  if (options.pressed == nullptr || !options.pressed()) return false;
  if (!yielding_since.has_value()) yielding_since = now;
  return now - *yielding_since < options.yield_max;
}

absl::Status Relay::State::PublishWindow() {
  while (!buffer.empty() && !channel->blocked()) {
    const std::size_t bytes = buffer.front().wire.body.size();
    if (static_cast<int>(in_flight.size()) >= window) break;
    if (!in_flight.empty() && in_flight_bytes + bytes > options.window_bytes) break;
    telemetry::Failpoint("relay.before_publish");
    ASSIGN_OR_RETURN(const std::uint64_t tag, channel->Publish(buffer.front().wire));
    in_flight_bytes += bytes;
    buffer.front().wire.body.clear();
    in_flight.emplace(tag,
                      InFlight{.event = std::move(buffer.front()), .since = clock.Monotonic()});
    buffer.pop_front();
  }
  return absl::OkStatus();
}

absl::Status Relay::State::PollBroker(milliseconds wait) {
  ASSIGN_OR_RETURN(const auto confirmations, channel->Poll(wait));
  is_blocked = channel->blocked();
  metrics.blocked.Set(is_blocked ? 1 : 0);
  for (const Confirmation& confirmation : confirmations) {
    switch (confirmation.kind) {
      case Confirmation::Kind::kReturned:
        // A return comes before the ack of its tag, which then means nothing.
        for (auto& [tag, entry] : in_flight) {
          if (entry.event.wire.message_id == confirmation.message_id) entry.returned = true;
        }
        break;
      case Confirmation::Kind::kAck:
      case Confirmation::Kind::kNack:
        Settle(confirmation.multiple ? 0 : confirmation.tag, confirmation.tag,
               confirmation.kind == Confirmation::Kind::kAck);
        break;
    }
  }
  return absl::OkStatus();
}

absl::Status Relay::State::CheckSilence() {
  const TimePoint now = clock.Monotonic();
  if (channel->blocked()) last_blocked = now;
  if (in_flight.empty()) return absl::OkStatus();
  const TimePoint since = std::max(in_flight.begin()->second.since, last_blocked);
  if (now - since < options.confirm_max) return absl::OkStatus();
  return Unavailable(kBrokerDown, "the broker said nothing of an event for " +
                                      std::to_string(options.confirm_max.count()) + " ms");
}

void Relay::State::Settle(std::uint64_t first, std::uint64_t last, bool acked) {
  auto entry = in_flight.lower_bound(first);
  while (entry != in_flight.end() && entry->first <= last) {
    in_flight_bytes -= entry->second.event.body_bytes;
    SettleOne(entry->second, acked);
    entry = in_flight.erase(entry);
  }
}

void Relay::State::SettleOne(InFlight& entry, bool acked) {
  if (!acked) {
    metrics.nacked.Add();
    nacked.push_back(entry.event.id);
    return;
  }
  if (entry.returned && HasConsumer(entry.event.aggregate_type)) {
    metrics.unroutable.Add();
    unroutable.push_back(std::move(entry.event));
    return;
  }
  if (confirmed.empty()) confirmed_since = clock.Monotonic();
  confirmed.push_back(entry.event.id);
  window = std::min(window + 1, options.window_messages);
  metrics.published.Add();
  metrics.latency.Observe(
      std::chrono::duration<double>(clock.Now() - entry.event.create_time).count());
}

// No queue took these although the topology has one: it was deleted. Declares it again; the first
// retry is quick, because the declaration usually heals it.
absl::Status Relay::State::HandleUnroutable() {
  if (unroutable.empty() && nacked.empty()) return absl::OkStatus();
  const TimePoint now = clock.Monotonic();
  if (!unroutable.empty() && now >= next_redeclare) {
    next_redeclare = now + kRedeclareEvery;
    telemetry::Error("events were returned by the broker: a queue is missing",
                     {{"service", options.service},
                      {"events", unroutable.size()},
                      {"first", unroutable.front().wire.routing_key}});
    RETURN_IF_ERROR(channel->Redeclare());
  }
  const absl::Status stored = store.Postpone(
      nacked, unroutable,
      {.now = clock.Now(), .nack = options.nack_retry, .unroutable = options.unroutable_retry});
  // Kept when the database is down: these rows stay known and are written with the next round.
  if (!stored.ok()) return absl::OkStatus();
  nacked.clear();
  unroutable.clear();
  return absl::OkStatus();
}

absl::Status Relay::State::MarkIfDue(bool force) {
  if (confirmed.empty()) return absl::OkStatus();
  const bool due =
      confirmed.size() >= kMarkLimit || clock.Monotonic() - confirmed_since >= kMarkDelay;
  if (!due && !force) return absl::OkStatus();
  telemetry::Failpoint("relay.before_mark");
  RETURN_IF_ERROR(store.MarkPublished(confirmed, clock.Now()));
  confirmed.clear();
  return absl::OkStatus();
}

void Relay::State::AbortChannel() {
  const std::lock_guard lock(channel_mutex);
  if (channel != nullptr) channel->Abort();
}

void Relay::State::Poke() {
  {
    const std::lock_guard lock(channel_mutex);
    if (channel != nullptr) channel->Wake();
  }
  worker.Wake();
}

milliseconds Relay::State::Round() {
  watchdog.Tick();
  const milliseconds wait = std::min(milliseconds(200), milliseconds(options.heartbeat) / 2);
  const absl::Status status = Step(wait);
  watchdog.Tick();
  if (is_connected && status.ok()) return milliseconds(0);
  if (!leadership.held()) return milliseconds(200);
  if (!status.ok() && is_connected) {
    telemetry::Warning("the relay's round failed",
                       {{"service", options.service}, {"text", MessageOf(status)}});
  }
  return std::clamp<milliseconds>(reconnect.Remaining(), milliseconds(20), milliseconds(200));
}

// What the broker still confirms within 3 s need not be sent again after the restart.
void Relay::State::Drain() {
  const TimePoint end = clock.Monotonic() + kDrainMax;
  while (channel != nullptr && !in_flight.empty() && clock.Monotonic() < end) {
    watchdog.Tick();
    if (!PollBroker(milliseconds(100)).ok()) break;
  }
  const absl::Status marked = MarkIfDue(/*force=*/true);
  if (!marked.ok())
    telemetry::Warning("confirmed events are not marked", {{"text", MessageOf(marked)}});
  Disconnect(absl::OkStatus());
}

Relay::Relay(RelayOptions options, db::Database& database, Broker& broker, const Clock& clock,
             Rng& rng)
    : state_(std::make_unique<State>(std::move(options), database, broker, clock, rng)) {}

Relay::~Relay() { Stop(); }

absl::Status Relay::Step(milliseconds wait) { return state_->Step(wait); }

void Relay::Start() {
  state_->watchdog.Start();
  state_->worker.Start([this] { return state_->Round(); });
  state_->sealer.Start([this] {
    if (state_->leadership.held()) {
      const auto sealed = SealAudit(state_->database, state_->clock, kSealLimit);
      if (!sealed.ok()) {
        telemetry::Warning("the audit chain is not extended",
                           {{"text", MessageOf(sealed.status())}});
      } else if (*sealed == kSealLimit) {
        return milliseconds(1);
      }
    }
    return milliseconds(1'000);
  });
}

void Relay::Wake() {
  // Already woken, and not yet looked: the burst of a busy service costs one wake-up.
  if (!state_->news.exchange(true)) state_->Poke();
}

void Relay::Stop() {
  if (!state_->worker.started()) return;
  state_->sealer.Stop();
  state_->Poke();
  state_->worker.Stop();
  state_->Drain();
  state_->watchdog.Stop();
}

bool Relay::connected() const { return state_->is_connected || !state_->leadership.held(); }
bool Relay::blocked() const { return state_->is_blocked; }
std::int64_t Relay::backlog() const { return state_->waiting; }

}  // namespace jointly::bus
