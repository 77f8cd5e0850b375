#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "common/db/lane.h"
#include "common/error/check.h"
#include "common/error/macros.h"
#include "tests/support/database_fixture.h"

// Commands per second of common/db: load and lock an aggregate, update it, and insert its audit
// row, its outbox row (300 bytes) and its stored reply. Usage: bench_db [seconds]
// [all|commands|lane|reads] [all|sqlite|postgres] [threads...].
// PostgreSQL is measured when JOINTLY_TEST_POSTGRES names a server.
namespace jointly::db {
namespace {

using std::chrono::duration;
using std::chrono::steady_clock;

const std::vector<Migration> kMigrations = {
    {1, "0001_bench",
     "CREATE TABLE account (id TEXT PRIMARY KEY, held BIGINT NOT NULL, "
     "revision BIGINT NOT NULL)",
     ""},
};

struct Command {
  std::string account;
  std::string message_id;  // Grows, as UUIDv7 does.
  std::string request_id;  // A client's: anywhere in its index.
  std::string principal = "people/bench";
};

Command NextCommand(std::string account) {
  static std::atomic<std::uint64_t> count{0};
  const std::uint64_t number = ++count;
  char message_id[40];
  std::snprintf(message_id, sizeof(message_id), "019a0000-0000-7000-8000-%012llx",
                static_cast<unsigned long long>(number));
  char request_id[48];
  std::snprintf(request_id, sizeof(request_id), "%016llx-0000-4000-8000-000000000000",
                static_cast<unsigned long long>(number * 0x9E3779B97F4A7C15U));
  return {std::move(account), message_id, request_id};
}

void WriteRecords(Tx& tx, const Command& command, std::int64_t revision) {
  static const std::string kBody(300, 'b');
  tx.Execute(R"sql(
      INSERT INTO audit (actor, action, subject, revision, from_state, to_state, request_id,
                         before_digest, after_digest, time)
      VALUES ($1, 'reserve', $2, $3, 'open', 'open', $4, '', '', $5))sql",
             {command.principal, command.account, revision, command.request_id, 1});
  tx.Execute(R"sql(
      INSERT INTO outbox (message_id, aggregate_type, aggregate_id, revision, event_type, headers,
                          body, create_time)
      VALUES ($1, 'bench.account', $2, $3, 'reserved', '{}', $4, $5))sql",
             {command.message_id, command.account, revision, Blob{kBody}, 1});
  tx.Execute(R"sql(
      INSERT INTO request (principal, method, request_id, field_hashes, reply, create_time)
      VALUES ($1, 'Reserve', $2, '', $3, $4))sql",
             {command.principal, command.request_id, Blob{kBody}, 1});
}

absl::Status Reserve(Database& database, const Command& command) {
  return database.Transact([&](Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const Rows rows, tx.Query(R"sql(
        SELECT held, revision FROM account WHERE id = $1 {for_update})sql",
                                               {command.account}));
    const std::int64_t revision = rows.front().Int("revision") + 1;
    tx.Execute("UPDATE account SET held = $2, revision = $3 WHERE id = $1",
               {command.account, rows.front().Int("held") + 1, revision});
    WriteRecords(tx, command, revision);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<int>> ReserveBatch(Tx& tx, const std::string& account,
                                              const std::vector<Command>& commands) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(R"sql(
      SELECT held, revision FROM account WHERE id = $1 {for_update})sql",
                                             {account}));
  std::int64_t revision = rows.front().Int("revision");
  for (const Command& command : commands) WriteRecords(tx, command, ++revision);
  tx.Execute("UPDATE account SET held = held + $2, revision = $3 WHERE id = $1",
             {account, static_cast<std::int64_t>(commands.size()), revision});
  return std::vector<int>(commands.size(), 1);
}

absl::Status ReadOne(Database& database, const std::string& account) {
  return database.Read([&](Tx& tx) {
    return tx.Query("SELECT held, revision FROM account WHERE id = $1", {account}).status();
  });
}

struct Result {
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  double cpu_us = 0;  // Of this process, per operation: steadier than the rate on a busy machine.
};

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Result Measure(int threads, double seconds, const std::function<absl::Status(int)>& work) {
  std::vector<std::vector<double>> latencies(static_cast<std::size_t>(threads));
  std::atomic<bool> stop{false};
  std::barrier start(threads + 1);
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      start.arrive_and_wait();
      while (!stop) {
        const auto begin = steady_clock::now();
        const absl::Status status = work(t);
        Check(status.ok(), status.ToString());
        latencies[static_cast<std::size_t>(t)].push_back(
            duration<double, std::milli>(steady_clock::now() - begin).count());
      }
    });
  }
  start.arrive_and_wait();
  const auto begin = steady_clock::now();
  const double cpu = CpuSeconds();
  std::this_thread::sleep_for(duration<double>(seconds));
  stop = true;
  for (std::thread& thread : running) thread.join();
  const double elapsed = duration<double>(steady_clock::now() - begin).count();
  std::vector<double> all;
  for (const auto& some : latencies) all.insert(all.end(), some.begin(), some.end());
  std::sort(all.begin(), all.end());
  const auto at = [&](double share) {
    return all[static_cast<std::size_t>(static_cast<double>(all.size() - 1) * share)];
  };
  const auto operations = static_cast<double>(all.size());
  return {operations / elapsed, at(0.5), at(0.99), (CpuSeconds() - cpu) * 1e6 / operations};
}

void Report(const char* engine, const char* what, int threads, const Result& result) {
  std::printf("%-10s %-10s %7d %12.0f %9.2f %9.2f %9.1f\n", engine, what, threads,
              result.per_second, result.p50_ms, result.p99_ms, result.cpu_us);
  std::fflush(stdout);
}

void MeasureEngine(test::Engine engine, double seconds, const std::string& what,
                   const std::vector<int>& thread_counts) {
  const test::DatabasePlace place(engine);
  const std::string name = test::NameOf(engine);
  for (const int threads : thread_counts) {
    Options options = place.options();
    options.connections = std::min(threads, 16);
    const auto database = test::OpenMigrated(options, {{"bench", &kMigrations}});
    const std::string round = std::to_string(threads);
    const auto account = [&](int t) { return "account-" + round + "-" + std::to_string(t); };
    for (int t = 0; t <= threads; ++t) {
      const absl::Status made = database->Transact([&](Tx& tx) {
        tx.Execute("INSERT INTO account VALUES ($1, 0, 0)", {account(t)});
        return absl::OkStatus();
      });
      Check(made.ok(), made.ToString());
    }
    Lane<Command, int> lane(*database, &ReserveBatch);
    const std::vector<std::pair<const char*, std::function<absl::Status(int)>>> works = {
        {"commands", [&](int t) { return Reserve(*database, NextCommand(account(t))); }},
        {"lane",
         [&](int) { return lane.Run(account(threads), NextCommand(account(threads))).status(); }},
        {"reads", [&](int t) { return ReadOne(*database, account(t)); }},
    };
    for (const auto& [kind, work] : works) {
      if (what != "all" && what != kind) continue;
      Report(name.c_str(), kind, threads, Measure(threads, seconds, work));
    }
  }
}

}  // namespace
}  // namespace jointly::db

int main(int argc, char** argv) {
  using jointly::test::Engine;
  const double seconds = argc > 1 ? std::atof(argv[1]) : 2.0;
  const std::string what = argc > 2 ? argv[2] : "all";
  const std::string engine = argc > 3 ? argv[3] : "all";
  std::vector<int> threads;
  for (int i = 4; i < argc; ++i) threads.push_back(std::atoi(argv[i]));
  if (threads.empty()) threads = {1, 8, 16, 32, 64};
  std::printf("%-10s %-10s %7s %12s %9s %9s %9s\n", "engine", "what", "threads", "per second",
              "p50 ms", "p99 ms", "cpu us");
  if (engine != "postgres") {
    jointly::db::MeasureEngine(Engine::kSqlite, seconds, what, threads);
  }
  if (engine != "sqlite" && !jointly::test::PostgresUrl().empty()) {
    jointly::db::MeasureEngine(Engine::kPostgres, seconds, what, threads);
  }
  return 0;
}
