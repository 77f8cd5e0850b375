#pragma once

#include "common/auth/token.h"
#include "common/bus/subscription.h"
#include "common/db/database.h"

// Tokens of a person issued before identity's `not_before` are refused by every service. Private to
// common/rpc.
namespace jointly::rpc {

// Tells the verifier what the database knows. Older floors than a token's life need not be known.
absl::Status LoadTokenFloors(db::Database& database, const Clock& clock, auth::Verifier& verifier);

// Follows identity.person. The row outlives a restart; the verifier hears after the commit.
bus::Handler FollowTokenFloor(auth::Verifier& verifier);

// Adds the kernel's own subscription to a service's, before the service's handler of the same
// aggregate, if it has one.
std::vector<bus::Subscription> WithTokenFloor(std::vector<bus::Subscription> subscriptions,
                                              auth::Verifier& verifier);

}  // namespace jointly::rpc
