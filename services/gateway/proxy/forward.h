#pragma once

#include <grpcpp/generic/async_generic_service.h>

#include <string>

#include "services/gateway/calls/backend_call.h"

namespace jointly::gateway {

// Passes one call on to `peer`; owns itself until both ends are done. The caller's cancellation and
// deadline go with it.
grpc::ServerGenericBidiReactor* Forward(grpc::GenericCallbackServerContext& context, Peer& peer,
                                        CallFacts facts);

}  // namespace jointly::gateway
