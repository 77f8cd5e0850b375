#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/db/database.h"
#include "services/identity/domain/person.h"

namespace jointly::identity::store {

// Whom a caller may see: everybody, the people of some institutions, and always oneself.
struct Scope {
  bool everybody = false;
  std::vector<std::string> institutions;
  std::string self;  // Bare id; may be empty.
};
inline Scope Everybody() { return {.everybody = true}; }

enum class Lock { kNone, kForUpdate };

// Errors: NOT_FOUND PERSON_NOT_FOUND, the same for a missing person and one out of scope.
absl::StatusOr<Person> LoadPerson(db::Tx& tx, const std::string& id, const Scope& scope, Lock lock);
void InsertPerson(db::Tx& tx, const Person& person);
// The row and the grants that differ from `before`.
void SavePerson(db::Tx& tx, const Person& before, const Person& after);
// `tail` and `parameters` are those of rpc::Page, numbered from kListFirstParameter.
inline constexpr int kListFirstParameter = 4;
absl::StatusOr<std::vector<Person>> ListPeople(db::Tx& tx, const Scope& scope,
                                               std::string_view tail, const db::Values& parameters);

// Those of the ids that exist, without their grants and whoever asks.
absl::StatusOr<std::vector<Person>> LoadPeople(db::Tx& tx, const std::vector<std::string>& ids);

struct Floor {
  std::string person;  // Bare id.
  Time not_before{};
};
absl::StatusOr<std::vector<Floor>> LoadFloors(db::Tx& tx, Time after);

// Active people with the grant administrator in "*", locked, so that two steps cannot each take one
// of the last two away.
absl::StatusOr<std::vector<std::string>> LockAdministrators(db::Tx& tx);

// Personal data as it lies in the database.
struct SealedPersonal {
  std::string person;
  std::string wrapped_key;
  std::string sealed;
};
absl::StatusOr<std::vector<SealedPersonal>> LoadPersonal(db::Tx& tx,
                                                         const std::vector<std::string>& people);
void SavePersonal(db::Tx& tx, const SealedPersonal& personal);
// With it goes the key. Debian's SQLite is built with SECURE_DELETE, which overwrites the bytes
// too; PostgreSQL drops them at the next vacuum.
void DeletePersonal(db::Tx& tx, const std::string& person);

}  // namespace jointly::identity::store
