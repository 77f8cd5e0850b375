#include <thread>

#include "tests/support/database_fixture.h"

namespace jointly::db {
namespace {

const std::vector<Migration> kOne = {
    {1, "0001_first", "CREATE TABLE first (id {identity}, note TEXT); CREATE TABLE other (x TEXT);",
     ""},
};
const std::vector<Migration> kTwo = {
    kOne[0],
    {2, "0002_second", "ALTER TABLE first ADD COLUMN extra TEXT; -- a comment; with a semicolon",
     "ALTER TABLE first ADD COLUMN extra TEXT DEFAULT 'postgres'"},
};
const std::vector<Migration> kEdited = {
    {1, "0001_first", "CREATE TABLE first (id {identity}, note TEXT NOT NULL)", ""},
    kTwo[1],
};
const std::vector<Migration> kTwinEdited = {kTwo[0], {2, kTwo[1].name, kTwo[1].sql, "SELECT 1"}};
const std::vector<Migration> kBroken = {
    kTwo[0],
    kTwo[1],
    {3, "0003_broken", "CREATE TABLE third (x TEXT); CREATE TABLE third (x TEXT);", ""},
};

class MigrationTest : public test::DatabaseTest {
 protected:
  absl::Status Migrate(const std::vector<Migration>& migrations) {
    return database().Migrate({{"garden", &migrations}}, clock_);
  }
  std::int64_t Applied() {
    return Number("SELECT COUNT(*) FROM schema_migration WHERE module = 'garden'");
  }

  ManualClock clock_{FromMicros(1'700'000'000'000'000)};
};

TEST_P(MigrationTest, AppliesEachOnceInOrder) {
  ASSERT_TRUE(Migrate(kOne).ok());
  EXPECT_EQ(Applied(), 1);
  Execute("INSERT INTO first (note) VALUES ('kept')");
  ASSERT_TRUE(Migrate(kOne).ok());
  clock_.Advance(std::chrono::hours(1));
  ASSERT_TRUE(Migrate(kTwo).ok());
  Execute("INSERT INTO first (note) VALUES ('new')");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM first"), 2);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM first WHERE extra = 'postgres'"), is_postgres() ? 2 : 0);
  const Rows rows = Query(
      "SELECT number, name, checksum, apply_time FROM schema_migration WHERE module = 'garden' "
      "ORDER BY number");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].Text("name"), "0001_first");
  EXPECT_EQ(rows[0].Text("checksum").size(), 64U);
  EXPECT_EQ(rows[1].Int("apply_time"), rows[0].Int("apply_time") + 3'600'000'000);
}

TEST_P(MigrationTest, RefusesAnEditedOne) {
  ASSERT_TRUE(Migrate(kTwo).ok());
  // The other engine's text counts too: the checksum is the same on both.
  for (const auto* migrations : {&kEdited, &kTwinEdited}) {
    const absl::Status status = Migrate(*migrations);
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_EQ(ReasonOf(status), "MIGRATION_EDITED");
  }
  EXPECT_TRUE(Migrate(kTwo).ok());
}

TEST_P(MigrationTest, RefusesADatabaseNewerThanTheProgram) {
  ASSERT_TRUE(Migrate(kTwo).ok());
  const absl::Status status = Migrate(kOne);
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_EQ(ReasonOf(status), "DATABASE_NEWER");
}

TEST_P(MigrationTest, LeavesNothingOfAFailedOne) {
  ASSERT_TRUE(Migrate(kOne).ok());
  const absl::Status status = Migrate(kBroken);
  EXPECT_TRUE(absl::IsInternal(status)) << status;
  EXPECT_EQ(Applied(), 1);
  // Neither its first half nor the good one before it.
  EXPECT_TRUE(Migrate(kTwo).ok());
}

TEST_P(MigrationTest, ReplicasMayStartTogether) {
  // Nothing is there yet, not even the schema. One process per SQLite file: there the replicas are
  // threads.
  const test::DatabasePlace fresh(GetParam());
  std::vector<std::unique_ptr<Database>> replicas;
  for (int i = 0; i < (is_postgres() ? 4 : 1); ++i) replicas.push_back(*Open(fresh.options()));
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      const absl::Status status =
          replicas[i % replicas.size()]->Migrate({{"garden", &kTwo}}, clock_);
      EXPECT_TRUE(status.ok()) << status;
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto rows = replicas.back()->Read([](Tx& tx) {
    return tx.Query("SELECT COUNT(*) AS total FROM schema_migration WHERE module = 'garden'");
  });
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(rows->front().Int("total"), 2);
}

TEST_P(MigrationTest, StatementsPreparedBeforeGoOnAfterwards) {
  ASSERT_TRUE(Migrate(kOne).ok());
  Execute("INSERT INTO first (note) VALUES ('old')");
  const auto select = [&] { return Query("SELECT * FROM first"); };
  ASSERT_EQ(select().size(), 1U);
  // Another replica migrates; our connections still hold the old plan.
  auto other =
      is_postgres() ? Open(place().options()) : absl::StatusOr<std::unique_ptr<Database>>();
  Database& migrator = is_postgres() ? **other : database();
  ASSERT_TRUE(migrator.Migrate({{"garden", &kTwo}}, clock_).ok());
  ASSERT_EQ(select().size(), 1U);
}

INSTANTIATE_ON_ENGINES(MigrationTest);

}  // namespace
}  // namespace jointly::db
