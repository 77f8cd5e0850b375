#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "common/db/database.h"
#include "common/time/clock.h"

// Databases for tests. Every store test runs on both engines:
//
//   class QuotaTest : public test::DatabaseTest {
//    public:
//     QuotaTest() : DatabaseTest({{"mobility", &mobility::Migrations()}}) {}
//   };
//   TEST_P(QuotaTest, IsNeverNegative) { ... database().Transact(...) ... }
//   INSTANTIATE_ON_ENGINES(QuotaTest);
//
// SQLite gets a fresh temporary directory; PostgreSQL a fresh schema of the server that the
// environment variable JOINTLY_TEST_POSTGRES names (scripts/test starts one). Without it these rows
// are skipped, and say so.
namespace jointly::test {

enum class Engine { kSqlite, kPostgres };

std::string NameOf(Engine engine);

// The server for tests, or empty.
std::string PostgresUrl();

// Where a fresh database is; removed, with all that is in it, when this goes.
class DatabasePlace {
 public:
  explicit DatabasePlace(Engine engine);
  ~DatabasePlace();
  DatabasePlace(const DatabasePlace&) = delete;
  DatabasePlace& operator=(const DatabasePlace&) = delete;

  Engine engine() const { return engine_; }
  // What db::Open takes; change what the test needs to be different.
  db::Options options() const;
  // A fresh directory that goes with the database; also of a PostgreSQL one.
  const std::string& directory() const { return directory_; }

 private:
  Engine engine_;
  std::string directory_;
  std::string schema_;
};

// Opens the place and brings the kernel's and these migrations in. A failure ends the process, with
// the reason: no test can go on without its database.
std::unique_ptr<db::Database> OpenMigrated(const db::Options& options,
                                           const std::vector<db::MigrationSet>& more = {});
std::unique_ptr<db::Database> OpenMigrated(const DatabasePlace& place,
                                           const std::vector<db::MigrationSet>& more = {});

// A test with a migrated database of the engine that its parameter names.
class DatabaseTest : public testing::TestWithParam<Engine> {
 protected:
  DatabaseTest() = default;
  explicit DatabaseTest(std::vector<db::MigrationSet> more) : more_(std::move(more)) {}

  void SetUp() final;
  void TearDown() override { Close(); }
  // What every test of the suite needs in its fresh database; not called for a skipped row.
  virtual void Prepare() {}

  db::Database& database() { return *database_; }
  DatabasePlace& place() { return *place_; }
  bool is_postgres() const { return GetParam() == Engine::kPostgres; }
  // As after a restart of the process.
  void Close() { database_.reset(); }
  void Reopen();

  // One statement in a transaction of its own; fails the test on an error.
  void Execute(std::string_view sql, db::Values parameters = {});
  db::Rows Query(std::string_view sql, db::Values parameters = {});
  // The first column of the only row.
  std::int64_t Number(std::string_view sql, db::Values parameters = {});

 private:
  std::vector<db::MigrationSet> more_;
  std::unique_ptr<DatabasePlace> place_;
  std::unique_ptr<db::Database> database_;
};

#define INSTANTIATE_ON_ENGINES(Suite)                                                        \
  INSTANTIATE_TEST_SUITE_P(                                                                  \
      Engines, Suite,                                                                        \
      testing::Values(::jointly::test::Engine::kSqlite, ::jointly::test::Engine::kPostgres), \
      [](const auto& info) { return ::jointly::test::NameOf(info.param); })

}  // namespace jointly::test
