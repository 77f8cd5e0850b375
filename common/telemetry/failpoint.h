#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

// Named places where a test can make a process die or fail:
// JOINTLY_FAIL="outbox.after_commit:kill@3" kills on the third pass; "...:error@1" makes
// FailpointError return true. Several are separated by commas. Compiled in only with
// JOINTLY_FAILPOINTS (dev, asan, tsan presets).
namespace jointly::telemetry {

// One entry of JOINTLY_FAIL: what happens on the `pass`-th time (from 1) that `name` is reached.
struct ArmedFailpoint {
  enum class Action { kKill, kError };
  std::string name;
  Action action = Action::kKill;
  int pass = 1;
};
// Errors: INVALID_ARGUMENT naming the entry that is not "name:kill@n" or "name:error@n".
absl::StatusOr<std::vector<ArmedFailpoint>> ParseFailpoints(std::string_view text);

#ifdef JOINTLY_FAILPOINTS
// The simulator's crash: thrown at an armed failpoint instead of killing the process.
struct SimulatedCrash {};
// The simulator's fault: thrown by the hook, it makes FailpointError return true.
struct SimulatedError {};

void Failpoint(std::string_view name);
bool FailpointError(std::string_view name);
// For the simulator: the hook is called at every failpoint of this thread and may throw
// SimulatedCrash or, where an error can be simulated, SimulatedError. Null removes it.
void SetFailpointHook(void (*hook)(std::string_view name, void* context), void* context);
#else
inline void Failpoint(std::string_view) {}
inline bool FailpointError(std::string_view) { return false; }
#endif

}  // namespace jointly::telemetry
