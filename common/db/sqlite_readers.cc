#include "common/db/sqlite_readers.h"

#include <utility>

#include "common/db/backoff.h"
#include "common/db/sqlite_transaction.h"
#include "common/error/macros.h"

namespace jointly::db {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

// Ends the snapshot however the body ends.
class Snapshot {
 public:
  explicit Snapshot(SqliteConnection& connection) : connection_(connection) {}
  ~Snapshot() {
    connection_.SetDeadline(Deadline::max());
    if (connection_.in_transaction()) connection_.Run("ROLLBACK").IgnoreError();
  }

 private:
  SqliteConnection& connection_;
};

absl::Status ReadOnce(SqliteConnection& connection, const std::function<absl::Status(Tx&)>& body,
                      Deadline deadline, std::vector<std::function<void()>>& after) {
  const Snapshot snapshot(connection);
  RETURN_IF_ERROR(connection.Run("BEGIN").status());
  connection.SetDeadline(deadline);
  SqliteTx tx(connection, /*read_only=*/true, deadline);
  absl::Status status = body(tx);
  after = tx.TakeAfterCommit();
  return tx.failure().ok() ? status : tx.failure();
}

}  // namespace

absl::Status SqliteReaders::Run(const std::function<absl::Status(Tx&)>& body, Deadline deadline) {
  // Returns the connection to the pool, also when the body throws.
  struct Lease {
    SqliteReaders* readers;
    Connection connection;
    ~Lease() { readers->Release(std::move(connection)); }
  };
  Backoff backoff(deadline);
  while (true) {
    std::vector<std::function<void()>> after;
    absl::Status status;
    {
      ASSIGN_OR_RETURN(auto connection, Acquire(deadline));
      const Lease lease{this, std::move(connection)};
      status = ReadOnce(*lease.connection, body, deadline, after);
    }
    if (!status.ok() && ReasonOf(status) == kContention.name && backoff.Again()) continue;
    if (status.ok()) {
      for (const auto& action : after) action();
    }
    return status;
  }
}

absl::StatusOr<SqliteReaders::Connection> SqliteReaders::Acquire(Deadline deadline) {
  {
    std::unique_lock lock(mutex_);
    if (!returned_.wait_until(lock, deadline, [&] { return !idle_.empty() || open_ < limit_; })) {
      return DeadlineExceeded(kDeadlineExceeded, "every reader of the database stayed busy");
    }
    if (!idle_.empty()) {
      Connection connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
    ++open_;
  }
  absl::StatusOr<Connection> opened = SqliteConnection::Open({.path = path_, .read_only = true});
  if (!opened.ok()) {
    const std::lock_guard lock(mutex_);
    --open_;
    returned_.notify_one();
  }
  return opened;
}

void SqliteReaders::Release(Connection connection) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(connection));
  returned_.notify_one();
}

}  // namespace jointly::db
