#include "common/rpc/server_peers.h"

#include <grpcpp/support/client_interceptor.h>

#include "common/rpc/runtime.h"
#include "common/telemetry/log.h"

namespace jointly::rpc {
namespace {

using grpc::experimental::ClientInterceptorFactoryInterface;
using grpc::experimental::ClientRpcInfo;
using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::Interceptor;
using grpc::experimental::InterceptorBatchMethods;

constexpr const char* kAuthorization = "authorization";

// Adds the service's token to every call. Call credentials would need a secure channel, and inside
// a deployment TLS, where wanted, is beneath (deploy/).
class TokenInterceptor final : public Interceptor {
 public:
  explicit TokenInterceptor(std::shared_ptr<ServiceTokens> tokens) : tokens_(std::move(tokens)) {}
  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      auto* metadata = methods->GetSendInitialMetadata();
      if (!metadata->contains(kAuthorization)) {
        metadata->emplace(kAuthorization, "Bearer " + tokens_->Current());
      }
    }
    methods->Proceed();
  }

 private:
  std::shared_ptr<ServiceTokens> tokens_;
};

class TokenInterceptors final : public ClientInterceptorFactoryInterface {
 public:
  explicit TokenInterceptors(std::shared_ptr<ServiceTokens> tokens) : tokens_(std::move(tokens)) {}
  Interceptor* CreateClientInterceptor(ClientRpcInfo*) override {
    return new TokenInterceptor(tokens_);  // gRPC owns it.
  }

 private:
  std::shared_ptr<ServiceTokens> tokens_;
};

grpc::ChannelArguments Arguments() {
  grpc::ChannelArguments arguments;
  arguments.SetLoadBalancingPolicyName("round_robin");
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  // A peer that restarts is back within a second, and so is its channel.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  // Finds a peer that vanished without a word; no more often than its server allows.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // Peers are never behind a web proxy.
  return arguments;
}

}  // namespace

std::shared_ptr<grpc::Channel> Peers::To(const std::string& service) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<grpc::Channel>& channel = channels_[service];
  if (channel != nullptr) return channel;
  const auto address = addresses_.find(service);
  if (address == addresses_.end()) {
    telemetry::Error("no address of a peer: name it in --peers", {{"peer", service}});
  }
  // Nothing listens on port 1: calls to a peer without an address fail with UNAVAILABLE.
  const std::string target = address == addresses_.end() ? "ipv4:127.0.0.1:1" : address->second;
  std::vector<std::unique_ptr<ClientInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(std::make_unique<TokenInterceptors>(tokens_));
  channel = grpc::experimental::CreateCustomChannelWithInterceptors(
      target, grpc::InsecureChannelCredentials(), Arguments(), std::move(interceptors));
  return channel;
}

void Peers::Prepare(grpc::ClientContext& context, std::chrono::milliseconds timeout) {
  context.set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                    gpr_time_from_millis(timeout.count(), GPR_TIMESPAN)));
  context.AddMetadata(kAuthorization, "Bearer " + tokens_->Current());
}

}  // namespace jointly::rpc
