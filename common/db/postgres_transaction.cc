#include "common/db/postgres_transaction.h"

#include <algorithm>
#include <utility>

#include "common/error/check.h"
#include "common/telemetry/failpoint.h"

namespace jointly::db {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The server ends a statement at the deadline. When it says nothing at all, we wait this much more.
constexpr std::chrono::seconds kSilenceMax{2};

// In steps, rounded up, so that the few texts of SET stay prepared on the connection.
milliseconds TimeoutUntil(steady_clock::time_point deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
  const milliseconds step(left < milliseconds(1'000)    ? 20
                          : left < milliseconds(30'000) ? 250
                                                        : 5'000);
  const auto steps = (std::max(left, milliseconds(1)) + step - milliseconds(1)) / step;
  return steps * step;
}

}  // namespace

void PostgresTx::Fail(absl::Status status, Fault fault) {
  if (!failure_.ok()) return;
  failure_ = std::move(status);
  fault_ = fault;
}

bool PostgresTx::CheckDeadline() {
  if (!failure_.ok()) return false;
  if (steady_clock::now() < deadline_) return true;
  Fail(DeadlineExceeded(kDeadlineExceeded, "the transaction outlasted its deadline"),
       Fault::kRefused);
  return false;
}

void PostgresTx::SendTimeout() {
  const milliseconds timeout = TimeoutUntil(deadline_);
  // Told again only when much of it is gone: it is one more statement for the server.
  if (timeout_ != milliseconds(0) && timeout * 4 > timeout_ * 3) return;
  timeout_ = timeout;
  connection_.Send("SET LOCAL statement_timeout = " + std::to_string(timeout.count()));
}

void PostgresTx::SendBegin() {
  if (!open_) {
    open_ = true;
    if (connection_.has_many_statements()) connection_.DropStatements();
    connection_.Send(read_only_ ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN");
  }
  SendTimeout();
}

void PostgresTx::SendQueued() {
  for (const Queued& queued : queue_) connection_.Send(queued.sql, queued.parameters);
  queue_.clear();
}

Segment PostgresTx::Receive() {
  Segment segment = connection_.Receive(deadline_ + kSilenceMax);
  if (segment.fault == Fault::kLost) open_ = false;
  return segment;
}

absl::StatusOr<Rows> PostgresTx::Query(std::string_view sql, Values parameters) {
  std::vector<Question> one;
  one.push_back({std::string(sql), std::move(parameters)});
  absl::StatusOr<std::vector<Rows>> answers = QueryAll(std::move(one));
  if (!answers.ok()) return answers.status();
  return std::move(answers->front());
}

absl::StatusOr<std::vector<Rows>> PostgresTx::QueryAll(std::vector<Question> questions) {
  for (const Question& question : questions) {
    absl::Status texts = CheckTexts(question.parameters);
    if (!texts.ok()) Fail(std::move(texts), Fault::kRefused);
  }
  if (!CheckDeadline()) return failure_;
  SendBegin();
  SendQueued();
  for (const Question& question : questions) {
    connection_.Send(question.sql, question.parameters,
                     read_only_ ? Dialect::kPostgresReadOnly : Dialect::kPostgres,
                     /*wanted=*/true);
  }
  Segment segment = Receive();
  if (!segment.status.ok()) {
    Fail(std::move(segment.status), segment.fault);
    return failure_;
  }
  Check(segment.answers.size() == questions.size(), "PostgreSQL left a query without an answer");
  return std::move(segment.answers);
}

void PostgresTx::Execute(std::string_view sql, Values parameters) {
  Check(!read_only_, "Execute inside of Read");
  absl::Status texts = CheckTexts(parameters);
  if (!texts.ok()) Fail(std::move(texts), Fault::kRefused);
  queue_.push_back({std::string(sql), std::move(parameters)});
}

void PostgresTx::SendAhead() {
  if (queue_.empty() || !CheckDeadline()) return;
  SendBegin();
  SendQueued();
  connection_.Flush();
}

absl::Status PostgresTx::Commit() {
  if (!CheckDeadline()) return failure_;
  if (!open_ && queue_.empty()) return absl::OkStatus();
  if (read_only_) {
    // Every row was read; how the snapshot ends changes nothing.
    Rollback();
    return absl::OkStatus();
  }
  if (telemetry::FailpointError("db.before_commit")) {
    Fail(Unavailable(kDatabaseDown, "the commit was made to fail by a failpoint"), Fault::kRefused);
    return failure_;
  }
  SendBegin();
  SendQueued();
  connection_.Send("COMMIT");
  Segment segment = Receive();
  // After COMMIT, and after an error of COMMIT itself, the server has no transaction any more.
  if (segment.tag == "COMMIT") {
    open_ = false;
    if (telemetry::FailpointError("db.after_commit")) {
      return Unavailable(kDatabaseDown, "the commit's outcome was hidden by a failpoint");
    }
    return absl::OkStatus();
  }
  if (segment.fault == Fault::kLost && !segment.last_skipped) {
    // COMMIT was sent, and nobody knows whether it was done: never again from here.
    Fail(Unavailable(kDatabaseDown,
                     "the connection was lost during the commit: its outcome is unknown; "
                     "repeat the request with the same request id"),
         Fault::kRefused);
    return failure_;
  }
  if (segment.status.ok()) {
    // The tag ROLLBACK: the transaction had failed before.
    segment.status = Internal(kInternal, "the database rolled back instead of committing");
    segment.fault = Fault::kRefused;
  }
  if (!segment.last_skipped) open_ = false;
  Fail(std::move(segment.status), segment.fault);
  return failure_;
}

void PostgresTx::Rollback() {
  queue_.clear();
  if (!open_) return;
  open_ = false;
  connection_.Send("ROLLBACK");
  connection_.Forget();
}

}  // namespace jointly::db
