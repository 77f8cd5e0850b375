#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <vector>

#include "common/db/database.h"
#include "common/error/error.h"
#include "services/mobility/domain/types.h"
#include "services/mobility/store/call_store.h"
#include "services/mobility/store/scope.h"

namespace jointly::mobility::store {

inline constexpr Reason kMobilityNotFound{"MOBILITY_NOT_FOUND"};
inline constexpr Reason kPersonErased{"PERSON_ERASED"};

// A mobility with its call and what is sealed of its nominee.
struct MobilityRow {
  MobilityCase mobility;  // Without the nominee: api/vault.h opens it for an office.
  Call call;
  std::string sending_unit;
  std::string receiving_unit;
  std::string sealed_nominee;  // Empty once the person was erased.
  std::string wrapped_key;
};

// Errors: NOT_FOUND, also for what is out of scope.
absl::StatusOr<MobilityRow> LoadMobility(db::Tx& tx, const std::string& id, const Scope& scope,
                                         Lock lock);
absl::StatusOr<std::vector<MobilityRow>> ListMobilities(db::Tx& tx, const Scope& scope,
                                                        const Slice& slice);
int MobilityScopeParameters(const Scope& scope);

struct MobilityCount {
  std::string sending_institution;
  std::string receiving_institution;
  MobilityState state = MobilityState::kNominated;
  int mobilities = 0;
};
// Of the stays whose two ends are both among `partners`, in order of direction and state's name.
absl::StatusOr<std::vector<MobilityCount>> CountMobilities(
    db::Tx& tx, const Scope& scope, const std::vector<std::string>& partners);

void InsertMobility(db::Tx& tx, const MobilityRow& row);
void SaveMobility(db::Tx& tx, const MobilityCase& mobility);

// The wrapped key of a person: the one that is stored, else `candidate`, which is stored then.
// Errors: FAILED_PRECONDITION PERSON_ERASED.
absl::StatusOr<std::string> KeepKey(db::Tx& tx, const std::string& person,
                                    const std::string& candidate, Time now);
// Replaces the sealed nominee of a mobility.
void SaveSealed(db::Tx& tx, const std::string& mobility, const std::string& person,
                const std::string& sealed);
// Deletes a person's key and all that was sealed under it.
void ErasePerson(db::Tx& tx, const std::string& person);

}  // namespace jointly::mobility::store
