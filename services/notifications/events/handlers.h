#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/bus/subscription.h"
#include "common/time/clock.h"
#include "common/timers/timers.h"

// What the events of the other services do here: activity rows, inbox messages, queued mails,
// deadlines and their reminders, all in the inbox transaction.
namespace jointly::notifications {

class Handlers {
 public:
  // `wake_mail` is called after a commit that may have queued a mail that is due.
  Handlers(const Clock& clock, std::function<void()> wake_mail)
      : clock_(clock), wake_mail_(std::move(wake_mail)) {}

  // They hold a reference to this.
  std::vector<bus::Subscription> Subscriptions();
  std::map<std::string, timers::Handler> Timers();

 private:
  absl::Status FollowPerson(db::Tx& tx, const bus::Message& message);
  absl::Status FollowInstitution(db::Tx& tx, const bus::Message& message);
  absl::Status FollowAgreement(db::Tx& tx, const bus::Message& message);
  absl::Status FollowCall(db::Tx& tx, const bus::Message& message);
  absl::Status FollowApplication(db::Tx& tx, const bus::Message& message);
  absl::Status FollowMobility(db::Tx& tx, const bus::Message& message);
  absl::Status FollowBudget(db::Tx& tx, const bus::Message& message);
  absl::Status FollowPeriod(db::Tx& tx, const bus::Message& message);
  absl::Status FollowCommitment(db::Tx& tx, const bus::Message& message);
  absl::Status FollowClaim(db::Tx& tx, const bus::Message& message);
  absl::Status FollowTransfer(db::Tx& tx, const bus::Message& message);
  absl::Status FollowAmendment(db::Tx& tx, const bus::Message& message);
  absl::Status FollowCarryOver(db::Tx& tx, const bus::Message& message);
  absl::Status FollowReport(db::Tx& tx, const bus::Message& message);
  absl::Status FollowDelegation(db::Tx& tx, const bus::Message& message);
  absl::Status FollowThesis(db::Tx& tx, const bus::Message& message);
  absl::Status FollowCotutelle(db::Tx& tx, const bus::Message& message);
  absl::Status FireReminder(db::Tx& tx, const timers::Timer& timer);

  const Clock& clock_;
  std::function<void()> wake_mail_;
};

}  // namespace jointly::notifications
