#pragma once

#include <functional>
#include <string>

#include "common/rpc/runtime.h"

namespace jointly::rpc {

// What the gRPC adapters of all services are: beside the generated class, which says the methods,
// a runtime and an Api whose methods are named as the RPCs. Each override is one line.
template <typename Api>
class Adapter {
 protected:
  Adapter(Runtime& runtime, Api& api) : runtime_(runtime), api_(api) {}

  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Serve(grpc::CallbackServerContext* context, const Request* request,
                                  Response* response,
                                  absl::StatusOr<Response> (Api::*method)(Call&, const Request&)) {
    return runtime_.Serve(context, request, response, std::bind_front(method, &api_));
  }

  Runtime& runtime_;
  Api& api_;
};

}  // namespace jointly::rpc
