#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "common/bus/outbox.h"
#include "common/timers/timers.h"
#include "services/mobility/api/books.h"
#include "services/mobility/api/changes.h"
#include "services/mobility/domain/decide.h"
#include "services/mobility/store/application_store.h"

// Carries decisions out: what every change of a case writes, whoever asked for it - a call, a timer
// or a foreign event.
namespace jointly::mobility {

// Somebody changed the case between the look at it and its lock: the transaction is run again.
inline constexpr Reason kCaseMoved{"CASE_MOVED"};

// Of an application on a waiting list: a change of its student's other applications may have lifted
// what kept it from being promoted (G10). A transaction of its own, because ledgers are locked
// before applications.
inline constexpr std::string_view kMayBePromoted = "may_be_promoted";

// One transaction at work.
struct Turn {
  db::Tx& tx;
  const Actor& actor;
  Books& books;
};

// What the workflow's guards look at, as far as the case itself says it.
ApplicationFacts FactsOf(const store::Case& row, Time now);
// Balances of the choices and the student's other applications: what offers depend on.
absl::Status AddPlacement(db::Tx& tx, ApplicationFacts& facts);

// The ledgers that a case is on: of its live offer and of its waiting place.
std::vector<std::string> LedgersOf(const store::Case& row);

class Engine {
 public:
  Engine(bus::Outbox& outbox, const Clock& clock) : outbox_(outbox), clock_(clock) {}

  // Books, saves, arms timers and reports an application's decision; returns the case after it.
  absl::StatusOr<store::Case> Carry(const Turn& turn, const store::Case& before,
                                    const ApplicationDecision& decision);
  // Offers the free places of a locked ledger to those who wait, first come first served; whom a
  // guard refuses is passed over and keeps the place in the list.
  absl::Status Promote(const Turn& turn, const std::string& quota);
  // Locks an application and its ledgers, in the order of books.h. `more` are ledgers that the
  // command needs beside those that the case is on. Errors: NOT_FOUND; ABORTED CASE_MOVED.
  absl::StatusOr<store::Case> LockWithLedgers(const Turn& turn, const store::Case& seen,
                                              const store::Scope& scope,
                                              std::vector<std::string> more);

  // The student's other applications in linked calls that wait for a place may be promoted now.
  absl::Status WakeLinked(const Turn& turn, const Application& ended,
                          const std::string& linked_group);

  // The timer "offer_expires".
  absl::Status ExpireOffer(db::Tx& tx, const timers::Timer& timer);
  // The timer "may_be_promoted".
  absl::Status PromoteDue(db::Tx& tx, const timers::Timer& timer);
  // What a budget answered to a mobility's request for its grant. An answer that comes twice, or to
  // another request, changes nothing. A stay that was cancelled meanwhile is told when nothing is
  // held for it any more (`holds` is false), whatever the answer was.
  absl::Status AnswerFunding(db::Tx& tx, const Actor& actor, const std::string& mobility,
                             Funding answer, bool holds = true);

  bus::Outbox& outbox() { return outbox_; }
  const Clock& clock() const { return clock_; }

 private:
  bus::Outbox& outbox_;
  const Clock& clock_;
};

}  // namespace jointly::mobility
