#pragma once

#include <string>
#include <string_view>

#include "common/time/rng.h"

// W3C Trace Context: "00-<32 hex>-<16 hex>-<2 hex>".
namespace jointly::telemetry {

bool IsTraceparent(std::string_view text);
// The same trace with a new span; a new trace when `parent` is not valid.
std::string ChildTraceparent(std::string_view parent, Rng& rng);

}  // namespace jointly::telemetry
