#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "common/db/sqlite_connection.h"

// Internal to common/db.
namespace jointly::db {

// A transaction, or one savepoint of a group, on a SQLite connection. SQLite has no round trip to
// save, so a queued write is run at once; its error still surfaces at the next Query or the commit.
class SqliteTx final : public Tx {
 public:
  SqliteTx(SqliteConnection& connection, bool read_only,
           std::chrono::steady_clock::time_point deadline)
      : connection_(connection), read_only_(read_only), deadline_(deadline) {}

  absl::StatusOr<Rows> Query(std::string_view sql, Values parameters) override;
  void Execute(std::string_view sql, Values parameters) override;
  void AfterCommit(std::function<void()> action) override {
    after_commit_.push_back(std::move(action));
  }
  bool is_postgres() const override { return false; }

  // The first error: it decides, whatever the body returns.
  const absl::Status& failure() const { return failure_; }
  std::vector<std::function<void()>> TakeAfterCommit() { return std::move(after_commit_); }

 private:
  SqliteConnection& connection_;
  bool read_only_;
  std::chrono::steady_clock::time_point deadline_;
  absl::Status failure_;
  std::vector<std::function<void()>> after_commit_;
};

}  // namespace jointly::db
