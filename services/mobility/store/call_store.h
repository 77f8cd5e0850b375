#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/db/database.h"
#include "common/db/query.h"
#include "common/db/reader.h"
#include "common/error/error.h"
#include "services/mobility/domain/types.h"
#include "services/mobility/store/scope.h"

namespace jointly::mobility::store {

inline constexpr Reason kCallNotFound{"CALL_NOT_FOUND"};

using db::Lock;

// Columns of a call for a SELECT, and their reader.
extern const std::string_view kCallColumns;
Call ReadCall(db::Reader& reader);

// Published and cancelled calls, and drafts of the scope's own institutions. Errors: NOT_FOUND.
absl::StatusOr<Call> LoadCall(db::Tx& tx, const std::string& id, const Scope& scope, Lock lock);
absl::StatusOr<std::vector<Call>> ListCalls(db::Tx& tx, const Scope& scope, const Slice& slice);
// How many parameters a list's scope takes: the page's begin after them.
int CallScopeParameters(const Scope& scope);

void InsertCall(db::Tx& tx, const Call& call);
void SaveCall(db::Tx& tx, const Call& call);

// What a call's decisions need to know of its applications.
struct CallUse {
  // A place was offered, a waiting place given, or somebody rejected, whatever came of it.
  bool decisions_exist = false;
  bool live_mobilities_exist = false;
};
absl::StatusOr<CallUse> LoadCallUse(db::Tx& tx, const std::string& id);

}  // namespace jointly::mobility::store
