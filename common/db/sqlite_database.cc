#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "common/db/engines.h"
#include "common/db/metrics.h"
#include "common/db/sqlite_connection.h"
#include "common/db/sqlite_readers.h"
#include "common/db/sqlite_writer.h"
#include "common/error/macros.h"

namespace jointly::db {
namespace {

constexpr std::string_view kMemory = ":memory:";

// One process per file. A lock file of its own, because closing any descriptor of the database file
// would drop SQLite's own locks on it.
class FileLock {
 public:
  FileLock() = default;
  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~FileLock() {
    if (descriptor_ >= 0) close(descriptor_);
  }

  static absl::StatusOr<FileLock> Take(const std::string& path) {
    FileLock lock;
    lock.descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock.descriptor_ < 0) {
      return Unavailable(kDatabaseDown,
                         "the lock file " + path + " cannot be opened: " + std::strerror(errno));
    }
    if (flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
      return Unavailable(kDatabaseDown, "another process uses this database file and holds " +
                                            path + ": stop it first");
    }
    return lock;
  }

 private:
  int descriptor_ = -1;
};

// SQLite would create the file readable by everybody.
absl::Status CreatePrivately(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return Unavailable(kDatabaseDown,
                       "the database file " + path + " cannot be created: " + std::strerror(errno));
  }
  close(descriptor);
  return absl::OkStatus();
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(FileLock lock, std::unique_ptr<SqliteWriter> writer,
                 std::unique_ptr<SqliteReaders> readers)
      : lock_(std::move(lock)), writer_(std::move(writer)), readers_(std::move(readers)) {}

  bool is_postgres() const override { return false; }
  bool TryLead(std::int64_t) override { return true; }
  bool StillLeads(std::int64_t) override { return true; }

 protected:
  absl::Status Run(const std::function<absl::Status(Tx&)>& body, const TransactOptions& options,
                   bool read_only) override {
    const ScopeTimer timer(read_only ? metrics_.reads : metrics_.writes);
    if (read_only && readers_ != nullptr) return readers_->Run(body, DeadlineOf(options));
    return writer_->Run(body, DeadlineOf(options), read_only);
  }

 private:
  DatabaseMetrics metrics_;
  FileLock lock_;
  std::unique_ptr<SqliteWriter> writer_;
  std::unique_ptr<SqliteReaders> readers_;  // Closed before the writer, which then checkpoints.
};

// "sqlite:///absolute/path", "sqlite:relative/path", "sqlite::memory:".
absl::StatusOr<std::string> PathOf(std::string_view url) {
  std::string_view path = url.substr(std::string_view("sqlite:").size());
  if (path.starts_with("//")) path.remove_prefix(2);
  if (path.empty()) {
    return InvalidArgument(kInvalidArgument, "the database URL names no file: sqlite:///path/x.db");
  }
  return std::string(path);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const Options& options) {
  ASSIGN_OR_RETURN(const std::string path, PathOf(options.url));
  const bool memory = path == kMemory;
  FileLock lock;
  if (!memory) {
    ASSIGN_OR_RETURN(lock, FileLock::Take(path + ".lock"));
    RETURN_IF_ERROR(CreatePrivately(path));
  }
  ASSIGN_OR_RETURN(auto connection, SqliteConnection::Open({
                                        .path = path,
                                        .durable = !options.single_threaded,
                                    }));
  auto writer = std::make_unique<SqliteWriter>(
      std::move(connection), SqliteWriterOptions{.group_limit = options.group_limit,
                                                 .own_thread = !options.single_threaded});
  std::unique_ptr<SqliteReaders> readers;
  if (!memory && !options.single_threaded) {
    readers = std::make_unique<SqliteReaders>(path, options.connections);
  }
  return std::make_unique<SqliteDatabase>(std::move(lock), std::move(writer), std::move(readers));
}

}  // namespace jointly::db
