#include "common/rpc/call.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>
#include <jointly/identity/v1/identity_events.pb.h>
#include <jointly/notifications/v1/notifications.pb.h>

#include "common/rpc/convert.h"
#include "common/rpc/name.h"

namespace jointly::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Etag, MatchesItsRevisionOnly) {
  EXPECT_EQ(Etag(7), "\"7\"");
  for (const char* good : {"", "*", "\"7\""}) EXPECT_TRUE(MatchEtag(good, 7).ok()) << good;
  for (const char* stale : {"\"6\"", "7", "W/\"7\"", "\"07\"", "\"7\" ", "x"}) {
    const absl::Status status = MatchEtag(stale, 7);
    EXPECT_EQ(status.code(), absl::StatusCode::kAborted) << stale;
    EXPECT_EQ(ReasonOf(status), "STALE_ETAG");
    std::map<std::string, std::string> facts;
    for (const Fact& fact : FactsOf(status)) facts[fact.name] = fact.value;
    EXPECT_EQ(facts["etag"], stale);
    EXPECT_EQ(facts["current"], "\"7\"");
  }
}

TEST(RequestId, IsTakenFromTheRequest) {
  jointly::notifications::v1::MarkNotificationRequest request;
  Call call{.request_id = "made", .correlation_id = "made"};
  EXPECT_TRUE(AdoptRequestId(call, request).ok());
  EXPECT_FALSE(call.request_id_given);
  EXPECT_EQ(call.request_id, "made");
  request.set_request_id("018F4B3C-0000-7000-8000-00000000ABCD");
  EXPECT_TRUE(AdoptRequestId(call, request).ok());
  EXPECT_TRUE(call.request_id_given);
  EXPECT_EQ(call.request_id, "018f4b3c-0000-7000-8000-00000000abcd");
  EXPECT_EQ(call.correlation_id, call.request_id);
  for (const char* bad : {"1", "not-a-uuid", "018f4b3c-0000-7000-8000-00000000abc",
                          "018f4b3c000070008000000000000abcd", "' OR 1=1"}) {
    request.set_request_id(bad);
    const absl::Status status = AdoptRequestId(call, request);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), "INVALID_REQUEST_ID");
  }
}

TEST(RequestId, AForeignCorrelationIsKept) {
  jointly::notifications::v1::MarkAllNotificationsRequest request;
  request.set_request_id("018f4b3c-0000-7000-8000-00000000abcd");
  Call call{.request_id = "made", .correlation_id = "theirs"};
  EXPECT_TRUE(AdoptRequestId(call, request).ok());
  EXPECT_EQ(call.correlation_id, "theirs");
}

TEST(RequestId, ARequestWithoutTheFieldHasNone) {
  Call call{.request_id = "made"};
  EXPECT_TRUE(AdoptRequestId(call, jointly::notifications::v1::ListActivitiesRequest()).ok());
  EXPECT_FALSE(call.request_id_given);
}

TEST(Personal, IsClearedAtAnyDepth) {
  jointly::identity::v1::PersonEvent event;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
      person {
        name: "people/1" display_name: "N" given_name: "N" family_name: "N" email: "n@example.org"
        language_code: "ja" grants { role: STUDENT scope: "institutions/uga" }
      }
      change { action: "created" actor: "people/2" })",
                                                            &event));
  ClearPersonal(event);
  jointly::identity::v1::PersonEvent wanted;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
      person {
        name: "people/1" language_code: "ja" grants { role: STUDENT scope: "institutions/uga" }
      }
      change { action: "created" actor: "people/2" })",
                                                            &wanted));
  EXPECT_EQ(event.DebugString(), wanted.DebugString());
}

TEST(Personal, IsClearedInLists) {
  jointly::identity::v1::ListPeopleResponse people;
  for (int i = 0; i < 3; ++i) people.add_people()->set_email("n@example.org");
  jointly::identity::v1::BatchGetContactsResponse contacts;
  contacts.add_contacts()->set_display_name("N");
  contacts.mutable_contacts(0)->set_name("people/1");
  ClearPersonal(people);
  ClearPersonal(contacts);
  for (const auto& person : people.people()) EXPECT_EQ(person.email(), "");
  EXPECT_EQ(contacts.contacts(0).display_name(), "");
  EXPECT_EQ(contacts.contacts(0).name(), "people/1");
}

TEST(Personal, AMessageWithoutAnyIsUnchanged) {
  jointly::notifications::v1::Notification notification;
  notification.set_title("kept");
  ClearPersonal(notification);
  EXPECT_EQ(notification.title(), "kept");
}

TEST(EventOf, TakesOverTheCall) {
  const Call call{.principal = {.kind = auth::Principal::Kind::kPerson, .name = "people/1"},
                  .request_id = "r",
                  .traceparent = "t",
                  .correlation_id = "c"};
  const bus::Event event = EventOf(call);
  EXPECT_EQ(event.actor, "people/1");
  EXPECT_EQ(event.request_id, "r");
  EXPECT_EQ(event.traceparent, "t");
  EXPECT_EQ(event.correlation_id, "c");
}

TEST(Name, ParsesItsPattern) {
  EXPECT_THAT(ParseName("applications/*", "applications/a-1"), ElementsAre("a-1"));
  EXPECT_THAT(ParseName("institutions/*/units/*", "institutions/uga/units/phitem"),
              ElementsAre("uga", "phitem"));
  struct Case {
    std::string pattern, name;
  };
  for (const Case& c :
       {Case{"applications/*", ""}, Case{"applications/*", "applications"},
        Case{"applications/*", "applications/"}, Case{"applications/*", "applications/a/"},
        Case{"applications/*", "applications/a/b"}, Case{"applications/*", "/applications/a"},
        Case{"applications/*", "application/a"}, Case{"applications/*", "applications/A"},
        Case{"applications/*", "applications/a_b"}, Case{"applications/*", "applications/a b"},
        Case{"applications/*", "applications/.."}, Case{"applications/*", "applications/*"},
        Case{"applications/*", "applications/" + std::string(65, 'a')},
        Case{"applications/*", "applications/\xc3\xa9"},
        Case{"institutions/*/units/*", "institutions/uga"},
        Case{"institutions/*/units/*", "institutions/uga/units"},
        Case{"institutions/*/units/*", "institutions/uga/programmes/x"}}) {
    EXPECT_THAT(ParseName(c.pattern, c.name), IsEmpty()) << c.name;
  }
  EXPECT_TRUE(IsResourceId(std::string(64, 'a')));
}

TEST(Name, IdOfSaysTheFormWanted) {
  EXPECT_EQ(*IdOf("applications", "applications/a-1"), "a-1");
  const auto refused = IdOf("applications", "calls/a", "application.name");
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr("application.name has the form \"applications/{id}\""));
  EXPECT_THAT(std::string(IdOf("applications", "").status().message()), HasSubstr("is missing"));
}

TEST(Convert, TimesSurvive) {
  for (const std::int64_t micros : {0LL, 1LL, -1LL, 1'801'390'830'123'456LL, -999'999LL,
                                    -1'000'000LL, -62'135'596'800'000'000LL}) {
    const auto proto = ToProto(FromMicros(micros));
    EXPECT_GE(proto.nanos(), 0);
    EXPECT_LT(proto.nanos(), 1'000'000'000);
    EXPECT_EQ(Micros(FromProto(proto)), micros);
  }
}

TEST(Convert, ATimestampOutOfRangeIsClamped) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(INT64_MAX);
  timestamp.set_nanos(INT32_MAX);
  EXPECT_EQ(Micros(FromProto(timestamp)), 253'402'300'799'999'999);
  timestamp.set_seconds(INT64_MIN);
  timestamp.set_nanos(-1);
  EXPECT_EQ(Micros(FromProto(timestamp)), -62'135'596'800'000'000);
}

TEST(Convert, DatesSurviveAndImpossibleOnesDoNot) {
  using std::chrono::day, std::chrono::month, std::chrono::year;
  const Date date(year(2028), month(2), day(29));
  EXPECT_EQ(FromProto(ToProto(date)), date);
  struct Case {
    int y, m, d;
  };
  for (const Case& c : {Case{2027, 2, 29}, Case{2027, 4, 31}, Case{2027, 0, 1}, Case{2027, 13, 1},
                        Case{2027, 1, 0}, Case{2027, 1, 32}, Case{0, 1, 1}, Case{1899, 12, 31},
                        Case{2201, 1, 1}, Case{2027, -1, 1}}) {
    google::type::Date proto;
    proto.set_year(c.y);
    proto.set_month(c.m);
    proto.set_day(c.d);
    EXPECT_FALSE(FromProto(proto).has_value()) << c.y << '-' << c.m << '-' << c.d;
  }
}

}  // namespace
}  // namespace jointly::rpc
