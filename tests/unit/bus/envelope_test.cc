#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/bus/envelope.h"
#include "common/time/civil.h"
#include "tests/support/table.h"

// The envelope: what is written, what is refused, and that nothing is lost on the way.
namespace jointly::bus {
namespace {

using jointly::test::Row;
using jointly::test::Table;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

constexpr const char* kId = "01928f7e-1c2d-7abc-8def-0123456789ab";

Event SomeEvent() {
  Event event;
  event.aggregate_type = "mobility.application";
  event.aggregate_id = "a-1";
  event.revision = 42;
  event.action = "submitted";
  event.subject = "applications/a-1";
  event.message_name = "jointly.mobility.v1.ApplicationEvent";
  event.body = "body";
  event.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  event.correlation_id = "c-1";
  event.causation_id = "m-1";
  event.audience = {"institutions/uga", "people/ann"};
  return event;
}

Stamp SomeStamp() {
  return {.message_id = kId,
          .service = "mobility",
          .deployment = "grenoble-tsukuba",
          .time = *ParseTime("2026-11-14T11:00:00.000123Z")};
}

Headers SomeHeaders() { return MakeHeaders(SomeEvent(), SomeStamp()); }

TEST(Envelope, HasTheAttributesOfTheTable) {
  EXPECT_THAT(
      SomeHeaders(),
      ElementsAre(Pair("cloudEvents_causationid", "m-1"), Pair("cloudEvents_correlationid", "c-1"),
                  Pair("cloudEvents_dataschema",
                       "https://type.googleapis.com/jointly.mobility.v1.ApplicationEvent"),
                  Pair("cloudEvents_id", kId), Pair("cloudEvents_partitionkey", "a-1"),
                  Pair("cloudEvents_sequence", "00000000000000000042"),
                  Pair("cloudEvents_source", "//mobility.jointly/grenoble-tsukuba"),
                  Pair("cloudEvents_specversion", "1.0"),
                  Pair("cloudEvents_subject", "applications/a-1"),
                  Pair("cloudEvents_time", "2026-11-14T11:00:00.000123Z"),
                  Pair("cloudEvents_traceparent",
                       "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                  Pair("cloudEvents_type", "jointly.mobility.application.submitted.v1"),
                  Pair("jointly-audience", "institutions/uga,people/ann"),
                  Pair("jointly-checksum", testing::SizeIs(16))));
  EXPECT_EQ(RoutingKey(SomeEvent()), "mobility.application.submitted.v1");
}

TEST(Envelope, ComesBackFromTheWireAsItWasSent) {
  const auto message = ParseMessage(SomeHeaders(), "body");
  ASSERT_TRUE(message.ok()) << message.status();
  EXPECT_EQ(message->message_id, kId);
  EXPECT_EQ(message->aggregate_type, "mobility.application");
  EXPECT_EQ(message->aggregate_id, "a-1");
  EXPECT_EQ(message->revision, 42);
  EXPECT_EQ(message->action, "submitted");
  EXPECT_EQ(message->source, "mobility");
  EXPECT_EQ(message->subject, "applications/a-1");
  EXPECT_EQ(message->correlation_id, "c-1");
  EXPECT_EQ(message->causation_id, "m-1");
  EXPECT_EQ(message->time, SomeStamp().time);
  const WireMessage wire = ToWire(*message);
  EXPECT_EQ(wire.routing_key, "mobility.application.submitted.v1");
  EXPECT_EQ(wire.event_type, "jointly.mobility.application.submitted.v1");
  EXPECT_EQ(wire.timestamp_seconds, 1'794'654'000);
  const auto again = FromWire(wire);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->headers, SomeHeaders());
  EXPECT_EQ(again->body, "body");
}

TEST(Envelope, RefusesWhatItCannotRead) {
  for (const Row& row : Table(R"(
      header                    value                                          finding
      cloudEvents_id            -                                              is missing
      cloudEvents_id            17                                             is no UUID
      cloudEvents_type          -                                              is missing
      cloudEvents_type          jointly.mobility.application.submitted         is not jointly
      cloudEvents_type          jointly.mobility.application.v1                is not jointly
      cloudEvents_type          jointly.mobility.application.submitted.x.v1    is not jointly
      cloudEvents_type          jointly.mobility.Application.submitted.v1      is not jointly
      cloudEvents_type          jointly.mobility.application.submitted.v0      is not jointly
      cloudEvents_type          jointly.mobility.application.submitted.v1x     is not jointly
      cloudEvents_type          other.mobility.application.submitted.v1        is not jointly
      cloudEvents_source        -                                              is missing
      cloudEvents_source        //identity.jointly/x                           is not the service
      cloudEvents_subject       -                                              is missing
      cloudEvents_partitionkey  -                                              is missing
      cloudEvents_sequence      -                                              is missing
      cloudEvents_sequence      42                                             20 digits
      cloudEvents_sequence      00000000000000000000                           20 digits
      cloudEvents_sequence      -0000000000000000001                           20 digits
      cloudEvents_sequence      99999999999999999999                           20 digits
      cloudEvents_time          yesterday                                      RFC 3339
      cloudEvents_specversion   0.3                                            is not 1.0
      jointly-checksum          0123456789abcdef                               damaged
      )")) {
    SCOPED_TRACE(row.text());
    Headers headers = SomeHeaders();
    headers[row["header"]] = row["value"];
    if (row["value"].empty()) headers.erase(row["header"]);
    if (row["header"] != kHeaderChecksum) SetChecksum(headers, "body");
    const auto message = ParseMessage(headers, "body");
    ASSERT_FALSE(message.ok());
    EXPECT_EQ(ReasonOf(message.status()), kEnvelopeUnreadable.name);
    EXPECT_THAT(MessageOf(message.status()), HasSubstr(row["finding"]));
    EXPECT_THAT(MessageOf(message.status()), HasSubstr(row["header"]));
  }
}

TEST(Envelope, NamesEverythingThatIsWrongAtOnce) {
  const auto message = ParseMessage({}, "");
  for (const char* name : {kHeaderId, kHeaderType, kHeaderSubject, kHeaderSequence, kHeaderTime}) {
    EXPECT_THAT(MessageOf(message.status()), HasSubstr(name));
  }
}

TEST(Envelope, RefusesTextThatADatabaseCannotKeep) {
  const std::vector<std::string> bad = {std::string("a\0b", 3),  // NUL
                                        "a\nb",                  // control character
                                        "\x7f",                  // DEL
                                        "\x80",                  // continuation without a start
                                        "\xc0\xaf",              // overlong
                                        "\xc3",                  // cut off
                                        "\xed\xa0\x80",          // surrogate
                                        "\xf4\x90\x80\x80",      // beyond Unicode
                                        "\xff"};
  for (const std::string& text : bad) {
    Headers headers = SomeHeaders();
    headers[kHeaderSubject] = "applications/" + text;
    SetChecksum(headers, "body");
    EXPECT_THAT(MessageOf(ParseMessage(headers, "body").status()), HasSubstr("no clean text"));
    headers = SomeHeaders();
    headers["x-" + text] = "value";
    EXPECT_FALSE(ParseMessage(headers, "body").ok());
  }
  Headers headers = SomeHeaders();
  headers[kHeaderSubject] = "applications/\u7b51\u6ce2 \u00e9t\u00e9 \U0001f600";
  SetChecksum(headers, "body");
  EXPECT_TRUE(ParseMessage(headers, "body").ok());
}

TEST(Envelope, HasLimits) {
  Event event = SomeEvent();
  event.body = std::string(kBodyBytesMax, 'x');
  EXPECT_TRUE(ParseMessage(MakeHeaders(event, SomeStamp()), event.body).ok());
  event.body += 'x';
  EXPECT_THAT(MessageOf(ParseMessage(MakeHeaders(event, SomeStamp()), event.body).status()),
              HasSubstr("256 KiB"));
  Headers headers = SomeHeaders();
  headers["x-large"] = std::string(kHeaderBytesMax, 'x');
  EXPECT_THAT(MessageOf(ParseMessage(headers, "body").status()), HasSubstr("32 KiB"));
  event = SomeEvent();
  event.audience.assign(1'000, "people/01928f7e-1c2d-7abc-8def-0123456789ab");
  EXPECT_TRUE(ParseMessage(MakeHeaders(event, SomeStamp()), "body").ok()) << "only hints are lost";
}

TEST(Envelope, FindsEveryFlippedBit) {
  const Headers headers = SomeHeaders();
  for (std::size_t i = 0; i < 4; ++i) {
    std::string body = "body";
    body[i] = static_cast<char>(body[i] ^ 0x01);
    EXPECT_FALSE(ParseMessage(headers, body).ok());
  }
  for (const auto& [name, value] : headers) {
    Headers damaged = headers;
    damaged[name][value.size() / 2] = static_cast<char>(value[value.size() / 2] ^ 0x01);
    EXPECT_FALSE(ParseMessage(damaged, "body").ok()) << name;
  }
}

TEST(Envelope, CanReadWhatItDoesNotUnderstand) {
  Headers headers = SomeHeaders();
  headers[kHeaderType] = "jointly.mobility.application.submitted.v7";
  headers["something-new"] = "x";
  SetChecksum(headers, "body");
  const auto message = ParseMessage(headers, "body");
  ASSERT_TRUE(message.ok()) << message.status();
  EXPECT_EQ(MajorVersionOf(message->event_type), 7);
  headers.erase(kHeaderChecksum);
  EXPECT_TRUE(ParseMessage(headers, "body").ok()) << "an older producer sends none";
}

TEST(Envelope, PropertiesMustNotContradictHeaders) {
  WireMessage wire = ToWire(*ParseMessage(SomeHeaders(), "body"));
  WireMessage other = wire;
  other.message_id = "01928f7e-1c2d-7abc-8def-000000000000";
  EXPECT_FALSE(FromWire(other).ok());
  other = wire;
  other.event_type = "jointly.mobility.application.accepted.v1";
  EXPECT_FALSE(FromWire(other).ok());
  other = wire;
  other.message_id.clear();
  other.event_type.clear();
  EXPECT_TRUE(FromWire(other).ok());
}

TEST(Envelope, LeavesOutOptionalHeadersThatNobodyCouldRead) {
  Event event = SomeEvent();
  event.correlation_id = "a\nb";
  event.traceparent = "\xff";
  const Headers headers = MakeHeaders(event, SomeStamp());
  EXPECT_FALSE(headers.contains(kHeaderCorrelationId));
  EXPECT_FALSE(headers.contains(kHeaderTraceparent));
  EXPECT_TRUE(ParseMessage(headers, "body").ok());
}

TEST(Envelope, HeadersKeepTheirTextForm) {
  const Headers headers = {{"a", "1"}, {"b", "\u7b51 \"quoted\" \\ /"}, {"c", ""}};
  const std::string text = EncodeHeaders(headers);
  EXPECT_EQ(text, R"({"a":"1","b":"筑 \"quoted\" \\ /","c":""})");
  EXPECT_EQ(*DecodeHeaders(text), headers);
  for (const char* bad : {"", "[]", "{", R"({"a":1})", R"({"a":null})", "null"}) {
    EXPECT_FALSE(DecodeHeaders(bad).ok()) << bad;
  }
}

// Stored in outbox.part and inbox.part: these values may never change.
TEST(Envelope, SlotsAreTheSameForEver) {
  EXPECT_EQ(StableHash(""), 0xcbf29ce484222325U);
  EXPECT_EQ(StableHash("a"), 0xaf63dc4c8601ec8cU);
  EXPECT_EQ(StableHash("foobar"), 0x85944171f73967e8U);
  for (int i = 0; i < 1'000; ++i) {
    const int slot = SlotOf("mobility.application", std::to_string(i));
    EXPECT_GE(slot, 0);
    EXPECT_LT(slot, kSlots);
  }
}

}  // namespace
}  // namespace jointly::bus
