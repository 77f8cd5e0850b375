#pragma once

#include <absl/status/statusor.h>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/db/database.h"
#include "common/db/dialect.h"

struct pg_conn;
struct pg_result;

// One connection to PostgreSQL, always in pipeline mode. Internal to common/db.
namespace jointly::db {

struct PostgresTarget {
  std::string url;
  std::string schema;  // Empty: the server's default search path.
};

// What an error means for the transaction.
enum class Fault {
  kNone,
  kRefused,     // The error is the caller's answer.
  kContention,  // Serialisation failure, deadlock, lock timeout: the body may run again.
  kStale,       // This connection's prepared statements are out of date: run again on another.
  kLost,        // The connection is gone.
};

// What came back for the statements of one segment.
struct Segment {
  absl::Status status;  // The first error.
  Fault fault = Fault::kNone;
  // The server reported an error for an earlier statement, so it surely did not run the last one.
  bool last_skipped = false;
  std::vector<Rows> answers;  // Of the statements whose rows are wanted.
  Rows rows;                  // Of the last statement, else.
  std::string tag;            // Of the last statement: "COMMIT".
};

class PostgresConnection {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  static absl::StatusOr<std::unique_ptr<PostgresConnection>> Connect(const PostgresTarget& target,
                                                                     Deadline deadline);
  ~PostgresConnection();
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  // Adds a statement to the open segment. Nothing waits for the server.
  void Send(std::string_view sql, const Values& parameters = {},
            Dialect dialect = Dialect::kPostgres, bool wanted = false);
  // Hands what was sent so far to the server, as far as the socket takes it.
  void Flush();
  // Ends the segment and waits for its results. In a segment the server skips everything after the
  // first error. When the server stays silent until the deadline the connection is given up.
  Segment Receive(Deadline deadline);
  // Ends the segment; its results are dropped when the next segment's are read.
  void Forget();

  // False when the server has closed the connection meanwhile; costs one system call.
  bool LooksAlive();
  bool lost() const { return lost_; }
  // Prepared statements pile up with the texts that filters make: true when it is time to drop
  // them.
  bool has_many_statements() const;
  // Drops them with the open segment. Only before any other statement of a segment.
  void DropStatements();

 private:
  struct Statement {
    std::string name;
    std::string excerpt;
    enum class State { kUnknown, kSent, kPrepared } state = State::kUnknown;
  };
  // What the next results belong to.
  struct Step {
    enum class Kind { kPrepare, kRun, kSync } kind;
    Statement* statement = nullptr;  // Null: not prepared by name.
    std::string excerpt;             // Of a statement without a name.
    bool wanted = false;             // Its rows.
  };
  struct ResultDeleter {
    void operator()(pg_result* result) const;
  };
  using Result = std::unique_ptr<pg_result, ResultDeleter>;

  PostgresConnection() = default;
  absl::Status Establish(const PostgresTarget& target, Deadline deadline);
  bool Wait(bool for_write, Deadline deadline);
  void Sync();
  void Lose(std::string_view why);
  Statement* Prepared(const std::string& sql, const struct PostgresParameters& parameters);
  void Take(Result result, Segment& segment, std::size_t syncs_left);
  void TakeError(const pg_result* result, Segment& segment);
  void NextStep();

  pg_conn* handle_ = nullptr;
  bool lost_ = false;
  std::string why_lost_;
  std::deque<Step> steps_;
  std::size_t syncs_ = 0;  // In steps_.
  std::unordered_map<std::string, Statement> statements_;
  std::int64_t statement_count_ = 0;
};

}  // namespace jointly::db
