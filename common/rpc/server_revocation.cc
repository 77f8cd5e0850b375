#include "common/rpc/server_revocation.h"

#include <jointly/identity/v1/identity_events.pb.h>

#include <algorithm>

#include "common/error/macros.h"
#include "common/rpc/convert.h"

namespace jointly::rpc {
namespace {

constexpr const char* kPerson = "identity.person";

}  // namespace

absl::Status LoadTokenFloors(db::Database& database, const Clock& clock, auth::Verifier& verifier) {
  // Clocks of two machines may differ by the leeway on both sides.
  const Time oldest = clock.Now() - auth::kAccessTokenLife - 2 * auth::kLeeway;
  ASSIGN_OR_RETURN(const db::Rows rows, database.Read([&](db::Tx& tx) {
    return tx.Query("SELECT person, not_before FROM token_floor WHERE not_before > $1", {oldest});
  }));
  for (const db::Row& row : rows) verifier.Revoke(row.Text("person"), row.At("not_before"));
  return absl::OkStatus();
}

bus::Handler FollowTokenFloor(auth::Verifier& verifier) {
  return [&verifier](db::Tx& tx, const bus::Message& message) -> absl::Status {
    jointly::identity::v1::PersonEvent event;
    if (!event.ParseFromString(message.body)) {
      return InvalidArgument(kInvalidArgument, "the event's body is not a PersonEvent",
                             {{"message_id", message.message_id}});
    }
    if (!event.person().has_not_before()) return absl::OkStatus();
    const std::string& person = event.person().name();
    const Time not_before = FromProto(event.person().not_before());
    tx.Execute(R"sql(
        INSERT INTO token_floor (person, not_before) VALUES ($1, $2)
        ON CONFLICT (person) DO UPDATE SET not_before = excluded.not_before
         WHERE token_floor.not_before < excluded.not_before)sql",
               {person, not_before});
    tx.AfterCommit([&verifier, person, not_before] { verifier.Revoke(person, not_before); });
    return absl::OkStatus();
  };
}

std::vector<bus::Subscription> WithTokenFloor(std::vector<bus::Subscription> subscriptions,
                                              auth::Verifier& verifier) {
  bus::Handler kernel = FollowTokenFloor(verifier);
  const auto own =
      std::find_if(subscriptions.begin(), subscriptions.end(),
                   [](const bus::Subscription& row) { return row.aggregate == kPerson; });
  if (own == subscriptions.end()) {
    subscriptions.push_back({.aggregate = kPerson, .handler = std::move(kernel)});
    return subscriptions;
  }
  own->handler = [kernel = std::move(kernel), service = own->handler](
                     db::Tx& tx, const bus::Message& message) -> absl::Status {
    RETURN_IF_ERROR(kernel(tx, message));
    return service(tx, message);
  };
  return subscriptions;
}

}  // namespace jointly::rpc
