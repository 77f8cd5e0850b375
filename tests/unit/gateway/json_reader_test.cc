#include "services/gateway/transcode/json_reader.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>
#include <jointly/mobility/v1/mobility.pb.h>
#include <jointly/partnerships/v1/partnerships.pb.h>

#include "common/error/error.h"
#include "tests/unit/gateway/json_documents.h"
#include "tests/unit/gateway/random_message.h"

namespace jointly::gateway {
namespace {

namespace mobility = jointly::mobility::v1;
namespace partnerships = jointly::partnerships::v1;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

std::string Problems(std::string_view text, Message& message) {
  std::vector<FieldProblem> problems;
  const absl::Status status = ReadJson(text, "", message, problems);
  if (!status.ok()) return ReasonOf(status);
  std::string all;
  for (const FieldProblem& problem : problems) {
    all += (all.empty() ? "" : "; ") + problem.path + " " + problem.text;
  }
  return all;
}

template <typename Type>
std::string ProblemsOf(std::string_view text) {
  Type message;
  return Problems(text, message);
}

TEST(JsonReader, RefusesEveryMalformedDocument) {
  const auto documents = MalformedDocuments();
  ASSERT_GE(documents.size(), 140u);
  for (const Malformed& document : documents) {
    partnerships::Institution message;
    std::vector<FieldProblem> problems;
    const absl::Status status = ReadJson(document.text, "", message, problems);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << document.what;
    EXPECT_EQ(ReasonOf(status), "INVALID_JSON") << document.what;
    EXPECT_LT(MessageOf(status).size(), 500u) << document.what;
  }
}

TEST(JsonReader, TakesWhatRfc8259Allows) {
  const std::vector<std::string> documents = {
      "{}",
      " \t\r\n{ } \n",
      R"({"displayName": ""})",
      R"({"displayName": "\u0041\n\t\"\\\/\b\f\r"})",
      R"({"displayName": "\ud83d\ude00"})",
      "{\"displayName\": \"\xe7\xad\x91\xe6\xb3\xa2 \xf0\x9f\x98\x80 \x7f\"}",
      R"({"localizedNames": {"": "empty key", "fr": "x"}})",
      R"({"academicYearStartMonth": 4})",
      R"({"academicYearStartMonth": -0})",
      R"({"academicYearStartMonth": 4.0})",
      R"({"academicYearStartMonth": 4e0})",
      R"({"academicYearStartMonth": "4"})",
      R"({"revision": "9223372036854775807"})",
      R"({"revision": 9223372036854775807})",
      R"({"demo": true, "etag": null, "localizedNames": null, "createTime": null})",
      R"({"display_name": "by its proto name"})",
  };
  for (const std::string& document : documents) {
    EXPECT_EQ(ProblemsOf<partnerships::Institution>(document), "") << document;
  }
}

struct Row {
  std::string json;
  std::string problems;
};

TEST(JsonReader, NamesEveryWrongField) {
  const std::vector<Row> rows = {
      {R"({"nothing": 1})", "nothing is not a known field"},
      {R"({"choices": [{"condition": "c", "when": [1, {"a": 2}]}]})",
       "choices[0].when is not a known field"},
      {R"({"call": 7})", "call must be a string"},
      {R"({"call": true})", "call must be a string"},
      {R"({"call": ["a"]})", "call must be a string"},
      {R"({"call": {"a": 1}})", "call must be a string"},
      {R"({"call": "a\u0000b"})", "call must not hold the character U+0000"},
      {R"({"demo": "true"})", "demo must be true or false"},
      {R"({"demo": 1})", "demo must be true or false"},
      {R"({"waitlistPosition": 1.5})",
       "waitlist_position must be a whole number from -2147483648 to 2147483647"},
      {R"({"waitlistPosition": 2147483648})",
       "waitlist_position must be a whole number from -2147483648 to 2147483647"},
      {R"({"waitlistPosition": "12a"})",
       "waitlist_position must be a whole number from -2147483648 to 2147483647"},
      {R"({"waitlistPosition": " 12"})",
       "waitlist_position must be a whole number from -2147483648 to 2147483647"},
      {R"({"revision": 18446744073709551615})", "revision must be a whole number of 64 bits"},
      {R"({"revision": 1e30})", "revision must be a whole number of 64 bits"},
      {R"({"score": "NaN"})", "score must be a finite number"},
      {R"({"score": "inf"})", "score must be a finite number"},
      {R"({"score": {}})", "score must be a finite number"},
      {R"({"choices": {}})", "choices must be a list"},
      {R"({"choices": "a"})", "choices must be a list"},
      {R"({"choices": [1, {}, null]})",
       "choices[0] must be an object; choices[2] must not be null"},
      {R"({"choices": [[]]})", "choices[0] must be an object"},
      {R"({"profile": []})", "profile must be an object"},
      {R"({"profile": "x"})", "profile must be an object"},
      {R"({"profile": {"grade": "A", "eqfLevel": "seven", "extra": 1}})",
       "profile.grade must be a finite number; profile.eqf_level must be a whole number from "
       "-2147483648 to 2147483647; profile.extra is not a known field"},
      {R"({"createTime": "yesterday"})",
       "create_time must be an RFC 3339 time like 2026-11-14T12:00:00Z"},
      {R"({"createTime": 1700000000})",
       "create_time must be an RFC 3339 time like 2026-11-14T12:00:00Z"},
      {R"({"createTime": {"seconds": 1}})",
       "create_time must be an RFC 3339 time like 2026-11-14T12:00:00Z"},
      {R"({"call": "a", "call": "b"})", "call is given twice"},
      {R"({"home_institution": "a", "homeInstitution": "b"})", "home_institution is given twice"},
      {R"({"choices": [{"term": "AUTUMN"}]})",
       "choices[0].term must be one of FIRST, SECOND, FULL_YEAR"},
      {R"({"choices": [{"term": 9}]})", "choices[0].term must be one of FIRST, SECOND, FULL_YEAR"},
      {R"({"choices": [{"term": "first"}]})",
       "choices[0].term must be one of FIRST, SECOND, FULL_YEAR"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(ProblemsOf<mobility::Application>(row.json), row.problems) << row.json;
  }
}

TEST(JsonReader, ReadsMapsAndOneofs) {
  partnerships::Institution institution;
  EXPECT_EQ(Problems(R"({"localizedNames": {"fr": "Universite", "ja": 7}})", institution),
            "localized_names[\"ja\"] must be a string");
  EXPECT_EQ(institution.localized_names().at("fr"), "Universite");
  EXPECT_EQ(ProblemsOf<partnerships::Institution>(R"({"localizedNames": ["fr"]})"),
            "localized_names must be an object");
  EXPECT_EQ(ProblemsOf<mobility::UploadDocumentRequest>(R"({"chunk": "AAE=", "start": {}})"),
            "start cannot be given together with another member of part");
  mobility::UploadDocumentRequest upload;
  EXPECT_EQ(Problems(R"({"chunk": "AAE="})", upload), "");
  EXPECT_EQ(upload.chunk(), std::string("\0\1", 2));
  for (const char* bad : {"AAE", "AA=E", "A", "AAF=", "AA E", "AAE==", "===="}) {
    if (std::string(bad) == "AAE") continue;  // Padding may be left away.
    EXPECT_EQ(
        ProblemsOf<mobility::UploadDocumentRequest>("{\"chunk\": \"" + std::string(bad) + "\"}"),
        "chunk must be bytes in base64")
        << bad;
  }
}

TEST(JsonReader, ReadsTimesOfRfc3339Only) {
  const std::vector<std::pair<std::string, bool>> rows = {
      {"2026-11-14T12:00:00Z", true},
      {"2026-11-14T12:00:00.5Z", true},
      {"2026-11-14T12:00:00.123456789Z", true},
      {"2026-11-14T12:00:00+09:00", true},
      {"2026-11-14T12:00:00-11:30", true},
      {"2026-11-14", false},
      {"2026-11-14T12:00Z", false},
      {"2026-11-14 12:00:00Z", false},
      {"2026-11-14T12:00:00", false},
      {"2026-11-14T12:00:00z", false},
      {"2026-11-14T12:00:00.Z", false},
      {"2026-11-14T12:00:00.1234567890Z", false},
      {"2026-02-30T12:00:00Z", false},
      {"2026-13-01T12:00:00Z", false},
      {"2026-11-14T25:00:00Z", false},
      {"2026-11-14T12:00:00+0900", false},
      {"2026-11-14T12:00:00+09:00 ", false},
      {"", false},
      {"+026-11-14T12:00:00Z", false},
      {"2026-11-14T12:00:00UTC", false},
  };
  for (const auto& [text, valid] : rows) {
    const std::string problems =
        ProblemsOf<mobility::Application>("{\"createTime\": \"" + text + "\"}");
    EXPECT_EQ(problems.empty(), valid) << text << ": " << problems;
  }
}

TEST(JsonReader, BoundsTheListOfProblems) {
  std::string text = R"({"choices": [)";
  for (int i = 0; i < 5000; ++i) text += i == 0 ? "1" : ",1";
  mobility::Application application;
  std::vector<FieldProblem> problems;
  ASSERT_TRUE(ReadJson(text + "]}", "", application, problems).ok());
  EXPECT_EQ(problems.size(), kViolationsMax);
}

// What protobuf itself prints comes back as it was; so does what it prints by other options.
TEST(JsonReader, ReadsWhatProtobufWrites) {
  for (const std::uint64_t seed : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u}) {
    RandomMessages random(seed);
    for (const Message* prototype : AllMessagePrototypes()) {
      const std::unique_ptr<Message> message(prototype->New());
      random.Fill(*message);
      for (const bool proto_names : {false, true}) {
        google::protobuf::util::JsonPrintOptions options;
        options.always_print_primitive_fields = proto_names;
        options.preserve_proto_field_names = proto_names;
        std::string text;
        ASSERT_TRUE(google::protobuf::util::MessageToJsonString(*message, &text, options).ok());
        const std::unique_ptr<Message> read(prototype->New());
        EXPECT_EQ(Problems(text, *read), "") << "seed " << seed << ": " << text;
        EXPECT_TRUE(MessageDifferencer::Equals(*message, *read))
            << "seed " << seed << ": " << text << "\n"
            << read->DebugString();
      }
    }
  }
}

}  // namespace
}  // namespace jointly::gateway
