#pragma once

#include <absl/status/statusor.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "common/db/migration.h"
#include "common/db/value.h"
#include "common/error/error.h"
#include "common/time/clock.h"

// SQLite and PostgreSQL behind one face, one SQL text for both.
//
// SQL dialect (shared subset): parameters $1..$n (bound by name on SQLite), ON CONFLICT ... DO
// UPDATE ... RETURNING, partial indexes, keyset paging. Tokens, replaced per engine:
//   {for_update}   FOR UPDATE on PostgreSQL, nothing on SQLite (one writer), nothing inside Read
//   {skip_locked}  FOR UPDATE SKIP LOCKED likewise: for unordered work, such as timers and mail
//   {any $n}       "column {any $2}": = ANY($2) / IN (SELECT value FROM json_each($2)); a TextList.
//                  Its opposite is "NOT (column {any $2})"
//   {identity}     a growing primary key column: "id {identity}"
//   {blob}         BYTEA / BLOB
// Column types: TEXT (also ISO dates and state names), BIGINT (microseconds, minor units, 0/1),
// DOUBLE PRECISION, {blob}. No arithmetic on bare parameters (PostgreSQL types them as int4): write
// "quota.held + CAST($2 AS BIGINT)". Texts are UTF-8 without NUL bytes (else INVALID_ARGUMENT).
// Both engines give the same results: a SUM of BIGINT is an integer, a truth value is 0 or 1.
namespace jointly::db {

inline constexpr Reason kUniqueViolation{"UNIQUE_VIOLATION"};
inline constexpr Reason kDatabaseDown{"DATABASE_UNAVAILABLE"};
inline constexpr Reason kContention{"CONTENTION"};

// One of several queries that are sent together.
struct Question {
  std::string sql;
  Values parameters;
};

// One transaction. Reads happen at once; writes are queued and sent with the commit in one segment,
// so a command costs two round trips on PostgreSQL. A write therefore cannot report a row count:
// lock what you change by the load ({for_update}), then the queued write cannot miss.
class Tx {
 public:
  virtual ~Tx() = default;
  // Runs now, after what was queued before it (so it sees those writes).
  virtual absl::StatusOr<Rows> Query(std::string_view sql, Values parameters = {}) = 0;
  // As Query of one after the other, in one round trip.
  virtual absl::StatusOr<std::vector<Rows>> QueryAll(std::vector<Question> questions) {
    std::vector<Rows> answers;
    for (Question& question : questions) {
      absl::StatusOr<Rows> rows = Query(question.sql, std::move(question.parameters));
      if (!rows.ok()) return rows.status();
      answers.push_back(*std::move(rows));
    }
    return answers;
  }
  // Queued until the next Query or the commit. An error surfaces there and rolls back.
  virtual void Execute(std::string_view sql, Values parameters = {}) = 0;
  // Lets PostgreSQL write what is queued while the body goes on deciding; nothing waits for it. For
  // long batches: each call is one more system call. SQLite runs on the caller's thread: no effect.
  virtual void SendAhead() {}
  // Runs `action` once after this transaction is durably committed (not after a rollback).
  virtual void AfterCommit(std::function<void()> action) = 0;
  virtual bool is_postgres() const = 0;
};

struct TransactOptions {
  // When the caller gives up: becomes the statement timeout. Unset: 30 s.
  std::optional<std::chrono::steady_clock::time_point> deadline;
};

// A database of one service. Thread-safe. Errors of Transact and Read beside the body's own:
//   ALREADY_EXISTS UNIQUE_VIOLATION  a unique key refused a queued write (fact "constraint")
//   ABORTED CONTENTION               serialisation failures or locks outlasted the bounded retries
//   DEADLINE_EXCEEDED                the statement timeout struck
//   UNAVAILABLE DATABASE_UNAVAILABLE the engine cannot be reached, or the disk is full
// After an outcome-unknown commit the error is UNAVAILABLE and the caller's request id decides.
class Database {
 public:
  virtual ~Database() = default;

  // Runs `body(Tx&)`, which returns absl::Status or absl::StatusOr<T>, and commits when it is OK.
  // The body may run more than once (busy, serialisation failure, group retry): no side effects
  // but through the Tx. Returns after the commit is durable.
  template <typename Body>
  auto Transact(Body&& body, const TransactOptions& options = {})
      -> std::invoke_result_t<Body&, Tx&> {
    return RunErased(std::forward<Body>(body), options, /*read_only=*/false);
  }

  // A consistent snapshot for reading; Execute is not allowed. Never waits for writers.
  template <typename Body>
  auto Read(Body&& body, const TransactOptions& options = {}) -> std::invoke_result_t<Body&, Tx&> {
    return RunErased(std::forward<Body>(body), options, /*read_only=*/true);
  }

  // Brings the schema up to date. Refuses to start (FAILED_PRECONDITION) when an applied migration
  // was edited since, or the database is newer than this binary.
  absl::Status Migrate(const std::vector<MigrationSet>& sets, const Clock& clock);

  virtual bool is_postgres() const = 0;
  // A session-wide lock for leadership among replicas: held until released or the connection is
  // lost. On SQLite (one process per file) always granted.
  virtual bool TryLead(std::int64_t key) = 0;
  virtual bool StillLeads(std::int64_t key) = 0;

 protected:
  virtual absl::Status Run(const std::function<absl::Status(Tx&)>& body,
                           const TransactOptions& options, bool read_only) = 0;

 private:
  template <typename Body>
  auto RunErased(Body&& body, const TransactOptions& options, bool read_only)
      -> std::invoke_result_t<Body&, Tx&> {
    using Result = std::invoke_result_t<Body&, Tx&>;
    if constexpr (std::is_same_v<Result, absl::Status>) {
      return Run([&](Tx& tx) { return body(tx); }, options, read_only);
    } else {
      std::optional<Result> result;
      const absl::Status status = Run(
          [&](Tx& tx) {
            result.emplace(body(tx));
            return result->status();
          },
          options, read_only);
      if (!status.ok()) return status;
      return std::move(*result);
    }
  }
};

struct Options {
  // "sqlite:///path/to/file.db", "sqlite::memory:" (tests), or "postgresql://user@host:port/name".
  std::string url;
  int connections = 8;  // PostgreSQL pool; SQLite: readers.
  // Runs every body on the calling thread, one transaction each: for the simulator and tests.
  bool single_threaded = false;
  int group_limit = 60;  // SQLite: commands per commit.
  // PostgreSQL: set as search_path and created when missing, so that all services can share one
  // database in a demonstration. Empty: public.
  std::string schema;
};

absl::StatusOr<std::unique_ptr<Database>> Open(const Options& options);

}  // namespace jointly::db
