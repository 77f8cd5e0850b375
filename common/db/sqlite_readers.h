#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/db/sqlite_connection.h"

// Internal to common/db.
namespace jointly::db {

// Read-only connections of a file, opened when they are needed. A reader sees the snapshot of its
// first statement and never waits for the writer.
class SqliteReaders {
 public:
  SqliteReaders(std::string path, int limit) : path_(std::move(path)), limit_(limit) {}

  absl::Status Run(const std::function<absl::Status(Tx&)>& body,
                   std::chrono::steady_clock::time_point deadline);

 private:
  using Connection = std::unique_ptr<SqliteConnection>;
  absl::StatusOr<Connection> Acquire(std::chrono::steady_clock::time_point deadline);
  void Release(Connection connection);

  std::string path_;
  int limit_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<Connection> idle_;
  int open_ = 0;
};

}  // namespace jointly::db
