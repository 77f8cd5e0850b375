#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>

#include "common/db/database.h"
#include "services/mobility/domain/allocation.h"

namespace jointly::mobility::store {

// An allocation as it ran, kept so that it can be replayed.
struct AllocationRun {
  std::string id;
  std::string call;
  std::string actor;
  Time time;
  AllocationResult result;
};

void InsertRun(db::Tx& tx, const AllocationRun& run);
absl::StatusOr<std::optional<AllocationRun>> LoadRun(db::Tx& tx, const std::string& id);

}  // namespace jointly::mobility::store
