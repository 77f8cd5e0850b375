#include "tests/support/database_fixture.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "common/bus/outbox.h"
#include "common/error/check.h"
#include "common/telemetry/log.h"

namespace jointly::test {
namespace {

// Migrations of every test would drown its failures.
void QuietLogs() {
  static const bool once = [] {
    telemetry::StartLogging({.process = "test", .level = "warning", .json = false});
    return true;
  }();
  static_cast<void>(once);
}

constexpr std::string_view kDirectoryPrefix = "jointly_test_";

// A test that is killed, or proves that the process ends, leaves its directory behind.
void RemoveDirectoriesOfTheDead() {
  std::error_code ignored;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::temp_directory_path(), ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kDirectoryPrefix)) continue;
    const int owner = std::atoi(name.c_str() + kDirectoryPrefix.size());
    if (owner > 0 && kill(owner, 0) != 0 && errno == ESRCH) {
      std::filesystem::remove_all(entry.path(), ignored);
    }
  }
}

std::string MakeDirectory() {
  static const bool once = [] {
    RemoveDirectoriesOfTheDead();
    return true;
  }();
  static_cast<void>(once);
  const std::string name = std::string(kDirectoryPrefix) + std::to_string(getpid()) + "_XXXXXX";
  std::string path = (std::filesystem::temp_directory_path() / name).string();
  Check(mkdtemp(path.data()) != nullptr, "no temporary directory can be made");
  return path;
}

std::string FreshSchema() {
  static std::atomic<int> count{0};
  return "test_" + std::to_string(getpid()) + "_" + std::to_string(++count);
}

// The schema goes from outside of it: a database that is open in it may still hold connections.
void DropSchema(const std::string& schema) {
  const auto database = db::Open({.url = PostgresUrl(), .connections = 1});
  if (!database.ok()) return;
  const absl::Status status = (*database)->Transact([&](db::Tx& tx) {
    tx.Execute("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
    return absl::OkStatus();
  });
  if (!status.ok()) ADD_FAILURE() << "schema " << schema << " remains: " << status;
}

}  // namespace

std::string NameOf(Engine engine) { return engine == Engine::kSqlite ? "Sqlite" : "Postgres"; }

std::string PostgresUrl() {
  const char* url = std::getenv("JOINTLY_TEST_POSTGRES");
  return url == nullptr ? std::string() : std::string(url);
}

DatabasePlace::DatabasePlace(Engine engine) : engine_(engine), directory_(MakeDirectory()) {
  QuietLogs();
  if (engine == Engine::kPostgres) schema_ = FreshSchema();
}

DatabasePlace::~DatabasePlace() {
  if (engine_ == Engine::kPostgres) DropSchema(schema_);
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

db::Options DatabasePlace::options() const {
  if (engine_ == Engine::kSqlite) return {.url = "sqlite://" + directory_ + "/test.db"};
  return {.url = PostgresUrl(), .schema = schema_};
}

std::unique_ptr<db::Database> OpenMigrated(const DatabasePlace& place,
                                           const std::vector<db::MigrationSet>& more) {
  return OpenMigrated(place.options(), more);
}

std::unique_ptr<db::Database> OpenMigrated(const db::Options& options,
                                           const std::vector<db::MigrationSet>& more) {
  auto database = db::Open(options);
  Check(database.ok(), database.ok() ? "" : MessageOf(database.status()));
  std::vector<db::MigrationSet> sets = {{"kernel", &bus::KernelMigrations()}};
  sets.insert(sets.end(), more.begin(), more.end());
  const absl::Status status = (*database)->Migrate(sets, SystemClock());
  Check(status.ok(), "the migrations failed: " + status.ToString());
  return *std::move(database);
}

void DatabaseTest::SetUp() {
  if (is_postgres() && PostgresUrl().empty()) {
    GTEST_SKIP() << "JOINTLY_TEST_POSTGRES is not set: it names the PostgreSQL server for tests "
                    "(scripts/test starts one)";
  }
  place_ = std::make_unique<DatabasePlace>(GetParam());
  Reopen();
  Prepare();
}

void DatabaseTest::Reopen() {
  Close();
  database_ = OpenMigrated(*place_, more_);
}

void DatabaseTest::Execute(std::string_view sql, db::Values parameters) {
  const absl::Status status = database_->Transact([&](db::Tx& tx) {
    tx.Execute(sql, parameters);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << sql << "\n" << status;
}

db::Rows DatabaseTest::Query(std::string_view sql, db::Values parameters) {
  auto rows = database_->Read([&](db::Tx& tx) { return tx.Query(sql, parameters); });
  EXPECT_TRUE(rows.ok()) << sql << "\n" << rows.status();
  return rows.ok() ? *std::move(rows) : db::Rows();
}

std::int64_t DatabaseTest::Number(std::string_view sql, db::Values parameters) {
  const db::Rows rows = Query(sql, std::move(parameters));
  EXPECT_EQ(rows.size(), 1U) << sql;
  if (rows.empty()) return 0;
  const auto* number = std::get_if<std::int64_t>(&rows.front()[0].variant());
  EXPECT_NE(number, nullptr) << sql << ": not an integer";
  return number == nullptr ? 0 : *number;
}

}  // namespace jointly::test
