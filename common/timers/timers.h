#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/db/database.h"
#include "common/time/clock.h"

// Time-driven work: an offer expires, a reminder falls due. Rows ordered by due time; one index
// probe finds the next; cost grows with what is due, never with what is armed.
namespace jointly::timers {

struct Timer {
  std::string kind;     // "offer_expires": names the handler.
  std::string subject;  // The aggregate's id. (kind, subject) is unique: arming again replaces.
  Time due;             // After an error, the time of the retry: a date that matters is elsewhere.
  // The handler compares it with the aggregate: a stale timer does nothing.
  std::int64_t generation = 0;
  std::string payload;
};

void Arm(db::Tx& tx, const Timer& timer);
// Different ones, set-based.
void ArmAll(db::Tx& tx, const std::vector<Timer>& timers);
void Cancel(db::Tx& tx, const std::string& kind, const std::string& subject);

// Runs in one transaction with the removal of the timer's row: state change, outbox, re-arming.
// An error leaves the row; it is tried again after a growing delay.
using Handler = std::function<absl::Status(db::Tx&, const Timer&)>;

class Ticker {
 public:
  Ticker(db::Database& database, const Clock& clock, std::map<std::string, Handler> handlers);
  ~Ticker();

  // Fires what is due now, at most `limit`; returns how many fired.
  absl::StatusOr<int> Step(int limit = 500);
  // A thread that sleeps until the next due time (re-read at least each second, so that clock jumps
  // neither lose nor double anything), or until Wake.
  void Start();
  void Wake();
  void Stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jointly::timers
