#pragma once

#include <grpcpp/generic/async_generic_service.h>

#include <string>
#include <unordered_map>

#include "common/time/ids.h"
#include "common/time/rng.h"
#include "services/gateway/calls/peers.h"
#include "services/gateway/front/tokens.h"
#include "services/gateway/limits/rate_limiter.h"

namespace jointly::gateway {

struct ProxyParts {
  Peers& peers;
  RateLimiter& limiter;
  Tokens& tokens;
  IdSource& ids;
  Rng& rng;
};

// gRPC for clients that speak it: every public method of the services is passed on as bytes, in
// both directions, whatever kind of call it is. What is for operators and between services is
// refused; reflection is answered here.
class Proxy final : public grpc::CallbackGenericService {
 public:
  explicit Proxy(ProxyParts parts);
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;

 private:
  struct Method {
    std::string peer;
    Traffic traffic = Traffic::kRead;
  };

  // OK, and the peer; or why the call goes nowhere.
  absl::Status Admit(const grpc::GenericCallbackServerContext& context, Peer*& peer);

  ProxyParts parts_;
  std::unordered_map<std::string, Method> methods_;  // By path.
};

// The address in gRPC's form of a peer: "ipv4:127.0.0.1:5000" -> "127.0.0.1".
std::string AddressOf(const std::string& peer);

}  // namespace jointly::gateway
