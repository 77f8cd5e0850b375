#pragma once

#include <string_view>

// Named places where a test can make a process die or fail: JOINTLY_FAIL="outbox.after_commit:kill@3"
// kills on the third pass; "...:error@1" makes FailpointError return true. Several are separated by
// commas. Compiled in only with JOINTLY_FAILPOINTS (dev, asan, tsan presets).
namespace jointly::telemetry {

#ifdef JOINTLY_FAILPOINTS
// The simulator's crash: thrown at an armed failpoint instead of killing the process.
struct SimulatedCrash {};

void Failpoint(std::string_view name);
bool FailpointError(std::string_view name);
// For the simulator: the hook is called at every failpoint of this thread and may throw
// SimulatedCrash. Null removes it.
void SetFailpointHook(void (*hook)(std::string_view name, void* context), void* context);
#else
inline void Failpoint(std::string_view) {}
inline bool FailpointError(std::string_view) { return false; }
#endif

}  // namespace jointly::telemetry
