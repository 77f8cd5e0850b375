#include <exception>
#include <map>
#include <set>
#include <utility>

#include "common/bus/apply.h"
#include "common/bus/apply_internal.h"
#include "common/bus/envelope.h"
#include "common/error/macros.h"
#include "common/telemetry/failpoint.h"

// The direct way: the next revision of an aggregate that nothing waits for is applied in the
// transaction that takes it in, without a stop in the inbox.
namespace jointly::bus {
namespace {

constexpr Reason kHandlerThrew{"HANDLER_THREW"};

absl::Status CallOne(const Handler& handler, db::Tx& tx, const Message& message) {
  // Only the standard library throws; what a handler lets through is its failure, not the
  // process's.
  try {
    return handler(tx, message);
  } catch (const std::exception& thrown) {
    return Internal(kHandlerThrew, std::string("the handler threw: ") + thrown.what());
  }
}

}  // namespace

// The database's trouble, not the message's: it is not counted against it.
bool IsInfrastructure(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  return reason == db::kDatabaseDown.name || reason == db::kContention.name ||
         reason == kDeadlineExceeded.name;
}

absl::Status Applier::CallHandlers(db::Tx& tx, const Message& message) {
  const auto found = subscribers_.find(message.aggregate_type);
  if (found == subscribers_.end()) return absl::OkStatus();
  for (const Handler& handler : found->second.handlers) {
    RETURN_IF_ERROR(CallOne(handler, tx, message));
  }
  return absl::OkStatus();
}

void Applier::CountApplied(int applied, const std::vector<double>& seconds) {
  applied_.Add(applied);
  for (const double value : seconds) latency_.Observe(value);
}

struct Applier::Taken {
  int applied = 0;
  bool handler_failed = false;
  std::vector<double> seconds;
};

absl::StatusOr<int> Applier::TakeIn(const std::vector<Message>& messages, bool direct) {
  if (direct) {
    const Gate::Pass pass(gate_, /*alone=*/false);
    telemetry::Failpoint("consumer.before_direct");
    Taken taken;
    const absl::Status status = database_.Transact(
        [&](db::Tx& tx) -> absl::Status { return TakeDirectly(tx, messages, taken); });
    if (status.ok()) {
      CountApplied(taken.applied, taken.seconds);
      return taken.applied;
    }
    if (IsInfrastructure(status)) return status;
    // A handler failed, and its neighbours went with it: the inbox sorts it out.
  }
  RETURN_IF_ERROR(database_.Transact([&](db::Tx& tx) -> absl::Status {
    for (const Message& message : messages) InsertMessage(tx, message, clock_.Now());
    return absl::OkStatus();
  }));
  return 0;
}

absl::Status Applier::TakeDirectly(db::Tx& tx, const std::vector<Message>& messages, Taken& taken) {
  taken = Taken();
  struct State {
    std::int64_t last = 0;
    bool advanced = false;
    bool waits = false;  // Something of it is in the inbox: the rest has to follow there.
  };
  std::map<AggregateKey, State> states;
  std::set<AggregateKey> first;
  for (const Message& message : messages) {
    const AggregateKey key{message.aggregate_type, message.aggregate_id};
    states[key];
    if (message.revision == 1) first.insert(key);
  }
  std::vector<AggregateKey> keys;
  for (const auto& [key, state] : states) keys.push_back(key);
  for (const AggregateKey& key : first) CreateApplied(tx, key);
  ASSIGN_OR_RETURN(const auto last, LockApplied(tx, keys));
  ASSIGN_OR_RETURN(const auto waiting, FindInInbox(tx, keys));
  for (std::size_t i = 0; i < keys.size(); ++i) states[keys[i]].last = last[i];
  for (const AggregateKey& key : waiting) states[key].waits = true;

  const auto end = clock_.Monotonic() + kBatchTime;
  for (const Message& message : messages) {
    const AggregateKey key{message.aggregate_type, message.aggregate_id};
    State& state = states[key];
    if (message.revision <= state.last) continue;
    const bool out_of_time = taken.applied > 0 && clock_.Monotonic() >= end;
    if (state.waits || out_of_time || message.revision != state.last + 1 ||
        MajorVersionOf(message.event_type) != kMajorVersion) {
      // Its row says "ready" or "waiting" by what is applied, so that comes first.
      if (std::exchange(state.advanced, false)) SetApplied(tx, key, state.last);
      InsertMessage(tx, message, clock_.Now());
      state.waits = true;
      continue;
    }
    RETURN_IF_ERROR(CallHandlers(tx, message));
    state.last = message.revision;
    state.advanced = true;
    ++taken.applied;
    taken.seconds.push_back(std::chrono::duration<double>(clock_.Now() - message.time).count());
  }
  for (const auto& [key, state] : states) {
    if (state.advanced) SetApplied(tx, key, state.last);
  }
  return absl::OkStatus();
}

}  // namespace jointly::bus
