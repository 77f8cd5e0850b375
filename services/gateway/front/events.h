#pragma once

#include <memory>

#include "services/gateway/feed/feed.h"
#include "services/gateway/front/facts.h"
#include "services/gateway/front/tokens.h"
#include "services/gateway/http/exchange.h"

namespace jointly::gateway {

struct EventsParts {
  Tokens* tokens = nullptr;
  Feed* feed = nullptr;
};

// GET /v1/events: the live feed as server-sent events, for whom the token names, until it ends.
std::unique_ptr<Exchange> NewEvents(RequestFacts facts, EventsParts parts);

}  // namespace jointly::gateway
