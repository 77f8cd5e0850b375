#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/db/database.h"
#include "common/error/error.h"
#include "services/theses/domain/types.h"
#include "services/theses/store/scope.h"

namespace jointly::theses::store {

inline constexpr Reason kThesisNotFound{"THESIS_NOT_FOUND"};  // thesis

// Errors: NOT_FOUND, also for what is out of scope. Who changes a thesis or what hangs on it locks
// the thesis first.
absl::StatusOr<Thesis> LoadThesis(db::Tx& tx, const std::string& id, const Scope& scope, Lock lock);
absl::StatusOr<std::vector<Thesis>> ListTheses(db::Tx& tx, const Scope& scope, const Slice& slice);
int ThesisScopeParameters(const Scope& scope);

void InsertThesis(db::Tx& tx, const Thesis& thesis, const std::string& plan_digest);
void SaveThesis(db::Tx& tx, const Thesis& thesis, const std::string& plan_digest);
// The digest of the deadlines that were told last: whether a computation gives others.
absl::StatusOr<std::string> PlanDigest(db::Tx& tx, const std::string& id);

// Ids of the theses after `after`, in order, that are not ended: for background work in batches.
absl::StatusOr<std::vector<std::string>> LiveTheses(db::Tx& tx, const std::string& after,
                                                    int limit);
// Ids of those of a student; of those between two institutions that are not ended.
absl::StatusOr<std::vector<std::string>> ThesesOf(db::Tx& tx, const std::string& student);
absl::StatusOr<std::vector<std::string>> ThesesBetween(db::Tx& tx,
                                                       const std::vector<std::string>& partners);

// A row of the audit trail, as the kernel's table `audit` has it.
struct HistoryRow {
  std::int64_t id = 0;
  Time time;
  std::string action;
  std::string from;
  std::string to;
  std::string actor;
  std::int64_t revision = 0;
};
// Rows of one subject after `after_id`, oldest first.
absl::StatusOr<std::vector<HistoryRow>> ListHistory(db::Tx& tx, const std::string& subject,
                                                    std::int64_t after_id, int limit);

}  // namespace jointly::theses::store
