#include "common/db/postgres_pool.h"

#include <string>

#include "common/db/detach.h"
#include "common/error/macros.h"

namespace jointly::db {
namespace {

constexpr std::chrono::milliseconds kFailureHold{100};

}  // namespace

absl::StatusOr<PostgresPool::Lease> PostgresPool::Acquire(Deadline deadline) {
  while (true) {
    Connection connection;
    {
      std::unique_lock lock(mutex_);
      if (!returned_.wait_until(lock, deadline, [&] { return !idle_.empty() || open_ < limit_; })) {
        return DeadlineExceeded(kDeadlineExceeded, "every connection of the database stayed busy");
      }
      if (idle_.empty()) {
        if (std::chrono::steady_clock::now() < last_failure_until_) return Detach(last_failure_);
        ++open_;
      } else {
        connection = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (connection == nullptr) {
      ASSIGN_OR_RETURN(connection, Open(deadline));
      return Lease(*this, std::move(connection));
    }
    if (connection->LooksAlive()) return Lease(*this, std::move(connection));
    Discard(std::move(connection));
  }
}

absl::StatusOr<PostgresPool::Connection> PostgresPool::Open(Deadline deadline) {
  absl::StatusOr<Connection> opened = PostgresConnection::Connect(target_, deadline);
  if (opened.ok()) {
    const absl::Status ensured = EnsureSchema(**opened, deadline);
    if (!ensured.ok()) opened = ensured;
  }
  if (!opened.ok()) {
    ReleaseSlot();
    const std::lock_guard lock(mutex_);
    last_failure_ = Detach(opened.status());
    last_failure_until_ = std::chrono::steady_clock::now() + kFailureHold;
  }
  return opened;
}

absl::Status PostgresPool::EnsureSchema(PostgresConnection& connection, Deadline deadline) {
  {
    const std::lock_guard lock(mutex_);
    if (target_.schema.empty() || schema_exists_) return absl::OkStatus();
  }
  // Asked first, because CREATE SCHEMA wants a privilege even when there is nothing to create.
  connection.Send("SELECT 1 FROM pg_namespace WHERE nspname = $1", {target_.schema});
  Segment segment = connection.Receive(deadline);
  if (segment.status.ok() && segment.rows.empty()) {
    connection.Send("CREATE SCHEMA IF NOT EXISTS " + target_.schema);
    segment = connection.Receive(deadline);
    // Another replica made it in the same moment.
    if (ReasonOf(segment.status) == kUniqueViolation.name) segment.status = absl::OkStatus();
  }
  RETURN_IF_ERROR(segment.status);
  const std::lock_guard lock(mutex_);
  schema_exists_ = true;
  return absl::OkStatus();
}

void PostgresPool::ReleaseSlot() {
  const std::lock_guard lock(mutex_);
  --open_;
  returned_.notify_one();
}

void PostgresPool::Return(Connection connection) {
  if (connection->lost()) return Discard(std::move(connection));
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(connection));
  returned_.notify_one();
}

void PostgresPool::Discard(Connection connection) {
  connection.reset();
  ReleaseSlot();
}

}  // namespace jointly::db
