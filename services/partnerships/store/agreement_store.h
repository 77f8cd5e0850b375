#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/db/database.h"
#include "common/error/error.h"
#include "services/partnerships/domain/types.h"

namespace jointly::partnerships::store {

inline constexpr Reason kAgreementNotFound{"AGREEMENT_NOT_FOUND"};

// Who asks: texts in effect are for everybody who is signed in, drafts for the partners' staff.
struct Viewer {
  std::vector<std::string> institutions;  // Full names in which the caller works.
  bool everywhere = false;
};

// The agreement with the conditions of its version, and of the one in effect when that is older.
absl::StatusOr<Agreement> LoadAgreement(db::Tx& tx, const std::string& id, const Viewer& viewer,
                                        bool for_update);
void InsertAgreement(db::Tx& tx, const Agreement& agreement);
// Saves the row and, with `text_changed`, the conditions of its version.
void SaveAgreement(db::Tx& tx, const Agreement& agreement, bool text_changed);
// `tail` and `parameters` are those of rpc::Page, numbered from $3.
absl::StatusOr<std::vector<Agreement>> ListAgreements(db::Tx& tx, const Viewer& viewer,
                                                      std::string_view tail, db::Values parameters);

// Of the agreements whose two sides are both among `partners`.
struct AgreementCounts {
  std::map<State, int> by_state;
  std::optional<Date> earliest_start;  // Of those that came into effect.
};
absl::StatusOr<AgreementCounts> CountAgreements(db::Tx& tx, const Viewer& viewer,
                                                const std::vector<std::string>& partners);

}  // namespace jointly::partnerships::store
