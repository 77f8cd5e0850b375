#include <jointly/mobility/v1/mobility_events.pb.h>

#include "tests/store/budgets/flow_world.h"
#include "tests/support/broker_fixture.h"

// The first year of the Grenoble Unit, with a stay that it pays, over a real RabbitMQ on which
// every message of both sides comes a second time.
namespace jointly::budgets {
namespace {

using std::chrono::milliseconds;

class DuplicatesTest : public test::BrokerTest {
 protected:
  void SetUp() override {
    BrokerTest::SetUp();
    if (IsSkipped()) return;
    database_ = test::OpenMigrated(place_, {{"budgets", &Migrations()}});
    world_ = std::make_unique<FlowWorld>(*database_, place_.directory());
    mobility_ =
        std::make_unique<test::Side>("mobility", "mobility", test::Engine::kSqlite, clock_, rng_);
    listener_ = std::make_unique<test::Side>("notifications", "reminder", test::Engine::kSqlite,
                                             clock_, rng_);
    feeds_.Add(*mobility_);
  }
  void TearDown() override {
    consuming_.reset();
    relay_.reset();
    listener_.reset();
    mobility_.reset();
    world_.reset();
    database_.reset();
    BrokerTest::TearDown();
  }

  // Both sides publish and listen; again after everything was marked as never published.
  void Connect() {
    for (const char* service : {"budgets", "mobility", "notifications"}) {
      brokers_[service] = std::make_unique<bus::AmqpBroker>(Options(service));
    }
    relay_ = std::make_unique<bus::Relay>(
        bus::RelayOptions{.service = "budgets", .reconnect_max = kReconnectMax}, *database_,
        *brokers_["budgets"], clock_, rng_);
    relay_->Start();
    mobility_->MakeRelay(*brokers_["mobility"], {.reconnect_max = kReconnectMax}).Start();
    consuming_ = std::make_unique<bus::Consumer>(
        bus::ConsumerOptions{.service = "budgets", .reconnect_max = kReconnectMax}, *database_,
        *brokers_["budgets"], feeds_, Subscriptions(world_->api().engine()), clock_, rng_);
    consuming_->Start();
    std::vector<bus::Subscription> heard;
    for (const char* noun : {"budget", "period", "commitment", "claim", "transfer", "report"}) {
      heard.push_back({"budgets." + std::string(noun), test::RecordEffect()});
    }
    listener_->MakeConsumer(*brokers_["notifications"], feeds_, heard, {}).Start();
  }
  void Tell(const std::string& stay, mobility::v1::MobilityCase::State state) {
    mobility::v1::MobilityEvent event;
    mobility::v1::MobilityCase& told = *event.mutable_mobility();
    told.set_name("mobilities/" + stay);
    told.set_state(state);
    told.mutable_funding()->set_funding_reference(world_->Draft().budget().funding_reference());
    told.mutable_funding()->set_state(mobility::v1::Funding::REQUESTED);
    *told.mutable_planned_start_date() = Day("2020-10-01");
    *told.mutable_planned_end_date() = Day("2021-03-31");
    ASSERT_TRUE(mobility_->Change(stay, event.SerializeAsString()).ok());
  }
  std::string StateOf(const std::string& commitment) {
    const auto rows = Must(database_->Read([&](db::Tx& tx) {
      return tx.Query("SELECT state FROM commitment WHERE id = $1", {commitment});
    }));
    return rows.empty() ? "" : rows.front().Text("state");
  }
  void Await(const std::string& commitment, const std::string& state) {
    ASSERT_TRUE(WaitUntil([&] { return StateOf(commitment) == state; }, milliseconds(15'000)))
        << commitment << " is " << StateOf(commitment);
  }
  // Every event of budgets that there is was heard.
  void AwaitHeard() {
    ASSERT_TRUE(
        WaitUntil([&] { return listener_->Effects().size() == Told(); }, milliseconds(15'000)))
        << listener_->Effects().size() << " of " << Told();
  }
  std::size_t Told() {
    const auto rows = Must(database_->Read(
        [&](db::Tx& tx) { return tx.Query("SELECT COUNT(*) AS told FROM outbox"); }));
    return static_cast<std::size_t>(rows.front().Int("told"));
  }
  // The numbers, to the byte, and how many journals made them.
  std::string Books() {
    pb::GetStatementRequest request;
    request.set_name("budgets/unit");
    rpc::Call call = world_->As("auditor");
    const pb::Statement statement = Must(world_->api().GetStatement(call, request));
    return std::to_string(statement.as_of_sequence()) + " " + statement.content_hash();
  }
  void PublishAllAgain() {
    relay_.reset();
    for (db::Database* database : {database_.get(), &mobility_->database()}) {
      const absl::Status forgotten = database->Transact([](db::Tx& tx) {
        tx.Execute("UPDATE outbox SET publish_time = NULL");
        return absl::OkStatus();
      });
      ASSERT_TRUE(forgotten.ok()) << forgotten;
    }
    relay_ = std::make_unique<bus::Relay>(
        bus::RelayOptions{.service = "budgets", .reconnect_max = kReconnectMax}, *database_,
        *brokers_["budgets"], clock_, rng_);
    relay_->Start();
    mobility_->MakeRelay(*brokers_["mobility"], {.reconnect_max = kReconnectMax}).Start();
  }
  void FirstYear() {
    world_->Order("c1", "p1", "EQUIP", Yen("3000000"), "2020-06-15");
    Must(world_->Approve("c1"));
    Must(world_->Invoice("c1", Yen("3000000"), "2020-09-30"));
    for (const auto& [category, amount] :
         std::vector<std::pair<const char*, const char*>>{{"PERS", "28400"},
                                                          {"TRAVEL", "1250"},
                                                          {"CONS", "7200"},
                                                          {"SERV", "2900"},
                                                          {"OVH", "8000"}}) {
      Must(world_->Cost("p1", category, amount, "2021-03-20"));
    }
    Must(world_->MovePeriod("p1", "soft_close", "manager"));
    Must(world_->MovePeriod("p1", "close"));
  }

  test::DatabasePlace place_{test::Engine::kSqlite};
  std::unique_ptr<db::Database> database_;
  std::unique_ptr<FlowWorld> world_;
  std::unique_ptr<test::Side> mobility_;
  std::unique_ptr<test::Side> listener_;
  std::map<std::string, std::unique_ptr<bus::AmqpBroker>> brokers_;
  std::unique_ptr<bus::Relay> relay_;
  std::unique_ptr<bus::Consumer> consuming_;
};

TEST_F(DuplicatesTest, ChangeNothing) {
  world_->Found();
  Connect();
  Tell("m1", mobility::v1::MobilityCase::APPROVED);
  Await("m1", "approved");
  Tell("m1", mobility::v1::MobilityCase::CANCELLED);
  Await("m1", "cancelled");
  FirstYear();
  AwaitHeard();
  const std::string books = Books();
  const std::vector<test::Effect> heard = listener_->Effects();
  EXPECT_EQ(test::Disorder(heard), "");

  PublishAllAgain();
  // Queues keep their order: when these are through, so is everything that came twice.
  Tell("last", mobility::v1::MobilityCase::APPROVED);
  Await("last", "refused");  // The period of its day is closed.
  AwaitHeard();
  EXPECT_EQ(Books(), books);
  EXPECT_EQ(StateOf("m1"), "cancelled");
  EXPECT_EQ(test::Disorder(listener_->Effects()), "");
  EXPECT_EQ(listener_->Effects().size(), heard.size() + 1);
  EXPECT_EQ(world_->Findings(), std::vector<std::string>{});
}

}  // namespace
}  // namespace jointly::budgets
