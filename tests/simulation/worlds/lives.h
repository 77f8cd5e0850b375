#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/simulation/worlds/world.h"

// Whole worlds, from their beginning to the check: what the tests of this tier run.
namespace jointly::simulation {

struct Outcome {
  std::vector<std::string> findings;
  std::deque<std::string> trace;
  std::uint64_t fingerprint = 0;
  World::Counts counts;
  test::BrokerCounts broker;
  std::int64_t funded = 0;    // Stays that have their grant,
  std::int64_t unfunded = 0;  // and those that were refused it.
};

// JOINTLY_SIMULATION_STEPS: more steps than usual find rarer things, and take longer.
Outcome Live(const WorldOptions& options);

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise);

// Lives the worlds of all seeds from JOINTLY_SIMULATION_FIRST_SEED on, `options` with each; a
// failure says how to repeat it by the test's name. Prints what they have gone through, so that a
// quiet simulator is noticed.
void LiveAll(const std::string& test, const char* seeds_variable, std::uint64_t seeds,
             const WorldOptions& options);

// Whether a world in which `sabotage` is at work is found to break its promise, by a finding that
// holds this text, within so many seeds. Prints in which.
bool IsSeen(Sabotage sabotage, const std::string& finding, std::uint64_t seeds,
            const WorldOptions& options);

}  // namespace jointly::simulation
