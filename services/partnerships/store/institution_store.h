#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/db/database.h"
#include "common/error/error.h"
#include "services/partnerships/domain/types.h"

namespace jointly::partnerships::store {

inline constexpr Reason kInstitutionNotFound{"INSTITUTION_NOT_FOUND"};
inline constexpr Reason kUnitNotFound{"UNIT_NOT_FOUND"};

absl::StatusOr<Institution> LoadInstitution(db::Tx& tx, const std::string& id, bool for_update);
void InsertInstitution(db::Tx& tx, const Institution& institution);
void SaveInstitution(db::Tx& tx, const Institution& institution);
// `tail` and `parameters` are those of rpc::Page, numbered from $1.
absl::StatusOr<std::vector<Institution>> ListInstitutions(db::Tx& tx, std::string_view tail,
                                                          db::Values parameters);

absl::StatusOr<Unit> LoadUnit(db::Tx& tx, const std::string& institution, const std::string& unit);
void InsertUnit(db::Tx& tx, const Unit& unit);
// As ListInstitutions; $1 is the institution.
absl::StatusOr<std::vector<Unit>> ListUnits(db::Tx& tx, const std::string& institution,
                                            std::string_view tail, db::Values parameters);

std::string UnitKey(const Unit& unit);  // "institution/unit"

}  // namespace jointly::partnerships::store
