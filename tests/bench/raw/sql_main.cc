// bench_sql: what one command writes, on bare connections, without any code of ours: the limit that
// the service is compared with. UPDATE of the aggregate, outbox row, audit row, stored reply.
//
//   bench_sql sqlite FILE COUNT            one connection, groups of 32 as savepoints of one commit
//   bench_sql postgresql URL COUNT THREADS a connection per thread, one pipelined transaction each
#include <libpq-fe.h>
#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr const char* kSchema =
    "CREATE TABLE aggregate (id TEXT PRIMARY KEY, state TEXT NOT NULL, body TEXT NOT NULL, revision"
    " BIGINT NOT NULL);"
    "CREATE TABLE outbox (id %s, aggregate_id TEXT NOT NULL, revision BIGINT NOT NULL, headers TEXT"
    " NOT NULL, body TEXT NOT NULL, publish_time BIGINT, UNIQUE (aggregate_id, revision));"
    "CREATE INDEX outbox_pending ON outbox (id) WHERE publish_time IS NULL;"
    "CREATE TABLE audit (id %s, actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,"
    " time BIGINT NOT NULL);"
    "CREATE TABLE request (principal TEXT, method TEXT, request_id TEXT, reply TEXT,"
    " PRIMARY KEY (principal, method, request_id));";

constexpr const char* kStatements[] = {
    "UPDATE aggregate SET state = 'submitted', body = $2, revision = 2 WHERE id = $1",
    "INSERT INTO outbox (aggregate_id, revision, headers, body) VALUES ($1, 2, $2, $2)",
    "INSERT INTO audit (actor, action, subject, time) VALUES ('people/x', 'submitted', $1, 1)",
    "INSERT INTO request (principal, method, request_id, reply) VALUES ('people/x', 'm', $1, $2)"};

[[noreturn]] void Fail(const std::string& text) {
  std::fprintf(stderr, "bench_sql: %s\n", text.c_str());
  std::exit(1);
}

std::string Schema(const char* identity) {
  char text[2048];
  std::snprintf(text, sizeof(text), kSchema, identity, identity);
  return text;
}

void Print(int count, std::chrono::steady_clock::time_point began) {
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::printf("{\"commands\": %d, \"seconds\": %.3f, \"rate\": %.0f}\n", count, seconds,
              count / seconds);
}

void Execute(sqlite3* database, const std::string& sql) {
  if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    Fail(sqlite3_errmsg(database));
  }
}

void RunSqlite(const char* path, int count) {
  sqlite3* database = nullptr;
  if (sqlite3_open(path, &database) != SQLITE_OK) Fail("cannot open the file");
  Execute(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
  Execute(database, Schema("INTEGER PRIMARY KEY"));
  const std::string body(300, 'x');
  Execute(database, "BEGIN");
  for (int i = 0; i < count; ++i) {
    Execute(database,
            "INSERT INTO aggregate VALUES ('a" + std::to_string(i) + "','draft','" + body + "',1)");
  }
  Execute(database, "COMMIT");
  std::vector<sqlite3_stmt*> statements;
  for (const char* sql : kStatements) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(database, sql, -1, &statement, nullptr);
    statements.push_back(statement);
  }
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i) {
    if (i % 32 == 0) Execute(database, "BEGIN IMMEDIATE");
    Execute(database, "SAVEPOINT command");
    const std::string id = "a" + std::to_string(i);
    for (sqlite3_stmt* statement : statements) {
      sqlite3_bind_text(statement, 1, id.c_str(), -1, SQLITE_STATIC);
      if (sqlite3_bind_parameter_count(statement) > 1) {
        sqlite3_bind_text(statement, 2, body.c_str(), -1, SQLITE_STATIC);
      }
      if (sqlite3_step(statement) != SQLITE_DONE) Fail(sqlite3_errmsg(database));
      sqlite3_reset(statement);
    }
    Execute(database, "RELEASE command");
    if (i % 32 == 31 || i == count - 1) Execute(database, "COMMIT");
  }
  Print(count, began);
  for (sqlite3_stmt* statement : statements) sqlite3_finalize(statement);
  sqlite3_close(database);
}

void Check(PGconn* connection, PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_PIPELINE_SYNC) {
    Fail(PQerrorMessage(connection));
  }
  PQclear(result);
}

PGconn* ConnectPostgres(const char* url) {
  PGconn* connection = PQconnectdb(url);
  if (PQstatus(connection) != CONNECTION_OK) Fail(PQerrorMessage(connection));
  Check(connection, PQexec(connection, "SET search_path TO bench_raw"));
  return connection;
}

// The same two round trips as a command of ours: the locking load, then writes and COMMIT together.
void RunOnePostgres(PGconn* connection, const std::string& id, const std::string& body) {
  const char* values[] = {id.c_str(), body.c_str()};
  PQsendQueryParams(connection, "BEGIN", 0, nullptr, nullptr, nullptr, nullptr, 0);
  PQsendQueryPrepared(connection, "load", 1, values, nullptr, nullptr, 0);
  PQpipelineSync(connection);
  for (int expected = 3; expected > 0;) {
    PGresult* result = PQgetResult(connection);
    if (result == nullptr) continue;
    Check(connection, result);
    --expected;
  }
  for (int s = 0; s < 4; ++s) {
    PQsendQueryPrepared(connection, ("s" + std::to_string(s)).c_str(), s == 2 ? 1 : 2, values,
                        nullptr, nullptr, 0);
  }
  PQsendQueryParams(connection, "COMMIT", 0, nullptr, nullptr, nullptr, nullptr, 0);
  PQpipelineSync(connection);
  for (int expected = 6; expected > 0;) {
    PGresult* result = PQgetResult(connection);
    if (result == nullptr) continue;
    Check(connection, result);
    --expected;
  }
}

void WorkPostgres(const char* url, std::atomic<int>& next, int count) {
  PGconn* connection = ConnectPostgres(url);
  Check(connection, PQprepare(connection, "load",
                              "SELECT * FROM aggregate WHERE id = $1 FOR UPDATE", 0, nullptr));
  for (int s = 0; s < 4; ++s) {
    Check(connection,
          PQprepare(connection, ("s" + std::to_string(s)).c_str(), kStatements[s], 0, nullptr));
  }
  PQenterPipelineMode(connection);
  const std::string body(300, 'x');
  for (int i = next++; i < count; i = next++) {
    RunOnePostgres(connection, "a" + std::to_string(i), body);
  }
  PQfinish(connection);
}

void RunPostgres(const char* url, int count, int threads) {
  PGconn* setup = PQconnectdb(url);
  if (PQstatus(setup) != CONNECTION_OK) Fail(PQerrorMessage(setup));
  Check(setup, PQexec(setup, "DROP SCHEMA IF EXISTS bench_raw CASCADE"));
  Check(setup, PQexec(setup, "CREATE SCHEMA bench_raw"));
  Check(setup, PQexec(setup, "SET search_path TO bench_raw"));
  Check(setup, PQexec(setup, Schema("BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY").c_str()));
  Check(setup, PQexec(setup, ("INSERT INTO aggregate SELECT 'a' || n, 'draft', repeat('x', 300), 1"
                              " FROM generate_series(0, " +
                              std::to_string(count) + ") AS n")
                                 .c_str()));
  std::atomic<int> next = 0;
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::thread> workers;
  for (int i = 0; i < threads; ++i) {
    workers.emplace_back([&] { WorkPostgres(url, next, count); });
  }
  for (std::thread& worker : workers) worker.join();
  Print(count, began);
  Check(setup, PQexec(setup, "DROP SCHEMA bench_raw CASCADE"));
  PQfinish(setup);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) Fail("usage: bench_sql sqlite FILE COUNT | postgresql URL COUNT THREADS");
  if (std::string(argv[1]) == "sqlite") {
    RunSqlite(argv[2], std::atoi(argv[3]));
  } else {
    RunPostgres(argv[2], std::atoi(argv[3]), argc > 4 ? std::atoi(argv[4]) : 8);
  }
  return 0;
}
