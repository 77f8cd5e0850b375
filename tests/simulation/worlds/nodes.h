#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "services/budgets/api/budgets_api.h"
#include "services/identity/api/identity_api.h"
#include "services/mobility/api/mobility_api.h"
#include "services/notifications/api/notifications_api.h"
#include "services/notifications/events/handlers.h"
#include "services/notifications/events/mail_worker.h"
#include "services/partnerships/api/partnerships_api.h"
#include "tests/simulation/worlds/mailbox.h"
#include "tests/simulation/worlds/node.h"

// The services, each wired as in its main.cc.
namespace jointly::simulation {

inline constexpr const char* kAdministratorEmail = "quetzal-administrator@jointly.example";

class IdentityNode final : public Node {
 public:
  using Api = identity::Api;
  explicit IdentityNode(const Outside& outside);
  ~IdentityNode() override { Kill(); }
  Api& api() { return *api_; }

 protected:
  void MakeApi() override;
  void DropApi() override { api_.reset(); }
  std::map<std::string, timers::Handler> Timers() override { return api_->Timers(); }

 private:
  std::unique_ptr<Api> api_;
};

class PartnershipsNode final : public Node {
 public:
  using Api = partnerships::Api;
  explicit PartnershipsNode(const Outside& outside);
  ~PartnershipsNode() override { Kill(); }
  Api& api() { return *api_; }

 protected:
  void MakeApi() override;
  void DropApi() override { api_.reset(); }
  std::vector<bus::Subscription> Subscriptions() override;
  std::map<std::string, timers::Handler> Timers() override;

 private:
  std::unique_ptr<Api> api_;
};

class MobilityNode final : public Node {
 public:
  using Api = mobility::Api;
  explicit MobilityNode(const Outside& outside);
  ~MobilityNode() override { Kill(); }
  Api& api() { return *api_; }

 protected:
  void MakeApi() override;
  void DropApi() override { api_.reset(); }
  std::vector<bus::Subscription> Subscriptions() override;
  std::map<std::string, timers::Handler> Timers() override;

 private:
  std::unique_ptr<Api> api_;
};

class NotificationsNode final : public Node {
 public:
  using Api = notifications::Api;
  // `contacts` asks identity.
  NotificationsNode(const Outside& outside, notifications::ContactSource& contacts);
  ~NotificationsNode() override { Kill(); }
  Api& api() { return *api_; }
  Mailbox& mailbox() { return mailbox_; }

 protected:
  void MakeApi() override;
  void DropApi() override;
  std::vector<bus::Subscription> Subscriptions() override { return handlers_->Subscriptions(); }
  std::map<std::string, timers::Handler> Timers() override { return handlers_->Timers(); }
  absl::Status SendMails() override;

 private:
  notifications::ContactSource& contacts_;
  Mailbox mailbox_;
  std::unique_ptr<notifications::Handlers> handlers_;
  std::unique_ptr<notifications::MailWorker> worker_;
  std::unique_ptr<Api> api_;
};

class BudgetsNode final : public Node {
 public:
  using Api = budgets::Api;
  explicit BudgetsNode(const Outside& outside);
  ~BudgetsNode() override { Kill(); }
  Api& api() { return *api_; }
  // What a close is signed with.
  static std::string Sign(std::string_view text) { return "signed: " + std::string(text); }

  // For a test of the check: `meddle` handles the events of stays, with the true handler at hand.
  using Meddler =
      std::function<absl::Status(db::Tx&, const bus::Message&, const bus::Handler& handler)>;
  void MeddleWithStays(Meddler meddle) { meddle_ = std::move(meddle); }

 protected:
  void MakeApi() override;
  void DropApi() override { api_.reset(); }
  std::vector<bus::Subscription> Subscriptions() override;
  std::map<std::string, timers::Handler> Timers() override;
  absl::Status SealMore() override;

 private:
  std::unique_ptr<Api> api_;
  Meddler meddle_;
};

// How notifications asks identity: directly.
class DirectContacts final : public notifications::ContactSource {
 public:
  explicit DirectContacts(IdentityNode& identity) : identity_(identity) {}
  absl::StatusOr<std::map<std::string, notifications::Contact>> Get(
      const std::vector<std::string>& names) override;

 private:
  IdentityNode& identity_;
};

}  // namespace jointly::simulation
