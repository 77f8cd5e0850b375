#include "common/telemetry/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <memory>

#include "common/time/civil.h"

namespace jointly::telemetry {
namespace {

struct Logger {
  LogOptions options;
  Level least = Level::kInfo;
  std::shared_ptr<spdlog::logger> sink;
  SystemClock clock;
};

// Lives until the process ends, so that a thread may still log while statics are destroyed.
Logger& TheLogger() {
  static Logger& logger = *[] {
    auto made = std::make_unique<Logger>();
    made->options.json = false;
    made->sink = std::make_shared<spdlog::logger>(
        "jointly", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->sink->set_pattern("%v");
    made->sink->set_level(spdlog::level::trace);
    made->sink->flush_on(spdlog::level::trace);
    return made.release();
  }();
  return logger;
}

std::string_view Name(Level level) {
  constexpr std::array<std::string_view, 4> kNames = {"debug", "info", "warning", "error"};
  return kNames[static_cast<std::size_t>(level)];
}

// Decodes the character at the front of `text`; its length, or 0 when it is not valid UTF-8.
std::size_t DecodeCharacter(std::string_view text, char32_t& character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) {
    character = lead;
    return 1;
  }
  const std::size_t length = lead >= 0xf0 && lead < 0xf5   ? 4
                             : lead >= 0xe0 && lead < 0xf0 ? 3
                             : lead >= 0xc2 && lead < 0xe0 ? 2
                                                           : 0;
  if (length == 0 || text.size() < length) return 0;
  character = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    character = character << 6 | (byte(i) & 0x3fU);
  }
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = character >= 0xd800 && character < 0xe000;
  if (character < kLeast[length] || surrogate || character > 0x10ffff) return 0;
  return length;
}

// Characters that a terminal or a line reader obeys instead of showing.
bool Steers(char32_t character) {
  return character < 0x20 || (character >= 0x7f && character < 0xa0) || character == 0x2028 ||
         character == 0x2029 || (character >= 0x202a && character <= 0x202e) ||
         (character >= 0x2066 && character <= 0x2069);
}

void AppendEscaped(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  while (!text.empty()) {
    char32_t character = 0;
    const std::size_t length = DecodeCharacter(text, character);
    if (length == 0) {
      out += "\\ufffd";
    } else if (character == '"' || character == '\\') {
      out += '\\';
      out += static_cast<char>(character);
    } else if (character == '\n') {
      out += "\\n";
    } else if (Steers(character)) {
      out += "\\u";
      for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(character >> shift) & 15];
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

void AppendQuoted(std::string& out, std::string_view text) {
  out += '"';
  AppendEscaped(out, text);
  out += '"';
}

bool PlainWord(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || static_cast<unsigned char>(c) >= 0x7f) {
      return false;
    }
  }
  return true;
}

// A JSON object has each member once; a field may be named like one of ours.
std::string MemberName(const std::string& name) {
  const bool taken = name == "time" || name == "level" || name == "process" || name == "text";
  return taken ? "field_" + name : name;
}

std::string JsonLine(const LogOptions& options, Time time, Level level, std::string_view text,
                     const Fields& fields) {
  std::string line = R"({"time":")" + FormatTime(time) + R"(","level":")";
  line += Name(level);
  line += R"(","process":)";
  AppendQuoted(line, options.process);
  line += R"(,"text":)";
  AppendQuoted(line, text);
  for (const Field& field : fields) {
    line += ',';
    AppendQuoted(line, MemberName(field.name));
    line += ':';
    // A floating-point "nan" or "inf" is no JSON number, and both have an n.
    if (!field.quoted && field.value.find('n') == std::string::npos) {
      line += field.value;
    } else {
      AppendQuoted(line, field.value);
    }
  }
  line += '}';
  return line;
}

std::string TextLine(const LogOptions& options, Time time, Level level, std::string_view text,
                     const Fields& fields) {
  std::string line = FormatTime(time).substr(11, 12) + " ";
  line += Name(level);
  line.append(8 - Name(level).size(), ' ');
  if (!options.process.empty()) {
    AppendEscaped(line, options.process);
    line += ' ';
  }
  AppendEscaped(line, text);
  for (const Field& field : fields) {
    line += ' ';
    AppendEscaped(line, field.name);
    line += '=';
    if (PlainWord(field.value)) {
      line += field.value;
    } else {
      AppendQuoted(line, field.value);
    }
  }
  return line;
}

}  // namespace

std::optional<Level> ParseLevel(std::string_view name) {
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError}) {
    if (Name(level) == name) return level;
  }
  return std::nullopt;
}

std::string FormatLogLine(const LogOptions& options, Time time, Level level, std::string_view text,
                          const Fields& fields) {
  return options.json ? JsonLine(options, time, level, text, fields)
                      : TextLine(options, time, level, text, fields);
}

void StartLogging(const LogOptions& options) {
  Logger& logger = TheLogger();
  logger.options = options;
  logger.least = ParseLevel(options.level).value_or(Level::kInfo);
}

bool Enabled(Level level) { return level >= TheLogger().least; }

void Log(Level level, std::string_view text, const Fields& fields) {
  Logger& logger = TheLogger();
  if (level < logger.least) return;
  const std::string line = FormatLogLine(logger.options, logger.clock.Now(), level, text, fields);
  logger.sink->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

void FlushLogs() { TheLogger().sink->flush(); }

}  // namespace jointly::telemetry
