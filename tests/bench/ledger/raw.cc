#include "tests/bench/ledger/raw.h"

#include <libpq-fe.h>
#include <sqlite3.h>

#include <cstdlib>
#include <map>

#include "common/db/dialect.h"
#include "common/db/postgres_values.h"
#include "common/error/check.h"

namespace jointly::bench {
namespace {

using Seconds = std::chrono::duration<double>;
using std::chrono::steady_clock;

// One connection with its prepared statements.
class BareSqlite {
 public:
  explicit BareSqlite(const std::string& path) {
    Check(sqlite3_open(path.c_str(), &handle_) == SQLITE_OK, "the file cannot be opened");
    Run("PRAGMA journal_mode = WAL");
    Run("PRAGMA synchronous = FULL");
    Run("PRAGMA cache_size = -8192");
  }
  ~BareSqlite() {
    for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close(handle_);
  }
  void Run(const std::string& sql, const db::Values& values = {}) {
    sqlite3_stmt*& statement = statements_[sql];
    if (statement == nullptr) {
      const std::string text = db::Translate(sql, db::Dialect::kSqlite);
      Check(sqlite3_prepare_v2(handle_, text.c_str(), -1, &statement, nullptr) == SQLITE_OK,
            sqlite3_errmsg(handle_));
    }
    for (int i = 1; i <= sqlite3_bind_parameter_count(statement); ++i) {
      const int number = std::atoi(sqlite3_bind_parameter_name(statement, i) + 1);
      Bind(statement, i, values[static_cast<std::size_t>(number - 1)]);
    }
    int code = sqlite3_step(statement);
    while (code == SQLITE_ROW) code = sqlite3_step(statement);
    Check(code == SQLITE_DONE, sqlite3_errmsg(handle_));
    sqlite3_reset(statement);
  }

 private:
  static void Bind(sqlite3_stmt* statement, int index, const db::Value& value) {
    const auto text = [&](const std::string& bytes) {
      sqlite3_bind_text(statement, index, bytes.data(), static_cast<int>(bytes.size()),
                        SQLITE_TRANSIENT);
    };
    if (const auto* number = std::get_if<std::int64_t>(&value.variant())) {
      sqlite3_bind_int64(statement, index, *number);
    } else if (const auto* string = std::get_if<std::string>(&value.variant())) {
      text(*string);
    } else if (const auto* list = std::get_if<db::TextList>(&value.variant())) {
      text(db::ToJsonArray(*list));
    } else if (const auto* blob = std::get_if<db::Blob>(&value.variant())) {
      sqlite3_bind_blob(statement, index, blob->bytes.data(), static_cast<int>(blob->bytes.size()),
                        SQLITE_STATIC);
    }
  }

  sqlite3* handle_ = nullptr;
  std::map<std::string, sqlite3_stmt*> statements_;
};

double ReplaySqlite(const std::string& path, const std::vector<Transaction>& transactions) {
  BareSqlite connection(path);
  const auto began = steady_clock::now();
  for (const Transaction& transaction : transactions) {
    connection.Run("BEGIN IMMEDIATE");
    for (const Statement& statement : transaction) connection.Run(statement.sql, statement.values);
    connection.Run("COMMIT");
  }
  return Seconds(steady_clock::now() - began).count();
}

class BarePostgres {
 public:
  BarePostgres(const std::string& url, const std::string& schema)
      : handle_(PQconnectdb(url.c_str())) {
    Check(PQstatus(handle_) == CONNECTION_OK, PQerrorMessage(handle_));
    PQclear(PQexec(handle_, ("SET search_path TO " + schema).c_str()));
    PQenterPipelineMode(handle_);
  }
  ~BarePostgres() { PQfinish(handle_); }

  void Send(const std::string& sql, const db::PostgresParameters& parameters) {
    const int count = static_cast<int>(parameters.types.size());
    std::string& name = names_[parameters.signature + sql];
    if (name.empty()) {
      name = "s" + std::to_string(names_.size());
      const std::string text = db::Translate(sql, db::Dialect::kPostgres);
      PQsendPrepare(handle_, name.c_str(), text.c_str(), count, parameters.types.data());
      ++results_;
    }
    PQsendQueryPrepared(handle_, name.c_str(), count, parameters.data.data(),
                        parameters.lengths.data(), parameters.formats.data(), 0);
    ++results_;
  }
  void Await() {
    PQpipelineSync(handle_);
    for (++results_; results_ > 0;) {
      PGresult* result = PQgetResult(handle_);
      if (result == nullptr) continue;
      const ExecStatusType status = PQresultStatus(result);
      Check(
          status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_PIPELINE_SYNC,
          PQresultErrorMessage(result));
      PQclear(result);
      --results_;
    }
  }

 private:
  PGconn* handle_;
  int results_ = 0;
  std::map<std::string, std::string> names_;
};

double ReplayPostgres(const db::Options& options, const std::vector<Transaction>& transactions) {
  BarePostgres connection(options.url, options.schema);
  // Encoded beforehand: not the engine's work.
  std::vector<std::vector<db::PostgresParameters>> parameters;
  for (const Transaction& transaction : transactions) {
    auto& row = parameters.emplace_back();
    row.reserve(transaction.size());
    for (const Statement& statement : transaction) row.emplace_back(statement.values);
  }
  const db::Values no_values;
  const db::PostgresParameters none(no_values);
  const auto began = steady_clock::now();
  for (std::size_t t = 0; t < transactions.size(); ++t) {
    connection.Send("BEGIN", none);
    for (std::size_t s = 0; s < transactions[t].size(); ++s) {
      connection.Send(transactions[t][s].sql, parameters[t][s]);
      if (transactions[t][s].waits) connection.Await();
    }
    connection.Send("COMMIT", none);
    connection.Await();
  }
  return Seconds(steady_clock::now() - began).count();
}

}  // namespace

double ReplayRaw(const test::DatabasePlace& place, const std::vector<Transaction>& transactions) {
  if (place.engine() == test::Engine::kSqlite) {
    return ReplaySqlite(place.options().url.substr(std::string("sqlite://").size()), transactions);
  }
  return ReplayPostgres(place.options(), transactions);
}

}  // namespace jointly::bench
