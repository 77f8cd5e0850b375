#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>

#include "common/db/database.h"
#include "services/identity/domain/throttle.h"

namespace jointly::identity::store {

struct Account {
  std::string email_hash;
  std::string person;         // Bare id.
  std::string password_hash;  // Empty: no sign-in here.
  Time update_time{};
};

absl::StatusOr<std::optional<Account>> FindAccount(db::Tx& tx, const std::string& email_hash);
// The person's lock covers it.
absl::StatusOr<std::optional<Account>> LoadAccountOf(db::Tx& tx, const std::string& person);
void InsertAccount(db::Tx& tx, const Account& account);
void SavePassword(db::Tx& tx, const Account& account);
void DeleteAccount(db::Tx& tx, const std::string& person);

// Nothing when there was no failure yet.
absl::StatusOr<Throttle> LoadThrottle(db::Tx& tx, const std::string& email_hash);
void SaveThrottle(db::Tx& tx, const std::string& email_hash, const Throttle& throttle);
void DeleteThrottle(db::Tx& tx, const std::string& email_hash);
void SweepThrottles(db::Tx& tx, Time last_failure_before);

}  // namespace jointly::identity::store
