#include "services/gateway/calls/peers.h"

#include <grpcpp/grpcpp.h>

#include "common/rpc/runtime.h"

namespace jointly::gateway {
namespace {

grpc::ChannelArguments Arguments() {
  grpc::ChannelArguments arguments;
  arguments.SetLoadBalancingPolicyName("round_robin");
  arguments.SetMaxReceiveMessageSize(rpc::kMessageBytesMax);
  arguments.SetMaxSendMessageSize(rpc::kMessageBytesMax);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, rpc::kMetadataBytesMax);
  // A peer that restarts is back within a second or two, and so should its channel be.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 500);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  // Finds a peer that vanished without a word; no more often than its server allows.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  // What may be sent again, and when, is decided in backend_call.cc: gRPC does not know.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Each gateway has its own connections, also when a test runs several in one process.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return arguments;
}

std::int64_t MicrosOf(const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::microseconds>(clock.Monotonic().time_since_epoch())
      .count();
}

}  // namespace

Peer::Peer(std::string name, const std::string& address, const Clock& clock)
    : name_(std::move(name)),
      clock_(clock),
      channel_(
          grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), Arguments())) {}

std::chrono::milliseconds Peer::Failed() {
  const std::int64_t now = std::max<std::int64_t>(1, MicrosOf(clock_));
  std::int64_t since = 0;
  if (failing_since_micros_.compare_exchange_strong(since, now)) since = now;
  return std::chrono::milliseconds((now - since) / 1000);
}

Peers::Peers(const std::map<std::string, std::string>& addresses, const Clock& clock)
    : clock_(clock) {
  for (const auto& [name, address] : addresses) {
    peers_.emplace(name, std::make_unique<Peer>(name, address, clock));
  }
}

void Peers::SetOwn(const std::string& address) {
  own_ = std::make_unique<Peer>(kOwnPeer, address, clock_);
}

Peer* Peers::Find(const std::string& name) const {
  if (name == kOwnPeer) return own_.get();
  const auto found = peers_.find(name);
  return found == peers_.end() ? nullptr : found->second.get();
}

std::vector<Peer*> Peers::all() const {
  std::vector<Peer*> peers;
  for (const auto& [name, peer] : peers_) peers.push_back(peer.get());
  return peers;
}

}  // namespace jointly::gateway
