#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/db/database.h"
#include "common/error/error.h"
#include "services/theses/domain/cotutelle_types.h"
#include "services/theses/store/scope.h"

// Cotutelle agreements, all versions of their texts, and their amendments. Who changes one locks
// its thesis first, then the agreement.
namespace jointly::theses::store {

inline constexpr Reason kCotutelleNotFound{"COTUTELLE_NOT_FOUND"};  // cotutelle
inline constexpr Reason kAmendmentNotFound{"AMENDMENT_NOT_FOUND"};  // amendment

// All agreements of a thesis, by creation.
absl::StatusOr<std::vector<Cotutelle>> CotutellesOf(db::Tx& tx, const std::string& thesis);

// The thesis of an agreement that the scope sees, to be locked before the agreement is. Errors:
// NOT_FOUND, also for what is out of scope.
absl::StatusOr<std::string> ThesisOf(db::Tx& tx, const std::string& cotutelle, const Scope& scope);
absl::StatusOr<Cotutelle> LoadCotutelle(db::Tx& tx, const std::string& id, const Scope& scope,
                                        Lock lock);
absl::StatusOr<bool> CotutelleExists(db::Tx& tx, const std::string& id);
// The slice's parameters follow those of ScopeCondition(scope, 1).
absl::StatusOr<std::vector<Cotutelle>> ListCotutelles(db::Tx& tx, const Scope& scope,
                                                      const Slice& slice);
void InsertCotutelle(db::Tx& tx, const Cotutelle& cotutelle);
void SaveCotutelle(db::Tx& tx, const Cotutelle& cotutelle);
// Keeps the text of a freeze for ever.
void KeepVersion(db::Tx& tx, const Cotutelle& cotutelle, Time now);
// The text that was frozen under a version. Errors: NOT_FOUND.
absl::StatusOr<CotutelleText> LoadVersion(db::Tx& tx, const std::string& cotutelle, int version);

absl::StatusOr<Amendment> LoadAmendment(db::Tx& tx, const std::string& cotutelle,
                                        const std::string& id, Lock lock);
// Of one agreement, by creation; the slice's parameters begin at 2.
absl::StatusOr<std::vector<Amendment>> ListAmendments(db::Tx& tx, const std::string& cotutelle,
                                                      const Slice& slice);
void InsertAmendment(db::Tx& tx, const Amendment& amendment);
void SaveAmendment(db::Tx& tx, const Amendment& amendment);

}  // namespace jointly::theses::store
