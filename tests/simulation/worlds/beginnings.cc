#include "tests/simulation/worlds/beginnings.h"

#include "common/error/check.h"
#include "tests/simulation/worlds/players.h"

namespace jointly::simulation {
namespace {

Time FirstDay() {
  const auto time = ParseTime("2026-10-20T08:00:00Z");
  Check(time.ok(), "the first day of the worlds");
  return *time;
}

Beginning Make(Start start) {
  World world({.seed = 0, .calm = true}, {.files = {}, .board = {}, .time = FirstDay()});
  if (start != Start::kNothing) {
    Check(Players(world).Found(), "a world without faults is not founded");
  }
  if (start == Start::kOpen) Check(Players(world).Open(), "a world without faults does not open");
  world.Settle();
  for (const std::string& finding : world.Check()) Die("a world without faults: " + finding);
  return world.Save();
}

}  // namespace

const Beginning& BeginningOf(Start start) {
  static const Beginning nothing = Make(Start::kNothing);
  static const Beginning founded = Make(Start::kFounded);
  static const Beginning open = Make(Start::kOpen);
  switch (start) {
    case Start::kNothing:
      return nothing;
    case Start::kFounded:
      return founded;
    case Start::kOpen:
      return open;
  }
  Die("a start of no kind");
}

Start StartOf(std::uint64_t seed) {
  if (seed % 16 == 0) return Start::kNothing;
  return seed % 4 == 1 ? Start::kFounded : Start::kOpen;
}

}  // namespace jointly::simulation
