#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/db/database.h"
#include "services/theses/domain/setting.h"

// What this service knows of other services' resources, from their events. An older revision never
// replaces a newer one: the inbox delivers each aggregate in order.
namespace jointly::theses::store {

void SaveInstitution(db::Tx& tx, const Place& place, std::int64_t revision);
void SaveUnit(db::Tx& tx, const std::string& name, std::int64_t revision);
void SavePerson(db::Tx& tx, const std::string& name, const std::string& state,
                std::int64_t revision);

struct Framework {
  std::string name;
  std::vector<std::string> partners;  // Two.
  std::string state;
  std::string end_date;  // Empty: open.
  std::int64_t revision = 0;
};
void SaveFramework(db::Tx& tx, const Framework& framework);
// The name of the framework between the two that ended last, while none is in effect; else empty.
absl::StatusOr<std::string> EndedFramework(db::Tx& tx, const std::vector<std::string>& partners);

// In the order of the names; one that is not known has only its name.
absl::StatusOr<std::array<Place, 2>> LoadPlaces(db::Tx& tx, const std::string& first,
                                                const std::string& second);
// Those of the names that are not known here.
absl::StatusOr<std::vector<std::string>> UnknownInstitutions(db::Tx& tx,
                                                             const std::vector<std::string>& names);
absl::StatusOr<std::vector<std::string>> UnknownUnits(db::Tx& tx,
                                                      const std::vector<std::string>& names);
absl::StatusOr<std::vector<std::string>> UnknownPeople(db::Tx& tx,
                                                       const std::vector<std::string>& names);

}  // namespace jointly::theses::store
