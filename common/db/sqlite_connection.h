#pragma once

#include <absl/status/statusor.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/db/database.h"

struct sqlite3;
struct sqlite3_stmt;

// One connection to a SQLite file. Internal to common/db.
namespace jointly::db {

struct SqliteConnectionOptions {
  std::string path;  // ":memory:" for a database of its own.
  bool read_only = false;
  bool durable = true;  // False: no fsync, for the simulator, whose crashes are not the machine's.
};

class SqliteConnection {
 public:
  static absl::StatusOr<std::unique_ptr<SqliteConnection>> Open(
      const SqliteConnectionOptions& options);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  // Runs one statement to its end. On an error the transaction may be gone: see in_transaction.
  // An input/output error on the writer ends the process: after a failed fsync nobody knows what is
  // on the disk, and only a restart, which reads the file again, is safe.
  absl::StatusOr<Rows> Run(std::string_view sql, const Values& parameters = {});

  bool in_transaction() const;
  // A reader's statements are interrupted at this time. A writer's are not: an interrupt would roll
  // back the whole group.
  void SetDeadline(std::chrono::steady_clock::time_point deadline) { deadline_ = deadline; }
  // Pages in the write-ahead log after the last commit.
  int log_pages() const { return log_pages_; }
  // Moves the log into the database; `restart` also waits for readers, so that the log file is
  // written from its beginning again.
  absl::Status Checkpoint(bool restart);

 private:
  struct Statement {
    sqlite3_stmt* handle = nullptr;
    std::vector<std::size_t> parameters;  // Of each SQLite parameter, the position in Values.
    std::vector<std::string> columns;
  };
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  explicit SqliteConnection(bool read_only) : read_only_(read_only) {}
  absl::Status Configure(const SqliteConnectionOptions& options);
  absl::StatusOr<Statement*> Prepare(std::string_view sql);
  static absl::Status Bind(Statement& statement, const Values& parameters);
  absl::Status Fail(int code, std::string_view sql);
  void ForgetStatements();

  bool read_only_;
  sqlite3* handle_ = nullptr;
  int log_pages_ = 0;
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
  std::unordered_map<std::string, Statement, TextHash, std::equal_to<>> statements_;
};

}  // namespace jointly::db
