#include "common/telemetry/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace jointly::telemetry {
namespace {

using ::testing::HasSubstr;

// 2027-01-31T10:20:30.123456Z
const Time kTime = FromMicros(1'801'390'830'123'456);
const LogOptions kJson{.process = "mobility", .json = true};
const LogOptions kText{.process = "mobility", .json = false};

TEST(Log, WritesOneJsonObjectPerLine) {
  EXPECT_EQ(FormatLogLine(kJson, kTime, Level::kWarning, "took long",
                          {{"method", "Submit"}, {"rows", 3}, {"late", true}, {"share", 0.5}}),
            R"({"time":"2027-01-31T10:20:30.123456Z","level":"warning","process":"mobility",)"
            R"("text":"took long","method":"Submit","rows":3,"late":true,"share":0.500000})");
}

TEST(Log, WritesAlignedText) {
  EXPECT_EQ(FormatLogLine(kText, kTime, Level::kInfo, "ready",
                          {{"port", 7103}, {"why", "two words"}, {"empty", ""}}),
            R"(10:20:30.123 info    mobility ready port=7103 why="two words" empty="")");
}

struct Naughty {
  std::string text;
  std::string written;
};

// Nothing that a caller sends may end the line, forge another, or steer a terminal.
TEST(Log, EscapesWhatSteers) {
  const std::vector<Naughty> rows = {
      {"line\nbreak", R"(line\nbreak)"},
      {"carriage\rreturn", R"(carriage\u000dreturn)"},
      {"\x1b[31mred", R"(\u001b[31mred)"},
      {std::string("nul\0byte", 8), R"(nul\u0000byte)"},
      {"tab\t", R"(tab\u0009)"},
      {"quote\"back\\", R"(quote\"back\\)"},
      {"delete\x7f", R"(delete\u007f)"},
      {"\xc2\x9b"
       "31m",
       R"(\u009b31m)"},                           // C1 control sequence introducer.
      {"\xe2\x80\xa8", R"(\u2028)"},              // Line separator.
      {"\xe2\x80\xae", R"(\u202e)"},              // Right-to-left override.
      {"\xff\xfe", R"(\ufffd\ufffd)"},            // Not UTF-8.
      {"\xc0\xaf", R"(\ufffd\ufffd)"},            // Overlong "/".
      {"\xed\xa0\x80", R"(\ufffd\ufffd\ufffd)"},  // A surrogate.
      {"cut \xe7\xad", R"(cut \ufffd\ufffd)"},    // A cut character.
      {"Universit\xc3\xa9 \xe7\xad\x91\xe6\xb3\xa2", "Universit\xc3\xa9 \xe7\xad\x91\xe6\xb3\xa2"},
      {"\xf0\x9f\x8e\x93", "\xf0\x9f\x8e\x93"},
  };
  for (const Naughty& row : rows) {
    EXPECT_THAT(FormatLogLine(kJson, kTime, Level::kInfo, row.text, {}),
                HasSubstr("\"text\":\"" + row.written + "\""));
    EXPECT_THAT(FormatLogLine(kJson, kTime, Level::kInfo, "x", {{"value", row.text}}),
                HasSubstr("\"value\":\"" + row.written + "\""));
    EXPECT_THAT(FormatLogLine(kJson, kTime, Level::kInfo, "x", {{row.text, "value"}}),
                HasSubstr("\"" + row.written + "\":\"value\""));
    for (const LogOptions& options : {kJson, kText}) {
      const std::string line =
          FormatLogLine(options, kTime, Level::kInfo, row.text, {{row.text, row.text}});
      for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << line;
    }
  }
}

TEST(Log, ATextThatLooksLikeFieldsStaysText) {
  EXPECT_EQ(FormatLogLine(kJson, kTime, Level::kInfo, R"(","level":"error)", {}),
            R"({"time":"2027-01-31T10:20:30.123456Z","level":"info","process":"mobility",)"
            R"("text":"\",\"level\":\"error"})");
  EXPECT_THAT(FormatLogLine(kText, kTime, Level::kInfo, "x", {{"a", "1 b=2"}}),
              HasSubstr(R"(a="1 b=2")"));
}

TEST(Log, AFieldDoesNotShadowAMemberOfTheLine) {
  EXPECT_THAT(FormatLogLine(kJson, kTime, Level::kInfo, "x", {{"text", "y"}, {"level", "error"}}),
              ::testing::EndsWith(R"("text":"x","field_text":"y","field_level":"error"})"));
}

TEST(Log, NumbersThatJsonLacksAreQuoted) {
  EXPECT_THAT(FormatLogLine(kJson, kTime, Level::kInfo, "x",
                            {{"a", std::numeric_limits<double>::quiet_NaN()},
                             {"b", std::numeric_limits<double>::infinity()},
                             {"c", -1}}),
              HasSubstr(R"("a":"nan","b":"inf","c":-1)"));
}

TEST(Log, ALevelFiltersWhatIsBelow) {
  StartLogging({.process = "test", .level = "warning"});
  EXPECT_FALSE(Enabled(Level::kInfo));
  EXPECT_TRUE(Enabled(Level::kWarning));
  ::testing::internal::CaptureStderr();
  Info("hidden");
  Warning("shown", {{"n", 1}});
  FlushLogs();
  const std::string written = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(written, ::testing::Not(HasSubstr("hidden")));
  EXPECT_THAT(written, ::testing::EndsWith("\"text\":\"shown\",\"n\":1}\n"));
}

}  // namespace
}  // namespace jointly::telemetry
