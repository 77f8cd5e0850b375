#include "tests/simulation/worlds/world.h"

#include <absl/cleanup/cleanup.h>

#include <algorithm>

#include "common/bus/operations.h"
#include "common/error/check.h"
#include "tests/simulation/worlds/check.h"
#include "tests/simulation/worlds/paymasters.h"
#include "tests/simulation/worlds/players.h"
#include "tests/support/budgets/invariants.h"

namespace jointly::simulation {
namespace {

constexpr std::size_t kTraceKept = 40;
constexpr int kStepsPerProof = 15;

auth::SecretKey ReplyKey() {
  auto key = auth::SecretKey::FromBytes(std::string(32, 'r'));
  Check(key.ok(), "a key of replies");
  return *std::move(key);
}

void KeepRepliesOnce() {
  static const bool once = [] {
    rpc::KeepRepliesUnder(ReplyKey());
    return true;
  }();
  static_cast<void>(once);
}

std::string Short(const absl::Status& status) {
  if (status.ok()) return "OK";
  const std::string reason = ReasonOf(status);
  return reason.empty() ? std::string(absl::StatusCodeToString(status.code())) : reason;
}

}  // namespace

// How a consumer asks a producer: directly, when it is up and the network lets it.
class World::Feeds final : public bus::FeedSource {
 public:
  explicit Feeds(World& world) : world_(world) {}

  absl::StatusOr<bus::FeedPage> List(const std::string& producer,
                                     const bus::FeedQuery& query) override {
    for (Node* node : world_.nodes_) {
      if (node->service() != producer) continue;
      const bool cut = world_.options_.sabotage == Sabotage::kLoseEvent;
      const bool lost = cut || (!world_.settling_ && !world_.options_.calm && world_.Chance(5));
      if (!node->running() || lost) break;
      return bus::ReadFeed(node->database(), query);
    }
    return Unavailable(kUnavailable, "the feed of " + producer + " does not answer");
  }

 private:
  World& world_;
};

// Hears the failpoints of this thread while it lives.
class World::Hook {
 public:
  explicit Hook(World& world) {
    telemetry::SetFailpointHook(
        [](std::string_view name, void* context) {
          static_cast<World*>(context)->OnFailpoint(name);
        },
        &world);
  }
  ~Hook() { telemetry::SetFailpointHook(nullptr, nullptr); }
};

World::World(const WorldOptions& options, const Beginning& beginning)
    : options_(options),
      directory_("world_" + std::to_string(options.seed)),
      clock_(beginning.time + std::chrono::seconds(1)),
      since_(clock_.Now()),
      rng_(options.seed * 2 + 1),
      outside_rng_(options.seed * 2 + 2),
      request_ids_(clock_, rng_),
      broker_(outside_rng_),
      feeds_(std::make_unique<Feeds>(*this)),
      board_(beginning.board) {
  KeepRepliesOnce();
  WriteFiles(directory_.path(), beginning.files);
  const Outside outside{.clock = clock_,
                        .broker = broker_,
                        .feeds = *feeds_,
                        .directory = directory_.path(),
                        .seed = options.seed};
  identity_ = std::make_unique<IdentityNode>(outside);
  partnerships_ = std::make_unique<PartnershipsNode>(outside);
  mobility_ = std::make_unique<MobilityNode>(outside);
  contacts_ = std::make_unique<DirectContacts>(*identity_);
  notifications_ = std::make_unique<NotificationsNode>(outside, *contacts_);
  nodes_ = {identity_.get(), partnerships_.get(), mobility_.get(), notifications_.get()};
  if (options.budgets) {
    budgets_ = std::make_unique<BudgetsNode>(outside);
    nodes_.push_back(budgets_.get());
  }
  for (Node* node : nodes_) node->Start();
  if (has_budgets()) alerts_.Begin(budgets_->database());
  if (options_.calm) notifications_->mailbox().Heal();
  if (!options_.calm) ChangeBroker();
}

World::~World() = default;

void World::Run(int steps) {
  const Hook hook(*this);
  for (int i = 0; i < steps; ++i) Step();
}

void World::Breathe(int steps) {
  const Hook hook(*this);
  for (int i = 0; i < steps; ++i) {
    Node& node = *AnyOf(nodes_);
    if (!node.running()) {
      Restart(node);
    } else if (Chance(10)) {
      clock_.Advance(std::chrono::milliseconds(100 + rng_.Below(2'000)));
    } else {
      StepWork(node, AnyOf(kAllWork));
    }
  }
}

void World::Step() {
  ++counts_.steps;
  const std::uint64_t chance = rng_.Below(100);
  Node& node = *AnyOf(nodes_);
  if (!node.running() && Chance(30)) return Restart(node);
  if (chance < 50) {
    if (has_budgets() && Chance(75)) {
      Paymasters(*this).Act();
    } else {
      Players(*this).Act();
    }
  } else if (chance < 86) {
    // In bursts, so that messages get around; yet not always to their end.
    const std::uint64_t burst = 1 + rng_.Below(8);
    for (std::uint64_t i = 0; i < burst; ++i) StepWork(*AnyOf(nodes_), AnyOf(kAllWork));
  } else if (chance < 94) {
    StepClock();
  } else if (chance < 97) {
    RetrySome();
  } else {
    StepFault();
  }
  if (options_.sabotage != Sabotage::kNone && !sabotaged_ && Chance(4)) StepSabotage();
  Watch();
}

void World::StepWork(Node& node, Work work) {
  if (!node.running()) return;
  absl::Status status;
  Survive(node, [&] { status = node.Do(work); });
  if (status.ok()) return;
  Trace(node.service() + " " + std::string(Name(work)) + ": " + Short(status));
  const bool expected = absl::IsUnavailable(status) || absl::IsAborted(status);
  if (!expected) Find(node.service() + " " + std::string(Name(work)) + ": " + status.ToString());
}

void World::StepClock() {
  const std::uint64_t chance = rng_.Below(100);
  std::chrono::seconds by(1 + rng_.Below(60));
  if (chance >= 50) by = std::chrono::minutes(10 + rng_.Below(12 * 60));
  if (chance >= 90) by = std::chrono::hours(24 + rng_.Below(72));
  clock_.Advance(by);
  Trace("the clock goes on by " + std::to_string(by.count()) + " s");
  if (options_.calm || !Chance(3)) return;
  const std::chrono::minutes jump(1 + rng_.Below(90));
  clock_.Jump(Chance(50) ? jump : -jump);
  Trace("somebody sets the wall clock");
}

void World::StepFault() {
  if (options_.calm) return;
  Node& node = *AnyOf(nodes_);
  switch (rng_.Below(10)) {
    case 0:
    case 1:
      if (!node.running()) return;
      Trace(node.service() + " is killed");
      return Crash(node);
    case 2:
    case 3:
    case 4:
      crash_in_ = static_cast<int>(1 + rng_.Below(40));
      return;
    case 5:
      if (Chance(40) && !node.follows().empty()) {
        Trace("rubbish arrives at " + node.service());
        broker_.Inject(node.service(), {.routing_key = "rubbish", .body = "rubbish"});
        return;
      }
      error_in_ = static_cast<int>(1 + rng_.Below(20));
      return;
    case 6:
      if (Chance(40)) return;
      if (Chance(50)) {
        Trace("the broker loses the queue of " + node.service());
        broker_.DeleteQueue(node.service());
      } else {
        Trace("the broker loses its disk");
        broker_.Wipe();
      }
      return;
    default:
      return ChangeBroker();
  }
}

void World::ChangeBroker() {
  Trace("the broker changes its mood");
  const auto upto = [&](std::uint64_t most) { return static_cast<int>(rng_.Below(most + 1)); };
  const bool good = Chance(25);
  broker_.SetFaults(good ? test::BrokerFaults{}
                         : test::BrokerFaults{.duplicate = upto(20),
                                              .lose = upto(15),
                                              .nack = upto(15),
                                              .reorder = upto(60),
                                              .disconnect = upto(6),
                                              .hold_confirmations = upto(50),
                                              .mute = upto(5)});
  broker_.SetDown(Chance(12));
  broker_.SetBlocked(Chance(10));
  if (Chance(10)) broker_.BreakConnections();
}

bool World::Survive(Node& node, const std::function<void()>& work) {
  try {
    work();
    return true;
  } catch (const telemetry::SimulatedCrash&) {
    Trace(node.service() + " crashes");
    Crash(node);
    return false;
  }
}

void World::Crash(Node& node) {
  ++counts_.crashes;
  node.Kill();
  if (&node == mobility_.get() && !old_disk_.empty()) TakeOldDisk();
  // Sometimes it stays down for a while.
  if (settling_ || Chance(70)) Restart(node);
}

void World::Restart(Node& node) {
  Trace(node.service() + " starts");
  // A start that dies is a process that was not started.
  const int crash_in = std::exchange(crash_in_, 0);
  const int error_in = std::exchange(error_in_, 0);
  node.Start();
  crash_in_ = crash_in;
  error_in_ = error_in;
}

void World::OnFailpoint(std::string_view name) {
  if (crash_in_ > 0 && --crash_in_ == 0) {
    Trace("crash at " + std::string(name));
    throw telemetry::SimulatedCrash();
  }
  if (name.starts_with("db.") && error_in_ > 0 && --error_in_ == 0) {
    Trace("error at " + std::string(name));
    ++counts_.disk_errors;
    throw telemetry::SimulatedError();
  }
}

void World::StepSabotage() {
  if (!mobility_->running() || !notifications_->running()) return;
  if (has_budgets() && !budgets_->running()) return;
  if (options_.sabotage == Sabotage::kLoseCommits && old_disk_.empty()) {
    for (auto& [name, content] : ReadFiles(directory_.path())) {
      if (name == "mobility.db" || name == "mobility.db-wal") old_disk_[name] = content;
    }
  } else if (options_.sabotage == Sabotage::kLoseCommits) {
    Crash(*mobility_);
  } else {
    sabotaged_ = Spoil(*this, options_.sabotage);
    if (sabotaged_) Trace("sabotage");
  }
}

void World::TakeOldDisk() {
  Trace("sabotage: the disk of mobility is an old one");
  WriteFiles(directory_.path(), old_disk_);
  old_disk_.clear();
  sabotaged_ = true;
}

Command& World::Issue(Command command) {
  command.first_time = clock_.Now();
  Command& issued = commands_.emplace_back(std::move(command));
  Attempt(issued);
  // An impatient client asks again at once.
  if (issued.outcome == Command::Outcome::kUnknown && issued.request_id_given && Chance(40)) {
    ++counts_.retries;
    Attempt(issued);
  }
  return issued;
}

void World::Attempt(Command& command) {
  const auto node = std::find_if(nodes_.begin(), nodes_.end(), [&](const Node* other) {
    return other->service() == command.service;
  });
  absl::StatusOr<std::string> reply = Unavailable(kUnavailable, "nobody answers");
  if ((*node)->running()) {
    rpc::Call call;
    call.principal = command.caller;
    call.method = command.method;
    call.request_id = command.request_id;
    call.request_id_given = command.request_id_given;
    call.correlation_id = command.request_id;
    call.now = clock_.Now();
    call.deadline = std::chrono::steady_clock::now() + std::chrono::minutes(10);
    ++command.attempts;
    Survive(**node, [&] { reply = command.attempt(call); });
  }
  Trace(command.method.substr(command.method.rfind('.') + 1) + " " + command.about + " by " +
        command.caller.name + " -> " + Short(reply.status()));
  Take(command, reply);
  if (has_budgets()) WatchBudgets(false);
  if (command.method.ends_with(".WaitlistApplication")) NoteWaiting(command);
}

// An office may put somebody on the list although there are places.
void World::NoteWaiting(const Command& command) {
  if (command.outcome == Command::Outcome::kRefused) return;
  if (command.outcome == Command::Outcome::kAcknowledged && mobility_->running()) {
    const std::string id = command.about.substr(command.about.rfind('/') + 1);
    const std::int64_t full = mobility_->Number(R"sql(
        SELECT COUNT(*) FROM application JOIN quota ON quota.id = application.waitlist_quota
         WHERE application.id = $1
           AND quota.places + quota.adjustment = quota.held + quota.confirmed)sql",
                                                {id});
    if (full > 0) return;
  }
  by_hand_.insert(command.about);
}

void World::Take(Command& command, const absl::StatusOr<std::string>& reply) {
  using Outcome = Command::Outcome;
  if (absl::IsUnavailable(reply.status())) return;  // Nobody knows.
  const bool ours = absl::IsInternal(reply.status()) || absl::IsDataLoss(reply.status()) ||
                    absl::IsUnknown(reply.status()) || absl::IsDeadlineExceeded(reply.status());
  if (ours) Find(command.method + " answers " + reply.status().ToString());
  if (command.outcome == Outcome::kAcknowledged) {
    if (!reply.ok()) {
      Find(command.method + " was acknowledged; asked again it says " + reply.status().ToString());
    } else if (*reply != command.reply) {
      Find(command.method + " was acknowledged; asked again it answers something else");
    }
    return;
  }
  if (!reply.ok()) {
    ++counts_.refused;
    command.outcome = Outcome::kRefused;
    return;
  }
  ++counts_.acknowledged;
  command.outcome = Outcome::kAcknowledged;
  command.reply = *reply;
  command.subject = command.learn(*reply);
}

// Clients that had no answer ask again, some late; and some that had one, whose reply was lost.
void World::RetrySome() {
  if (commands_.empty()) return;
  std::vector<Command*> open;
  for (Command& command : commands_) {
    const bool recent = clock_.Now() - command.first_time < std::chrono::hours(6 * 24);
    const bool may = command.request_id_given && recent;
    if (may && command.outcome == Command::Outcome::kUnknown) open.push_back(&command);
  }
  Command& chosen = open.empty() || Chance(30) ? commands_[rng_.Below(commands_.size())]
                                               : *open[rng_.Below(open.size())];
  const bool recent = clock_.Now() - chosen.first_time < std::chrono::hours(6 * 24);
  if (!chosen.request_id_given || !recent || chosen.outcome == Command::Outcome::kRefused) return;
  ++counts_.retries;
  if (options_.sabotage == Sabotage::kNewRequestId) chosen.request_id = NewRequestId();
  Attempt(chosen);
}

bool World::Insist(Command& command) {
  for (int tries = 0; tries < 200 && command.outcome == Command::Outcome::kUnknown; ++tries) {
    Breathe(5);
    if (!command.request_id_given) return false;
    const Hook hook(*this);
    Attempt(command);
  }
  return command.outcome == Command::Outcome::kAcknowledged;
}

void World::Find(std::string finding) {
  Trace("FOUND " + finding);
  findings_.push_back(std::move(finding));
}

void World::Trace(std::string line) {
  line = std::to_string(counts_.steps) + " " + FormatTime(clock_.Now()) + " " + line;
  for (const char c : line) {
    fingerprint_ = (fingerprint_ ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  static const bool aloud = std::getenv("JOINTLY_SIMULATION_TRACE") != nullptr;
  if (aloud) std::printf("%s\n", line.c_str());
  trace_.push_back(std::move(line));
  if (trace_.size() > kTraceKept) trace_.pop_front();
}

// Cheap after each step, and each command, which may change what is told from then on; the whole
// proof after some steps.
void World::WatchBudgets(bool all) {
  if (!budgets_->running()) return;
  // Whoever only looks on is hit by no fault.
  const int crash_in = std::exchange(crash_in_, 0);
  const int error_in = std::exchange(error_in_, 0);
  const auto proof = absl::MakeCleanup([&] {
    crash_in_ = crash_in;
    error_in_ = error_in;
  });
  alerts_.Observe(budgets_->database());
  if (!all || counts_.steps % kStepsPerProof != 0 || !findings_.empty()) return;
  Findings findings;
  budgets::invariants::CheckBudgets(budgets_->database(), &BudgetsNode::Sign, findings);
  for (std::string& finding : findings) Find(std::move(finding));
}

void World::Watch() {
  if (has_budgets()) WatchBudgets(true);
  if (!mobility_->running()) return;
  const db::Rows rows = mobility_->Query(R"sql(
      SELECT id FROM quota
       WHERE held < 0 OR confirmed < 0 OR held + confirmed > places + adjustment)sql");
  for (const db::Row& row : rows) Find("quotas/" + row.Text("id") + " has more in use than places");
}

Beginning World::Save() {
  Beginning beginning{.files = {}, .board = board_, .time = clock_.Now()};
  for (Node* node : nodes_) node->Kill();
  beginning.files = ReadFiles(directory_.path());
  std::erase_if(beginning.files, [](const auto& file) { return file.first.ends_with(".lock"); });
  return beginning;
}

std::vector<std::string> World::Check() {
  std::vector<std::string> findings = findings_;
  for (Node* node : nodes_) CheckNode(*node, findings);
  CheckFollowers(nodes_, findings);
  CheckCommands(nodes_, commands_, since_, findings);
  CheckPlaces(*mobility_, by_hand_, findings);
  CheckReplicas(*identity_, *partnerships_, *mobility_, *notifications_, findings);
  CheckNotices(*notifications_, *identity_, nodes_, board_, findings);
  CheckDeadlines(*mobility_, budgets_.get(), *notifications_, findings);
  CheckSecrets(nodes_, directory_.path(), logs_, findings);
  if (!has_budgets()) return findings;
  alerts_.Observe(budgets_->database());
  budgets::invariants::CheckBudgets(budgets_->database(), &BudgetsNode::Sign, findings);
  budgets::invariants::CheckAlerts(budgets_->database(), alerts_, findings);
  CheckRefusals(*budgets_, commands_, findings);
  CheckGrants(*mobility_, *budgets_, findings);
  CheckBudgetReplicas(*identity_, *partnerships_, *budgets_, findings);
  return findings;
}

}  // namespace jointly::simulation
