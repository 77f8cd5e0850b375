#include "common/telemetry/failpoint.h"

#include <charconv>

#include "common/error/error.h"

#ifdef JOINTLY_FAILPOINTS
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#endif

namespace jointly::telemetry {
namespace {

absl::StatusOr<ArmedFailpoint> ParseEntry(std::string_view entry) {
  const absl::Status refused = InvalidArgument(
      kInvalidArgument, "a failpoint is \"name:kill@n\" or \"name:error@n\" with n from 1",
      {{"entry", std::string(entry)}});
  const std::size_t colon = entry.rfind(':');
  const std::size_t at = entry.rfind('@');
  if (colon == std::string_view::npos || colon == 0 || at == std::string_view::npos || at < colon) {
    return refused;
  }
  ArmedFailpoint failpoint{.name = std::string(entry.substr(0, colon))};
  const std::string_view action = entry.substr(colon + 1, at - colon - 1);
  if (action == "kill") {
    failpoint.action = ArmedFailpoint::Action::kKill;
  } else if (action == "error") {
    failpoint.action = ArmedFailpoint::Action::kError;
  } else {
    return refused;
  }
  const std::string_view pass = entry.substr(at + 1);
  const auto [end, error] = std::from_chars(pass.data(), pass.data() + pass.size(), failpoint.pass);
  if (error != std::errc() || end != pass.data() + pass.size() || failpoint.pass < 1) {
    return refused;
  }
  return failpoint;
}

}  // namespace

absl::StatusOr<std::vector<ArmedFailpoint>> ParseFailpoints(std::string_view text) {
  std::vector<ArmedFailpoint> failpoints;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    absl::StatusOr<ArmedFailpoint> failpoint = ParseEntry(text.substr(0, comma));
    if (!failpoint.ok()) return failpoint.status();
    failpoints.push_back(*std::move(failpoint));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return failpoints;
}

#ifdef JOINTLY_FAILPOINTS
namespace {

struct Counted {
  explicit Counted(ArmedFailpoint f) : failpoint(std::move(f)) {}
  ArmedFailpoint failpoint;
  std::atomic<int> passes{0};
};

// A misspelt entry would let a fault test pass without any fault: it ends the process.
std::deque<Counted>& Armed() {
  static std::deque<Counted>& armed = *[] {
    auto* made = new std::deque<Counted>();
    const char* text = std::getenv("JOINTLY_FAIL");
    const auto parsed = ParseFailpoints(text == nullptr ? "" : text);
    if (!parsed.ok()) {
      std::fprintf(stderr, "JOINTLY_FAIL: %s\n", parsed.status().ToString().c_str());
      std::_Exit(2);
    }
    for (const ArmedFailpoint& failpoint : *parsed) made->emplace_back(failpoint);
    return made;
  }();
  return armed;
}

thread_local void (*hook)(std::string_view, void*) = nullptr;
thread_local void* hook_context = nullptr;

// Whether an armed error strikes now; an armed kill does not return.
bool Pass(std::string_view name) {
  bool error = false;
  try {
    if (hook != nullptr) hook(name, hook_context);
  } catch (const SimulatedError&) {
    error = true;
  }
  for (Counted& counted : Armed()) {
    if (counted.failpoint.name != name) continue;
    if (counted.passes.fetch_add(1) + 1 != counted.failpoint.pass) continue;
    if (counted.failpoint.action == ArmedFailpoint::Action::kKill) std::raise(SIGKILL);
    error = true;
  }
  return error;
}

}  // namespace

void Failpoint(std::string_view name) { Pass(name); }

bool FailpointError(std::string_view name) { return Pass(name); }

void SetFailpointHook(void (*new_hook)(std::string_view name, void* context), void* context) {
  hook = new_hook;
  hook_context = context;
}
#endif

}  // namespace jointly::telemetry
