#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/telemetry/failpoint.h"
#include "tests/simulation/worlds/board.h"
#include "tests/simulation/worlds/command.h"
#include "tests/simulation/worlds/directory.h"
#include "tests/simulation/worlds/log_tap.h"
#include "tests/simulation/worlds/nodes.h"
#include "tests/simulation/worlds/sabotage.h"
#include "tests/support/budgets/alert_model.h"

// All services in one process on one thread, with a broker, a network, disks and clients that
// misbehave by a seed. The same seed makes the same world, step by step.
namespace jointly::simulation {

// How a world begins; made once and copied.
struct Beginning {
  Files files;  // The databases; none: from nothing.
  Board board;
  Time time;
};

struct WorldOptions {
  std::uint64_t seed = 0;
  bool calm = false;     // No faults at all: for a beginning that is copied.
  bool budgets = false;  // With the budgets service, and calls whose stays it pays.
  Sabotage sabotage = Sabotage::kNone;
};

class World {
 public:
  World(const WorldOptions& options, const Beginning& beginning);
  ~World();

  // So many random steps.
  void Run(int steps);
  // All faults end; runs until nothing is left to do.
  void Settle();
  // What is not as promised; empty: all is well.
  std::vector<std::string> Check();

  // What the services have left, for a world that begins with it.
  Beginning Save();

  // For those who act in it: see players.h.
  Board& board() { return board_; }
  Rng& rng() { return rng_; }
  ManualClock& clock() { return clock_; }
  IdentityNode& identity() { return *identity_; }
  PartnershipsNode& partnerships() { return *partnerships_; }
  MobilityNode& mobility() { return *mobility_; }
  NotificationsNode& notifications() { return *notifications_; }
  bool has_budgets() const { return budgets_ != nullptr; }
  BudgetsNode& budgets() { return *budgets_; }  // Only where there is one.
  bool Chance(int percent) { return rng_.Below(100) < static_cast<std::uint64_t>(percent); }
  template <typename List>
  const auto& AnyOf(const List& list) {
    auto chosen = std::begin(list);
    std::advance(chosen, static_cast<std::ptrdiff_t>(rng_.Below(std::size(list))));
    return *chosen;
  }

  // Calls `method` of the node's Api as `caller`. `learn` sees the reply, when there is one.
  template <typename ApiNode, typename Request, typename Reply>
  Command& Send(ApiNode& node, const auth::Principal& caller,
                absl::StatusOr<Reply> (ApiNode::Api::*method)(rpc::Call&, const Request&),
                Request request, std::function<void(const Reply&)> learn = {});
  Command& Issue(Command command);
  // While the world is founded, every client keeps its request ids.
  void SetPatient(bool patient) { patient_ = patient; }
  std::string NewRequestId() { return request_ids_.Next(); }
  // Steps without commands until the command is acknowledged, sending it again; false: it never is.
  bool Insist(Command& command);
  // Background work only.
  void Breathe(int steps);

  // The last steps, oldest first.
  const std::deque<std::string>& trace() const { return trace_; }
  const LogTap& logs() const { return logs_; }
  std::uint64_t fingerprint() const { return fingerprint_; }  // Of the whole trace.
  struct Counts {
    int steps = 0;
    int acknowledged = 0;
    int refused = 0;
    int unknown = 0;
    int retries = 0;
    int crashes = 0;
    int disk_errors = 0;
    std::chrono::seconds settling{0};
  };
  Counts counts() const { return counts_; }
  const std::deque<Command>& commands() const { return commands_; }
  test::BrokerCounts broker_counts() { return broker_.counts(); }

 private:
  class Feeds;
  class Hook;

  void Step();
  void StepWork(Node& node, Work work);
  void StepClock();
  void StepFault();
  void StepSabotage();
  void TakeOldDisk();
  void Attempt(Command& command);
  void Take(Command& command, const absl::StatusOr<std::string>& reply);
  void NoteWaiting(const Command& command);
  void RetrySome();
  // Runs work of a node; a crash in it restarts the node, and false comes back.
  bool Survive(Node& node, const std::function<void()>& work);
  void Crash(Node& node);
  void Restart(Node& node);
  void Watch();  // What must hold at all times.
  void WatchBudgets(bool all);
  // What is still to be done; empty: nothing.
  std::string Unrest();
  std::string UnrestOf(Node& node);
  void ReplayDied();
  void Find(std::string finding);
  void Trace(std::string line);
  void OnFailpoint(std::string_view name);
  void ChangeBroker();

  const WorldOptions options_;
  LogTap logs_;
  Directory directory_;
  ManualClock clock_;
  const Time since_;
  SeededRng rng_;
  SeededRng outside_rng_;
  IdSource request_ids_;
  test::FakeBroker broker_;
  std::unique_ptr<Feeds> feeds_;
  std::unique_ptr<IdentityNode> identity_;
  std::unique_ptr<PartnershipsNode> partnerships_;
  std::unique_ptr<MobilityNode> mobility_;
  std::unique_ptr<DirectContacts> contacts_;
  std::unique_ptr<NotificationsNode> notifications_;
  std::unique_ptr<BudgetsNode> budgets_;  // Null: a world without.
  budgets::invariants::AlertModel alerts_;
  std::vector<Node*> nodes_;
  Board board_;
  std::deque<Command> commands_;
  std::set<std::string> by_hand_;  // Put on a waiting list beside free places, as far as is known.

  int crash_in_ = 0;  // At the so-manieth failpoint from now; 0: never.
  int error_in_ = 0;  // The so-manieth commit from now fails.
  bool patient_ = false;
  bool settling_ = false;
  bool sabotaged_ = false;
  Files old_disk_;  // Of mobility, when that disk will lose commits.
  std::vector<std::string> findings_;
  std::deque<std::string> trace_;
  std::uint64_t fingerprint_ = 14695981039346656037ULL;
  Counts counts_;
};

template <typename ApiNode, typename Request, typename Reply>
Command& World::Send(ApiNode& node, const auth::Principal& caller,
                     absl::StatusOr<Reply> (ApiNode::Api::*method)(rpc::Call&, const Request&),
                     Request request, std::function<void(const Reply&)> learn) {
  Command command;
  command.service = node.service();
  command.method = MethodOf(*Request::descriptor(), node.service()).full_name();
  command.caller = caller;
  command.about = SubjectIn(request);
  command.request_id = NewRequestId();
  command.changes = SetRequestId(request, command.request_id) && !IsRehearsal(request);
  // A client that sends no id of its own gets one from the runtime, and cannot ask again.
  command.request_id_given = command.changes && (patient_ || !Chance(10));
  if (!command.request_id_given) SetRequestId(request, "");
  command.attempt = [&node, method,
                     request = std::move(request)](rpc::Call& call) -> absl::StatusOr<std::string> {
    RETURN_IF_ERROR(CheckPolicy(MethodOf(*Request::descriptor(), node.service()), call.principal));
    ASSIGN_OR_RETURN(Reply reply, (node.api().*method)(call, request));
    // Names are added to a stored reply as they are now, not as they were.
    if (node.service() == "identity") rpc::ClearPersonal(reply);
    return reply.SerializeAsString();
  };
  command.learn = [learn = std::move(learn)](const std::string& bytes) -> std::string {
    Reply reply;
    if (!reply.ParseFromString(bytes)) return "";
    if (learn) learn(reply);
    return NameIn(reply);
  };
  return Issue(std::move(command));
}

}  // namespace jointly::simulation
