#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <vector>

#include "common/db/database.h"
#include "common/error/error.h"
#include "services/mobility/domain/facts.h"
#include "services/mobility/store/call_store.h"
#include "services/mobility/store/scope.h"

namespace jointly::mobility::store {

inline constexpr Reason kApplicationNotFound{"APPLICATION_NOT_FOUND"};

// An application with what most commands look at, loaded by one query.
struct Case {
  Application application;  // File names of documents are sealed: see api/vault.h.
  Call call;
  std::optional<MobilityState> mobility;
  std::vector<AgreementCondition> conditions;  // Of its choices; empty in a list.
  int waitlist_position = 0;
  // Whose office hosts; empty until nominated.
  std::string host_institution;
  std::string host_unit;
  // Revisions that the student does not see before the call's decision time, and when the last one
  // that they do see was made.
  std::int64_t veiled_revisions = 0;
  std::optional<Time> veil_update_time;
  std::string wrapped_key;  // Of the student's personal data; empty: none yet.
};

// Errors: NOT_FOUND, also for what is out of scope. With a lock, of the application's row alone.
absl::StatusOr<Case> LoadCase(db::Tx& tx, const std::string& id, const Scope& scope, Lock lock);
// Without conditions. The page's parameters begin after CaseScopeParameters.
absl::StatusOr<std::vector<Case>> ListCases(db::Tx& tx, const Scope& scope, const Slice& slice);
int CaseScopeParameters(const Scope& scope);
// The state as the scope's person may see it, for a filter; of the query of ListCases.
std::string VisibleStateSql(const Scope& scope);

// The ranked applications of a call, locked in the order of their ids; with conditions.
absl::StatusOr<std::vector<Case>> LockRanked(db::Tx& tx, const std::string& call);

void InsertCase(db::Tx& tx, const Case& row);
// `before` is what the database holds, under its lock.
void SaveCase(db::Tx& tx, const Case& before, const Case& after);

// Whether the student has a live application in the call.
absl::StatusOr<bool> HasLive(db::Tx& tx, const std::string& student, const std::string& call);
// Other applications of the student in calls of the group; none for an empty group.
absl::StatusOr<std::vector<LinkedApplication>> LoadLinked(db::Tx& tx,
                                                          const Application& application,
                                                          const std::string& linked_group);

// Who waits on a quota's list, in the order of tickets. Stable while the quota is locked.
struct WaitingRow {
  std::string application;
  std::int64_t ticket = 0;
  Term term = Term::kUnspecified;
};
absl::StatusOr<std::vector<WaitingRow>> ListWaiting(db::Tx& tx, const std::string& quota);

// Ids of a person's applications, locked in the order of their ids.
absl::StatusOr<std::vector<std::string>> ApplicationsOf(db::Tx& tx, const std::string& student);

}  // namespace jointly::mobility::store
