#include "tests/simulation/worlds/log_tap.h"

#include <cstdio>
#include <mutex>

#include "common/error/check.h"
#include "common/telemetry/log.h"
#include "tests/simulation/worlds/canary.h"

namespace jointly::simulation {
namespace {

constexpr std::size_t kLinesKept = 30;

thread_local LogTap* tap = nullptr;

ssize_t TakeLine(void*, const char* bytes, std::size_t size) {
  if (tap != nullptr) tap->Take(std::string(bytes, size));
  return static_cast<ssize_t>(size);
}

// The logger keeps the stream that stderr is when it is made; the sanitisers and the test's own
// messages go on using the real one.
void DivertLogs() {
  std::FILE* const diverted = fopencookie(
      nullptr, "w", {.read = nullptr, .write = &TakeLine, .seek = nullptr, .close = nullptr});
  Check(diverted != nullptr, "no stream for the logs");
  std::FILE* const real = stderr;
  stderr = diverted;
  telemetry::StartLogging({.process = "world", .level = "info", .json = true});
  stderr = real;
}

}  // namespace

LogTap::LogTap() {
  static std::once_flag once;
  std::call_once(once, &DivertLogs);
  Check(tap == nullptr, "a thread runs one world at a time");
  tap = this;
}

LogTap::~LogTap() { tap = nullptr; }

void LogTap::Take(std::string line) {
  if (HoldsCanary(line)) leaks_.push_back(line);
  lines_.push_back(std::move(line));
  if (lines_.size() > kLinesKept) lines_.pop_front();
}

}  // namespace jointly::simulation
