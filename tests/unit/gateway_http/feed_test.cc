#include "services/gateway/feed/feed.h"

#include <gtest/gtest.h>
#include <jointly/identity/v1/identity_events.pb.h>

#include <thread>

#include "common/rpc/convert.h"
#include "services/gateway/process/gateway.h"
#include "services/gateway/process/hints.h"
#include "tests/unit/gateway_http/backend.h"
#include "tests/unit/gateway_http/raw_client.h"

namespace jointly::gateway {
namespace {

using auth::Grant;
using auth::Role;
using std::chrono::seconds;

// Reads what a stream has now.
class Reader {
 public:
  explicit Reader(std::shared_ptr<BodySource> source) : source_(std::move(source)) { Ask(); }
  std::string Take() { return std::exchange(text_, std::string()); }
  bool ended() const { return ended_; }
  // Stops reading after the part that is on its way.
  void Pause() { paused_ = true; }
  void Resume() {
    paused_ = false;
    if (!asked_ && !ended_) Ask();
  }

 private:
  void Ask() {
    asked_ = true;
    source_->Next([this](BodySource::Part part) {
      asked_ = false;
      if (part.kind != BodySource::Part::Kind::kData) {
        ended_ = true;
        return;
      }
      text_ += part.data;
      if (!paused_) Ask();
    });
  }
  std::shared_ptr<BodySource> source_;
  std::string text_;
  bool ended_ = false;
  bool paused_ = false;
  bool asked_ = false;
};

class FeedTest : public testing::Test {
 protected:
  std::unique_ptr<Reader> Open(const std::string& person, std::vector<Grant> grants,
                               seconds life = seconds(300)) {
    Subscriber subscriber;
    subscriber.principal.kind = auth::Principal::Kind::kPerson;
    subscriber.principal.name = person;
    subscriber.principal.grants = std::move(grants);
    subscriber.issued = clock_.Now();
    subscriber.expires = clock_.Now() + life;
    auto stream = feed_.Subscribe(subscriber);
    EXPECT_TRUE(stream.ok()) << stream.status();
    if (!stream.ok()) return nullptr;
    auto reader = std::make_unique<Reader>(*std::move(stream));
    EXPECT_EQ(reader->Take(), ": open\n\n");
    return reader;
  }
  void Publish(std::vector<std::string> audience, std::int64_t revision = 1) {
    feed_.Publish({.name = "applications/x",
                   .revision = revision,
                   .type = "jointly.mobility.application.submitted.v1",
                   .audience = std::move(audience)});
  }

  ManualClock clock_{FromMicros(1'700'000'000'000'000)};
  Feed feed_{{.events_max = 4, .streams_per_person_max = 2}, clock_};
};

TEST_F(FeedTest, OnlyWhoMaySeeIsTold) {
  struct Row {
    std::vector<Grant> grants;
    std::vector<std::string> audience;
    bool told;
  };
  const std::vector<Row> rows = {
      {{}, {"people/p"}, true},
      {{}, {"people/q"}, false},
      {{}, {"people/p2"}, false},
      {{}, {}, false},
      {{}, {"*"}, true},
      {{{Role::kInternationalOffice, "institutions/uga"}}, {"institutions/uga"}, true},
      {{{Role::kInternationalOffice, "institutions/uga"}}, {"institutions/uga/units/u"}, true},
      {{{Role::kInternationalOffice, "institutions/uga/units/u"}}, {"institutions/uga"}, false},
      {{{Role::kInternationalOffice, "institutions/uga"}}, {"institutions/ug"}, false},
      {{{Role::kInternationalOffice, "institutions/ug"}}, {"institutions/uga"}, false},
      {{{Role::kInternationalOffice, "institutions/uga"}},
       {"people/q", "institutions/tsukuba", "institutions/uga"},
       true},
      {{{Role::kStudent, "institutions/uga"}}, {"institutions/uga"}, false},
      {{{Role::kStudent, "*"}}, {"institutions/uga"}, false},
      {{{Role::kAdministrator, "*"}}, {"institutions/uga"}, true},
      {{{Role::kAuditor, "*"}}, {"people/q"}, true},
      {{{Role::kAdministrator, "*"}}, {}, true},
  };
  for (const Row& row : rows) {
    const auto reader = Open("people/p", row.grants);
    Publish(row.audience);
    EXPECT_EQ(reader->Take(),
              row.told ? "event: hint\ndata: {\"name\":\"applications/x\",\"revision\":1,"
                         "\"type\":\"jointly.mobility.application.submitted.v1\"}\n\n"
                       : "")
        << (&row - rows.data());
  }
}

TEST_F(FeedTest, EachStreamIsToldOnce) {
  const auto reader = Open("people/p", {{Role::kAdministrator, "*"},
                                        {Role::kInternationalOffice, "institutions/uga"},
                                        {Role::kDoctoralOffice, "institutions/uga"}});
  Publish({"people/p", "institutions/uga", "institutions/uga/units/u", "*"});
  const std::string text = reader->Take();
  EXPECT_EQ(text.find("event: hint"), text.rfind("event: hint"));
}

TEST_F(FeedTest, ASlowReaderGetsOneResync) {
  const auto reader = Open("people/p", {});
  reader->Pause();
  for (int i = 0; i <= 50; ++i) Publish({"people/p"}, i);
  reader->Take();  // The part that was asked for before the pause.
  reader->Resume();
  const std::string text = reader->Take();
  EXPECT_NE(text.find("event: resync\ndata: {}\n\n"), std::string::npos);
  EXPECT_LT(text.size(), 5u * 150u);
  EXPECT_NE(text.find("\"revision\":50"), std::string::npos) << "what came after is kept";
}

TEST_F(FeedTest, HeartbeatsAndTheEndOfTheToken) {
  const auto reader = Open("people/p", {}, seconds(60));
  for (int second = 1; second <= 40; ++second) {
    clock_.Advance(seconds(1));
    feed_.Tick();
  }
  EXPECT_EQ(reader->Take(), ": alive\n\n: alive\n\n");
  clock_.Advance(seconds(20));
  feed_.Tick();
  EXPECT_EQ(reader->Take(), "event: end\ndata: {\"reason\":\"TOKEN_EXPIRED\"}\n\n");
  EXPECT_TRUE(reader->ended());
}

TEST_F(FeedTest, RevocationResyncAndStop) {
  const auto old_stream = Open("people/p", {});
  const auto other = Open("people/q", {});
  clock_.Advance(seconds(10));
  const auto new_stream = Open("people/p", {});
  feed_.Resync();
  EXPECT_EQ(other->Take(), "event: resync\ndata: {}\n\n");
  old_stream->Take();
  feed_.Revoke("people/p", clock_.Now() - seconds(5));
  EXPECT_TRUE(old_stream->ended());
  EXPECT_FALSE(new_stream->ended());
  EXPECT_FALSE(other->ended());
  feed_.Stop();
  EXPECT_TRUE(other->ended());
  EXPECT_TRUE(new_stream->ended());
}

TEST_F(FeedTest, StreamsPerPersonAreBounded) {
  auto first = Open("people/p", {});
  const auto second = Open("people/p", {});
  Subscriber subscriber;
  subscriber.principal.name = "people/p";
  subscriber.expires = clock_.Now() + seconds(60);
  EXPECT_EQ(feed_.Subscribe(subscriber).status().code(), absl::StatusCode::kResourceExhausted);
  first.reset();
  EXPECT_TRUE(feed_.Subscribe(subscriber).ok());
}

TEST(Hints, AreReadFromTheEnvelope) {
  bus::WireMessage message;
  message.routing_key = "mobility.application.submitted.v1";
  message.headers = {{"cloudEvents_subject", "applications/x"},
                     {"cloudEvents_sequence", "00000000000000000012"},
                     {"cloudEvents_type", "jointly.mobility.application.submitted.v1"},
                     {"jointly-audience", "institutions/uga,,people/p"}};
  const auto hint = HintOf(message);
  ASSERT_TRUE(hint.has_value());
  EXPECT_EQ(hint->name, "applications/x");
  EXPECT_EQ(hint->revision, 12);
  EXPECT_EQ(hint->audience, (std::vector<std::string>{"institutions/uga", "people/p"}));
  message.headers["cloudEvents_sequence"] = "12x";
  EXPECT_FALSE(HintOf(message).has_value());
  message.headers = {};
  EXPECT_FALSE(HintOf(message).has_value());
}

TEST(Events, StreamOverHttp) {
  Backend backend;
  GatewayOptions options;
  options.grpc_listen_address = "";
  options.peers = {{"mobility", backend.address()}, {"identity", backend.address()}};
  Gateway gateway(std::move(options));
  gateway.Start();
  const std::string token = backend.TokenOf("people/p", {});
  RawClient client(gateway.http_port());
  client.Send("GET /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: " + token + "\r\n\r\n");
  std::string text;
  const auto read_until = [&](const std::string& wanted) {
    for (int i = 0; i < 50 && text.find(wanted) == std::string::npos; ++i) {
      text += client.ReceiveSome(std::chrono::milliseconds(200));
    }
    return text.find(wanted) != std::string::npos;
  };
  ASSERT_TRUE(read_until(": open")) << text;
  EXPECT_NE(text.find("Content-Type: text/event-stream"), std::string::npos);
  EXPECT_NE(text.find("Cache-Control: no-store"), std::string::npos);
  bus::WireMessage message;
  message.routing_key = "mobility.application.submitted.v1";
  message.headers = {{"cloudEvents_subject", "applications/x"},
                     {"cloudEvents_sequence", "00000000000000000002"},
                     {"cloudEvents_type", "jointly.mobility.application.submitted.v1"},
                     {"jointly-audience", "people/p"}};
  gateway.OnHint(message);
  EXPECT_TRUE(read_until("\"revision\":2")) << text;
  gateway.OnResync();
  EXPECT_TRUE(read_until("event: resync")) << text;
  // A revocation ends the stream, and the token opens no other.
  identity::v1::PersonEvent event;
  event.mutable_person()->set_name("people/p");
  *event.mutable_person()->mutable_not_before() =
      rpc::ToProto(SystemClock().Now() + std::chrono::seconds(5));
  message.routing_key = "identity.person.revoked.v1";
  message.body = event.SerializeAsString();
  gateway.OnHint(message);
  EXPECT_TRUE(read_until("TOKEN_REVOKED")) << text;
  EXPECT_TRUE(client.Ended(std::chrono::milliseconds(2000)));
  EXPECT_EQ(Ask(gateway.http_port(), "GET", "/v1/events", "", {{"Authorization", token}}).status,
            401);
  // A reader that goes is noticed without a heartbeat.
  {
    RawClient gone(gateway.http_port());
    gone.Send("GET /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: " +
              backend.TokenOf("people/q", {}) + "\r\n\r\n");
    EXPECT_FALSE(gone.ReceiveSome(std::chrono::milliseconds(3000)).empty());
  }
  EXPECT_TRUE(gateway.Stop());
}

}  // namespace
}  // namespace jointly::gateway
