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

INSTANTIATE_ON_ENGINES(ValuesTest);

}  // namespace
}  // namespace jointly::db
