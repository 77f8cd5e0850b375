#include "common/db/sqlite_transaction.h"

#include "common/error/check.h"

namespace jointly::db {

absl::StatusOr<Rows> SqliteTx::Query(std::string_view sql, Values parameters) {
  if (!failure_.ok()) return failure_;
  if (std::chrono::steady_clock::now() >= deadline_) {
    failure_ = DeadlineExceeded(kDeadlineExceeded, "the transaction outlasted its deadline");
    return failure_;
  }
  absl::StatusOr<Rows> rows = connection_.Run(sql, parameters);
  if (!rows.ok()) failure_ = rows.status();
  return rows;
}

void SqliteTx::Execute(std::string_view sql, Values parameters) {
  Check(!read_only_, "Execute inside of Read");
  // The error is kept in failure_.
  Query(sql, std::move(parameters)).IgnoreError();
}

}  // namespace jointly::db
