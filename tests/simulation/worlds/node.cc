#include "tests/simulation/worlds/node.h"

#include <filesystem>

#include "common/bus/operations.h"
#include "common/error/check.h"
#include "common/error/macros.h"
#include "tests/support/bus_side.h"

namespace jointly::simulation {
namespace {

constexpr std::chrono::milliseconds kNoWait{0};

std::uint64_t SeedOf(const std::string& service, std::uint64_t seed) {
  std::uint64_t mixed = seed * 31;
  for (const char c : service) mixed = mixed * 131 + static_cast<unsigned char>(c);
  return mixed;
}

// Each effect of an event is written down in its transaction, so that the check sees whether each
// came once and in order, whatever the service makes of it.
bus::Subscription Recorded(bus::Subscription row) {
  row.handler = [record = test::RecordEffect(), inner = std::move(row.handler)](
                    db::Tx& tx, const bus::Message& message) -> absl::Status {
    RETURN_IF_ERROR(record(tx, message));
    return inner ? inner(tx, message) : absl::OkStatus();
  };
  return row;
}

}  // namespace

std::string_view Name(Work work) {
  constexpr std::string_view kNames[] = {"relay", "receive", "apply", "reconcile",
                                         "tick",  "seal",    "mail"};
  return kNames[static_cast<std::size_t>(work)];
}

Node::Node(std::string service, db::MigrationSet migrations, const Outside& outside)
    : service_(std::move(service)),
      migrations_(std::move(migrations)),
      outside_(outside),
      rng_(SeedOf(service_, outside.seed)),
      ids_(outside.clock, rng_) {}

void Node::Start() {
  Check(database_ == nullptr, service_ + " is started twice");
  const std::string path = outside_.directory + "/" + service_ + ".db";
  const bool fresh = !std::filesystem::exists(path);
  auto opened = db::Open({.url = "sqlite://" + path, .single_threaded = true});
  Check(opened.ok(), opened.status().ToString());
  database_ = *std::move(opened);
  if (fresh) Migrate();
  outbox_ = std::make_unique<bus::Outbox>(service_, "world", outside_.clock, ids_);
  MakeApi();
  MakeBus();
}

void Node::Migrate() {
  const absl::Status status = database_->Migrate(
      {{"kernel", &bus::KernelMigrations()}, migrations_, {"effects", &test::SideMigrations()}},
      outside_.clock);
  Check(status.ok(), status.ToString());
}

void Node::MakeBus() {
  bus::Broker& broker = outside_.broker.For(service_);
  relay_ = std::make_unique<bus::Relay>(bus::RelayOptions{.service = service_}, *database_, broker,
                                        outside_.clock, rng_);
  outbox_->OnCommit([relay = relay_.get()] { relay->Wake(); });
  std::vector<bus::Subscription> subscriptions = Subscriptions();
  follows_.clear();
  for (bus::Subscription& row : subscriptions) {
    follows_.push_back(row.aggregate);
    row = Recorded(std::move(row));
  }
  consumer_ = std::make_unique<bus::Consumer>(bus::ConsumerOptions{.service = service_}, *database_,
                                              broker, outside_.feeds, std::move(subscriptions),
                                              outside_.clock, rng_);
  ticker_ = std::make_unique<timers::Ticker>(*database_, outside_.clock, Timers());
}

void Node::Kill() {
  ticker_.reset();
  consumer_.reset();
  relay_.reset();
  DropApi();
  outbox_.reset();
  database_.reset();
}

absl::Status Node::Do(Work work) {
  switch (work) {
    case Work::kRelay:
      return relay_->Step(kNoWait);
    case Work::kReceive:
      return consumer_->StepReceive(kNoWait);
    case Work::kApply:
      return consumer_->StepApply().status();
    case Work::kReconcile:
      return consumer_->StepReconcile(/*now=*/false);
    case Work::kTick:
      return ticker_->Step().status();
    case Work::kSeal:
      RETURN_IF_ERROR(bus::SealAudit(*database_, outside_.clock).status());
      return SealMore();
    case Work::kMail:
      return SendMails();
  }
  Die("a work of no kind");
}

db::Rows Node::Query(std::string_view sql, db::Values parameters) {
  auto rows = database_->Read([&](db::Tx& tx) { return tx.Query(sql, parameters); });
  Check(rows.ok(), rows.status().ToString());
  return *std::move(rows);
}

std::int64_t Node::Number(std::string_view sql, db::Values parameters) {
  const db::Rows rows = Query(sql, std::move(parameters));
  Check(rows.size() == 1, "one row is wanted: " + std::string(sql));
  const auto* number = std::get_if<std::int64_t>(&rows.front()[0].variant());
  Check(number != nullptr, "a number is wanted: " + std::string(sql));
  return *number;
}

void Node::Execute(std::string_view sql, db::Values parameters) {
  const absl::Status status = database_->Transact([&](db::Tx& tx) {
    tx.Execute(sql, parameters);
    return absl::OkStatus();
  });
  Check(status.ok(), status.ToString());
}

}  // namespace jointly::simulation
