#include "common/db/postgres_connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "common/db/postgres_error.h"
#include "common/db/postgres_values.h"
#include "common/error/check.h"
#include "common/error/macros.h"
#include "common/telemetry/log.h"

namespace jointly::db {
namespace {

constexpr std::chrono::seconds kConnectTimeout{5};
constexpr std::size_t kStatementsMax = 400;

// Session settings: the schema; a process of ours that hangs inside a transaction loses its locks.
std::string SessionOptions(const std::string& schema) {
  std::string options = "-c idle_in_transaction_session_timeout=60s -c bytea_output=hex";
  if (!schema.empty()) options += " -c search_path=" + schema;
  return options;
}

pg_conn* StartConnecting(const PostgresTarget& target) {
  const std::string options = SessionOptions(target.schema);
  // A dead server or a cut wire is noticed within about 20 s also while nothing is sent.
  const std::vector<std::pair<const char*, const char*>> settings = {
      {"dbname", target.url.c_str()}, {"application_name", "jointly"},
      {"client_encoding", "UTF8"},    {"options", options.c_str()},
      {"gssencmode", "disable"},      {"keepalives_idle", "10"},
      {"keepalives_interval", "3"},   {"keepalives_count", "3"},
      {"tcp_user_timeout", "15000"},
  };
  std::vector<const char*> keys;
  std::vector<const char*> values;
  for (const auto& [key, value] : settings) {
    keys.push_back(key);
    values.push_back(value);
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  return PQconnectStartParams(keys.data(), values.data(), /*expand_dbname=*/1);
}

// libpq's messages have several lines and tabs.
std::string OneLine(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool space = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (!space) line += c;
    if (space && !line.empty() && line.back() != ' ') line += ' ';
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

// Notices ("relation exists, skipping") are for people who type SQL.
void IgnoreNotice(void*, const PGresult* result) {
  const char* text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  telemetry::Debug("a notice of the database", {{"text", text == nullptr ? "" : text}});
}

// Only these can be prepared by name and are worth it; definitions run once.
bool IsWorthPreparing(std::string_view sql) {
  const std::size_t start = sql.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return false;
  std::string word;
  for (std::size_t i = start; i < sql.size(); ++i) {
    if (std::isalpha(static_cast<unsigned char>(sql[i])) == 0) break;
    word += static_cast<char>(std::toupper(static_cast<unsigned char>(sql[i])));
  }
  constexpr std::array kWords = {"SELECT", "INSERT", "UPDATE",   "DELETE", "WITH",
                                 "BEGIN",  "COMMIT", "ROLLBACK", "SET"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

std::string_view Diagnostic(const PGresult* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text == nullptr ? std::string_view() : std::string_view(text);
}

}  // namespace

void PostgresConnection::ResultDeleter::operator()(pg_result* result) const { PQclear(result); }

absl::StatusOr<std::unique_ptr<PostgresConnection>> PostgresConnection::Connect(
    const PostgresTarget& target, Deadline deadline) {
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection);
  const Deadline patience = std::chrono::steady_clock::now() + kConnectTimeout;
  RETURN_IF_ERROR(connection->Establish(target, std::min(deadline, patience)));
  return connection;
}

absl::Status PostgresConnection::Establish(const PostgresTarget& target, Deadline deadline) {
  handle_ = StartConnecting(target);
  Check(handle_ != nullptr, "out of memory");
  PQsetNoticeReceiver(handle_, &IgnoreNotice, nullptr);
  PostgresPollingStatusType polling = PGRES_POLLING_WRITING;
  while (polling != PGRES_POLLING_OK) {
    if (polling == PGRES_POLLING_FAILED || PQstatus(handle_) == CONNECTION_BAD) {
      return Unavailable(kDatabaseDown,
                         "the database cannot be reached: " + OneLine(PQerrorMessage(handle_)));
    }
    if (!Wait(polling == PGRES_POLLING_WRITING, deadline)) {
      return Unavailable(kDatabaseDown, "the database does not answer a connection");
    }
    polling = PQconnectPoll(handle_);
  }
  // Non-blocking, or a large segment could wait for the server, which waits for us to read.
  Check(PQsetnonblocking(handle_, 1) == 0 && PQenterPipelineMode(handle_) == 1,
        "libpq refused its pipeline mode");
  return absl::OkStatus();
}

PostgresConnection::~PostgresConnection() { PQfinish(handle_); }

bool PostgresConnection::Wait(bool for_write, Deadline deadline) {
  pollfd descriptor{.fd = PQsocket(handle_), .events = POLLIN, .revents = 0};
  if (for_write) descriptor.events |= POLLOUT;
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    const auto timeout = std::min<std::int64_t>(left.count(), 3'600'000);
    const int ready = poll(&descriptor, 1, static_cast<int>(timeout));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;  // libpq will report it.
  }
}

void PostgresConnection::Lose(std::string_view why) {
  if (lost_) return;
  lost_ = true;
  why_lost_ = OneLine(why);
}

PostgresConnection::Statement* PostgresConnection::Prepared(const std::string& sql,
                                                            const PostgresParameters& parameters) {
  Statement& statement = statements_[parameters.signature + ' ' + sql];
  if (statement.state == Statement::State::kUnknown) {
    statement.name = "s" + std::to_string(++statement_count_);
    statement.excerpt = Excerpt(sql);
    statement.state = Statement::State::kSent;
    if (PQsendPrepare(handle_, statement.name.c_str(), sql.c_str(),
                      static_cast<int>(parameters.types.size()), parameters.types.data()) == 0) {
      Lose(PQerrorMessage(handle_));
    }
    steps_.push_back({Step::Kind::kPrepare, &statement, ""});
  }
  return &statement;
}

void PostgresConnection::Send(std::string_view sql, const Values& parameters, Dialect dialect,
                              bool wanted) {
  if (lost_) return;
  const std::string text = Translate(sql, dialect);
  const PostgresParameters encoded(parameters);
  const int count = static_cast<int>(encoded.types.size());
  int sent = 0;
  Statement* statement = nullptr;
  if (IsWorthPreparing(text)) {
    statement = Prepared(text, encoded);
    sent = PQsendQueryPrepared(handle_, statement->name.c_str(), count, encoded.data.data(),
                               encoded.lengths.data(), encoded.formats.data(), 0);
  } else {
    sent =
        PQsendQueryParams(handle_, text.c_str(), count, encoded.types.data(), encoded.data.data(),
                          encoded.lengths.data(), encoded.formats.data(), 0);
  }
  if (sent == 0) Lose(PQerrorMessage(handle_));
  steps_.push_back(
      {Step::Kind::kRun, statement, statement == nullptr ? Excerpt(text) : "", wanted});
}

void PostgresConnection::Sync() {
  if (lost_) return;
  if (PQpipelineSync(handle_) == 0) Lose(PQerrorMessage(handle_));
  steps_.push_back({Step::Kind::kSync, nullptr, ""});
  ++syncs_;
}

void PostgresConnection::Flush() {
  if (!lost_ && PQflush(handle_) < 0) Lose(PQerrorMessage(handle_));
}

void PostgresConnection::Forget() {
  Sync();
  Flush();
}

Segment PostgresConnection::Receive(Deadline deadline) {
  Sync();
  Segment segment;
  while (!lost_ && syncs_ > 0) {
    const int unsent = PQflush(handle_);
    if (unsent < 0) {
      Lose(PQerrorMessage(handle_));
      break;
    }
    while (syncs_ > 0 && !lost_ && PQisBusy(handle_) == 0) {
      Result result(PQgetResult(handle_));
      if (result == nullptr) {
        NextStep();
      } else {
        Take(std::move(result), segment, syncs_);
      }
    }
    if (syncs_ == 0 || lost_) break;
    if (!Wait(unsent == 1, deadline)) {
      Lose("the server did not answer in time");
    } else if (PQconsumeInput(handle_) == 0) {
      Lose(PQerrorMessage(handle_));
    }
  }
  if (lost_ && segment.fault != Fault::kLost) {
    // An error that the server reported before the loss tells more; keep what it says of the last.
    segment.fault = Fault::kLost;
    segment.status =
        Unavailable(kDatabaseDown, "the connection to the database was lost: " + why_lost_);
  }
  return segment;
}

void PostgresConnection::NextStep() {
  // The NULL after the last result of a statement. A sync has none: then libpq has given up.
  if (steps_.empty() || steps_.front().kind == Step::Kind::kSync) {
    Lose(PQerrorMessage(handle_));
    return;
  }
  Statement* statement = steps_.front().statement;
  if (steps_.front().kind == Step::Kind::kPrepare && statement->state == Statement::State::kSent) {
    // Skipped or refused: it must be prepared again.
    statement->state = Statement::State::kUnknown;
  }
  steps_.pop_front();
}

void PostgresConnection::Take(Result result, Segment& segment, std::size_t syncs_left) {
  Check(!steps_.empty(), "PostgreSQL sent a result that nobody asked for");
  Step& step = steps_.front();
  switch (PQresultStatus(result.get())) {
    case PGRES_PIPELINE_SYNC:
      steps_.pop_front();
      --syncs_;
      break;
    case PGRES_PIPELINE_ABORTED:
      break;
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
      if (step.kind == Step::Kind::kPrepare) {
        step.statement->state = Statement::State::kPrepared;
      } else if (step.wanted) {
        segment.answers.push_back(ReadRows(result.get()));
      } else if (syncs_left == 1 && steps_.size() == 2) {
        // The last statement of this segment; before it are those that were forgotten.
        segment.rows = ReadRows(result.get());
        segment.tag = PQcmdStatus(result.get());
      }
      break;
    default:
      TakeError(result.get(), segment);
  }
}

void PostgresConnection::TakeError(const pg_result* result, Segment& segment) {
  const Step& step = steps_.front();
  const PostgresError error{
      .sqlstate = Diagnostic(result, PG_DIAG_SQLSTATE),
      .severity = Diagnostic(result, PG_DIAG_SEVERITY_NONLOCALIZED),
      .message = Diagnostic(result, PG_DIAG_MESSAGE_PRIMARY),
      .constraint = Diagnostic(result, PG_DIAG_CONSTRAINT_NAME),
      .table = Diagnostic(result, PG_DIAG_TABLE_NAME),
      .statement = step.statement != nullptr ? step.statement->excerpt : step.excerpt,
  };
  if (error.sqlstate.empty() || PQstatus(handle_) == CONNECTION_BAD) {
    Lose(PQresultErrorMessage(result));
    if (error.sqlstate.empty()) return;
  }
  const bool forgotten = syncs_ > 1;
  Verdict verdict = Judge(error);
  if (verdict.fault == Fault::kLost) Lose(error.message);
  if (forgotten || !segment.status.ok()) return;
  segment.status = std::move(verdict.status);
  segment.fault = verdict.fault;
  // Behind the last statement only the sync is left.
  segment.last_skipped = steps_.size() > 2;
}

bool PostgresConnection::LooksAlive() {
  for (int round = 0; round < 4 && !lost_; ++round) {
    pollfd descriptor{.fd = PQsocket(handle_), .events = POLLIN, .revents = 0};
    if (poll(&descriptor, 1, 0) <= 0) return true;
    // Results of a forgotten segment, a last word of the server, or the end.
    if (PQconsumeInput(handle_) == 0 || PQstatus(handle_) == CONNECTION_BAD) {
      Lose(PQerrorMessage(handle_));
    }
  }
  return !lost_;
}

bool PostgresConnection::has_many_statements() const { return statements_.size() > kStatementsMax; }

void PostgresConnection::DropStatements() {
  // Steps that are still to be read point to statements.
  if (!steps_.empty()) return;
  statements_.clear();
  if (PQsendQueryParams(handle_, "DEALLOCATE ALL", 0, nullptr, nullptr, nullptr, nullptr, 0) == 0) {
    Lose(PQerrorMessage(handle_));
  }
  steps_.push_back({Step::Kind::kRun, nullptr, "DEALLOCATE ALL"});
}

}  // namespace jointly::db
