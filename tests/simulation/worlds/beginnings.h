#pragma once

#include "tests/simulation/worlds/world.h"

// How worlds begin. Each is made once per process, by a world without faults.
namespace jointly::simulation {

// Empty databases with their tables; institutions and people, an agreement in effect; calls and
// applications on their way; the same with stays that wait for their host, and budgets to pay them.
enum class Start { kNothing, kFounded, kOpen, kPaid };

const Beginning& BeginningOf(Start start);
// Most worlds begin where something happens soon.
Start StartOf(std::uint64_t seed);

}  // namespace jointly::simulation
