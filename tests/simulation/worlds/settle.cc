#include "common/bus/operations.h"
#include "common/error/check.h"
#include "tests/simulation/worlds/world.h"

// The end of a world: all faults stop, and everything must come to rest in bounded time.
namespace jointly::simulation {
namespace {

// Eventually is within this after the faults end (messaging.md M1).
constexpr std::chrono::seconds kSettlingMax{60};
constexpr std::chrono::seconds kRound{1};

}  // namespace

void World::Settle() {
  settling_ = true;
  crash_in_ = 0;
  error_in_ = 0;
  broker_.SetFaults({});
  broker_.SetDown(false);
  broker_.SetBlocked(false);
  notifications_->mailbox().Heal();
  Trace("the world settles");
  for (Node* node : nodes_) {
    if (!node->running()) Restart(*node);
  }
  // Most clients ask until they know; some are gone for ever.
  for (Command& command : commands_) {
    const bool unknown = command.outcome == Command::Outcome::kUnknown;
    const bool recent = clock_.Now() - command.first_time < std::chrono::hours(6 * 24);
    if (unknown && recent && command.request_id_given && !Chance(20)) Attempt(command);
    if (command.outcome == Command::Outcome::kUnknown) ++counts_.unknown;
  }
  const Time start = clock_.Now();
  std::string unrest;
  do {
    for (Node* node : nodes_) {
      for (const Work work : kAllWork) StepWork(*node, work);
    }
    ReplayDied();
    unrest = Unrest();
    if (!unrest.empty()) clock_.Advance(kRound);
  } while (!unrest.empty() && clock_.Now() - start <= kSettlingMax);
  if (!unrest.empty()) Find("a minute after the last fault " + unrest);
  counts_.settling = std::chrono::duration_cast<std::chrono::seconds>(clock_.Now() - start);
}

// What an operator does with events that three deaths of the process have put aside: here the
// process did not die of them.
void World::ReplayDied() {
  for (Node* node : nodes_) {
    const bus::OperationsContext context{.service = node->service(),
                                         .database = node->database(),
                                         .parked_queue = nullptr,
                                         .clock = clock_,
                                         .clear_personal = {}};
    const db::Rows parked = node->Query(R"sql(
        SELECT message_id FROM inbox
         WHERE status = 'parked' AND error LIKE 'the process died%')sql");
    for (const db::Row& row : parked) {
      bus::pb::ReplayParkedRequest request;
      request.add_message_ids(row.Text("message_id"));
      Trace(node->service() + " replays " + row.Text("message_id"));
      const auto replayed = bus::ReplayParked(context, request, "people/operator");
      if (!replayed.ok()) Find("a replay fails: " + replayed.status().ToString());
    }
  }
}

std::string World::UnrestOf(Node& node) {
  const std::string& name = node.service();
  const Time now = clock_.Now();
  if (node.Number("SELECT COUNT(*) FROM outbox WHERE publish_time IS NULL") > 0) {
    return name + " has events to publish";
  }
  if (node.Number("SELECT COUNT(*) FROM inbox WHERE status <> 'parked'") > 0) {
    return name + " has messages to apply";
  }
  if (node.Number("SELECT COUNT(*) FROM timer WHERE due_time <= $1", {now}) > 0) {
    return name + " has timers to fire";
  }
  if (!broker_.Empty(name)) return name + " has messages at the broker";
  if (node.Number("SELECT COUNT(*) FROM audit") > node.Number("SELECT COUNT(*) FROM seal")) {
    return name + " has audit rows to seal";
  }
  for (const std::string& aggregate : node.follows()) {
    std::int64_t made = 0;
    for (Node* producer : nodes_) {
      made +=
          producer->Number("SELECT COUNT(*) FROM outbox WHERE aggregate_type = $1", {aggregate});
    }
    const std::int64_t applied = node.Number(R"sql(
        SELECT COALESCE(SUM(last_revision), 0) AS sum FROM applied WHERE aggregate_type = $1)sql",
                                             {aggregate});
    if (applied < made) return name + " has not heard of all of " + aggregate;
  }
  return "";
}

std::string World::Unrest() {
  for (Node* node : nodes_) {
    std::string unrest = UnrestOf(*node);
    if (!unrest.empty()) return unrest;
  }
  const std::int64_t mails = notifications_->Number(R"sql(
      SELECT COUNT(*) FROM delivery WHERE state = 'queued' AND next_time <= $1)sql",
                                                    {clock_.Now()});
  return mails > 0 ? "mails are due" : "";
}

}  // namespace jointly::simulation
