#include "common/db/sqlite_connection.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "common/db/dialect.h"
#include "common/error/check.h"
#include "common/error/macros.h"
#include "common/telemetry/log.h"

namespace jointly::db {
namespace {

// How long a statement waits for a lock that another process holds; then the caller is told.
constexpr int kBusyTimeoutMs = 5'000;
// A checkpoint that waits for readers must not hold up the writer for long.
constexpr int kRestartTimeoutMs = 100;
// The progress handler is asked after so many steps of the virtual machine.
constexpr int kProgressSteps = 4'000;
// Filters make texts at run time; the cache must not grow with them.
constexpr std::size_t kStatementsMax = 400;

int BindValue(sqlite3_stmt* statement, int index, const Value& value) {
  // The values outlive the step, so nothing is copied.
  const auto text = [&](const std::string& t) {
    return sqlite3_bind_text64(statement, index, t.data(), t.size(), SQLITE_STATIC, SQLITE_UTF8);
  };
  return std::visit(
      [&](const auto& v) -> int {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, Null>) {
          return sqlite3_bind_null(statement, index);
        } else if constexpr (std::is_same_v<T, std::int64_t>) {
          return sqlite3_bind_int64(statement, index, v);
        } else if constexpr (std::is_same_v<T, double>) {
          return sqlite3_bind_double(statement, index, v);
        } else if constexpr (std::is_same_v<T, std::string>) {
          return text(v);
        } else if constexpr (std::is_same_v<T, Blob>) {
          if (v.bytes.empty()) return sqlite3_bind_zeroblob(statement, index, 0);
          return sqlite3_bind_blob64(statement, index, v.bytes.data(), v.bytes.size(),
                                     SQLITE_STATIC);
        } else if constexpr (std::is_same_v<T, TextList>) {
          const std::string json = ToJsonArray(v);
          return sqlite3_bind_text64(statement, index, json.data(), json.size(), SQLITE_TRANSIENT,
                                     SQLITE_UTF8);
        } else {
          Die("a column of many rows is given to SQLite");
        }
      },
      value.variant());
}

Value ReadColumn(sqlite3_stmt* statement, int column) {
  const auto size = [&] {
    return static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
  };
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return Value(static_cast<std::int64_t>(sqlite3_column_int64(statement, column)));
    case SQLITE_FLOAT:
      return Value(sqlite3_column_double(statement, column));
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      return Value(std::string(text, size()));
    }
    case SQLITE_BLOB: {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
      return Value(Blob{bytes == nullptr ? std::string() : std::string(bytes, size())});
    }
    default:
      return Value(Null{});
  }
}

// "UNIQUE constraint failed: quota.call, quota.level" names the columns of the key.
Facts ConstraintFacts(std::string_view message) {
  constexpr std::string_view kSeparator = "failed: ";
  const std::size_t at = message.find(kSeparator);
  if (at == std::string_view::npos) return {};
  const std::string_view columns = message.substr(at + kSeparator.size());
  return {{"constraint", std::string(columns)},
          {"table", std::string(columns.substr(0, columns.find('.')))}};
}

// True for errors after which the disk's content is unknown. A full disk is not one of them, even
// where SQLite reports it as an input/output error (it cannot grow its shared-memory file).
bool IsDiskBroken(int code, int system_errno) {
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) return true;
  if ((code & 0xFF) == SQLITE_CORRUPT || code == SQLITE_NOTADB) return true;
  if ((code & 0xFF) != SQLITE_IOERR || code == SQLITE_IOERR_NOMEM) return false;
  return code != SQLITE_IOERR_SHMSIZE && system_errno != ENOSPC && system_errno != EDQUOT;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(
    const SqliteConnectionOptions& options) {
  // SQLite's memory statistics cost a lock of the whole process at every allocation. Refused,
  // without harm, when something else in this process has used SQLite before.
  static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(configured);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(options.read_only));
  const int flags =
      (options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (sqlite3_open_v2(options.path.c_str(), &connection->handle_, flags, nullptr) != SQLITE_OK) {
    return Unavailable(kDatabaseDown, "the database file " + options.path + " cannot be opened: " +
                                          sqlite3_errmsg(connection->handle_) +
                                          "; check its folder and owner");
  }
  RETURN_IF_ERROR(connection->Configure(options));
  return connection;
}

absl::Status SqliteConnection::Configure(const SqliteConnectionOptions& options) {
  sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  RETURN_IF_ERROR(Run("PRAGMA mmap_size = 0").status());
  if (options.read_only) {
    RETURN_IF_ERROR(Run("PRAGMA cache_size = -2048").status());  // 2 MiB; there are several.
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    RETURN_IF_ERROR(Run("PRAGMA query_only = ON").status());
    sqlite3_progress_handler(
        handle_, kProgressSteps,
        [](void* self) {
          const auto deadline = static_cast<SqliteConnection*>(self)->deadline_;
          return std::chrono::steady_clock::now() >= deadline ? 1 : 0;
        },
        this);
  } else {
    RETURN_IF_ERROR(Run("PRAGMA cache_size = -8192").status());
    RETURN_IF_ERROR(Run("PRAGMA journal_mode = WAL").status());
    RETURN_IF_ERROR(
        Run(options.durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF").status());
    RETURN_IF_ERROR(Run("PRAGMA foreign_keys = ON").status());
    // INSERT OR REPLACE deletes what it replaces: only so do the triggers that refuse a deletion
    // hear of it.
    RETURN_IF_ERROR(Run("PRAGMA recursive_triggers = ON").status());
    // Deleted rows are overwritten: the key of an erased person must leave the file.
    RETURN_IF_ERROR(Run("PRAGMA secure_delete = ON").status());
    // What a savepoint must remember would else be written to a temporary file.
    RETURN_IF_ERROR(Run("PRAGMA temp_store = MEMORY").status());
    // We checkpoint ourselves: SQLite's automatic checkpoint drops the error of a failed fsync.
    sqlite3_wal_hook(
        handle_,
        [](void* self, sqlite3*, const char*, int pages) {
          static_cast<SqliteConnection*>(self)->log_pages_ = pages;
          return SQLITE_OK;
        },
        this);
    // Makes the -wal and -shm files, without which a read-only connection cannot open.
    RETURN_IF_ERROR(Run("BEGIN IMMEDIATE").status());
    RETURN_IF_ERROR(Run("COMMIT").status());
  }
  ForgetStatements();
  return absl::OkStatus();
}

SqliteConnection::~SqliteConnection() {
  ForgetStatements();
  sqlite3_close(handle_);
}

void SqliteConnection::ForgetStatements() {
  for (auto& [sql, statement] : statements_) sqlite3_finalize(statement.handle);
  statements_.clear();
}

bool SqliteConnection::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

absl::StatusOr<SqliteConnection::Statement*> SqliteConnection::Prepare(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return &found->second;
  if (statements_.size() >= kStatementsMax) ForgetStatements();
  const std::string translated = Translate(sql, Dialect::kSqlite);
  Statement statement;
  const char* tail = nullptr;
  const int code =
      sqlite3_prepare_v3(handle_, translated.c_str(), static_cast<int>(translated.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement.handle, &tail);
  if (code != SQLITE_OK) return Fail(code, sql);
  Check(statement.handle != nullptr && SplitStatements(tail).empty(),
        "exactly one statement per call: " + Excerpt(sql));
  for (int i = 1; i <= sqlite3_bind_parameter_count(statement.handle); ++i) {
    // SQLite numbers $n by first appearance; the name tells which value is meant.
    const char* name = sqlite3_bind_parameter_name(statement.handle, i);
    const int number = name != nullptr && *name == '$' ? std::atoi(name + 1) : 0;
    Check(number > 0, "parameters are written $1, $2, ...: " + Excerpt(sql));
    statement.parameters.push_back(static_cast<std::size_t>(number - 1));
  }
  for (int i = 0; i < sqlite3_column_count(statement.handle); ++i) {
    statement.columns.emplace_back(sqlite3_column_name(statement.handle, i));
  }
  return &statements_.emplace(std::string(sql), std::move(statement)).first->second;
}

absl::Status SqliteConnection::Bind(Statement& statement, const Values& parameters) {
  for (std::size_t i = 0; i < statement.parameters.size(); ++i) {
    const std::size_t position = statement.parameters[i];
    if (position >= parameters.size()) {
      Die("a parameter has no value: " + Excerpt(sqlite3_sql(statement.handle)));
    }
    const int code = BindValue(statement.handle, static_cast<int>(i) + 1, parameters[position]);
    if (code != SQLITE_OK) {
      return InvalidArgument(kInvalidArgument, "a value is too large for the database");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Rows> SqliteConnection::Run(std::string_view sql, const Values& parameters) {
  RETURN_IF_ERROR(CheckTexts(parameters));
  ASSIGN_OR_RETURN(Statement * statement, Prepare(sql));
  sqlite3_stmt* handle = statement->handle;
  absl::Status status = Bind(*statement, parameters);
  Rows rows(statement->columns);
  if (status.ok()) {
    const int columns = static_cast<int>(statement->columns.size());
    int code = sqlite3_step(handle);
    for (; code == SQLITE_ROW; code = sqlite3_step(handle)) {
      Values values;
      values.reserve(static_cast<std::size_t>(columns));
      for (int i = 0; i < columns; ++i) values.push_back(ReadColumn(handle, i));
      rows.Append(std::move(values));
    }
    if (code != SQLITE_DONE) status = Fail(code, sql);
  }
  sqlite3_reset(handle);
  sqlite3_clear_bindings(handle);
  if (!status.ok()) return status;
  return rows;
}

absl::Status SqliteConnection::Fail(int code, std::string_view sql) {
  const std::string message = sqlite3_errmsg(handle_);
  const int system_errno = sqlite3_system_errno(handle_);
  const Facts facts = {{"sqlite_code", std::to_string(code)}, {"statement", Excerpt(sql)}};
  if (IsDiskBroken(code, system_errno)) {
    telemetry::Error("the database file is not reliable",
                     {{"sqlite_code", code}, {"errno", system_errno}, {"text", message}});
    if (!read_only_) {
      telemetry::FlushLogs();
      Die("the database reported " + message + " (" + std::to_string(code) +
          "): what is on the disk is unknown, so the process ends");
    }
    return Unavailable(kDatabaseDown, "the database file cannot be read", facts);
  }
  switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
      if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
          code == SQLITE_CONSTRAINT_ROWID) {
        return AlreadyExists(kUniqueViolation, "a row with this key exists",
                             ConstraintFacts(message));
      }
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Aborted(kContention, "another process holds the database file; try again", facts);
    case SQLITE_FULL:
    case SQLITE_IOERR:
      return Unavailable(kDatabaseDown, "the database's disk is full; free space", facts);
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
      return Unavailable(kDatabaseDown, "the database ran out of a resource: " + message, facts);
    case SQLITE_INTERRUPT:
      return DeadlineExceeded(kDeadlineExceeded, "the query took longer than its caller waits",
                              facts);
    default:
      break;
  }
  telemetry::Error("a statement failed",
                   {{"sqlite_code", code}, {"text", message}, {"statement", Excerpt(sql)}});
  return Internal(kInternal, "the database refused a statement: " + message, facts);
}

absl::Status SqliteConnection::Checkpoint(bool restart) {
  int pages = 0;
  int moved = 0;
  if (restart) sqlite3_busy_timeout(handle_, kRestartTimeoutMs);
  const int code = sqlite3_wal_checkpoint_v2(
      handle_, "main", restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, &pages,
      &moved);
  if (restart) sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
  // Busy: a reader still needs the log; the next one will do.
  if (code == SQLITE_OK || code == SQLITE_BUSY) return absl::OkStatus();
  return Fail(code, "checkpoint");
}

}  // namespace jointly::db
