#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <vector>

#include "common/db/database.h"
#include "services/notifications/domain/types.h"

namespace jointly::notifications::store {

void SaveReader(db::Tx& tx, const Reader& reader);
absl::StatusOr<std::optional<Reader>> LoadReader(db::Tx& tx, const std::string& person);

// Active people who hold the role in a scope that covers the institution (or the unit, when one is
// named). In order of their names, so that every replay does the same.
absl::StatusOr<std::vector<Recipient>> HoldersOf(db::Tx& tx, const std::string& role,
                                                 const std::string& institution,
                                                 const std::string& unit);

// The person, unless disabled or erased. One whose event has not come yet is taken as a reader of
// defaults: their message waits for nothing.
absl::StatusOr<std::vector<Recipient>> PersonAsRecipient(db::Tx& tx, const std::string& person);

// A message to a role that nobody holds.
struct Unclaimed {
  std::string source;
  std::string role;
  std::string scope;  // An institution.
  std::string kind;
  std::string subject;
  Parameters parameters;
  bool email = true;
  Time event_time;
};
void SaveUnclaimed(db::Tx& tx, const Unclaimed& message);
// Takes out what waits for any of the roles, and drops what is older than `oldest`.
absl::StatusOr<std::vector<Unclaimed>> Claim(db::Tx& tx, const std::vector<Reader::Role>& roles,
                                             Time oldest);

}  // namespace jointly::notifications::store
