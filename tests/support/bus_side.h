#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/bus/consumer.h"
#include "common/bus/operations.h"
#include "common/bus/outbox.h"
#include "common/bus/relay.h"
#include "tests/support/database_fixture.h"

// One side of a conversation over the bus, for tests of the kernel: a database with things that
// change, each change an event; and a handler that writes down every effect, so that a test sees
// whether each came once and in order.
namespace jointly::test {

const std::vector<db::Migration>& SideMigrations();

struct Effect {
  std::string aggregate;  // "agreement/a-1"
  std::int64_t revision = 0;
  auto operator<=>(const Effect&) const = default;
};

// A handler that writes effects; `first` may refuse, throw or end the process.
bus::Handler RecordEffect(std::function<absl::Status(const bus::Message&)> first = {});

class Side {
 public:
  // `service` "partnerships" makes events of partnerships.agreement, and so on: `aggregate` is what
  // Change reports.
  Side(std::string service, std::string aggregate, Engine engine, const Clock& clock, Rng& rng);
  ~Side();

  db::Database& database() { return *database_; }
  const std::string& service() const { return service_; }

  // Adds one to the thing's revision and reports it; returns the revision. `body` goes into the
  // event as it is.
  absl::StatusOr<std::int64_t> Change(const std::string& id, const std::string& body = "");
  // The same without a commit of its own.
  absl::StatusOr<std::int64_t> ChangeIn(db::Tx& tx, const std::string& id, const std::string& body);

  // Processes of this side; made anew after Restart.
  bus::Relay& MakeRelay(bus::Broker& broker, bus::RelayOptions options = {});
  bus::Consumer& MakeConsumer(bus::Broker& broker, bus::FeedSource& feeds,
                              std::vector<bus::Subscription> subscriptions,
                              bus::ConsumerOptions options = {});
  bus::Relay& relay() { return *relay_; }
  bus::Consumer& consumer() { return *consumer_; }
  // As kill -9 would leave it: threads and channels gone, the database opened again.
  void Restart();

  // In the order of their commits.
  std::vector<Effect> Effects();
  db::Rows Query(std::string_view sql, db::Values parameters = {});
  std::int64_t Number(std::string_view sql, db::Values parameters = {});
  // How many events wait to be published / wait in the inbox.
  std::int64_t Pending() {
    return Number("SELECT COUNT(*) FROM outbox WHERE publish_time IS NULL");
  }
  std::int64_t Inbox(const std::string& status);

 private:
  const std::string service_;
  const std::string aggregate_;
  const Clock& clock_;
  Rng& rng_;
  IdSource ids_;
  DatabasePlace place_;
  std::unique_ptr<db::Database> database_;
  std::unique_ptr<bus::Outbox> outbox_;
  std::unique_ptr<bus::Relay> relay_;
  std::unique_ptr<bus::Consumer> consumer_;
};

// A test whose only databases are those of its sides, on the engine that its parameter names.
class SideTest : public testing::TestWithParam<Engine> {
 protected:
  void SetUp() final {
    if (is_postgres() && PostgresUrl().empty()) {
      GTEST_SKIP() << "JOINTLY_TEST_POSTGRES is not set: it names the PostgreSQL server for tests "
                      "(scripts/test starts one)";
    }
    Prepare();
  }
  virtual void Prepare() = 0;
  bool is_postgres() const { return GetParam() == Engine::kPostgres; }
};

// Reads producers' feeds from their databases, as the RPC does in production.
class LocalFeeds final : public bus::FeedSource {
 public:
  void Add(Side& side) { sides_[side.service()] = &side; }
  void SetDown(bool down) { down_ = down; }
  int calls() const { return calls_; }
  absl::StatusOr<bus::FeedPage> List(const std::string& producer,
                                     const bus::FeedQuery& query) override;

 private:
  std::map<std::string, Side*> sides_;
  std::atomic<bool> down_{false};
  std::atomic<int> calls_{0};
};

// M2 and M3: per aggregate the revisions 1, 2, 3 ... once each. Returns what is wrong, or nothing.
std::string Disorder(const std::vector<Effect>& effects);
// M1 on top of it: exactly what was made, to the last revision.
std::string Missing(const std::vector<Effect>& effects,
                    const std::map<std::string, std::int64_t>& made);

}  // namespace jointly::test
