#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>
#include <grpcpp/impl/server_initializer.h>
#include <grpcpp/resource_quota.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "common/error/check.h"
#include "common/rpc/runtime.h"
#include "common/rpc/server_admission.h"
#include "common/rpc/server_methods.h"
#include "common/rpc/server_pool.h"
#include "common/telemetry/log.h"

namespace jointly::rpc {
namespace {

using telemetry::Level;

constexpr int kStreamsMax = 1024;
constexpr std::size_t kMemoryBytesMax = 256 * 1024 * 1024;
constexpr std::chrono::milliseconds kBacklogRetry{30'000};
constexpr int kKeepaliveMs = 60'000;
constexpr int kKeepaliveTimeoutMs = 20'000;
constexpr int kPingIntervalLeastMs = 10'000;

using ServiceNames = std::vector<std::string>;

// Tells the names of the registered services before the server starts: gRPC tells them to its
// plugins only.
class ServiceLister final : public grpc::ServerBuilderPlugin {
 public:
  explicit ServiceLister(std::function<void(const ServiceNames&)> tell) : tell_(std::move(tell)) {}
  std::string name() override { return "jointly.service_lister"; }
  void InitServer(grpc::ServerInitializer* initializer) override {
    tell_(*initializer->GetServiceList());
  }
  void Finish(grpc::ServerInitializer*) override {}
  void ChangeArguments(const std::string&, void*) override {}

 private:
  std::function<void(const ServiceNames&)> tell_;
};

class TellServices final : public grpc::ServerBuilderOption {
 public:
  explicit TellServices(std::function<void(const ServiceNames&)> tell) : tell_(std::move(tell)) {}
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    plugins->push_back(std::make_unique<ServiceLister>(tell_));
  }

 private:
  std::function<void(const ServiceNames&)> tell_;
};

// Health and reflection tell nothing about people, and have no policy of ours.
bool IsForeign(const std::string& service) { return service.starts_with("grpc."); }

void SetLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMessageBytesMax);
  builder.SetMaxSendMessageSize(kMessageBytesMax);
  builder.SetResourceQuota(grpc::ResourceQuota("jointly").Resize(kMemoryBytesMax));
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsMax);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kPingIntervalLeastMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
  // Two processes on one port would share its calls, silently.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Only reflection is a synchronous service: one poller serves it.
  using Option = grpc::ServerBuilder::SyncServerOption;
  builder.SetSyncServerOption(Option::NUM_CQS, 1);
  builder.SetSyncServerOption(Option::MIN_POLLERS, 1);
  builder.SetSyncServerOption(Option::MAX_POLLERS, 2);
}

Level LevelOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      return Level::kWarning;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return Level::kInfo;
    default:
      return Level::kDebug;
  }
}

// Under an overload or an outage every call fails, and a line for each would make it worse.
class LogBudget {
 public:
  // Whether a line may be written in this second; `left_out` is how many were not since the last
  // one.
  bool Take(std::chrono::steady_clock::time_point now, int& left_out) {
    const std::lock_guard lock(mutex_);
    if (now - second_ >= std::chrono::seconds(1)) {
      second_ = now;
      written_ = 0;
    }
    if (written_ == kLinesPerSecond) {
      ++left_out_;
      return false;
    }
    ++written_;
    left_out = std::exchange(left_out_, 0);
    return true;
  }

 private:
  static constexpr int kLinesPerSecond = 20;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point second_{};
  int written_ = 0;
  int left_out_ = 0;
};

// Runs the handler; the one place that catches what the standard library throws.
absl::Status RunGuarded(const std::function<absl::Status(Call&)>& work, Call& call) {
  try {
    return work(call);
  } catch (const std::exception& error) {
    telemetry::Error(
        "a handler threw",
        {{"method", call.method}, {"request_id", call.request_id}, {"what", error.what()}});
    return Internal(kInternal,
                    "the server failed in an unexpected way; its log has more under the request id",
                    {{"request_id", call.request_id}});
  }
}

absl::Status BacklogFull() {
  return WithRetryAfter(
      ResourceExhausted(kBacklogFull,
                        "too many events wait for the message broker: nothing can be changed now"),
      kBacklogRetry);
}

}  // namespace

absl::Status Overloaded() {
  return WithRetryAfter(Unavailable(kOverloaded, "the server has too much to do: try again later"),
                        std::chrono::milliseconds(200));
}

struct Runtime::State {
  State(RuntimeOptions o, auth::Verifier& verifier, const Clock& c, IdSource& ids, Rng& rng)
      : options(std::move(o)),
        clock(c),
        admission(verifier, c, ids, rng, options.default_timeout),
        pool(options.pool_threads, options.pool_queue) {}

  RuntimeOptions options;
  const Clock& clock;
  Admission admission;
  MethodTable methods;
  LogBudget log_budget;
  std::unique_ptr<grpc::Server> server;
  std::atomic<bool> stopped{false};
  std::atomic<bool> backlog_full{false};
  Pool pool;  // Last: its threads use the others.

  // One call on a pool thread: from the deadline to the handler's answer.
  absl::Status Execute(const grpc::CallbackServerContext& context, const Method& method,
                       const google::protobuf::Message& request,
                       const std::function<absl::Status(Call&)>& work, Call& call) {
    // Nobody waits for these any more; running them would only delay those who do.
    if (context.IsCancelled()) return absl::CancelledError("the caller has gone");
    if (clock.Monotonic() >= call.deadline) {
      return DeadlineExceeded(kDeadlineExceeded, "the deadline passed before the call's turn came");
    }
    RETURN_IF_ERROR(admission.Admit(context, method, call));
    if (backlog_full && method.changes()) return BacklogFull();
    RETURN_IF_ERROR(AdoptRequestId(call, request));
    return RunGuarded(work, call);
  }

  void Report(const Method& method, const Call& call, const absl::Status& status,
              std::chrono::steady_clock::time_point arrived) {
    const auto now = clock.Monotonic();
    const std::chrono::duration<double> taken = now - arrived;
    method.Count(status.code(), taken);
    const Level level = LevelOf(status.code());
    int left_out = 0;
    if (!telemetry::Enabled(level)) return;
    if (level != Level::kDebug && !log_budget.Take(now, left_out)) return;
    telemetry::Fields fields = {
        {"method", method.name()},       {"code", absl::StatusCodeToString(status.code())},
        {"seconds", taken.count()},      {"principal", call.principal.name},
        {"request_id", call.request_id}, {"traceparent", call.traceparent}};
    if (!status.ok()) fields.emplace_back("reason", ReasonOf(status));
    if (left_out > 0) fields.emplace_back("left_out", left_out);
    // The text of an error may quote a request; only that of our own mistakes is logged.
    if (level == Level::kWarning) fields.emplace_back("error", MessageOf(status));
    telemetry::Log(level, "call", fields);
  }
};

Runtime::Runtime(RuntimeOptions options, auth::Verifier& verifier, const Clock& clock,
                 IdSource& ids, Rng& rng)
    : state_(std::make_unique<State>(std::move(options), verifier, clock, ids, rng)) {}

Runtime::~Runtime() { Stop(); }

grpc::ServerUnaryReactor* Runtime::ServeErased(grpc::CallbackServerContext* context,
                                               const google::protobuf::Message& request,
                                               std::function<absl::Status(Call&)> work) {
  State* state = state_.get();
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const Method* method = state->methods.Find(request.GetDescriptor());
  Check(method != nullptr, "a request of a method that Start does not know");
  const auto arrived = state->clock.Monotonic();
  Call call;
  call.deadline = state->admission.DeadlineOf(*context);
  const bool posted = state->pool.Post([=, &request, work = std::move(work)]() mutable {
    const absl::Status status = state->Execute(*context, *method, request, work, call);
    state->Report(*method, call, status, arrived);
    reactor->Finish(ToGrpc(status));
  });
  if (!posted) {
    const absl::Status status = Overloaded();
    state->Report(*method, call, status, arrived);
    reactor->Finish(ToGrpc(status));
  }
  return reactor;
}

absl::StatusOr<Call> Runtime::Admit(const grpc::CallbackServerContext& context,
                                    const google::protobuf::Descriptor& request_descriptor) {
  const Method* method = state_->methods.Find(&request_descriptor);
  Check(method != nullptr, "a request of a method that Start does not know");
  Call call;
  call.deadline = state_->admission.DeadlineOf(context);
  RETURN_IF_ERROR(state_->admission.Admit(context, *method, call));
  return call;
}

bool Runtime::Post(std::function<void()> work) { return state_->pool.Post(std::move(work)); }

int Runtime::Start(const std::vector<grpc::Service*>& services) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  SetLimits(builder);
  // Before the first call can come: a process with a method that lacks its policy does not start.
  builder.SetOption(std::make_unique<TellServices>([this](ServiceNames names) {
    std::erase_if(names, IsForeign);
    const std::vector<std::string> problems = state_->methods.Load(names);
    for (const std::string& problem : problems) telemetry::Error("will not start: " + problem);
    if (!problems.empty()) std::_Exit(2);
  }));
  int port = 0;
  builder.AddListeningPort(state_->options.listen_address, grpc::InsecureServerCredentials(),
                           &port);
  for (grpc::Service* service : services) builder.RegisterService(service);
  state_->server = builder.BuildAndStart();
  if (state_->server == nullptr || port == 0) {
    telemetry::Error("cannot listen: the address is in use or not of this machine",
                     {{"listen_address", state_->options.listen_address}});
    std::_Exit(2);
  }
  state_->server->GetHealthCheckService()->SetServingStatus(false);
  return port;
}

void Runtime::SetReady(bool ready, const std::string& why) {
  if (state_->server == nullptr) return;
  state_->server->GetHealthCheckService()->SetServingStatus(ready);
  telemetry::Fields fields;
  if (!why.empty()) fields.emplace_back("why", why);
  telemetry::Info(ready ? "serving" : "not serving", fields);
}

double Runtime::Load() const { return state_->pool.Load(); }

void Runtime::SetBacklogFull(bool full) {
  if (state_->backlog_full.exchange(full) == full) return;
  telemetry::Warning(full ? "too many events wait for the broker: commands are refused"
                          : "commands are taken again");
}

void Runtime::Stop() {
  if (state_->stopped.exchange(true)) return;
  if (state_->server != nullptr) {
    state_->server->GetHealthCheckService()->Shutdown();
    // No new calls; what runs may end within the time, then it is cancelled.
    const gpr_timespec deadline =
        gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                     gpr_time_from_millis(state_->options.drain.count(), GPR_TIMESPAN));
    state_->server->Shutdown(deadline);
  }
  state_->pool.Stop();
}

}  // namespace jointly::rpc
