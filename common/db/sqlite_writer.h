#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/db/metrics.h"
#include "common/db/sqlite_connection.h"
#include "common/db/sqlite_transaction.h"

// Internal to common/db.
namespace jointly::db {

struct SqliteWriterOptions {
  int group_limit = 60;
  bool own_thread = true;  // False: the caller's thread runs its transaction alone.
};

// The only read-write connection of a file, and the only thread that uses it: one writer needs no
// locks, and SQLite 3.40 can corrupt a file that two connections write and checkpoint at once. What
// waits while a group is committed becomes the next group: savepoints of one COMMIT, so that one
// fsync serves them all.
class SqliteWriter {
 public:
  SqliteWriter(std::unique_ptr<SqliteConnection> connection, const SqliteWriterOptions& options);
  ~SqliteWriter();

  // Blocks until the group with this body is durable. An exception of the body comes out here.
  absl::Status Run(const std::function<absl::Status(Tx&)>& body,
                   std::chrono::steady_clock::time_point deadline, bool read_only);

 private:
  struct Job;

  absl::Status Enqueue(Job& job);
  void RunAlone(Job& job);
  void Loop();
  bool WaitForWork();
  void RunGroup();
  std::vector<Job*> RunWaiting();
  Job* TakeOne();
  void RunJob(Job& job);
  void Fail(std::vector<Job*>& group, const absl::Status& status);
  void FailAllWaiting(const absl::Status& status);
  absl::Status Control(std::string_view sql);
  absl::Status Commit();
  void CheckpointWhenDue();

  std::unique_ptr<SqliteConnection> connection_;
  SqliteWriterOptions options_;
  DatabaseMetrics metrics_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Job*> waiting_;
  bool stopping_ = false;
  int checkpoint_pages_ = 0;  // Log length at which the next checkpoint is due.
  std::mutex alone_;
  std::atomic<std::thread::id> user_{};  // Who runs bodies now: nesting would wait for itself.
  std::thread thread_;
};

}  // namespace jointly::db
