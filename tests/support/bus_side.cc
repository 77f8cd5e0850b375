#include "tests/support/bus_side.h"

#include "common/auth/cipher.h"
#include "common/error/macros.h"

namespace jointly::test {

const std::vector<db::Migration>& SideMigrations() {
  static const auto& migrations =
      *new std::vector<db::Migration>{{.number = 1, .name = "0001_things", .sql = R"sql(
           CREATE TABLE thing (id TEXT PRIMARY KEY, revision BIGINT NOT NULL);
           CREATE TABLE effect (
             id        {identity},
             aggregate TEXT NOT NULL,
             revision  BIGINT NOT NULL
           ))sql"}};
  return migrations;
}

bus::Handler RecordEffect(std::function<absl::Status(const bus::Message&)> first) {
  return [first = std::move(first)](db::Tx& tx, const bus::Message& message) -> absl::Status {
    if (first) RETURN_IF_ERROR(first(message));
    tx.Execute("INSERT INTO effect (aggregate, revision) VALUES ($1, $2)",
               {message.aggregate_type + "/" + message.aggregate_id, message.revision});
    return absl::OkStatus();
  };
}

Side::Side(std::string service, std::string aggregate, Engine engine, const Clock& clock, Rng& rng)
    : service_(std::move(service)),
      aggregate_(std::move(aggregate)),
      clock_(clock),
      rng_(rng),
      ids_(clock, rng),
      place_(engine) {
  Restart();
}

Side::~Side() = default;

void Side::Restart() {
  consumer_.reset();
  relay_.reset();
  outbox_.reset();
  database_.reset();
  database_ = OpenMigrated(place_, {{"things", &SideMigrations()}});
  outbox_ = std::make_unique<bus::Outbox>(service_, "test", clock_, ids_);
}

absl::StatusOr<std::int64_t> Side::Change(const std::string& id, const std::string& body) {
  return database_->Transact(
      [&](db::Tx& tx) -> absl::StatusOr<std::int64_t> { return ChangeIn(tx, id, body); });
}

absl::StatusOr<std::int64_t> Side::ChangeIn(db::Tx& tx, const std::string& id,
                                            const std::string& body) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      INSERT INTO thing (id, revision) VALUES ($1, 1)
      ON CONFLICT (id) DO UPDATE SET revision = thing.revision + 1
      RETURNING revision)sql",
                                                 {id}));
  bus::Event event;
  event.aggregate_type = service_ + "." + aggregate_;
  event.aggregate_id = id;
  event.revision = rows.front().Int("revision");
  event.action = event.revision == 1 ? "created" : "updated";
  event.subject = aggregate_ + "s/" + id;
  event.message_name = "jointly.partnerships.v1.AgreementEvent";
  event.body = body;
  event.actor = "people/tester";
  event.after_digest = auth::Sha256Hex(id + std::to_string(event.revision));
  outbox_->Append(tx, event);
  return event.revision;
}

bus::Relay& Side::MakeRelay(bus::Broker& broker, bus::RelayOptions options) {
  options.service = service_;
  relay_ = std::make_unique<bus::Relay>(options, *database_, broker, clock_, rng_);
  outbox_->OnCommit([relay = relay_.get()] { relay->Wake(); });
  return *relay_;
}

bus::Consumer& Side::MakeConsumer(bus::Broker& broker, bus::FeedSource& feeds,
                                  std::vector<bus::Subscription> subscriptions,
                                  bus::ConsumerOptions options) {
  options.service = service_;
  consumer_ = std::make_unique<bus::Consumer>(options, *database_, broker, feeds,
                                              std::move(subscriptions), clock_, rng_);
  return *consumer_;
}

db::Rows Side::Query(std::string_view sql, db::Values parameters) {
  auto rows = database_->Read([&](db::Tx& tx) { return tx.Query(sql, parameters); });
  EXPECT_TRUE(rows.ok()) << sql << "\n" << rows.status();
  return rows.ok() ? *std::move(rows) : db::Rows();
}

std::int64_t Side::Number(std::string_view sql, db::Values parameters) {
  const db::Rows rows = Query(sql, std::move(parameters));
  if (rows.empty()) return -1;
  const auto* number = std::get_if<std::int64_t>(&rows.front()[0].variant());
  return number == nullptr ? -1 : *number;
}

std::vector<Effect> Side::Effects() {
  std::vector<Effect> effects;
  for (const db::Row& row : Query("SELECT aggregate, revision FROM effect ORDER BY id")) {
    effects.push_back({row.Text("aggregate"), row.Int("revision")});
  }
  return effects;
}

std::int64_t Side::Inbox(const std::string& status) {
  return Number("SELECT COUNT(*) FROM inbox WHERE status = $1", {status});
}

absl::StatusOr<bus::FeedPage> LocalFeeds::List(const std::string& producer,
                                               const bus::FeedQuery& query) {
  ++calls_;
  const auto found = sides_.find(producer);
  if (down_ || found == sides_.end()) {
    return Unavailable(kUnavailable, "the feed of " + producer + " does not answer");
  }
  return bus::ReadFeed(found->second->database(), query);
}

std::string Disorder(const std::vector<Effect>& effects) {
  std::map<std::string, std::int64_t> last;
  for (const Effect& effect : effects) {
    std::int64_t& revision = last[effect.aggregate];
    if (effect.revision != revision + 1) {
      return effect.aggregate + ": revision " + std::to_string(effect.revision) + " after " +
             std::to_string(revision);
    }
    revision = effect.revision;
  }
  return std::string();
}

std::string Missing(const std::vector<Effect>& effects,
                    const std::map<std::string, std::int64_t>& made) {
  const std::string disorder = Disorder(effects);
  if (!disorder.empty()) return disorder;
  std::map<std::string, std::int64_t> applied;
  for (const Effect& effect : effects) applied[effect.aggregate] = effect.revision;
  for (const auto& [aggregate, revision] : made) {
    if (applied[aggregate] != revision) {
      return aggregate + ": applied to " + std::to_string(applied[aggregate]) + " of " +
             std::to_string(revision);
    }
  }
  return applied.size() == made.size() ? std::string() : "effects of what was never made";
}

}  // namespace jointly::test
