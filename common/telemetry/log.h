#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "common/time/clock.h"

// Structured logs: one JSON object per line on standard error. Never personal data: log names
// (people/{id}) and codes. spdlog stays inside log.cc.
namespace jointly::telemetry {

struct Field {
  std::string name;
  std::string value;
  bool quoted = true;  // Numbers and booleans are written bare.

  Field(std::string_view n, std::string_view v) : name(n), value(v) {}
  Field(std::string_view n, const char* v) : name(n), value(v) {}
  Field(std::string_view n, const std::string& v) : name(n), value(v) {}
  Field(std::string_view n, bool v) : name(n), value(v ? "true" : "false"), quoted(false) {}
  template <typename Number>
  requires(std::is_arithmetic_v<Number> && !std::is_same_v<Number, bool>)
      Field(std::string_view n, Number v)
      : name(n), value(std::to_string(v)), quoted(false) {}
};
using Fields = std::vector<Field>;

enum class Level { kDebug, kInfo, kWarning, kError };

struct LogOptions {
  std::string process;  // "mobility".
  std::string level = "info";
  bool json = true;  // False: aligned text for a terminal.
};

// Once, before threads start.
void StartLogging(const LogOptions& options);
// Whether a line of that level is written at all: asked before fields are made on a hot path.
bool Enabled(Level level);
void Log(Level level, std::string_view text, const Fields& fields = {});
inline void Debug(std::string_view text, const Fields& f = {}) { Log(Level::kDebug, text, f); }
inline void Info(std::string_view text, const Fields& f = {}) { Log(Level::kInfo, text, f); }
inline void Warning(std::string_view text, const Fields& f = {}) { Log(Level::kWarning, text, f); }
inline void Error(std::string_view text, const Fields& f = {}) { Log(Level::kError, text, f); }
void FlushLogs();

// The line that Log writes, without its line end. Whatever the text and the fields hold, it is one
// line of valid UTF-8 without control characters, so that no input can forge a line or steer a
// terminal.
std::string FormatLogLine(const LogOptions& options, Time time, Level level, std::string_view text,
                          const Fields& fields);
// The known level of that name ("debug", "info", "warning", "error"), or nothing.
std::optional<Level> ParseLevel(std::string_view name);

}  // namespace jointly::telemetry
