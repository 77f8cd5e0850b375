#include "common/text/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/text/names.h"

namespace jointly {
namespace {

TEST(TextTest, ChangesTheCaseOfAsciiLettersAlone) {
  const struct {
    const char* text;
    const char* lower;
    const char* upper;
  } rows[] = {{"", "", ""},
              {"FOUND_ELIGIBLE", "found_eligible", "FOUND_ELIGIBLE"},
              {"found_eligible", "found_eligible", "FOUND_ELIGIBLE"},
              {"aZ@[`{09", "az@[`{09", "AZ@[`{09"},
              {"École 博士", "École 博士", "ÉCOLE 博士"}};
  for (const auto& row : rows) {
    EXPECT_EQ(LowerCase(row.text), row.lower);
    EXPECT_EQ(UpperCase(row.text), row.upper);
  }
}

TEST(TextTest, NamesEveryViolationOfAText) {
  const TextRule line{.required = true, .bytes_max = 5};
  const TextRule note{.bytes_max = 5, .controls = "\n\t"};
  const struct {
    std::string text;
    TextRule rule;
    const char* violations;
  } rows[] = {
      {"abcde", line, ""},
      {"日", line, ""},
      {"", note, ""},
      {"a\n\tb", note, ""},
      {"", line, "field is required"},
      {"abcdef", line, "field is longer than 5 bytes"},
      {"日本", line, "field is longer than 5 bytes"},
      {"a\n", line, "field has control characters"},
      {"a\r\n", note, "field has control characters"},
      {std::string("a\0", 2), note, "field has control characters"},
      {"a\x7f", note, "field has control characters"},
      {"abcde\n", line, "field is longer than 5 bytes; field has control characters"},
  };
  for (const auto& row : rows) {
    Violations violations;
    CheckText(row.text, row.rule, "field", violations);
    const std::string text = MessageOf(violations.ToStatus());
    if (*row.violations == '\0') {
      EXPECT_EQ(text, "") << row.text;
    } else {
      EXPECT_TRUE(text.ends_with(row.violations)) << row.text << ": " << text;
    }
  }
}

enum class Colour { kRed, kBlue, kNameless };
constexpr Named<Colour> kColours[] = {{Colour::kRed, "red"}, {Colour::kBlue, "blue"}};

TEST(NamesTest, ATableIsReadBothWays) {
  EXPECT_EQ(NameOf(kColours, Colour::kBlue), "blue");
  EXPECT_EQ(ValueOf(kColours, "blue"), Colour::kBlue);
  EXPECT_EQ(ValueOf(kColours, "red"), Colour::kRed);
  EXPECT_FALSE(ValueOf(kColours, "Red").has_value());
  EXPECT_FALSE(ValueOf(kColours, "").has_value());
  EXPECT_DEATH(NameOf(kColours, Colour::kNameless), "an enumerator without a name");
}

}  // namespace
}  // namespace jointly
