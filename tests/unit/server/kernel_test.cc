#include <gmock/gmock.h>
#include <jointly/identity/v1/identity_events.pb.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "common/bus/outbox.h"
#include "common/rpc/convert.h"
#include "common/rpc/process.h"
#include "common/rpc/server_feed.h"
#include "common/rpc/server_operations.h"
#include "common/rpc/server_revocation.h"
#include "common/rpc/server_tasks.h"
#include "tests/support/database_fixture.h"
#include "tests/unit/server/server_fixture.h"

namespace jointly::rpc {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

// What every process runs beside its own service.
class KernelTest : public ServerTest {
 protected:
  auth::Verifier NewVerifier() {
    return auth::Verifier(
        {.deployment = kDeployment,
         .fetch_user_keys = [this]() -> absl::StatusOr<std::vector<auth::PublicKey>> {
           return std::vector<auth::PublicKey>{user_key_.Public()};
         },
         .service_keys = {{"mobility", service_keys_.at("mobility").Public()}}},
        clock_);
  }

  static bus::Message PersonMessage(const std::string& person, Time not_before) {
    identity::PersonEvent event;
    event.mutable_person()->set_name(person);
    *event.mutable_person()->mutable_not_before() = ToProto(not_before);
    bus::Message message;
    message.message_id = "m";
    message.body = event.SerializeAsString();
    return message;
  }

  test::DatabasePlace place_{test::Engine::kSqlite};
  std::unique_ptr<db::Database> database_ = test::OpenMigrated(place_);
};

TEST_F(KernelTest, ARevocationReachesTheVerifierAndOutlivesARestart) {
  const std::string token = PersonToken();
  const bus::Handler handler = FollowTokenFloor(verifier_);
  const Time floor = clock_.Now() + std::chrono::seconds(2);
  ASSERT_TRUE(verifier_.Verify(token).ok());
  const auto apply = [&](const bus::Message& message) {
    return database_->Transact([&](db::Tx& tx) { return handler(tx, message); });
  };
  ASSERT_TRUE(apply(PersonMessage("people/p", floor)).ok());
  EXPECT_FALSE(verifier_.Verify(token).ok());
  // An earlier floor that is replayed does not lift the later one.
  ASSERT_TRUE(apply(PersonMessage("people/p", floor - std::chrono::hours(1))).ok());
  auth::Verifier restarted = NewVerifier();
  EXPECT_TRUE(restarted.Verify(token).ok());
  ASSERT_TRUE(LoadTokenFloors(*database_, clock_, restarted).ok());
  EXPECT_FALSE(restarted.Verify(token).ok());
}

TEST_F(KernelTest, ARevocationThatIsRolledBackIsNotTold) {
  const std::string token = PersonToken();
  const bus::Handler handler = FollowTokenFloor(verifier_);
  const absl::Status status = database_->Transact([&](db::Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(handler(tx, PersonMessage("people/p", clock_.Now() + std::chrono::seconds(2))));
    return absl::AbortedError("rolled back");
  });
  EXPECT_FALSE(status.ok());
  EXPECT_TRUE(verifier_.Verify(token).ok());
}

TEST_F(KernelTest, APersonEventWithoutAFloorOrABodyIsJudged) {
  const bus::Handler handler = FollowTokenFloor(verifier_);
  bus::Message empty;
  EXPECT_TRUE(database_->Transact([&](db::Tx& tx) { return handler(tx, empty); }).ok());
  bus::Message broken;
  broken.body = "\xff\xff\xff";
  EXPECT_EQ(database_->Transact([&](db::Tx& tx) { return handler(tx, broken); }).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(KernelTest, AServicesOwnHandlerOfPeopleRunsToo) {
  int own = 0;
  const bus::Subscription row{.aggregate = "identity.person",
                              .handler = [&](db::Tx&, const bus::Message&) {
                                ++own;
                                return absl::OkStatus();
                              }};
  const auto both = WithTokenFloor({row, {.aggregate = "partnerships.agreement"}}, verifier_);
  ASSERT_EQ(both.size(), 2U);
  const std::string token = PersonToken();
  ASSERT_TRUE(database_
                  ->Transact([&](db::Tx& tx) {
                    return both.front().handler(
                        tx, PersonMessage("people/p", clock_.Now() + std::chrono::seconds(2)));
                  })
                  .ok());
  EXPECT_EQ(own, 1);
  EXPECT_FALSE(verifier_.Verify(token).ok());
  EXPECT_EQ(WithTokenFloor({}, verifier_).size(), 1U);
}

class FeedTest : public KernelTest {
 protected:
  void SetUp() override {
    runtime_ = std::make_unique<Runtime>(
        RuntimeOptions{.service = "notifications", .listen_address = "127.0.0.1:0"}, verifier_,
        clock_, ids_, rng_);
    feed_ = std::make_unique<EventFeedService>(*runtime_, *database_);
    operations_ =
        std::make_unique<OperationsService>(*runtime_,
                                            bus::OperationsContext{.service = "notifications",
                                                                   .database = *database_,
                                                                   .parked_queue = nullptr,
                                                                   .clock = clock_},
                                            nullptr);
    port_ = runtime_->Start({feed_.get(), operations_.get()});
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(port_),
                                   grpc::InsecureChannelCredentials());
    peers_ = std::make_unique<Peers>(
        std::map<std::string, std::string>{{"notifications", "127.0.0.1:" + std::to_string(port_)}},
        std::make_shared<ServiceTokens>(service_keys_.at("mobility"), "mobility", kDeployment,
                                        clock_));
  }

  void AppendEvents(int count, std::size_t body_bytes) {
    bus::Outbox outbox("notifications", kDeployment, clock_, ids_);
    for (int i = 0; i < count; ++i) {
      const absl::Status status = database_->Transact([&](db::Tx& tx) {
        outbox.Append(tx, {.aggregate_type = "notifications.delivery",
                           .aggregate_id = "d" + std::to_string(i % 2),
                           .revision = 1 + i / 2,
                           .action = "queued",
                           .subject = "deliveries/d",
                           .message_name = "jointly.notifications.v1.Delivery",
                           .body = std::string(body_bytes, 'x'),
                           .actor = "timer"});
        return absl::OkStatus();
      });
      ASSERT_TRUE(status.ok()) << status;
    }
  }

  std::unique_ptr<EventFeedService> feed_;
  std::unique_ptr<OperationsService> operations_;
  std::unique_ptr<Peers> peers_;
};

TEST_F(FeedTest, AFollowerReadsEverythingInOrder) {
  AppendEvents(25, 100);
  RpcFeedSource source(*peers_);
  std::vector<std::string> seen;
  bus::FeedQuery query{.page_size = 10};
  for (bool at_end = false; !at_end;) {
    const auto page = source.List("notifications", query);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const bus::Message& message : page->events) {
      seen.push_back(message.aggregate_id + '#' + std::to_string(message.revision));
      EXPECT_EQ(message.body.size(), 100U);
      EXPECT_EQ(message.source, "notifications");
    }
    query.cursor = page->next_cursor;
    at_end = page->at_end;
  }
  ASSERT_EQ(seen.size(), 25U);
  for (int i = 0; i < 25; ++i) {
    EXPECT_EQ(seen[static_cast<std::size_t>(i)],
              "d" + std::to_string(i % 2) + "#" + std::to_string(1 + i / 2));
  }
  EXPECT_EQ(source.received(), 25);
}

TEST_F(FeedTest, APageOfLargeBodiesFitsIntoOneMessage) {
  AppendEvents(40, 250 * 1024);  // 10 MB, and a message carries 4.
  RpcFeedSource source(*peers_);
  std::size_t events = 0;
  bus::FeedQuery query{.page_size = 200};
  for (bool at_end = false; !at_end;) {
    const auto page = source.List("notifications", query);
    ASSERT_TRUE(page.ok()) << page.status();
    ASSERT_FALSE(page->events.empty());
    events += page->events.size();
    query.cursor = page->next_cursor;
    at_end = page->at_end;
  }
  EXPECT_EQ(events, 40U);
}

TEST_F(FeedTest, OneAggregateFromARevisionOn) {
  AppendEvents(10, 10);
  RpcFeedSource source(*peers_);
  const auto page = source.List(
      "notifications",
      {.aggregate_type = "notifications.delivery", .aggregate_id = "d1", .after_revision = 3});
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->events.size(), 2U);
  EXPECT_EQ(page->events[0].revision, 4);
  EXPECT_EQ(page->events[1].revision, 5);
}

TEST_F(FeedTest, ThePeersChannelCarriesTheServicesToken) {
  grpc::ClientContext plain;
  operations::ListEventsResponse reply;
  // By the channel itself, and once only also after Prepare.
  EXPECT_TRUE(operations::EventFeed::NewStub(peers_->To("notifications"))
                  ->ListEvents(&plain, {}, &reply)
                  .ok());
  grpc::ClientContext prepared;
  peers_->Prepare(prepared, milliseconds(2000));
  EXPECT_TRUE(operations::EventFeed::NewStub(peers_->To("notifications"))
                  ->ListEvents(&prepared, {}, &reply)
                  .ok());
  EXPECT_EQ(peers_->To("notifications"), peers_->To("notifications"));
}

TEST_F(FeedTest, APeerWithoutAnAddressIsUnavailable) {
  RpcFeedSource source(*peers_);
  EXPECT_EQ(source.List("elsewhere", {}).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(FeedTest, OperatorsNeedTheWholeDeployment) {
  struct Case {
    auth::Grant grant;
    std::string list_parked, verify_audit;
  };
  for (const Case& c :
       {Case{{auth::Role::kAdministrator, "*"}, "OK", "OK"},
        Case{{auth::Role::kAdministrator, "institutions/uga"}, "ROLE_MISSING", "ROLE_MISSING"},
        Case{{auth::Role::kAuditor, "*"}, "ROLE_MISSING", "OK"},
        Case{{auth::Role::kStudent, "*"}, "ROLE_MISSING", "ROLE_MISSING"}}) {
    const CallOptions options{.token = PersonToken({c.grant})};
    const auto stub = operations::Operations::NewStub(channel_);
    const auto result = [](const absl::Status& status) {
      return status.ok() ? std::string("OK") : ReasonOf(status);
    };
    EXPECT_EQ(result(Ask(&operations::Operations::Stub::ListParked, *stub, options)),
              c.list_parked);
    EXPECT_EQ(result(Ask(&operations::Operations::Stub::VerifyAudit, *stub, options)),
              c.verify_audit);
  }
}

TEST(ServiceTokens, AreRenewedBeforeTheyEnd) {
  SystemRng rng;
  ManualClock clock(FromMicros(1'800'000'000'000'000));
  const auto key = auth::SigningKey::Generate(rng);
  ServiceTokens tokens(key, "mobility", "test", clock);
  const std::string first = tokens.Current();
  clock.Advance(std::chrono::seconds(100));
  EXPECT_EQ(tokens.Current(), first);
  clock.Advance(std::chrono::seconds(60));
  const std::string second = tokens.Current();
  EXPECT_NE(second, first);
  clock.Jump(-std::chrono::hours(1));
  EXPECT_NE(tokens.Current(), second);
  auth::Verifier verifier({.deployment = "test", .service_keys = {{"mobility", key.Public()}}},
                          clock);
  const auto principal = verifier.Verify(tokens.Current());
  ASSERT_TRUE(principal.ok()) << principal.status();
  EXPECT_EQ(principal->name, "service:mobility");
}

TEST(Task, RunsAtOnceWhenNudgedAndNotAfterItsEnd) {
  std::mutex mutex;
  std::condition_variable changed;
  int runs = 0;
  Task task(std::chrono::hours(1), [&] {
    const std::lock_guard lock(mutex);
    ++runs;
    changed.notify_all();
    if (runs == 1) throw std::runtime_error("once");
  });
  const auto await = [&](int wanted) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(10), [&] { return runs >= wanted; });
  };
  task.Start();
  ASSERT_TRUE(await(1));
  task.Nudge();
  ASSERT_TRUE(await(2));  // A run that threw does not end the task.
  task.Stop();
  task.Nudge();
  EXPECT_EQ(runs, 2);
}

}  // namespace
}  // namespace jointly::rpc
