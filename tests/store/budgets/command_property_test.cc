#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/store/budgets/random_treasury.h"
#include "tests/support/budgets/calendar_check.h"
#include "tests/support/budgets/invariants.h"

// Random commands through the service's Api, by people with different rights, on two budgets of two
// funders; then the invariants B1-B20 by the checks that the simulator uses. What a refusal and a
// repeated request must not do is looked at with every command. The seed is in the failure's trace:
// JOINTLY_TEST_SEED=<seed> repeats it alone, and then looks at everything after every command.
// JOINTLY_TEST_SEEDS=<count> lives through more of them.
namespace jointly::budgets {
namespace {

using invariants::Findings;

constexpr std::size_t kSeeds = 6;
constexpr int kActs = 200;
constexpr int kActsPerProof = 12;
constexpr int kCommandsPerLook = 4;

std::string Sign(std::string_view text) { return "signed:" + std::string(text); }

std::vector<std::uint64_t> Seeds() {
  if (const char* seed = std::getenv("JOINTLY_TEST_SEED")) {
    return {std::strtoull(seed, nullptr, 10)};
  }
  const char* given = std::getenv("JOINTLY_TEST_SEEDS");
  const std::uint64_t count = given == nullptr ? kSeeds : std::strtoull(given, nullptr, 10);
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t seed = 1; seed <= count; ++seed) seeds.push_back(seed);
  return seeds;
}

// Each seed has a database of its own, so that it lives alone as it lives among others.
class Life {
 public:
  Life(test::Engine engine, std::uint64_t seed)
      : place_(engine),
        database_(test::OpenMigrated(place_, {{"budgets", &Migrations()}})),
        world_(*database_, place_.directory()),
        treasury_(world_, seed),
        every_command_(std::getenv("JOINTLY_TEST_SEED") != nullptr) {
    treasury_.after_command = [this] { Watch(); };
  }

  void Live() {
    treasury_.Found();
    for (int i = 0; i < kActs && findings_.empty(); ++i) {
      treasury_.Act();
      if (i % kActsPerProof == 0) Prove();
    }
    treasury_.WindUp();
    Prove();
  }

  const RandomTreasury& treasury() const { return treasury_; }
  // How often a close did this with a carry-over: no command of its own does.
  int CarryOvers(const std::string& action) {
    const auto rows = Must(database_->Read([&](db::Tx& tx) {
      return tx.Query("SELECT COUNT(*) AS n FROM outbox WHERE event_type = $1",
                      {"jointly.budgets.carry_over." + action + ".v1"});
    }));
    return static_cast<int>(rows.front().Int("n"));
  }
  const Findings& findings() const { return findings_; }

 private:
  // After each command; once something is wrong, the first that says so is enough.
  void Watch() {
    alerts_.Observe(*database_);
    if (!findings_.empty()) return;
    Take(treasury_.findings());
    if (every_command_) return Prove();
    if (treasury_.commands() % kCommandsPerLook != 0) return;
    Findings found;
    invariants::CheckDocuments(*database_, found);
    Take(found);
  }

  void Prove() {
    if (!findings_.empty()) return;
    Findings found;
    invariants::CheckBudgets(*database_, &Sign, found);
    invariants::CheckAlerts(*database_, alerts_, found);
    CheckPast(found);
    Take(found);
  }

  // B16 as of a sequence and a day that are over.
  void CheckPast(Findings& found) {
    const auto rows = Must(
        database_->Read([](db::Tx& tx) { return tx.Query("SELECT id FROM budget ORDER BY id"); }));
    for (const db::Row& row : rows) {
      const auto journals = invariants::JournalsOf(*database_, row.Text("id"));
      if (journals.empty()) continue;
      const auto sequence = static_cast<std::int64_t>(1 + past_.Below(journals.size()));
      const Date day = AddDays(*ParseDate("2020-04-01"), static_cast<int>(past_.Below(730)));
      invariants::CheckCalendars(*database_, row.Text("id"), journals, sequence, day, found);
    }
  }

  void Take(const Findings& found) {
    for (const std::string& finding : found) {
      findings_.push_back("after " + treasury_.last() + ": " + finding);
    }
  }

  test::DatabasePlace place_;
  std::unique_ptr<db::Database> database_;
  FlowWorld world_;
  RandomTreasury treasury_;
  invariants::AlertModel alerts_;
  Findings findings_;
  SeededRng past_{7};
  bool every_command_;
};

class CommandPropertyTest : public testing::TestWithParam<test::Engine> {
 protected:
  void SetUp() override {
    if (GetParam() == test::Engine::kPostgres && test::PostgresUrl().empty()) {
      GTEST_SKIP() << "JOINTLY_TEST_POSTGRES names no server";
    }
  }
  void Count(const RandomTreasury& treasury) {
    commands_ += treasury.commands();
    for (const auto& [kind, count] : treasury.accepted()) accepted_[kind] += count;
    for (const auto& [kind, count] : treasury.refused()) refused_[kind] += count;
  }

  int commands_ = 0;
  std::map<std::string, int> accepted_;
  std::map<std::string, int> refused_;
};

// A run that is nearly always refused checks nothing. Of all seeds together.
constexpr std::pair<const char*, int> kFloors[] = {{"allocate", 20},
                                                   {"order", 60},
                                                   {"order in foreign money", 50},
                                                   {"approve", 80},
                                                   {"refuse", 20},
                                                   {"liquidate", 30},
                                                   {"release", 8},
                                                   {"release all", 10},
                                                   {"pay for", 12},
                                                   {"recognise", 20},
                                                   {"recognise in foreign money", 8},
                                                   {"receive", 8},
                                                   {"return", 3},
                                                   {"reverse", 8},
                                                   {"reverse liquidation", 4},
                                                   {"reverse payment", 3},
                                                   {"credit note", 3},
                                                   {"revalue", 10},
                                                   {"claim", 30},
                                                   {"certify claim", 15},
                                                   {"approve claim", 4},
                                                   {"approve transfer", 15},
                                                   {"put_in_force amendment", 3},
                                                   {"carry over", 8},
                                                   {"approve carry over", 5},
                                                   {"refuse carry over", 5},
                                                   {"carry over posted by a close", 4},
                                                   {"close period", 12},
                                                   {"prepare report", 6},
                                                   {"delegate", 25},
                                                   {"asked again", 80},
                                                   {"asked otherwise", 50}};

TEST_P(CommandPropertyTest, HoldsEveryInvariant) {
  const std::vector<std::uint64_t> seeds = Seeds();
  for (const std::uint64_t seed : seeds) {
    SCOPED_TRACE("JOINTLY_TEST_SEED=" + std::to_string(seed));
    Life life(GetParam(), seed);
    life.Live();
    for (const std::string& finding : life.findings()) ADD_FAILURE() << finding;
    Count(life.treasury());
    for (const char* action : {"posted", "returned"}) {
      accepted_["carry over " + std::string(action) + " by a close"] += life.CarryOvers(action);
    }
  }
  for (const auto& [kind, floor] : kFloors) {
    if (seeds.size() < kSeeds) break;
    EXPECT_GE(accepted_[kind], floor) << kind;
  }
  std::printf("%zu seeds, %d commands\n", seeds.size(), commands_);
  if (std::getenv("JOINTLY_TEST_TRACE") != nullptr) {
    for (const auto& [kind, count] : accepted_) std::printf("  %5d %s\n", count, kind.c_str());
    for (const auto& [kind, count] : refused_)
      std::printf("  %5d refused: %s\n", count, kind.c_str());
  }
}

INSTANTIATE_ON_ENGINES(CommandPropertyTest);

}  // namespace
}  // namespace jointly::budgets
