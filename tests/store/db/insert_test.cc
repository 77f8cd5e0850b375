#include "common/db/insert.h"

#include <gtest/gtest.h>

#include "tests/support/database_fixture.h"

namespace jointly::db {
namespace {

const std::vector<Migration> kMigrations = {
    {1, "0001_thing",
     "CREATE TABLE thing (id BIGINT PRIMARY KEY, name TEXT NOT NULL, body {blob} NOT NULL)", ""}};

class InsertTest : public test::DatabaseTest {
 protected:
  InsertTest() : DatabaseTest({{"thing", &kMigrations}}) {}

  // Texts and bytes that something between here and the table could trip over.
  static std::string NameOf(int i) {
    return std::vector<std::string>{"", "\"", "\\", "{,}", "NULL", "l'été\n", "x"}[i % 7] +
           std::to_string(i);
  }
  static std::string BodyOf(int i) {
    std::string bytes;
    for (int n = 0; n < i % 300; ++n) bytes += static_cast<char>(n);
    return bytes;
  }

  absl::Status Insert(int from, int count, std::string_view conflict = "") {
    return database().Transact([&](Tx& tx) {
      Values values;
      for (int i = from; i < from + count; ++i) {
        AddRow(values, i, NameOf(i), Blob{BodyOf(i)});
      }
      InsertRows(tx,
                 {.into = "INSERT INTO thing (id, name, body)", .columns = 3, .conflict = conflict},
                 std::move(values));
      return absl::OkStatus();
    });
  }
};
INSTANTIATE_ON_ENGINES(InsertTest);

TEST_P(InsertTest, WritesAnyNumberOfRows) {
  int made = 0;
  for (const int count : {0, 1, 2, 3, 64, 65, 127, 700}) {
    ASSERT_TRUE(Insert(made, count).ok());
    made += count;
  }
  const Rows rows = Query("SELECT id, name, body FROM thing ORDER BY id");
  ASSERT_EQ(rows.size(), static_cast<std::size_t>(made));
  for (int i = 0; i < made; ++i) {
    const Row& row = rows[static_cast<std::size_t>(i)];
    ASSERT_EQ(row.Int("id"), i);
    ASSERT_EQ(row.Text("name"), NameOf(i));
    ASSERT_EQ(row.Bytes("body"), BodyOf(i));
  }
}

TEST_P(InsertTest, AllOrNothing) {
  ASSERT_TRUE(Insert(50, 1).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(Insert(0, 100)));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM thing"), 1);
}

TEST_P(InsertTest, SettlesConflicts) {
  ASSERT_TRUE(Insert(0, 10).ok());
  ASSERT_TRUE(Insert(5, 10, "ON CONFLICT (id) DO UPDATE SET name = 'again'").ok());
  EXPECT_EQ(Number("SELECT COUNT(*) FROM thing"), 15);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM thing WHERE name = 'again'"), 5);
}

TEST_P(InsertTest, RefusesTextsThatNoEngineKeeps) {
  const absl::Status status = database().Transact([&](Tx& tx) {
    Values values;
    AddRow(values, 1, "fine", Blob{"\0"});
    AddRow(values, 2, std::string("not\0fine", 8), Blob{""});
    InsertRows(tx, {.into = "INSERT INTO thing (id, name, body)", .columns = 3}, std::move(values));
    return absl::OkStatus();
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
}

// The lists of {any $n} travel in their binary form.
TEST_P(InsertTest, ListsKeepEveryText) {
  ASSERT_TRUE(Insert(0, 20).ok());
  TextList names;
  for (int i = 0; i < 20; i += 2) names.values.push_back(NameOf(i));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM thing WHERE name {any $1}", {names}), 10);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM thing WHERE name {any $1}", {TextList{}}), 0);
}

}  // namespace
}  // namespace jointly::db
