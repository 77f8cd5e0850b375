#include "common/telemetry/trace.h"

#include <gtest/gtest.h>

namespace jointly::telemetry {
namespace {

constexpr std::string_view kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(Trace, KnowsItsForm) {
  EXPECT_TRUE(IsTraceparent(kParent));
  for (const char* bad : {
           "",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
           "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
       }) {
    EXPECT_FALSE(IsTraceparent(bad)) << bad;
  }
}

TEST(Trace, AChildKeepsTheTraceAndTheFlags) {
  SeededRng rng(1);
  const std::string child = ChildTraceparent(kParent, rng);
  EXPECT_TRUE(IsTraceparent(child));
  EXPECT_EQ(child.substr(0, 36), kParent.substr(0, 36));
  EXPECT_EQ(child.substr(52), kParent.substr(52));
  EXPECT_NE(child, kParent);
}

TEST(Trace, WithoutAParentATraceBegins) {
  SeededRng rng(1);
  const std::string one = ChildTraceparent("", rng);
  const std::string two = ChildTraceparent("nonsense", rng);
  EXPECT_TRUE(IsTraceparent(one));
  EXPECT_TRUE(IsTraceparent(two));
  EXPECT_NE(one.substr(3, 32), two.substr(3, 32));
}

}  // namespace
}  // namespace jointly::telemetry
