#pragma once

#include <absl/status/status.h>
#include <google/protobuf/message.h>
#include <grpcpp/client_context.h>

#include <chrono>
#include <functional>
#include <string>

#include "services/gateway/calls/peers.h"

namespace jointly::gateway {

// What every call to a service carries.
struct CallFacts {
  std::string authorization;  // As the client sent it; empty: none.
  std::string traceparent;    // Of this hop.
  std::string request_id;     // X-Request-Id; the service's correlation id.
  std::chrono::milliseconds timeout{10'000};
};

void Prepare(const CallFacts& facts, grpc::ClientContext& context);

struct UnaryCall {
  Peer* peer = nullptr;
  std::string rpc_path;  // "/jointly.mobility.v1.Mobility/GetCall"
  CallFacts facts;
  const google::protobuf::Message* request = nullptr;  // Both outlive the call.
  google::protobuf::Message* reply = nullptr;
  // Whether it may be sent again when the connection broke: reads, and mutations with a request id.
  bool repeatable = false;
};

// Calls, and calls `done` once, on a thread of gRPC's. A peer that cannot be reached (it restarts)
// is tried again for a short while, unless it has been away for longer. Errors are those of the
// service, or Explain's.
void CallUnary(UnaryCall call, std::function<void(absl::Status)> done);

// A status that gRPC itself made, not the service, in words for the caller: which service, and what
// to do. Statuses of services (they have an ErrorInfo) come back as they are; the texts of foreign
// ones, with addresses and internals, go no further.
absl::Status Explain(const absl::Status& status, const std::string& peer, bool repeatable);

}  // namespace jointly::gateway
