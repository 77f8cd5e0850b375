#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <thread>

#include "tests/simulation/worlds/beginnings.h"
#include "tests/simulation/worlds/players.h"

namespace jointly::simulation {
namespace {

#ifdef JOINTLY_FAILPOINTS

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// More steps than usual find rarer things, and take longer.
int Steps() { return static_cast<int>(FromEnvironment("JOINTLY_SIMULATION_STEPS", 150)); }

struct Outcome {
  std::vector<std::string> findings;
  std::deque<std::string> trace;
  std::uint64_t fingerprint = 0;
  World::Counts counts;
  test::BrokerCounts broker;
};

Outcome Live(const WorldOptions& options) {
  const Start start = StartOf(options.seed);
  World world(options, BeginningOf(start));
  Outcome outcome;
  if (start == Start::kNothing && !Players(world).Found()) {
    outcome.findings.emplace_back("the world was never founded");
  }
  world.Run(Steps());
  world.Settle();
  for (std::string& finding : world.Check()) outcome.findings.push_back(std::move(finding));
  outcome.trace = world.trace();
  outcome.fingerprint = world.fingerprint();
  outcome.counts = world.counts();
  outcome.broker = world.broker_counts();
  return outcome;
}

std::string Explain(std::uint64_t seed, const Outcome& outcome) {
  std::string text = "seed " + std::to_string(seed) + "\n";
  for (const std::string& finding : outcome.findings) text += "  " + finding + "\n";
  text += "the last steps:\n";
  for (const std::string& line : outcome.trace) text += "  " + line + "\n";
  return text + "again: JOINTLY_SIMULATION_FIRST_SEED=" + std::to_string(seed) +
         " JOINTLY_SIMULATION_SEEDS=1 JOINTLY_SIMULATION_TRACE=1 simulation_worlds"
         " --gtest_filter=Worlds.KeepTheirPromises";
}

// What all worlds together have gone through, so that a quiet simulator is noticed.
struct Totals {
  std::mutex mutex;
  int worlds = 0;
  int acknowledged = 0;
  int refused = 0;
  int unknown = 0;
  int retries = 0;
  int crashes = 0;
  int disk_errors = 0;
  test::BrokerCounts broker;
  std::chrono::seconds settling{0};

  void Add(const Outcome& outcome) {
    const std::lock_guard lock(mutex);
    ++worlds;
    acknowledged += outcome.counts.acknowledged;
    refused += outcome.counts.refused;
    unknown += outcome.counts.unknown;
    retries += outcome.counts.retries;
    crashes += outcome.counts.crashes;
    disk_errors += outcome.counts.disk_errors;
    broker.published += outcome.broker.published;
    broker.duplicated += outcome.broker.duplicated;
    broker.lost += outcome.broker.lost;
    broker.nacked += outcome.broker.nacked;
    broker.returned += outcome.broker.returned;
    broker.disconnects += outcome.broker.disconnects;
    settling = std::max(settling, outcome.counts.settling);
  }
};

TEST(Worlds, KeepTheirPromises) {
  const std::uint64_t first = FromEnvironment("JOINTLY_SIMULATION_FIRST_SEED", 1);
  const std::uint64_t seeds = FromEnvironment("JOINTLY_SIMULATION_SEEDS", 1'000);
  BeginningOf(Start::kOpen);
  Totals totals;
  std::atomic<std::uint64_t> next{first};
  std::atomic<int> failures{0};
  const auto work = [&] {
    for (std::uint64_t seed = next++; seed < first + seeds && failures < 5; seed = next++) {
      const Outcome outcome = Live({.seed = seed});
      totals.Add(outcome);
      if (outcome.findings.empty()) continue;
      ++failures;
      ADD_FAILURE() << Explain(seed, outcome);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < std::min(2U, std::thread::hardware_concurrency()); ++i) {
    threads.emplace_back(work);
  }
  work();
  for (std::thread& thread : threads) thread.join();
  std::cout << totals.worlds << " worlds: commands acknowledged " << totals.acknowledged
            << ", refused " << totals.refused << ", for ever unknown " << totals.unknown
            << ", asked again " << totals.retries << "; crashes " << totals.crashes
            << ", disk errors " << totals.disk_errors << "; messages published "
            << totals.broker.published << ", duplicated " << totals.broker.duplicated << ", lost "
            << totals.broker.lost << ", nacked " << totals.broker.nacked << ", returned "
            << totals.broker.returned << "; disconnects " << totals.broker.disconnects
            << "; longest settling " << totals.settling.count() << " s\n";
}

// A check that cannot fail is worth nothing: each thing that is broken on purpose is found, by what
// it breaks, within a few worlds.
TEST(Worlds, AreSeenToBreakTheirPromises) {
  struct Case {
    Sabotage sabotage;
    const char* finding;
  };
  constexpr std::uint64_t kSeeds = 400;
  for (const Case& c : {Case{Sabotage::kLoseEvent, "notifications applied: "},
                        {Sabotage::kForgetApplied, "notifications applied: "},
                        {Sabotage::kLoseCommits, "was acknowledged and is not there"},
                        {Sabotage::kNewRequestId, "an effect of no command"},
                        {Sabotage::kTakePlace, "its rows say"},
                        {Sabotage::kEditAudit, "is not what was sealed"},
                        {Sabotage::kLeakToFile, "holds a name or an address"},
                        {Sabotage::kLeakToLog, "a log line leaks"},
                        {Sabotage::kRepeatMail, "a mail went out twice"},
                        {Sabotage::kStaleReplica, "the people of mobility"},
                        {Sabotage::kDropNotice, "was not told"},
                        {Sabotage::kSkipPromotion, "waits beside a free place"}}) {
    std::uint64_t seed = 0;
    bool found = false;
    while (!found && ++seed < kSeeds) {
      const Outcome outcome = Live({.seed = seed, .sabotage = c.sabotage});
      found = std::any_of(
          outcome.findings.begin(), outcome.findings.end(),
          [&](const std::string& finding) { return finding.find(c.finding) != std::string::npos; });
    }
    EXPECT_TRUE(found) << "nothing was seen of: " << c.finding;
  }
}

TEST(Worlds, AreRepeatedByTheirSeed) {
  for (const std::uint64_t seed : {16, 17, 18}) {
    EXPECT_EQ(Live({.seed = seed}).fingerprint, Live({.seed = seed}).fingerprint) << seed;
  }
}

#endif

}  // namespace
}  // namespace jointly::simulation
