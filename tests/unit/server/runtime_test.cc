#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>

#include <future>
#include <thread>

#include "common/telemetry/log.h"
#include "common/telemetry/metrics.h"
#include "common/telemetry/trace.h"
#include "tests/unit/server/server_fixture.h"

namespace jointly::rpc {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr const char* kRequestId = "018f4b3c-0000-7000-8000-00000000abcd";

const auth::Grant kAdministrator{auth::Role::kAdministrator, "*"};
const auth::Grant kStudent{auth::Role::kStudent, "institutions/uga"};

TEST_F(ServerTest, ThePolicyDecidesWhoMayCall) {
  StartServer();
  enum class Who { kNobody, kStudent, kAdministrator, kNotifications, kMobility };
  using enum Who;
  const std::map<Who, std::string> tokens = {
      {kNobody, ""},
      {Who::kStudent, PersonToken({jointly::rpc::kStudent})},
      {Who::kAdministrator, PersonToken({jointly::rpc::kAdministrator}, "people/a")},
      {kNotifications, ServiceToken("notifications")},
      {kMobility, ServiceToken("mobility")}};
  struct Case {
    std::string method;
    Who who;
    std::string result;  // "OK", or the reason.
  };
  for (const Case& c : {
           Case{"ANYONE", kNobody, "OK"},
           Case{"ANYONE", Who::kStudent, "OK"},
           Case{"ANYONE", kMobility, "OK"},
           Case{"SIGNED_IN", kNobody, "TOKEN_MISSING"},
           Case{"SIGNED_IN", Who::kStudent, "OK"},
           Case{"SIGNED_IN", kMobility, "SERVICE_REFUSED"},
           Case{"GRANTED", kNobody, "TOKEN_MISSING"},
           Case{"GRANTED", Who::kStudent, "ROLE_MISSING"},
           Case{"GRANTED", Who::kAdministrator, "OK"},
           Case{"GRANTED", kMobility, "SERVICE_REFUSED"},
           Case{"SERVICE notifications", kNobody, "TOKEN_MISSING"},
           Case{"SERVICE notifications", Who::kAdministrator, "SERVICE_REFUSED"},
           Case{"SERVICE notifications", kMobility, "SERVICE_REFUSED"},
           Case{"SERVICE notifications", kNotifications, "OK"},
           Case{"SERVICE *", kMobility, "OK"},
           Case{"SERVICE *", Who::kAdministrator, "SERVICE_REFUSED"},
       }) {
    const CallOptions options{.token = tokens.at(c.who)};
    const std::size_t before = script_.seen();
    const absl::Status status = c.method == "ANYONE"                  ? GetKeySet(options)
                                : c.method == "SIGNED_IN"             ? Mark(options)
                                : c.method == "GRANTED"               ? RotateKey(options)
                                : c.method == "SERVICE notifications" ? BatchGetContacts(options)
                                                                      : ListEvents(options);
    const std::string result = status.ok() ? "OK" : ReasonOf(status);
    EXPECT_EQ(result, c.result) << c.method << ' ' << static_cast<int>(c.who) << ' ' << status;
    // A refused call never reaches a handler.
    EXPECT_EQ(script_.seen() - before, status.ok() ? 1U : 0U) << c.method;
  }
}

TEST_F(ServerTest, CodesTellMissingTokensFromMissingRights) {
  StartServer();
  EXPECT_EQ(Mark({}).code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(RotateKey({.token = PersonToken({kStudent})}).code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(RotateKey({.token = PersonToken({kStudent})}).message()),
              HasSubstr("none of your roles"));
}

TEST_F(ServerTest, BrokenTokensAreRefused) {
  StartServer();
  const std::string good = PersonToken();
  std::string tampered = good;
  tampered[good.find('.') + 5] = tampered[good.find('.') + 5] == 'A' ? 'B' : 'A';
  for (const std::string& token :
       {std::string("x"), tampered, good + "A", std::string(9000, 'a')}) {
    EXPECT_EQ(ReasonOf(Mark({.token = token})), "TOKEN_REFUSED") << token.substr(0, 20);
  }
  // Which of two tokens would count?
  EXPECT_EQ(ReasonOf(Mark({.token = good, .metadata = {{"authorization", "Bearer " + good}}})),
            "TOKEN_MISSING");
  EXPECT_EQ(ReasonOf(Mark({.metadata = {{"authorization", "Basic " + good}}})), "TOKEN_MISSING");
  EXPECT_TRUE(Mark({.metadata = {{"authorization", "bEARER " + good}}}).ok());
}

TEST_F(ServerTest, ARevokedPersonIsRefusedAtOnce) {
  StartServer();
  const std::string token = PersonToken();
  EXPECT_TRUE(Mark({.token = token}).ok());
  verifier_.Revoke("people/p", clock_.Now() + std::chrono::seconds(2));
  EXPECT_EQ(ReasonOf(Mark({.token = token})), "TOKEN_REFUSED");
}

TEST_F(ServerTest, AMethodForAnyoneLooksAtNoToken) {
  StartServer();
  EXPECT_TRUE(GetKeySet({.token = "an outdated or broken one"}).ok());
}

TEST_F(ServerTest, WithoutIdentityPeopleWaitAndServicesWork) {
  keys_down_ = true;
  StartServer();
  EXPECT_EQ(Mark({.token = PersonToken()}).code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(ListEvents({.token = ServiceToken("mobility")}).ok());
}

TEST_F(ServerTest, TheCallKnowsItsCaller) {
  StartServer();
  notifications::MarkNotificationRequest request;
  request.set_request_id("018F4B3C-0000-7000-8000-00000000ABCD");
  const std::string parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const absl::Status status =
      Mark({.token = PersonToken({kStudent}),
            .timeout = milliseconds(3000),
            .metadata = {{"traceparent", parent}, {"x-correlation-id", "case-7"}}},
           request);
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_THAT(script_.calls, SizeIs(1));
  const Call& call = script_.calls.front();
  EXPECT_EQ(call.method, "jointly.notifications.v1.Notifications.MarkNotification");
  EXPECT_EQ(call.principal.name, "people/p");
  EXPECT_EQ(call.principal.institution, "institutions/uga");
  EXPECT_EQ(call.principal.grants, std::vector<auth::Grant>{kStudent});
  EXPECT_EQ(call.request_id, kRequestId);
  EXPECT_TRUE(call.request_id_given);
  EXPECT_EQ(call.correlation_id, "case-7");
  EXPECT_EQ(call.traceparent.substr(0, 36), parent.substr(0, 36));
  EXPECT_NE(call.traceparent, parent);
  const auto left = call.deadline - std::chrono::steady_clock::now();
  EXPECT_LT(left, milliseconds(3100));  // The wire rounds up.
  EXPECT_GT(left, milliseconds(500));
}

TEST_F(ServerTest, WithoutARequestIdOneIsMade) {
  StartServer();
  ASSERT_TRUE(Mark({.token = PersonToken()}).ok());
  ASSERT_TRUE(
      Mark({.token = PersonToken(),
            .metadata = {{"traceparent", "forged"}, {"x-correlation-id", std::string(200, 'x')}}})
          .ok());
  ASSERT_THAT(script_.calls, SizeIs(2));
  for (const Call& call : script_.calls) {
    EXPECT_TRUE(IsUuid(call.request_id));
    EXPECT_FALSE(call.request_id_given);
    EXPECT_EQ(call.correlation_id, call.request_id);
    EXPECT_TRUE(telemetry::IsTraceparent(call.traceparent));
  }
  EXPECT_NE(script_.calls[0].request_id, script_.calls[1].request_id);
}

TEST_F(ServerTest, ARequestIdThatIsNoUuidIsRefused) {
  StartServer();
  notifications::MarkNotificationRequest request;
  request.set_request_id("7");
  const absl::Status status = Mark({.token = PersonToken()}, request);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "INVALID_REQUEST_ID");
  EXPECT_THAT(script_.calls, SizeIs(0));
}

TEST_F(ServerTest, ErrorDetailsCrossTheWire) {
  StartServer();
  script_.mark = [](Call&, const notifications::MarkNotificationRequest&)
      -> absl::StatusOr<notifications::Notification> {
    return Refused("not yet", {{.guard = "G5",
                                .subject = "applications/x",
                                .evidence = "JLPT N2 \xe2\x89\x88 B2",
                                .remedy = "Upload a certificate"}});
  };
  const absl::Status status = Mark({.token = PersonToken()});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "GUARD_REFUSED");
  EXPECT_EQ(FactsOf(status).front().value, "G5");
  google::rpc::PreconditionFailure failure;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.PreconditionFailure");
  ASSERT_TRUE(payload.has_value() && failure.ParseFromString(std::string(*payload)));
  EXPECT_EQ(failure.violations(0).description(), "JLPT N2 \xe2\x89\x88 B2. Upload a certificate");
}

TEST_F(ServerTest, AThousandViolationsStillReachTheClient) {
  StartServer();
  script_.mark = [](Call&, const notifications::MarkNotificationRequest&)
      -> absl::StatusOr<notifications::Notification> {
    Violations violations;
    for (int i = 0; i < 1000; ++i) {
      violations.Add("application.choices[" + std::to_string(i) + "].condition",
                     "\xe3\x81\xaf\xe5\xbf\x85\xe9\xa0\x88\xe3\x81\xa7\xe3\x81\x99");
    }
    return violations.ToStatus();
  };
  const absl::Status status = Mark({.token = PersonToken()});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(ReasonOf(status), "INVALID_ARGUMENT");
  google::rpc::BadRequest request;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  ASSERT_TRUE(payload.has_value() && request.ParseFromString(std::string(*payload)));
  ASSERT_GT(request.field_violations_size(), 10);
  EXPECT_EQ(request.field_violations(0).field(), "application.choices[0].condition");
  const int shown = request.field_violations_size() - 1;
  EXPECT_EQ(request.field_violations(shown).description(),
            "and " + std::to_string(1000 - shown) + " more");
}

TEST_F(ServerTest, AnExceptionIsInternalAndTellsNoSecrets) {
  StartServer();
  script_.mark = [](Call&, const notifications::MarkNotificationRequest&)
      -> absl::StatusOr<notifications::Notification> { throw std::runtime_error("secret detail"); };
  const absl::Status status = Mark({.token = PersonToken()});
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(status.ToString(), ::testing::Not(HasSubstr("secret detail")));
  EXPECT_TRUE(IsUuid(FactsOf(status).front().value));
  script_.mark = [](Call&, const notifications::MarkNotificationRequest&) {
    return absl::StatusOr<notifications::Notification>(notifications::Notification());
  };
  EXPECT_TRUE(Mark({.token = PersonToken()}).ok());
}

TEST_F(ServerTest, AnOutageDoesNotFloodTheLog) {
  StartServer();
  script_.mark = [](Call&, const notifications::MarkNotificationRequest&)
      -> absl::StatusOr<notifications::Notification> {
    return Unavailable(kUnavailable, "the database does not answer");
  };
  const std::string token = PersonToken();
  telemetry::StartLogging({.process = "test", .level = "info", .json = false});
  ::testing::internal::CaptureStderr();
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 300; ++i) EXPECT_FALSE(Mark({.token = token}).ok());
  const auto seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const std::string log = ::testing::internal::GetCapturedStderr();
  int lines = 0;
  for (std::size_t at = 0; (at = log.find("code=UNAVAILABLE", at)) != std::string::npos; ++at) {
    ++lines;
  }
  EXPECT_GE(lines, 1) << log;
  EXPECT_LE(lines, 20 * (1 + static_cast<int>(seconds) + 1));
}

TEST_F(ServerTest, AFullQueueAnswersAtOnceWithWhenToRetry) {
  StartServer({.pool_threads = 1, .pool_queue = 1});
  Door door;
  script_.mark = [&](Call&, const notifications::MarkNotificationRequest&)
      -> absl::StatusOr<notifications::Notification> {
    door.Pass();
    return notifications::Notification();
  };
  const std::string token = PersonToken();
  auto running = std::async(std::launch::async, [&] { return Mark({.token = token}); });
  door.AwaitWaiting(1);
  // One runs, one waits; of the others at least one must be refused.
  std::vector<std::future<absl::Status>> others;
  for (int i = 0; i < 4; ++i) {
    others.push_back(std::async(std::launch::async, [&] { return Mark({.token = token}); }));
  }
  int refused = 0;
  for (;;) {
    for (auto& other : others) {
      if (other.valid() && other.wait_for(milliseconds(5)) == std::future_status::ready) {
        const absl::Status status = other.get();
        EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
        EXPECT_EQ(ReasonOf(status), "OVERLOADED");
        EXPECT_TRUE(status.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
        ++refused;
      }
    }
    if (refused == 3) break;
  }
  door.Open();
  EXPECT_TRUE(running.get().ok());
  for (auto& other : others) {
    if (other.valid()) {
      EXPECT_TRUE(other.get().ok());
    }
  }
}

TEST_F(ServerTest, ABacklogOfEventsRefusesCommandsAndNotReads) {
  StartServer();
  runtime_->SetBacklogFull(true);
  const absl::Status refused = Mark({.token = PersonToken()});
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), "BACKLOG_FULL");
  EXPECT_THAT(script_.calls, SizeIs(0));
  EXPECT_TRUE(ListEvents({.token = ServiceToken("mobility")}).ok());
  runtime_->SetBacklogFull(false);
  EXPECT_TRUE(Mark({.token = PersonToken()}).ok());
}

TEST_F(ServerTest, ACallWhoseDeadlinePassedInTheQueueIsNotRun) {
  StartServer({.pool_threads = 1, .pool_queue = 8});
  Door door;
  script_.mark = [&](Call&, const notifications::MarkNotificationRequest&)
      -> absl::StatusOr<notifications::Notification> {
    door.Pass();
    return notifications::Notification();
  };
  const std::string token = PersonToken();
  auto running = std::async(std::launch::async, [&] { return Mark({.token = token}); });
  door.AwaitWaiting(1);
  const absl::Status expired = Mark({.token = token, .timeout = milliseconds(100)});
  EXPECT_EQ(expired.code(), absl::StatusCode::kDeadlineExceeded);
  // The wire rounds deadlines up, so the server's ends a little later than the caller's.
  std::this_thread::sleep_for(milliseconds(100));
  door.Open();
  EXPECT_TRUE(running.get().ok());
  EXPECT_TRUE(Mark({.token = token}).ok());  // Behind the expired one in the queue.
  EXPECT_EQ(script_.seen(), 2U);
}

TEST_F(ServerTest, WithoutADeadlineTheServersOwnHolds) {
  StartServer({.default_timeout = milliseconds(1500)});
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + PersonToken());
  notifications::Notification reply;
  ASSERT_TRUE(
      notifications::Notifications::NewStub(channel_)->MarkNotification(&context, {}, &reply).ok());
  const auto left = script_.calls.front().deadline - std::chrono::steady_clock::now();
  EXPECT_LT(left, milliseconds(1500));
}

TEST_F(ServerTest, AMessageOverTheLimitIsRefused) {
  StartServer();
  notifications::MarkNotificationRequest request;
  request.set_name(std::string(5 << 20, 'x'));
  EXPECT_EQ(Mark({.token = PersonToken()}, request).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(Mark({.token = PersonToken()}).ok());
}

TEST_F(ServerTest, MetadataOverTheLimitIsRefused) {
  StartServer();
  EXPECT_FALSE(Mark({.token = PersonToken(), .metadata = {{"x", std::string(40'000, 'x')}}}).ok());
  // The server may close the offender's connection; the next call opens another.
  absl::Status next;
  for (int attempt = 0; attempt < 5; ++attempt) {
    next = Mark({.token = PersonToken()});
    if (next.code() != absl::StatusCode::kUnavailable) break;
  }
  EXPECT_TRUE(next.ok()) << next;
}

TEST_F(ServerTest, DrainLetsRunningCallsEndAndTakesNoNewOnes) {
  StartServer({.pool_threads = 4, .drain = milliseconds(5000)});
  Door door;
  script_.mark = [&](Call&, const notifications::MarkNotificationRequest&)
      -> absl::StatusOr<notifications::Notification> {
    door.Pass();
    return notifications::Notification();
  };
  const std::string token = PersonToken();
  auto running = std::async(std::launch::async, [&] { return Mark({.token = token}); });
  door.AwaitWaiting(1);
  auto stopping = std::async(std::launch::async, [&] { runtime_->Stop(); });
  // A new connection is refused while the old call still runs; one that was just being accepted is
  // cancelled.
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(4);
  absl::Status refused;
  do {
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(port_),
                                   grpc::InsecureChannelCredentials());
    refused = Mark({.token = token, .timeout = milliseconds(200)});
  } while (refused.code() != absl::StatusCode::kUnavailable &&
           std::chrono::steady_clock::now() < patience);
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable) << refused;
  const std::size_t seen = script_.seen();
  EXPECT_EQ(stopping.wait_for(milliseconds(1)), std::future_status::timeout);
  door.Open();
  EXPECT_TRUE(running.get().ok());
  stopping.get();
  EXPECT_EQ(script_.seen(), seen);
}

TEST_F(ServerTest, ManyCallersAtOnceAreAllServed) {
  StartServer({.pool_threads = 8});
  const std::string token = PersonToken();
  std::atomic<int> served{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 50; ++n) served += Mark({.token = token}).ok() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(served, 800);
  EXPECT_THAT(
      telemetry::MetricsText(),
      HasSubstr("jointly_rpc_total{code=\"OK\",method=\"jointly.notifications.v1.Notifications."
                "MarkNotification\"}"));
}

}  // namespace
}  // namespace jointly::rpc
