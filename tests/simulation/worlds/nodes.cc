#include "tests/simulation/worlds/nodes.h"

#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/budgets/events/handlers.h"
#include "services/budgets/store/ledger_store.h"
#include "services/budgets/store/migrations.h"
#include "services/identity/store/migrations.h"
#include "services/mobility/events/handlers.h"
#include "services/mobility/store/migrations.h"
#include "services/notifications/store/migrations.h"
#include "services/partnerships/store/migrations.h"
#include "tests/simulation/worlds/directory.h"

namespace jointly::simulation {
namespace {

// Cheap: how costly a password is to guess is not this tier's question.
constexpr identity::PasswordCost kCheap{.memory_bytes = 64 * 1024, .passes = 1};

auth::SecretKey MasterKey() {
  auto key = auth::SecretKey::FromBytes(std::string(32, 'k'));
  Check(key.ok(), "a master key");
  return *std::move(key);
}

// Contents are named by their hash, so all worlds can share one place.
blob::Store& Blobs() {
  static const Directory directory("blobs");
  static const std::unique_ptr<blob::Store> store = [] {
    auto opened = blob::Store::Open(directory.path());
    Check(opened.ok(), opened.status().ToString());
    return *std::move(opened);
  }();
  return *store;
}

}  // namespace

IdentityNode::IdentityNode(const Outside& outside)
    : Node("identity", {"identity", &identity::Migrations()}, outside) {}

void IdentityNode::MakeApi() {
  api_ = std::make_unique<Api>(
      identity::Environment{database(), outbox(), outside().clock, rng(), ids()}, MasterKey(),
      identity::ApiOptions{
          .deployment = "world",
          .password_cost = kCheap,
          .revoke = [](const std::string&, Time) {},
      });
  const absl::Status started = api_->Start();
  Check(started.ok(), started.ToString());
  if (api_->HasAdministrator()) return;
  const auto made =
      api_->CreateFirstAdministrator(kAdministratorEmail, "violet anchors hum at noon");
  Check(made.ok(), made.status().ToString());
}

PartnershipsNode::PartnershipsNode(const Outside& outside)
    : Node("partnerships", {"partnerships", &partnerships::Migrations()}, outside) {}

void PartnershipsNode::MakeApi() {
  api_ = std::make_unique<Api>(database(), outbox(), outside().clock, ids());
}

// What the process itself follows, to refuse old tokens.
std::vector<bus::Subscription> PartnershipsNode::Subscriptions() {
  return {{.aggregate = "identity.person", .handler = {}}};
}

std::map<std::string, timers::Handler> PartnershipsNode::Timers() {
  return {{partnerships::kAgreementEndsTimer, std::bind_front(&Api::EndAgreement, api_.get())}};
}

MobilityNode::MobilityNode(const Outside& outside)
    : Node("mobility", {"mobility", &mobility::Migrations()}, outside) {}

void MobilityNode::MakeApi() {
  api_ = std::make_unique<Api>(Api::Parts{.database = database(),
                                          .outbox = outbox(),
                                          .clock = outside().clock,
                                          .ids = ids(),
                                          .rng = rng(),
                                          .master_key = MasterKey(),
                                          .blobs = Blobs()});
}

std::vector<bus::Subscription> MobilityNode::Subscriptions() {
  return mobility::Subscriptions(api_->engine());
}

std::map<std::string, timers::Handler> MobilityNode::Timers() {
  return mobility::TimerHandlers(api_->engine());
}

NotificationsNode::NotificationsNode(const Outside& outside, notifications::ContactSource& contacts)
    : Node("notifications", {"notifications", &notifications::Migrations()}, outside),
      contacts_(contacts),
      mailbox_(rng(), outside.clock.Now()) {}

void NotificationsNode::MakeApi() {
  handlers_ = std::make_unique<notifications::Handlers>(outside().clock, [] {});
  worker_ = std::make_unique<notifications::MailWorker>(
      notifications::MailWorkerOptions{.from = "jointly@world.example",
                                       .public_url = "https://world.example",
                                       .address_salt = "salt"},
      database(), contacts_, mailbox_, outside().clock, rng());
  api_ = std::make_unique<Api>(database());
}

void NotificationsNode::DropApi() {
  api_.reset();
  worker_.reset();
  handlers_.reset();
}

absl::Status NotificationsNode::SendMails() {
  mailbox_.BeginStep();
  try {
    const absl::Status status = worker_->Step().status();
    if (!status.ok()) mailbox_.DoubtStep();
    return status;
  } catch (...) {
    mailbox_.DoubtStep();
    throw;
  }
}

BudgetsNode::BudgetsNode(const Outside& outside)
    : Node("budgets", {"budgets", &budgets::Migrations()}, outside) {}

void BudgetsNode::MakeApi() {
  api_ = std::make_unique<Api>(Api::Parts{.database = database(),
                                          .outbox = outbox(),
                                          .clock = outside().clock,
                                          .ids = ids(),
                                          .blobs = Blobs(),
                                          .sign = &BudgetsNode::Sign,
                                          .master_key = MasterKey(),
                                          .rng = &rng()});
}

std::vector<bus::Subscription> BudgetsNode::Subscriptions() {
  std::vector<bus::Subscription> subscriptions = budgets::Subscriptions(api_->engine());
  for (bus::Subscription& row : subscriptions) {
    if (row.aggregate != "mobility.mobility") continue;
    row.handler = [this, inner = std::move(row.handler)](db::Tx& tx, const bus::Message& message) {
      return meddle_ ? meddle_(tx, message, inner) : inner(tx, message);
    };
  }
  return subscriptions;
}

std::map<std::string, timers::Handler> BudgetsNode::Timers() {
  return budgets::TimerHandlers(api_->engine());
}

absl::Status BudgetsNode::SealMore() { return budgets::store::SealJournals(database()).status(); }

absl::StatusOr<std::map<std::string, notifications::Contact>> DirectContacts::Get(
    const std::vector<std::string>& names) {
  if (!identity_.running()) return Unavailable(kUnavailable, "identity is down");
  identity::v1::BatchGetContactsRequest request;
  request.mutable_names()->Assign(names.begin(), names.end());
  rpc::Call call;
  call.principal = {.kind = auth::Principal::Kind::kService, .name = "service:notifications"};
  call.now = identity_.outside().clock.Now();
  call.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  ASSIGN_OR_RETURN(const auto reply, identity_.api().BatchGetContacts(call, request));
  std::map<std::string, notifications::Contact> contacts;
  for (const identity::v1::Contact& contact : reply.contacts()) {
    contacts[contact.name()] = {.display_name = contact.display_name(),
                                .email = contact.email(),
                                .language = contact.language_code(),
                                .zone = contact.time_zone()};
  }
  return contacts;
}

}  // namespace jointly::simulation
