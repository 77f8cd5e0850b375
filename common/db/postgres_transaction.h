#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "common/db/postgres_connection.h"

// Internal to common/db.
namespace jointly::db {

// A transaction on a pooled connection. BEGIN travels with the first statement, the queued writes
// with COMMIT: two round trips for load - decide - write, one for a single query.
class PostgresTx final : public Tx {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  PostgresTx(PostgresConnection& connection, bool read_only, Deadline deadline)
      : connection_(connection), read_only_(read_only), deadline_(deadline) {}
  // Rolls back what was neither committed nor rolled back: the body threw.
  ~PostgresTx() override { Rollback(); }

  absl::StatusOr<Rows> Query(std::string_view sql, Values parameters) override;
  absl::StatusOr<std::vector<Rows>> QueryAll(std::vector<Question> questions) override;
  void Execute(std::string_view sql, Values parameters) override;
  void SendAhead() override;
  void AfterCommit(std::function<void()> action) override {
    after_commit_.push_back(std::move(action));
  }
  bool is_postgres() const override { return true; }

  // Sends the queued writes with COMMIT and waits for the outcome.
  absl::Status Commit();
  // Sends ROLLBACK and does not wait: nobody's answer depends on it.
  void Rollback();

  // The first error: it decides, whatever the body returns.
  const absl::Status& failure() const { return failure_; }
  Fault fault() const { return fault_; }
  std::vector<std::function<void()>> TakeAfterCommit() { return std::move(after_commit_); }

 private:
  struct Queued {
    std::string sql;
    Values parameters;
  };

  void SendBegin();
  void SendTimeout();
  void SendQueued();
  bool CheckDeadline();
  void Fail(absl::Status status, Fault fault);
  Segment Receive();

  PostgresConnection& connection_;
  bool read_only_;
  Deadline deadline_;
  bool open_ = false;                     // BEGIN was sent, and neither COMMIT nor ROLLBACK.
  std::chrono::milliseconds timeout_{0};  // As the server was told.
  std::vector<Queued> queue_;
  absl::Status failure_;
  Fault fault_ = Fault::kNone;
  std::vector<std::function<void()>> after_commit_;
};

}  // namespace jointly::db
