#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <vector>

#include "common/db/database.h"
#include "services/notifications/domain/types.h"
#include "services/notifications/store/scoped_query.h"

namespace jointly::notifications::store {

// Once per id; a second one changes nothing.
void InsertNotification(db::Tx& tx, const Notification& notification);

// A visible one of the person's own inbox. Locked inside a transaction that writes.
absl::StatusOr<std::optional<Notification>> LoadNotification(db::Tx& tx, const std::string& id,
                                                             const std::string& person, Time now);
void SaveRead(db::Tx& tx, const Notification& notification);
// Marks all that are visible and unread; returns how many.
absl::StatusOr<int> MarkAllRead(db::Tx& tx, const std::string& person, Time now);
absl::StatusOr<int> CountUnread(db::Tx& tx, const std::string& person, Time now);

ScopedQuery InboxOf(const std::string& person, Time now);
absl::StatusOr<std::vector<Notification>> ListNotifications(db::Tx& tx, const ScopedQuery& query);

// Deletes what the person has not seen yet because of an embargo, and what was planned for later
// about a deadline that has changed.
void DropHeldNotifications(db::Tx& tx, const std::string& subject, const std::string& person,
                           Time now);
void DropPlannedNotifications(db::Tx& tx, const std::string& deadline, Time now);
void DropInbox(db::Tx& tx, const std::string& person);
// The call's decision time has changed: what still waits for it follows.
absl::Status MoveHeldNotifications(db::Tx& tx, const std::string& call, Time until, Time now);

}  // namespace jointly::notifications::store
