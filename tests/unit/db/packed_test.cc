#include "common/db/packed.h"

#include <gtest/gtest.h>

#include <limits>

#include "common/db/query.h"
#include "common/db/reader.h"

// What databases hold already: the bytes may never change.
namespace jointly::db {
namespace {

Date Day(int year, unsigned month, unsigned day) {
  return std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
}

TEST(PackedTest, LinesAreWrittenAsEverAndReadBack) {
  const struct {
    Lines lines;
    const char* text;
  } rows[] = {
      {{}, ""},
      {{{""}}, "\n"},
      {{{"a"}}, "a\n"},
      {{{"a", "b"}, {"c"}}, "a\tb\nc\n"},
      {{{"", "", ""}}, "\t\t\n"},
      {{{"a\tb", "c\nd", "e\\f"}}, "a\\tb\tc\\nd\te\\\\f\n"},
      {{{"\\t"}}, "\\\\t\n"},
      {{{"出願\r"}}, "出願\r\n"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(PackLines(row.lines), row.text);
    EXPECT_EQ(UnpackLines(row.text), row.lines) << row.text;
  }
}

TEST(PackedTest, ElementsAreWrittenAsEverAndReadBack) {
  EXPECT_EQ(Pack(std::vector<std::string>{"fr", "", "ja"}), "fr\n\nja\n");
  EXPECT_EQ(UnpackTexts("fr\n\nja\n"), (std::vector<std::string>{"fr", "", "ja"}));
  EXPECT_EQ(Pack(std::vector<int>{6, -7, 0}), "6\n-7\n0\n");
  EXPECT_EQ(UnpackNumbers("6\n-7\n0\n"), (std::vector<int>{6, -7, 0}));
  EXPECT_EQ(Pack(std::optional(Day(2020, 6, 15))), "2020-06-15");
  EXPECT_EQ(UnpackDate("2020-06-15"), Day(2020, 6, 15));
  EXPECT_EQ(Pack(std::optional<Date>()), "");
  EXPECT_FALSE(UnpackDate("").has_value());

  const CivilTime noon{
      .date = Day(2026, 11, 14), .clock = std::chrono::hours(12), .zone = "Asia/Tokyo"};
  EXPECT_EQ(Pack(noon), "2026-11-14 12:00:00 Asia/Tokyo");
  EXPECT_EQ(Pack(std::optional<CivilTime>()), "");
  const auto read = UnpackCivilTime("2026-11-14 12:00:00 Asia/Tokyo");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(Pack(*read), Pack(noon));
  EXPECT_FALSE(UnpackCivilTime("").has_value());
}

TEST(PackedTest, NumbersKeepTheirValue) {
  for (const std::int64_t number :
       {std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min(),
        std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(UnpackInteger(PackNumber(number)), number);
  }
  for (const double number : {0.0, 0.1, -14.25, 1e300, 1.0 / 3}) {
    EXPECT_EQ(UnpackDouble(PackNumber(number)), number);
  }
  EXPECT_EQ(PackNumber(14.5), "14.5");
  EXPECT_EQ(UnpackInteger(""), 0);
  EXPECT_EQ(UnpackDouble(""), 0.0);
}

TEST(PackedTest, FieldsThatALineDoesNotHaveAreEmpty) {
  const Line line = {"7", "x"};
  Fields fields(line);
  EXPECT_EQ(fields.Int(), 7);
  EXPECT_EQ(fields.Text(), "x");
  EXPECT_EQ(fields.Text(), "");
  EXPECT_EQ(fields.Integer(), 0);
  EXPECT_FALSE(fields.Bool());
  EXPECT_FALSE(fields.MaybeDate().has_value());
}

TEST(PackedDeathTest, WhatWasNotPackedHereEndsTheProcess) {
  EXPECT_DEATH(UnpackInteger("7 "), "a packed number is none");
  EXPECT_DEATH(UnpackInteger("x"), "a packed number is none");
  EXPECT_DEATH(UnpackRequiredDate("2020-02-30"), "a stored date does not parse");
  EXPECT_DEATH(UnpackRequiredDate(""), "a stored date does not parse");
}

TEST(ReaderTest, ReadsColumnsInTheirOrder) {
  const std::vector<std::string> names(9);
  const Row row(&names, {"x", 7, Null{}, Blob{"bytes"}, 2.5, 3, "2020-06-15", "",
                         Time(std::chrono::seconds(1))});
  Reader reader(row);
  EXPECT_EQ(reader.Text(), "x");
  EXPECT_EQ(reader.Int(), 7);
  EXPECT_FALSE(reader.MaybeAt().has_value());
  EXPECT_EQ(reader.Bytes(), "bytes");
  EXPECT_EQ(reader.MaybeDouble(), 2.5);
  EXPECT_EQ(reader.MaybeDouble(), 3.0);
  EXPECT_EQ(reader.ADate(), Day(2020, 6, 15));
  EXPECT_FALSE(reader.MaybeDate().has_value());
  EXPECT_EQ(reader.At(), Time(std::chrono::seconds(1)));
}

TEST(ReaderTest, NullIsEmptyAndAnotherTypeIsAMistake) {
  const std::vector<std::string> names(3);
  const Row row(&names, {Null{}, Null{}, Null{}});
  Reader reader(row);
  EXPECT_EQ(reader.Text(), "");
  EXPECT_EQ(reader.Integer(), 0);
  EXPECT_EQ(reader.Bytes(), "");
  const Row text(&names, {"x", "y", "z"});
  EXPECT_DEATH(Reader(text).Integer(), "should be an integer");
}

TEST(QueryTest, NamesTheValuesOfAnInsert) {
  EXPECT_EQ(Placeholders(1), "($1)");
  EXPECT_EQ(Placeholders(3), "($1, $2, $3)");
}

}  // namespace
}  // namespace jointly::db
