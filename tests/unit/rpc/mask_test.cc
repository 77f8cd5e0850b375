#include "common/rpc/mask.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>
#include <jointly/identity/v1/identity.pb.h>
#include <jointly/operations/v1/operations.pb.h>

namespace jointly::rpc {
namespace {

using jointly::identity::v1::CreatePersonRequest;
using ::testing::HasSubstr;

CreatePersonRequest Parse(const std::string& text) {
  CreatePersonRequest message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

google::protobuf::FieldMask MaskOf(const std::vector<std::string>& paths) {
  google::protobuf::FieldMask mask;
  for (const std::string& path : paths) mask.add_paths(path);
  return mask;
}

const std::vector<std::string_view> kAllowed = {"person.display_name", "person.language_code",
                                                "person.create_time", "grants"};

TEST(Mask, CopiesWhatItNames) {
  struct Case {
    std::string what;
    std::vector<std::string> paths;
    std::string from, before, after;
  };
  for (const Case& c : {
           Case{"a named field",
                {"person.display_name"},
                "person { display_name: 'B' language_code: 'fr' }",
                "person { display_name: 'A' language_code: 'en' }",
                "person { display_name: 'B' language_code: 'en' }"},
           Case{"a named field that is not set is cleared",
                {"person.display_name"},
                "person { language_code: 'fr' }",
                "person { display_name: 'A' language_code: 'en' }",
                "person { language_code: 'en' }"},
           Case{"also when its parent is not set",
                {"person.display_name"},
                "",
                "person { display_name: 'A' language_code: 'en' }",
                "person { language_code: 'en' }"},
           Case{"a parent that neither has stays absent", {"person.display_name"}, "", "", ""},
           Case{"a parent is made when needed",
                {"person.display_name"},
                "person { display_name: 'B' }",
                "",
                "person { display_name: 'B' }"},
           Case{"a list is replaced as a whole",
                {"grants"},
                "grants { role: STUDENT scope: 'b' }",
                "grants { role: AUDITOR scope: 'a' } grants { scope: 'c' }",
                "grants { role: STUDENT scope: 'b' }"},
           Case{"below an allowed message",
                {"person.create_time.seconds"},
                "person { create_time { seconds: 7 nanos: 8 } }",
                "person { create_time { seconds: 1 nanos: 2 } }",
                "person { create_time { seconds: 7 nanos: 2 } }"},
           Case{"an empty mask takes what is set and allowed",
                {},
                "person { display_name: 'B' email: 'b@example.org' } password: 'x'",
                "person { display_name: 'A' language_code: 'en' email: 'a@example.org' }",
                "person { display_name: 'B' language_code: 'en' email: 'a@example.org' }"},
           Case{"* takes everything that is allowed, also what is not set",
                {"*"},
                "person { display_name: 'B' email: 'b@example.org' }",
                "person { language_code: 'en' email: 'a@example.org' } grants { scope: 'a' }",
                "person { display_name: 'B' email: 'a@example.org' }"},
       }) {
    CreatePersonRequest into = Parse(c.before);
    const absl::Status status = ApplyMask(MaskOf(c.paths), kAllowed, Parse(c.from), into);
    ASSERT_TRUE(status.ok()) << c.what << ": " << status;
    EXPECT_EQ(into.DebugString(), Parse(c.after).DebugString()) << c.what;
  }
}

TEST(Mask, RefusesUnknownAndFixedPathsTogether) {
  CreatePersonRequest into = Parse("person { display_name: 'A' }");
  const CreatePersonRequest before = into;
  const absl::Status status =
      ApplyMask(MaskOf({"person.display_name", "person.shoe_size", "person.email", "person",
                        "grants.role", "", "person.", "person.display_name.x"}),
                kAllowed, Parse("person { display_name: 'B' }"), into);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const std::string text(status.message());
  EXPECT_THAT(text, HasSubstr("7 invalid fields"));
  EXPECT_THAT(text, HasSubstr("\"person.shoe_size\", which CreatePersonRequest does not have"));
  EXPECT_THAT(text, HasSubstr("\"person.email\", which cannot be changed this way"));
  EXPECT_THAT(text, HasSubstr("\"person\", which cannot be changed"));
  EXPECT_THAT(text, HasSubstr("\"grants.role\", which CreatePersonRequest does not have"));
  EXPECT_THAT(text, HasSubstr("person.display_name, person.language_code"));
  // Nothing is half done.
  EXPECT_EQ(into.DebugString(), before.DebugString());
}

TEST(Mask, APrefixIsNotAPath) {
  CreatePersonRequest into;
  EXPECT_FALSE(
      ApplyMask(MaskOf({"person.language_code"}), {"person.language"}, CreatePersonRequest(), into)
          .ok());
}

}  // namespace
}  // namespace jointly::rpc
