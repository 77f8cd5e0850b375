#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>

#include "common/db/database.h"
#include "services/identity/domain/session.h"

namespace jointly::identity::store {

// Locks the session's person first and then the session: every step on a person takes the locks in
// this order.
absl::StatusOr<std::optional<Session>> LockSession(db::Tx& tx, const std::string& id);
void InsertSession(db::Tx& tx, const Session& session);
void SaveSession(db::Tx& tx, const Session& session);
// Ends the living sessions of the person, all but `except` (may be empty).
void EndSessions(db::Tx& tx, const std::string& person, const std::string& except, Time now);
void DeleteSessionsOf(db::Tx& tx, const std::string& person);
// Deletes sessions that were last refreshed or begun before these times, and those long ended.
void SweepSessions(db::Tx& tx, Time now);

}  // namespace jointly::identity::store
