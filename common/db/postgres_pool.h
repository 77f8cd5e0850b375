#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "common/db/postgres_connection.h"

// Internal to common/db.
namespace jointly::db {

class PostgresPool {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  // A connection on loan. Comes back when this goes, unless it was lost or is given up.
  class Lease {
   public:
    Lease(PostgresPool& pool, std::unique_ptr<PostgresConnection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    Lease(Lease&& other) noexcept = default;
    ~Lease() {
      if (connection_ != nullptr) pool_->Return(std::move(connection_));
    }
    PostgresConnection& operator*() { return *connection_; }
    // Closes the connection instead of returning it.
    void GiveUp() { pool_->Discard(std::move(connection_)); }

   private:
    PostgresPool* pool_;
    std::unique_ptr<PostgresConnection> connection_;
  };

  PostgresPool(PostgresTarget target, int limit) : target_(std::move(target)), limit_(limit) {}

  // Waits for a free connection. Errors: UNAVAILABLE when the server cannot be reached,
  // DEADLINE_EXCEEDED when all connections stay busy.
  absl::StatusOr<Lease> Acquire(Deadline deadline);
  const PostgresTarget& target() const { return target_; }

 private:
  using Connection = std::unique_ptr<PostgresConnection>;
  absl::StatusOr<Connection> Open(Deadline deadline);
  absl::Status EnsureSchema(PostgresConnection& connection, Deadline deadline);
  void Return(Connection connection);
  void Discard(Connection connection);
  void ReleaseSlot();

  PostgresTarget target_;
  int limit_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<Connection> idle_;
  int open_ = 0;
  bool schema_exists_ = false;
  // Right after a failure the others fail with it, instead of each waiting for its own.
  absl::Status last_failure_;
  Deadline last_failure_until_{};
};

}  // namespace jointly::db
