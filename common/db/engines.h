#pragma once

#include <absl/status/statusor.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "common/db/database.h"

// What Open chooses from. Internal to common/db.
namespace jointly::db {

inline constexpr std::chrono::seconds kTimeoutDefault{30};
inline constexpr std::chrono::hours kTimeoutMax{24};

// Never so far away that adding to it overflows: "no deadline" of a caller is the largest instant.
inline std::chrono::steady_clock::time_point DeadlineOf(const TransactOptions& options) {
  const auto now = std::chrono::steady_clock::now();
  return std::min(options.deadline.value_or(now + kTimeoutDefault), now + kTimeoutMax);
}

absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const Options& options);
absl::StatusOr<std::unique_ptr<Database>> OpenPostgres(const Options& options);

}  // namespace jointly::db
