#pragma once

#include <absl/status/status.h>

#include <functional>
#include <string>

#include "common/bus/event.h"
#include "common/db/database.h"

namespace jointly::bus {

// Applies one event of a foreign aggregate inside the inbox transaction, in revision order, exactly
// once per (service, aggregate, revision). A permanent error (INVALID_ARGUMENT, DATA_LOSS) parks
// the message at once; any other is retried with backoff, then parked. Work that must follow goes
// through the same Tx: state, outbox events, timers. No call to another service from here.
using Handler = std::function<absl::Status(db::Tx&, const Message&)>;

// What a later revision does when an earlier one is parked: wait for it, or pass it. With kSkip an
// operator's replay runs the handler for the passed revision after later ones: only for handlers
// that bear that (a notice that is sent), never for one that keeps the aggregate's state.
enum class WhenParked { kHold, kSkip };

struct Subscription {
  std::string aggregate;  // "partnerships.agreement": every revision of the aggregate, or none.
  Handler handler;
  WhenParked when_parked = WhenParked::kHold;
};

}  // namespace jointly::bus
