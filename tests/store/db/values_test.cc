#include <limits>

#include "tests/support/database_fixture.h"

namespace jointly::db {
namespace {

class ValuesTest : public test::DatabaseTest {
 protected:
  void Prepare() override {
    Execute(R"sql(
        CREATE TABLE sample (
          name   TEXT PRIMARY KEY,
          number BIGINT,
          ratio  DOUBLE PRECISION,
          bytes  {blob}
        ))sql");
  }

  void Insert(const Value& name, const Value& number, const Value& ratio, const Value& bytes) {
    Execute("INSERT INTO sample (name, number, ratio, bytes) VALUES ($1, $2, $3, $4)",
            {name, number, ratio, bytes});
  }

  std::vector<std::string> Names(std::string_view sql, Values parameters) {
    std::vector<std::string> names;
    for (const Row& row : Query(sql, std::move(parameters))) names.push_back(row.Text("name"));
    return names;
  }
};

TEST_P(ValuesTest, IntegersKeepTheirExtremes) {
  const std::vector<std::int64_t> numbers = {0, -1, std::numeric_limits<std::int64_t>::max(),
                                             std::numeric_limits<std::int64_t>::min()};
  for (const std::int64_t number : numbers) {
    const std::string name = std::to_string(number);
    Insert(name, number, Null{}, Null{});
    EXPECT_EQ(Number("SELECT number FROM sample WHERE name = $1", {name}), number);
    EXPECT_EQ(Number("SELECT COUNT(*) FROM sample WHERE number = $1", {number}), 1);
  }
}

TEST_P(ValuesTest, NumbersComeBackToTheBit) {
  const std::vector<double> numbers = {
      0.0, -0.1, 1.0 / 3.0, 1e300, 5e-324, std::numeric_limits<double>::max(), 9007199254740993.0};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double number = numbers[i];
    const std::string name = std::to_string(i);
    Insert(name, Null{}, number, Null{});
    const Rows rows = Query("SELECT ratio FROM sample WHERE name = $1", {name});
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows.front().Double("ratio"), number) << name;
  }
}

TEST_P(ValuesTest, TextsComeBackAsTheyWere) {
  const std::vector<std::string> texts = {"",
                                          "plain",
                                          "it's \"quoted\" \\ {x} $1 %s",
                                          "\u7b51\u6ce2\u5927\u5b66",
                                          "\U0001F393",
                                          "line\nbreak\ttab",
                                          std::string(100'000, 'x')};
  for (const std::string& text : texts) {
    Insert(text, Null{}, Null{}, Null{});
    const Rows rows = Query("SELECT name FROM sample WHERE name = $1", {text});
    ASSERT_EQ(rows.size(), 1U) << text;
    EXPECT_EQ(rows.front().Text("name"), text);
  }
}

TEST_P(ValuesTest, BytesComeBackAsTheyWere) {
  std::string every;
  for (int i = 0; i < 256; ++i) every += static_cast<char>(i);
  for (const std::string& bytes : {std::string(), every, std::string(70'000, '\0')}) {
    const std::string name = std::to_string(bytes.size());
    Insert(name, Null{}, Null{}, Blob{bytes});
    const Rows rows = Query("SELECT bytes FROM sample WHERE name = $1", {name});
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_FALSE(rows.front().IsNull("bytes"));
    EXPECT_EQ(rows.front().Bytes("bytes"), bytes);
    EXPECT_EQ(Number("SELECT COUNT(*) FROM sample WHERE bytes = $1", {Blob{bytes}}), 1);
  }
}

TEST_P(ValuesTest, NullIsNoValueOfAnyType) {
  Insert("nothing", Null{}, Null{}, Null{});
  const Rows rows = Query("SELECT name, number, ratio, bytes FROM sample");
  ASSERT_EQ(rows.size(), 1U);
  const Row& row = rows.front();
  EXPECT_FALSE(row.IsNull("name"));
  for (const char* column : {"number", "ratio", "bytes"}) EXPECT_TRUE(row.IsNull(column)) << column;
  EXPECT_EQ(row.IntOr("number", 7), 7);
  EXPECT_EQ(row.TextOr("number", "none"), "none");
  EXPECT_EQ(row.MaybeAt("number"), std::nullopt);
  // An optional without a value is NULL; the same text with another type of parameter is its own
  // statement.
  Insert("optional", std::optional<std::int64_t>(), std::optional<double>(2.5), Null{});
  Insert("value", std::optional<std::int64_t>(4), std::optional<double>(), Blob{"x"});
  EXPECT_EQ(Number("SELECT COUNT(*) FROM sample WHERE number IS NULL"), 2);
}

TEST_P(ValuesTest, InstantsAreMicroseconds) {
  const Time time = FromMicros(1'794'567'890'123'456);
  Insert("time", time, Null{}, Null{});
  const Rows rows = Query("SELECT number FROM sample WHERE number = $1", {time});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.front().At("number"), time);
}

TEST_P(ValuesTest, ListsMatchEveryElement) {
  const std::vector<std::string> names = {"plain", "a,b", "{x}",  "q\"uote",      "back\\slash",
                                          "it's",  "",    "NULL", "\u6771\u4eac", "tab\t\n"};
  for (const std::string& name : names) Insert(name, 1, Null{}, Null{});
  Insert("outsider", 1, Null{}, Null{});
  EXPECT_EQ(Number("SELECT COUNT(*) FROM sample WHERE name {any $1}", {TextList{names}}),
            static_cast<std::int64_t>(names.size()));
  EXPECT_EQ(Names("SELECT name FROM sample WHERE NOT (name {any $1})", {TextList{names}}),
            std::vector<std::string>{"outsider"});
  EXPECT_EQ(Number("SELECT COUNT(*) FROM sample WHERE name {any $1}", {TextList{}}), 0);
}

TEST_P(ValuesTest, ParametersAreTakenByNumberNotByPlace) {
  Insert("a", 1, Null{}, Null{});
  Insert("b", 2, Null{}, Null{});
  EXPECT_EQ(
      Names("SELECT name FROM sample WHERE number = $2 AND name = $1 AND name = $1", {"b", 2}),
      std::vector<std::string>{"b"});
}

TEST_P(ValuesTest, AggregatesAndTruthAreIntegers) {
  EXPECT_EQ(Number("SELECT COALESCE(SUM(number), 0) FROM sample"), 0);
  Insert("a", 4'000'000'000'000'000'000, 0.5, Null{});
  Insert("b", 4'000'000'000'000'000'000, 0.25, Null{});
  EXPECT_EQ(Number("SELECT SUM(number) FROM sample"), 8'000'000'000'000'000'000);
  EXPECT_EQ(Number("SELECT EXISTS (SELECT 1 FROM sample WHERE name = $1)", {"a"}), 1);
  EXPECT_EQ(Number("SELECT name = 'z' FROM sample WHERE name = $1", {"a"}), 0);
  EXPECT_EQ(Query("SELECT SUM(ratio) AS total FROM sample").front().Double("total"), 0.75);
}

TEST_P(ValuesTest, IdentityGrowsAndIsNeverUsedTwice) {
  Execute("CREATE TABLE log (id {identity}, name TEXT NOT NULL)");
  const auto append = [&] {
    const auto rows = database().Transact(
        [](Tx& tx) { return tx.Query("INSERT INTO log (name) VALUES ($1) RETURNING id", {"x"}); });
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows.ok() ? rows->front().Int("id") : 0;
  };
  const std::int64_t first = append();
  const std::int64_t second = append();
  EXPECT_LT(first, second);
  Execute("DELETE FROM log WHERE id = $1", {second});
  EXPECT_LT(second, append());
}

TEST_P(ValuesTest, TextsThatOneEngineCannotStoreAreRefusedByBoth) {
  const std::vector<std::string> texts = {
      std::string("nul\0byte", 8), "\xff",        "\xc0\x80", "\xed\xa0\x80",
      "\xf4\x90\x80\x80",          "cut \xe6\x9d"};
  for (const std::string& text : texts) {
    const absl::Status status = database().Transact([&](Tx& tx) {
      tx.Execute("INSERT INTO sample (name) VALUES ($1)", {text});
      return absl::OkStatus();
    });
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    const auto rows = database().Read([&](Tx& tx) {
      return tx.Query("SELECT name FROM sample WHERE name {any $1}", {TextList{{text}}});
    });
    EXPECT_TRUE(absl::IsInvalidArgument(rows.status())) << rows.status();
  }
  EXPECT_EQ(Number("SELECT COUNT(*) FROM sample"), 0);
}

TEST_P(ValuesTest, WrongColumnsEndTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Insert("a", 1, Null{}, Null{});
  const Rows rows = Query("SELECT name, number, ratio FROM sample");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_DEATH(rows.front().Int("missing"), "no column missing");
  EXPECT_DEATH(rows.front().Int("name"), "name is not an integer");
  EXPECT_DEATH(rows.front().Double("ratio"), "ratio is NULL");
}

INSTANTIATE_ON_ENGINES(ValuesTest);

}  // namespace
}  // namespace jointly::db
