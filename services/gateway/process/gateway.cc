#include "services/gateway/process/gateway.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

#include <csignal>
#include <cstdlib>

#include "common/auth/token.h"
#include "common/bus/amqp.h"
#include "common/error/check.h"
#include "common/error/error.h"
#include "common/rpc/runtime.h"
#include "common/telemetry/log.h"
#include "services/gateway/aggregates/overview.h"
#include "services/gateway/openapi/document.h"
#include "services/gateway/process/hints.h"
#include "services/gateway/process/keys.h"
#include "services/gateway/proxy/proxy.h"

namespace jointly::gateway {
namespace {

constexpr int kStreamsMax = 1024;
constexpr std::size_t kMemoryBytesMax = 128 * 1024 * 1024;

RouteTable MakeTable() {
  auto table = RouteTable::Build(PublicServices());
  Check(table.ok(), std::string(table.status().message()));
  return *std::move(table);
}

void SetLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(rpc::kMessageBytesMax);
  builder.SetMaxSendMessageSize(rpc::kMessageBytesMax);
  builder.SetResourceQuota(grpc::ResourceQuota("gateway").Resize(kMemoryBytesMax));
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, rpc::kMetadataBytesMax);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsMax);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
  // Two processes on one port would share its calls, silently.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

gpr_timespec After(std::chrono::milliseconds delay) {
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                      gpr_time_from_millis(delay.count(), GPR_TIMESPAN));
}

sigset_t EndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

void HoldSignals() {
  const sigset_t signals = EndSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

struct Gateway::State {
  explicit State(GatewayOptions o)
      : options(std::move(o)),
        clock(options.clock_offset),
        ids(clock, rng),
        table(MakeTable()),
        openapi(OpenApiDocument(table, Comments(EmbeddedFiles()))),
        peers(options.peers, clock),
        readiness(peers, clock),
        limiter(options.rates, clock),
        verifier({.deployment = options.deployment,
                  .fetch_user_keys = FetchKeysFrom(peers.Find("identity"))},
                 clock),
        tokens(verifier),
        feed(options.feed, clock),
        front(options.front,
              {table, openapi, peers, readiness, limiter, tokens, feed, ids, rng, clock}),
        proxy({peers, limiter, tokens, ids, rng}),
        http(options.http, front),
        overview(peers, clock) {
    StartOwn();
  }

  void StartOwn();
  void StartGrpc();
  void StartHints(Gateway& gateway);

  const GatewayOptions options;
  SystemClock clock;
  SystemRng rng;
  IdSource ids;
  const RouteTable table;
  const std::string openapi;
  Peers peers;
  Readiness readiness;
  RateLimiter limiter;
  auth::Verifier verifier;
  Tokens tokens;
  Feed feed;
  Front front;
  Proxy proxy;
  HttpServer http;
  OverviewService overview;
  std::unique_ptr<grpc::Server> own;  // On no network.
  std::unique_ptr<grpc::Server> grpc;
  std::unique_ptr<bus::HintListener> hints;
  int http_port = 0;
  int grpc_port = 0;
};

// Over a socket without a file: gRPC's transport within a process loses the reply of a call that is
// passed on as bytes. Whoever connects to it meets the services' own checks, as everywhere.
void Gateway::State::StartOwn() {
  const std::string address = "unix-abstract:jointly-gateway-" + ids.Next();
  grpc::ServerBuilder builder;
  SetLimits(builder);
  builder.AddListeningPort(address, grpc::InsecureServerCredentials());
  builder.RegisterService(&overview);
  own = builder.BuildAndStart();
  Check(own != nullptr, "the gateway's own services do not start");
  peers.SetOwn(address);
}

void Gateway::State::StartGrpc() {
  if (options.grpc_listen_address.empty()) return;
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  SetLimits(builder);
  builder.AddListeningPort(options.grpc_listen_address, grpc::InsecureServerCredentials(),
                           &grpc_port);
  builder.RegisterCallbackGenericService(&proxy);
  grpc = builder.BuildAndStart();
  if (grpc != nullptr && grpc_port != 0) return;
  telemetry::Error("cannot listen: the address is in use or not of this machine",
                   {{"grpc_listen_address", options.grpc_listen_address}});
  telemetry::FlushLogs();
  std::_Exit(2);
}

void Gateway::State::StartHints(Gateway& gateway) {
  if (options.broker.empty()) return;
  bus::AmqpOptions amqp;
  amqp.url = options.broker;
  amqp.service = "gateway";
  amqp.process_name = "gateway@" + ids.Next();
  amqp.heartbeat = options.heartbeat;
  hints = std::make_unique<bus::HintListener>(
      std::move(amqp), [&gateway](const bus::WireMessage& message) { gateway.OnHint(message); },
      [&gateway] { gateway.OnResync(); });
  hints->Start();
}

Gateway::Gateway(GatewayOptions options) : state_(std::make_unique<State>(std::move(options))) {}

Gateway::~Gateway() { Stop(); }

void Gateway::Start() {
  state_->StartGrpc();
  state_->http_port = state_->http.Start();
  state_->StartHints(*this);
  telemetry::Info("serving", {{"http_port", state_->http_port}, {"grpc_port", state_->grpc_port}});
}

int Gateway::http_port() const { return state_->http_port; }
int Gateway::grpc_port() const { return state_->grpc_port; }

void Gateway::OnHint(const bus::WireMessage& message) {
  if (const auto revocation = RevocationOf(message); revocation.has_value()) {
    state_->verifier.Revoke(revocation->person, revocation->not_before);
    state_->feed.Revoke(revocation->person, revocation->not_before);
  }
  if (const auto hint = HintOf(message); hint.has_value()) state_->feed.Publish(*hint);
}

void Gateway::OnResync() { state_->feed.Resync(); }

bool Gateway::Stop() {
  const std::chrono::seconds drain(state_->options.drain_seconds);
  state_->readiness.SetStopping();
  state_->hints.reset();
  state_->feed.Stop();
  const gpr_timespec deadline = After(drain);
  const bool all = state_->http.Stop(drain);
  if (state_->grpc != nullptr) {
    state_->grpc->GetHealthCheckService()->Shutdown();
    state_->grpc->Shutdown(deadline);
    state_->grpc->Wait();
    state_->grpc.reset();
  }
  return all;
}

int Gateway::Run() {
  Start();
  const sigset_t signals = EndSignals();
  int signal = 0;
  sigwait(&signals, &signal);
  telemetry::Info("stopping", {{"signal", signal}});
  const bool all = Stop();
  telemetry::Info("stopped", {{"drained", all}});
  telemetry::FlushLogs();
  // What has not ended by now would keep objects in use that are about to go.
  if (!all) std::_Exit(0);
  return 0;
}

}  // namespace jointly::gateway
