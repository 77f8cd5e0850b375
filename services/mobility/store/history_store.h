#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/db/database.h"
#include "services/mobility/store/scope.h"

namespace jointly::mobility::store {

// A row of the audit trail, as the kernel's table `audit` has it.
struct HistoryRow {
  std::int64_t id = 0;
  Time time;
  std::string subject;
  std::string action;
  std::string from;
  std::string to;
  std::string actor;
  std::int64_t revision = 0;
};

// Rows of the subjects after `after_id`, oldest first, at most `limit`. `veiled` hides what a
// student may not see before the call's decision time: changes into an embargoed state are left
// out, such a source state reads "ranked", and revisions are counted without them.
struct HistoryQuery {
  std::vector<std::string> subjects;
  std::int64_t after_id = 0;
  int limit = 50;
  bool veiled = false;
};
absl::StatusOr<std::vector<HistoryRow>> ListHistory(db::Tx& tx, const HistoryQuery& query);

}  // namespace jointly::mobility::store
