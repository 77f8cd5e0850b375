#include <pthread.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "common/rpc/server_operations.h"
#include "common/rpc/server_revocation.h"
#include "common/rpc/server_state.h"

// Running a process: the bus, the server, the pages for a monitor, the housekeeping, the drain.
namespace jointly::rpc {
namespace {

constexpr std::chrono::milliseconds kHousekeeping{1'000};
constexpr std::chrono::minutes kSweep{1};
constexpr int kSweepRows = 1000;
constexpr int kSlowProbesMax = 5;
// So many calls at once mean that the processor, not the callers, sets the pace.
constexpr double kPressedLoad = 10;

std::string ProcessName(const std::string& service) {
  std::array<char, 256> host = {};
  gethostname(host.data(), host.size() - 1);
  return service + '@' + host.data() + ':' + std::to_string(getpid());
}

int WaitForSignal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  int signal = 0;
  sigwait(&signals, &signal);
  return signal;
}

}  // namespace

void Process::State::MakeBus(std::vector<bus::Subscription> subscriptions) {
  feeds = std::make_unique<RpcFeedSource>(*peers);
  if (config.broker.empty()) {
    telemetry::Warning("no broker is configured: events stay in the outbox");
    return;
  }
  const std::chrono::seconds heartbeat(config.heartbeat_seconds);
  broker = std::make_unique<bus::AmqpBroker>(
      bus::AmqpOptions{.url = config.broker,
                       .service = spec.name,
                       .process_name = ProcessName(spec.name),
                       .heartbeat = heartbeat,
                       .ca_file = config.broker_ca_file,
                       .certificate_file = config.broker_certificate_file,
                       .key_file = config.broker_key_file});
  relay = std::make_unique<bus::Relay>(
      bus::RelayOptions{.service = spec.name,
                        .heartbeat = heartbeat,
                        .pressed = [this] { return runtime->Load() >= kPressedLoad; }},
      *database, *broker, *clock, rng);
  outbox->OnCommit([this] { relay->Wake(); });
  // identity tells its own verifier; every other service follows identity's people.
  if (spec.name != "identity") subscriptions = WithTokenFloor(std::move(subscriptions), *verifier);
  if (subscriptions.empty()) return;
  consumer = std::make_unique<bus::Consumer>(
      bus::ConsumerOptions{.service = spec.name, .heartbeat = heartbeat}, *database, *broker,
      *feeds, std::move(subscriptions), *clock, rng);
}

telemetry::Page Process::State::Readiness() const {
  const bool ready = database_ok;
  std::string text = ready ? "ready\n" : "not ready\n";
  text += ready ? "database: ok\n" : "database: does not answer\n";
  // Commands work without the broker: their events wait in the outbox.
  if (relay == nullptr) {
    text += "broker: not configured\n";
  } else {
    const bool connected = relay->connected() && (consumer == nullptr || consumer->connected());
    text += connected ? "broker: connected\n" : "broker: degraded, not connected\n";
  }
  return {.status = ready ? 200 : 503, .body = text};
}

void Process::State::ServePages() {
  if (config.metrics_address.empty()) return;
  metrics = std::make_unique<telemetry::MetricsServer>(
      config.metrics_address, std::map<std::string, telemetry::PageFunction>{
                                  {"/healthz", [] { return telemetry::Page{.body = "alive\n"}; }},
                                  {"/readyz", [this] { return Readiness(); }}});
}

void Process::State::KeepHouse() {
  const auto now = clock->Monotonic();
  const auto probed = database->Read([](db::Tx& tx) { return tx.Query("SELECT 1 AS one"); },
                                     {.deadline = now + kHousekeeping});
  // Slowness is not absence: a full pool answers late, and a restart would not help it.
  const bool gone = probed.status().code() == absl::StatusCode::kUnavailable;
  slow_probes = probed.ok() || gone ? 0 : slow_probes + 1;
  const bool answers = probed.ok() || (!gone && slow_probes < kSlowProbesMax);
  if (answers != database_ok) {
    database_ok = answers;
    runtime->SetReady(answers, answers ? "the database answers again" : MessageOf(probed.status()));
  }
  if (!probed.ok()) return;
  if (relay != nullptr) runtime->SetBacklogFull(relay->backlog() > config.outbox_limit);
  if (relay == nullptr) {  // A relay seals the chain itself.
    const auto sealed = bus::SealAudit(*database, *clock);
    if (!sealed.ok()) {
      telemetry::Warning("the audit chain is not sealed", {{"error", MessageOf(sealed.status())}});
    }
  }
  if (now < next_sweep) return;
  next_sweep = now + kSweep;
  const auto swept = SweepReplies(*database, *clock, kSweepRows);
  if (!swept.ok()) {
    telemetry::Warning("old replies are not swept", {{"error", MessageOf(swept.status())}});
  } else if (*swept == kSweepRows) {
    next_sweep = now;  // More are waiting.
  }
}

void Process::State::StartThreads() {
  if (relay != nullptr) relay->Start();
  if (consumer != nullptr) consumer->Start();
  if (ticker != nullptr) ticker->Start();
  for (const auto& task : tasks) task->Start();
}

void Process::State::Drain() {
  runtime->Stop();
  for (const auto& task : tasks) task->Stop();
  if (ticker != nullptr) ticker->Stop();
  if (consumer != nullptr) consumer->Stop();
  if (relay != nullptr) relay->Stop();
  metrics.reset();
}

int Process::Run(const std::vector<grpc::Service*>& services,
                 std::vector<bus::Subscription> subscriptions,
                 std::map<std::string, timers::Handler> timers) {
  State& state = *state_;
  state.MakeBus(std::move(subscriptions));
  EventFeedService feed(*state.runtime, *state.database);
  OperationsService::Reconciler reconcile;
  if (state.consumer != nullptr) {
    reconcile = [&state]() -> absl::StatusOr<std::int64_t> {
      const std::int64_t before = state.feeds->received();
      RETURN_IF_ERROR(state.consumer->StepReconcile(/*now=*/true));
      return state.feeds->received() - before;
    };
  }
  OperationsService operations(*state.runtime,
                               {.service = state.spec.name,
                                .database = *state.database,
                                .parked_queue = state.broker.get(),
                                .clock = *state.clock,
                                .clear_personal = &ClearPersonal},
                               std::move(reconcile));
  if (!timers.empty()) {
    state.ticker =
        std::make_unique<timers::Ticker>(*state.database, *state.clock, std::move(timers));
  }
  std::vector<grpc::Service*> all = services;
  all.push_back(&feed);
  all.push_back(&operations);
  Every(kHousekeeping, [&state] { state.KeepHouse(); });
  state.port = state.runtime->Start(all);
  state.ServePages();
  state.StartThreads();
  state.runtime->SetReady(true);
  telemetry::Info("ready", {{"port", state.port.load()},
                            {"milliseconds", std::chrono::duration_cast<std::chrono::milliseconds>(
                                                 state.clock->Monotonic() - state.began)
                                                 .count()}});
  const int signal = WaitForSignal();
  telemetry::Info("stopping", {{"signal", signal}});
  state.Drain();
  telemetry::Info("stopped");
  telemetry::FlushLogs();
  return 0;
}

}  // namespace jointly::rpc
