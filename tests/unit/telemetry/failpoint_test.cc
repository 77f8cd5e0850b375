#include "common/telemetry/failpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "common/error/error.h"

namespace jointly::telemetry {
namespace {

TEST(Failpoint, ParsesEntries) {
  const auto parsed = ParseFailpoints("outbox.after_commit:kill@3,relay:mark:error@1");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ASSERT_EQ(parsed->size(), 2U);
  EXPECT_EQ((*parsed)[0].name, "outbox.after_commit");
  EXPECT_EQ((*parsed)[0].action, ArmedFailpoint::Action::kKill);
  EXPECT_EQ((*parsed)[0].pass, 3);
  EXPECT_EQ((*parsed)[1].name, "relay:mark");
  EXPECT_EQ((*parsed)[1].action, ArmedFailpoint::Action::kError);
  EXPECT_TRUE(ParseFailpoints("")->empty());
}

TEST(Failpoint, RefusesWhatWouldSilentlyDoNothing) {
  for (const char* text : {"x", "x:kill", "x@1", ":kill@1", "x:explode@1", "x:kill@0", "x:kill@-1",
                           "x:kill@", "x:kill@1x", "x:kill@99999999999", "a:kill@1,,b:kill@1"}) {
    const auto parsed = ParseFailpoints(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
  }
}

#ifdef JOINTLY_FAILPOINTS
// The environment is read once per process, so each case runs in a process of its own.
TEST(FailpointDeathTest, KillsOnTheNamedPass) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(
      {
        setenv("JOINTLY_FAIL", "here:kill@3", 1);
        Failpoint("here");
        Failpoint("elsewhere");
        Failpoint("here");
        std::fputs("twice passed\n", stderr);
        Failpoint("here");
        std::exit(0);
      },
      ::testing::KilledBySignal(SIGKILL), "twice passed");
}

TEST(FailpointDeathTest, ErrsOnTheNamedPassOnly) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(
      {
        setenv("JOINTLY_FAIL", "here:error@2", 1);
        const bool first = FailpointError("here");
        const bool second = FailpointError("here");
        const bool third = FailpointError("here");
        std::exit(!first && second && !third ? 7 : 1);
      },
      ::testing::ExitedWithCode(7), "");
}

TEST(FailpointDeathTest, AMisspeltEntryEndsTheProcess) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(
      {
        setenv("JOINTLY_FAIL", "here:kil@1", 1);
        Failpoint("here");
      },
      ::testing::ExitedWithCode(2), "here:kil@1");
}

TEST(Failpoint, TheHookOfTheSimulatorMayThrow) {
  struct Seen {
    int count = 0;
  } seen;
  SetFailpointHook(
      [](std::string_view, void* context) {
        if (++static_cast<Seen*>(context)->count == 2) throw SimulatedCrash();
      },
      &seen);
  Failpoint("one");
  EXPECT_THROW(Failpoint("two"), SimulatedCrash);
  SetFailpointHook(nullptr, nullptr);
  Failpoint("three");
  EXPECT_EQ(seen.count, 2);
}

TEST(Failpoint, TheHookOfTheSimulatorMayMakeAnError) {
  SetFailpointHook([](std::string_view, void*) { throw SimulatedError(); }, nullptr);
  EXPECT_TRUE(FailpointError("one"));
  Failpoint("two");  // Nothing to fail here.
  SetFailpointHook(nullptr, nullptr);
  EXPECT_FALSE(FailpointError("one"));
}
#endif

}  // namespace
}  // namespace jointly::telemetry
