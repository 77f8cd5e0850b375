#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/db/database.h"

// What budgets keep of other services' things.
namespace jointly::budgets::store {

void SaveInstitution(db::Tx& tx, const std::string& name, const std::string& time_zone,
                     std::int64_t revision);
// Those of the names that no institution of the replica has.
absl::StatusOr<std::vector<std::string>> UnknownInstitutions(db::Tx& tx,
                                                             const std::vector<std::string>& names);

// An office that somebody holds: "budget_manager" in "institutions/uga".
struct Office {
  std::string role;
  std::string scope;
};
// Replaces all offices of a person.
void SaveOffices(db::Tx& tx, const std::string& person, const std::vector<Office>& offices);
// Who holds the role in one of the scopes, in order.
absl::StatusOr<std::vector<std::string>> HoldersOf(db::Tx& tx, const std::string& role,
                                                   const std::vector<std::string>& scopes);

}  // namespace jointly::budgets::store
