#pragma once

#include "common/auth/token.h"
#include "services/gateway/calls/peers.h"

namespace jointly::gateway {

// identity's public keys, by RPC; waits for the answer. `identity` may be null: then UNAVAILABLE.
auth::FetchKeys FetchKeysFrom(Peer* identity);

}  // namespace jointly::gateway
