#include "tests/simulation/worlds/lives.h"

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

constexpr int kFailuresMax = 5;

int Steps() { return static_cast<int>(FromEnvironment("JOINTLY_SIMULATION_STEPS", 150)); }

std::string Explain(const std::string& test, const char* seeds_variable, std::uint64_t seed,
                    const Outcome& outcome) {
  std::string text = "seed " + std::to_string(seed) + "\n";
  for (const std::string& finding : outcome.findings) text += "  " + finding + "\n";
  text += "the last steps:\n";
  for (const std::string& line : outcome.trace) text += "  " + line + "\n";
  return text + "again: JOINTLY_SIMULATION_FIRST_SEED=" + std::to_string(seed) + " " +
         seeds_variable + "=1 JOINTLY_SIMULATION_TRACE=1 simulation_worlds --gtest_filter=" + test;
}

// What all worlds together have gone through.
struct Totals {
  std::mutex mutex;
  int worlds = 0;
  World::Counts counts;
  test::BrokerCounts broker;
  std::int64_t funded = 0;
  std::int64_t unfunded = 0;

  void Add(const Outcome& outcome) {
    const std::lock_guard lock(mutex);
    ++worlds;
    funded += outcome.funded;
    unfunded += outcome.unfunded;
    counts.acknowledged += outcome.counts.acknowledged;
    counts.refused += outcome.counts.refused;
    counts.unknown += outcome.counts.unknown;
    counts.retries += outcome.counts.retries;
    counts.crashes += outcome.counts.crashes;
    counts.disk_errors += outcome.counts.disk_errors;
    counts.settling = std::max(counts.settling, outcome.counts.settling);
    broker.published += outcome.broker.published;
    broker.duplicated += outcome.broker.duplicated;
    broker.lost += outcome.broker.lost;
    broker.nacked += outcome.broker.nacked;
    broker.returned += outcome.broker.returned;
    broker.disconnects += outcome.broker.disconnects;
  }

  void Print() const {
    std::cout << worlds << " worlds: commands acknowledged " << counts.acknowledged << ", refused "
              << counts.refused << ", for ever unknown " << counts.unknown << ", asked again "
              << counts.retries << "; crashes " << counts.crashes << ", disk errors "
              << counts.disk_errors << "; messages published " << broker.published
              << ", duplicated " << broker.duplicated << ", lost " << broker.lost << ", nacked "
              << broker.nacked << ", returned " << broker.returned << "; disconnects "
              << broker.disconnects << "; longest settling " << counts.settling.count()
              << " s; stays funded " << funded << ", unfunded " << unfunded << "\n";
  }
};

}  // namespace

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

Outcome Live(const WorldOptions& options) {
  const Start start = options.budgets ? Start::kPaid : StartOf(options.seed);
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
  const auto stays = [&](const char* funding) {
    return world.mobility().Number("SELECT COUNT(*) FROM mobility WHERE funding_state = $1",
                                   {funding});
  };
  outcome.funded = stays("funded");
  outcome.unfunded = stays("unfunded");
  return outcome;
}

void LiveAll(const std::string& test, const char* seeds_variable, std::uint64_t seeds,
             const WorldOptions& options) {
  const std::uint64_t first = FromEnvironment("JOINTLY_SIMULATION_FIRST_SEED", 1);
  const std::uint64_t end = first + FromEnvironment(seeds_variable, seeds);
  Totals totals;
  std::atomic<std::uint64_t> next{first};
  std::atomic<int> failures{0};
  const auto work = [&] {
    for (std::uint64_t seed = next++; seed < end && failures < kFailuresMax; seed = next++) {
      WorldOptions each = options;
      each.seed = seed;
      const Outcome outcome = Live(each);
      totals.Add(outcome);
      if (outcome.findings.empty()) continue;
      ++failures;
      ADD_FAILURE() << Explain(test, seeds_variable, seed, outcome);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < std::min(2U, std::thread::hardware_concurrency()); ++i) {
    threads.emplace_back(work);
  }
  work();
  for (std::thread& thread : threads) thread.join();
  totals.Print();
  const bool quiet = options.budgets && totals.worlds > 20 && totals.funded * totals.unfunded == 0;
  EXPECT_FALSE(quiet) << "no stay was funded, or none was refused";
}

bool IsSeen(Sabotage sabotage, const std::string& finding, std::uint64_t seeds,
            const WorldOptions& options) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    WorldOptions each = options;
    each.seed = seed;
    each.sabotage = sabotage;
    for (const std::string& found : Live(each).findings) {
      if (found.find(finding) == std::string::npos) continue;
      std::cout << "\"" << finding << "\" is found in world " << seed << "\n";
      return true;
    }
  }
  return false;
}

}  // namespace jointly::simulation
