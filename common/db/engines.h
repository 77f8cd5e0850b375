#pragma once

#include <absl/status/statusor.h>

#include <chrono>
#include <memory>

#include "common/db/database.h"

// What Open chooses from. Internal to common/db.
namespace jointly::db {

inline constexpr std::chrono::seconds kTimeoutDefault{30};

inline std::chrono::steady_clock::time_point DeadlineOf(const TransactOptions& options) {
  return options.deadline.value_or(std::chrono::steady_clock::now() + kTimeoutDefault);
}

absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const Options& options);
absl::StatusOr<std::unique_ptr<Database>> OpenPostgres(const Options& options);

}  // namespace jointly::db
