#pragma once

#include <optional>
#include <string>

#include "common/bus/transport.h"
#include "services/gateway/feed/feed.h"

// What the gateway reads from the events that pass: their headers only, but for revocations.
namespace jointly::gateway {

// Nothing when the envelope cannot be read.
std::optional<Hint> HintOf(const bus::WireMessage& message);

struct Revocation {
  std::string person;
  Time not_before;
};
// Of an event of identity about a person whose older tokens are refused.
std::optional<Revocation> RevocationOf(const bus::WireMessage& message);

}  // namespace jointly::gateway
