#include "services/gateway/transcode/json_writer.h"

#include <google/protobuf/api.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/wrappers.pb.h>
#include <gtest/gtest.h>
#include <jointly/mobility/v1/mobility.pb.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "services/gateway/transcode/base64.h"
#include "tests/unit/gateway/random_message.h"

namespace jointly::gateway {
namespace {

using google::protobuf::Message;
using nlohmann::json;

std::string Ours(const Message& message) {
  std::string text;
  AppendJson(message, text);
  return text;
}

std::string Theirs(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string text;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &text, options).ok());
  return text;
}

TEST(JsonWriter, SaysWhatProtobufSays) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomMessages random(seed);
    for (const Message* prototype : AllMessagePrototypes()) {
      const std::unique_ptr<Message> message(prototype->New());
      EXPECT_EQ(json::parse(Ours(*message)), json::parse(Theirs(*message)));
      random.Fill(*message);
      EXPECT_EQ(json::parse(Ours(*message)), json::parse(Theirs(*message)))
          << "seed " << seed << " " << message->DebugString();
    }
  }
}

TEST(JsonWriter, WritesTheWellKnownTypes) {
  google::protobuf::Timestamp time;
  for (const std::int64_t seconds :
       {-62135596800L, -1L, 0L, 951782400L, 1700000000L, 253402300799L}) {
    for (const int nanos : {0, 1, 1000, 500'000'000, 123'456'000, 123'456'789, 999'999'999}) {
      time.set_seconds(seconds);
      time.set_nanos(nanos);
      EXPECT_EQ(Ours(time), Theirs(time));
    }
  }
  google::protobuf::Duration duration;
  duration.set_seconds(3);
  duration.set_nanos(500'000'000);
  EXPECT_EQ(Ours(duration), "\"3.500s\"");
  google::protobuf::StringValue text;
  text.set_value("a\"b");
  EXPECT_EQ(Ours(text), "\"a\\\"b\"");
  google::protobuf::Int64Value number;
  number.set_value(-5);
  EXPECT_EQ(Ours(number), "\"-5\"");
  google::protobuf::Api api;  // Holds lists of messages that may hold an Any.
  api.add_options()->set_name("x");
  EXPECT_EQ(json::parse(Ours(api)), json::parse(Theirs(api)));
}

TEST(JsonWriter, NumbersAreExactOrNamed) {
  mobility::v1::Application application;
  for (const double value :
       {0.1, 1e300, -1e-300, 5e-324, 1.7976931348623157e308, 123456789.125, 0.30000000000000004}) {
    application.set_score(value);
    EXPECT_EQ(json::parse(Ours(application))["score"].get<double>(), value);
  }
  application.set_score(std::nan(""));
  EXPECT_EQ(json::parse(Ours(application))["score"], "NaN");
  application.set_score(-HUGE_VAL);
  EXPECT_EQ(json::parse(Ours(application))["score"], "-Infinity");
  application.set_score(0);
  application.set_state(static_cast<mobility::v1::Application::State>(99));
  EXPECT_EQ(json::parse(Ours(application))["state"], 99);
}

TEST(JsonWriter, EscapesWhatJsonAsksFor) {
  std::string all;
  for (int c = 0; c < 0x80; ++c) all.push_back(static_cast<char>(c));
  all += "é筑波😀\u2028";
  mobility::v1::Application application;
  application.set_decision_note(all);
  const std::string text = Ours(application);
  EXPECT_EQ(json::parse(text)["decisionNote"], all);
  for (const char c : text) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
}

TEST(Base64, RoundTrips) {
  std::string bytes;
  for (int size = 0; size < 300; ++size) {
    std::string text, back;
    EncodeBase64(bytes, text);
    EXPECT_EQ(text.size() % 4, 0u);
    ASSERT_TRUE(DecodeBase64(text, back)) << text;
    EXPECT_EQ(back, bytes);
    bytes.push_back(static_cast<char>(size * 7));
  }
}

}  // namespace
}  // namespace jointly::gateway
