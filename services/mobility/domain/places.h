#pragma once

#include <algorithm>

#include "services/mobility/domain/quota.h"

namespace jointly::mobility {

// The places that a ledger counts with when its agreement says `agreed`. An amendment may give
// fewer than are in use: nobody who was promised a place loses it, so the ledger keeps what is in
// use and comes down to the agreement's number as places are given back.
inline int PlacesFor(const Quota& quota, int agreed) {
  return std::max(agreed, quota.held + quota.confirmed - quota.adjustment);
}

}  // namespace jointly::mobility
