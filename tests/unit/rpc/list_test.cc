#include "common/rpc/list.h"

#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>
#include <gtest/gtest.h>

#include "common/auth/cipher.h"

namespace jointly::rpc {
namespace {

using ::testing::HasSubstr;

std::string WithoutCollection(std::string_view name) {
  return std::string(name.substr(name.find('/') + 1));
}

const ListSpec kSpec = {
    .columns = {{"state", "application.state"},
                {"call", "application.call", FilterColumn::Type::kText, &WithoutCollection},
                {"rank", "application.rank", FilterColumn::Type::kInteger},
                {"late", "application.late", FilterColumn::Type::kBool},
                {"create_time", "application.create_time", FilterColumn::Type::kTime}},
    .key_sql = "application.id"};

std::string Show(const db::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value.variant())) return "'" + *text + "'";
  if (const auto* number = std::get_if<std::int64_t>(&value.variant())) {
    return std::to_string(*number);
  }
  return "?";
}

std::string Show(const Page& page) {
  std::string text = page.where;
  for (const db::Value& value : page.parameters) text += " | " + Show(value);
  return text;
}

// What the refusal says of the field; empty when it is not an INVALID_ARGUMENT about that field.
std::string ViolationOf(const absl::Status& status, const std::string& path) {
  if (status.code() != absl::StatusCode::kInvalidArgument) return "";
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  google::rpc::BadRequest request;
  if (!payload.has_value() || !request.ParseFromString(std::string(*payload))) return "";
  if (request.field_violations_size() != 1) return "";
  const auto& violation = request.field_violations(0);
  return violation.field() == path ? violation.description() : "";
}

TEST(Filter, BecomesSql) {
  struct Case {
    std::string filter, wanted;
  };
  for (const Case& c : {
           Case{"", ""},
           Case{"   ", ""},
           Case{"state = SUBMITTED", " AND application.state = $3 | 'SUBMITTED'"},
           Case{"state=SUBMITTED", " AND application.state = $3 | 'SUBMITTED'"},
           Case{"state = \"two words\"", " AND application.state = $3 | 'two words'"},
           Case{R"(state = "quote \" back \\")",
                R"( AND application.state = $3 | 'quote " back \')"},
           Case{"state = \"\"", " AND application.state = $3 | ''"},
           Case{"state = \"x' OR 1=1 --\"", " AND application.state = $3 | 'x' OR 1=1 --'"},
           Case{"state = \"AND\" AND rank = 1",
                " AND application.state = $3 AND application.rank = $4 | 'AND' | 1"},
           Case{"call = calls/lyon-2027", " AND application.call = $3 | 'lyon-2027'"},
           Case{"rank < 3", " AND application.rank < $3 | 3"},
           Case{"rank <= -3", " AND application.rank <= $3 | -3"},
           Case{"rank > 9223372036854775807", " AND application.rank > $3 | 9223372036854775807"},
           Case{"late = true", " AND application.late = $3 | 1"},
           Case{"late != true", " AND application.late IS DISTINCT FROM $3 | 1"},
           Case{"create_time >= 1970-01-01T00:00:01Z",
                " AND application.create_time >= $3 | 1000000"},
           Case{"state = \"\xe7\xad\x91\xe6\xb3\xa2\"",
                " AND application.state = $3 | '\xe7\xad\x91\xe6\xb3\xa2'"},
           Case{"rank >= 1 AND rank < 5 AND state != DRAFT",
                " AND application.rank >= $3 AND application.rank < $4"
                " AND application.state IS DISTINCT FROM $5 | 1 | 5 | 'DRAFT'"},
       }) {
    const auto page = ParsePage(kSpec, {.filter = c.filter}, 3);
    ASSERT_TRUE(page.ok()) << c.filter << ": " << page.status();
    EXPECT_EQ(Show(*page), c.wanted) << c.filter;
  }
}

TEST(Filter, RefusalsSayWhereAndWhat) {
  struct Case {
    std::string filter, part;
  };
  for (const Case& c : {
           Case{"colour = red",
                "unknown field \"colour\"; known are: state, call, rank, late, create_time"},
           Case{"State = x", "unknown field \"State\""},
           Case{"state", "character 6"},
           Case{"state =", "a value is missing"},
           Case{"= x", "a field name is missing"},
           Case{"state == x", "a value is missing"},
           Case{"state ~ x", "one of = != < <= > >="},
           Case{"state = x OR state = y", "joined by AND"},
           Case{"state = x and rank = 1", "joined by AND"},
           Case{"state = x rank = 1", "joined by AND"},
           Case{"state = x AND", "a field name is missing"},
           Case{"state = x AND AND rank = 1", "one of = != < <= > >="},
           Case{"(state = x)", "a field name is missing"},
           Case{"NOT state = x", "one of = != < <= > >="},
           Case{"state = \"open", "a closing quote is missing"},
           Case{"state = \"open\\\"", "a closing quote is missing"},
           Case{"rank = many", "no whole number"},
           Case{"rank = 1.5", "no whole number"},
           Case{"rank = 9223372036854775808", "no whole number"},
           Case{"late = 1", "it is true or false"},
           Case{"late < true", "only = and !="},
           Case{"create_time > yesterday", "it is a time such as"},
           Case{"state = \"a\nb\"", "a control character"},
           Case{std::string("state = \"a\0b\"", 13), "a control character"},
           Case{"state = \"" + std::string(3000, 'x') + "\"", "is longer than 2048"},
       }) {
    const auto page = ParsePage(kSpec, {.filter = c.filter}, 1);
    ASSERT_FALSE(page.ok()) << c.filter;
    EXPECT_THAT(ViolationOf(page.status(), "filter"), HasSubstr(c.part)) << c.filter;
  }
}

TEST(Filter, AFieldOfTwoColumnsHoldsForEither) {
  const ListSpec spec = {.columns = {{.field = "partner",
                                      .sql = "thesis.institution_a",
                                      .or_sql = "thesis.institution_b"}},
                         .key_sql = "thesis.id"};
  const auto same = ParsePage(spec, {.filter = "partner = institutions/uga"}, 3);
  ASSERT_TRUE(same.ok());
  EXPECT_EQ(Show(*same),
            " AND (thesis.institution_a = $3 OR thesis.institution_b = $3) | 'institutions/uga'");
  const auto other = ParsePage(spec, {.filter = "partner != institutions/uga"}, 3);
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(Show(*other),
            " AND (thesis.institution_a IS DISTINCT FROM $3 AND thesis.institution_b IS DISTINCT "
            "FROM $3) | 'institutions/uga'");
}

TEST(Filter, HasALimitOfConditions) {
  std::string filter = "rank = 0";
  for (int i = 1; i < 16; ++i) filter += " AND rank = " + std::to_string(i);
  EXPECT_TRUE(ParsePage(kSpec, {.filter = filter}, 1).ok());
  EXPECT_THAT(
      ViolationOf(ParsePage(kSpec, {.filter = filter + " AND rank = 16"}, 1).status(), "filter"),
      HasSubstr("more than 16"));
}

TEST(Page, SizesAreCoerced) {
  struct Case {
    int asked, given;
  };
  for (const Case& c :
       {Case{0, 50}, Case{1, 1}, Case{200, 200}, Case{201, 200}, Case{1 << 30, 200}}) {
    const auto page = ParsePage(kSpec, {.page_size = c.asked}, 1);
    ASSERT_TRUE(page.ok());
    EXPECT_EQ(page->size, c.given);
    EXPECT_EQ(page->order_and_limit,
              " ORDER BY application.id LIMIT " + std::to_string(c.given + 1));
  }
  EXPECT_THAT(ViolationOf(ParsePage(kSpec, {.page_size = -1}, 1).status(), "page_size"),
              HasSubstr("negative"));
}

TEST(Page, ATokenContinuesAfterItsRow) {
  const auto first = ParsePage(kSpec, {.filter = "rank > 1"}, 1);
  ASSERT_TRUE(first.ok());
  const std::string token = NextPageToken(*first, "018f-key");
  const auto next = ParsePage(kSpec, {.page_token = token, .filter = "rank > 1"}, 1);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(Show(*next), " AND application.rank > $1 AND application.id > $2 | 1 | '018f-key'");
}

TEST(Page, ANumberIsAKeyOfItsOwnType) {
  ListSpec spec = kSpec;
  spec.key_sql = "journal.sequence";
  spec.key_is_number = true;
  const auto first = ParsePage(spec, {}, 1);
  ASSERT_TRUE(first.ok());
  const auto next = ParsePage(spec, {.page_token = NextPageToken(*first, "1200")}, 1);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(Show(*next), " AND journal.sequence > $1 | 1200");
  for (const char* key : {"12x", "x", "1.5", "99999999999999999999"}) {
    EXPECT_FALSE(ParsePage(spec, {.page_token = NextPageToken(*first, key)}, 1).ok()) << key;
  }
}

TEST(Page, DescendingListsGoDown) {
  ListSpec spec = kSpec;
  spec.descending = true;
  const auto first = ParsePage(spec, {}, 1);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->order_and_limit, " ORDER BY application.id DESC LIMIT 51");
  const auto next = ParsePage(spec, {.page_token = NextPageToken(*first, "k")}, 1);
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(Show(*next), " AND application.id < $1 | 'k'");
}

TEST(Page, ForeignTokensAreRefused) {
  const auto page = ParsePage(kSpec, {.filter = "rank > 1"}, 1);
  ASSERT_TRUE(page.ok());
  const std::string good = NextPageToken(*page, "key");
  ListSpec other = kSpec;
  other.key_sql = "application.update_time";
  ListSpec down = kSpec;
  down.descending = true;
  EXPECT_TRUE(ParsePage(kSpec, {.page_token = good, .filter = "rank > 1"}, 1).ok());
  EXPECT_FALSE(ParsePage(kSpec, {.page_token = good, .filter = "rank > 2"}, 1).ok());
  EXPECT_FALSE(ParsePage(kSpec, {.page_token = good}, 1).ok());
  EXPECT_FALSE(ParsePage(other, {.page_token = good, .filter = "rank > 1"}, 1).ok());
  EXPECT_FALSE(ParsePage(down, {.page_token = good, .filter = "rank > 1"}, 1).ok());
  const std::string hash = page->query_hash;
  for (const std::string& token :
       {std::string("x"), std::string("!!!"), good + "=", good.substr(0, 8),
        auth::Base64UrlEncode(hash), auth::Base64UrlEncode(hash + std::string("a\0b", 3)),
        auth::Base64UrlEncode(hash + "\xff\xfe"), auth::Base64UrlEncode(hash + "a\nb"),
        std::string(5000, 'A')}) {
    const auto refused = ParsePage(kSpec, {.page_token = token, .filter = "rank > 1"}, 1);
    ASSERT_FALSE(refused.ok()) << token;
    EXPECT_THAT(ViolationOf(refused.status(), "page_token"), HasSubstr("not one that this query"));
  }
}

TEST(Filter, AListWithoutColumnsSaysSo) {
  EXPECT_THAT(ViolationOf(ParsePage({.key_sql = "id"}, {.filter = "a = b"}, 1).status(), "filter"),
              HasSubstr("takes no filter"));
}

// Whatever text comes in (UTF-8: gRPC sees to that), the answer is a page or a refusal, and values
// never enter the SQL text.
TEST(Filter, NoInputBreaksIt) {
  SeededRng rng(2027);
  constexpr std::string_view kAlphabet = "ab=!<>\"\\ AND_.-/\x01'();$1state rank";
  for (int round = 0; round < 20'000; ++round) {
    std::string filter;
    const std::uint64_t length = rng.Below(40);
    for (std::uint64_t i = 0; i < length; ++i) filter += kAlphabet[rng.Below(kAlphabet.size())];
    const auto page = ParsePage(kSpec, {.filter = filter}, 1);
    if (!page.ok()) {
      EXPECT_NE(ViolationOf(page.status(), "filter"), "") << filter;
      continue;
    }
    EXPECT_EQ(page->where.find_first_of("\"'\\;("), std::string::npos) << filter;
  }
}

}  // namespace
}  // namespace jointly::rpc
