#include "tests/simulation/worlds/beginnings.h"

#include <map>
#include <mutex>

#include "common/error/check.h"
#include "tests/simulation/worlds/paymasters.h"
#include "tests/simulation/worlds/players.h"

namespace jointly::simulation {
namespace {

Time FirstDay() {
  const auto time = ParseTime("2026-10-20T08:00:00Z");
  Check(time.ok(), "the first day of the worlds");
  return *time;
}

Beginning Make(Start start) {
  const bool paid = start == Start::kPaid;
  World world({.seed = 0, .calm = true, .budgets = paid},
              {.files = {}, .board = {}, .time = FirstDay()});
  if (start != Start::kNothing) {
    Check(Players(world).Found(), "a world without faults is not founded");
  }
  if (paid) {
    Check(Players(world).OpenPaid(), "a world without faults has no stays");
    Check(Paymasters(world).Found(), "a world without faults has no budgets");
  }
  if (start == Start::kOpen) Check(Players(world).Open(), "a world without faults does not open");
  world.Settle();
  for (const std::string& finding : world.Check()) Die("a world without faults: " + finding);
  return world.Save();
}

}  // namespace

const Beginning& BeginningOf(Start start) {
  static std::map<Start, Beginning> made;
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  const auto known = made.find(start);
  return known != made.end() ? known->second : made.emplace(start, Make(start)).first->second;
}

Start StartOf(std::uint64_t seed) {
  if (seed % 16 == 0) return Start::kNothing;
  return seed % 4 == 1 ? Start::kFounded : Start::kOpen;
}

}  // namespace jointly::simulation
