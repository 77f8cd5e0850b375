#include "common/agreement/agreement.h"

#include <gtest/gtest.h>

namespace jointly::agreement {
namespace {

TEST(CanonicalJson, SortsMembersAndEscapesShortly) {
  const Field text =
      Field::Object{{"b", 2}, {"a", Field::List{"x", -1}}, {"\u00e9", "\n\"\\\x01/"}};
  EXPECT_EQ(CanonicalJson(text), "{\"a\":[\"x\",-1],\"b\":2,\"\u00e9\":\"\\n\\\"\\\\\\u0001/\"}");
}

TEST(CanonicalJson, KnowsEveryShortEscapeOfRfc8785) {
  EXPECT_EQ(CanonicalJson(Field(std::string("\b\t\n\v\f\r"))), "\"\\b\\t\\n\\u000b\\f\\r\"");
}

TEST(ContentHash, ChangesWithEveryField) {
  const Field::Object text = {{"places", 8}, {"year", "2026/2027"}};
  Field::Object other = text;
  other.insert_or_assign("places", Field(9));
  EXPECT_EQ(ContentHash(text).size(), 64U);
  EXPECT_EQ(ContentHash(text), ContentHash(Field(text)));
  EXPECT_NE(ContentHash(text), ContentHash(other));
  EXPECT_NE(ContentHash(Field("1")), ContentHash(Field(1)));
}

TEST(Standing, CountsOnlyApprovalsOfThePresentText) {
  const std::vector<std::string> parties = {"institutions/a", "institutions/b"};
  using Approvals = std::vector<Approval>;
  EXPECT_EQ(StandingOf(parties, Approvals{}, "h1"), Standing::kNone);
  EXPECT_EQ(StandingOf(parties, Approvals{{"institutions/a", "h1"}}, "h1"), Standing::kPartly);
  EXPECT_EQ(
      StandingOf(parties, Approvals{{"institutions/a", "h1"}, {"institutions/b", "h0"}}, "h1"),
      Standing::kPartly);
  EXPECT_EQ(
      StandingOf(parties, Approvals{{"institutions/a", "h1"}, {"institutions/c", "h1"}}, "h1"),
      Standing::kPartly);
  EXPECT_EQ(
      StandingOf(parties, Approvals{{"institutions/a", "h1"}, {"institutions/b", "h1"}}, "h1"),
      Standing::kAll);
}

}  // namespace
}  // namespace jointly::agreement
