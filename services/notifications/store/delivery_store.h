#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/db/database.h"
#include "services/notifications/domain/types.h"
#include "services/notifications/store/scoped_query.h"

namespace jointly::notifications::store {

// Once per id; a second one changes nothing.
void InsertDelivery(db::Tx& tx, const Delivery& delivery);

absl::StatusOr<bool> IsAnyDue(db::Tx& tx, Time now);
// Takes what is due, and what a worker that is gone has left in the middle, for this claim until
// `lease_until`. Two claims never hold the same delivery: each has the next lease number.
absl::StatusOr<std::vector<Delivery>> ClaimDue(db::Tx& tx, Time now, Time lease_until, int limit);

// Writes state, reason, attempts, times, reply and hashes, if the claim still holds; says whether.
absl::StatusOr<bool> RecordOutcome(db::Tx& tx, const Delivery& delivery);

absl::StatusOr<bool> IsBadAddress(db::Tx& tx, const std::string& address_hash);
void SaveBadAddress(db::Tx& tx, const std::string& address_hash, const std::string& reply,
                    Time time);
// What waits to be sent, for the metric.
absl::StatusOr<std::int64_t> CountQueued(db::Tx& tx);

// What is queued and not needed any more.
void SuppressForDeadline(db::Tx& tx, const std::string& deadline, std::string_view reason);
void SuppressHeld(db::Tx& tx, const std::string& subject, const std::string& person, Time now);
void SuppressForPerson(db::Tx& tx, const std::string& person, std::string_view reason);
// The call's decision time has changed: what still waits for it follows.
void MoveHeldDeliveries(db::Tx& tx, const std::string& call, Time until, Time now);

// Whose deliveries are listed: one's own, those of people of some institutions, or all.
struct DeliveryScope {
  std::string person;
  std::vector<std::string> institutions;
  bool everywhere = false;
};
ScopedQuery DeliveriesOf(const DeliveryScope& scope);
absl::StatusOr<std::vector<Delivery>> ListDeliveries(db::Tx& tx, const ScopedQuery& query);

}  // namespace jointly::notifications::store
