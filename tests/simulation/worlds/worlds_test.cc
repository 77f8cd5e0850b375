#include <gtest/gtest.h>

#include "tests/simulation/worlds/beginnings.h"
#include "tests/simulation/worlds/lives.h"

namespace jointly::simulation {
namespace {

#ifdef JOINTLY_FAILPOINTS

TEST(Worlds, KeepTheirPromises) {
  LiveAll("Worlds.KeepTheirPromises", "JOINTLY_SIMULATION_SEEDS", 1'000, {});
}

struct Case {
  Sabotage sabotage;
  const char* finding;
};

// A check that cannot fail is worth nothing: each thing that is broken on purpose is found, by what
// it breaks, within a few worlds.
TEST(Worlds, AreSeenToBreakTheirPromises) {
  for (const Case& c : {Case{Sabotage::kLoseEvent, "notifications applied: "},
                        {Sabotage::kForgetApplied, "notifications applied: "},
                        {Sabotage::kLoseCommits, "was acknowledged and is not there"},
                        {Sabotage::kNewRequestId, "an effect of no command"},
                        {Sabotage::kTakePlace, "its rows say"},
                        {Sabotage::kEditAudit, "is not what was sealed"},
                        {Sabotage::kLeakToFile, "holds a name or an address"},
                        {Sabotage::kLeakToLog, "a log line leaks"},
                        {Sabotage::kRepeatMail, "a mail went out twice"},
                        {Sabotage::kStaleReplica, "the people of mobility"},
                        {Sabotage::kDropNotice, "was not told"},
                        {Sabotage::kSkipPromotion, "waits beside a free place"}}) {
    EXPECT_TRUE(IsSeen(c.sabotage, c.finding, 400, {})) << "nothing was seen of: " << c.finding;
  }
}

TEST(Worlds, AreRepeatedByTheirSeed) {
  for (const std::uint64_t seed : {16, 17, 18}) {
    EXPECT_EQ(Live({.seed = seed}).fingerprint, Live({.seed = seed}).fingerprint) << seed;
  }
}

TEST(Budgets, KeepTheirPromises) {
  LiveAll("Budgets.KeepTheirPromises", "JOINTLY_SIMULATION_BUDGET_SEEDS", 300, {.budgets = true});
}

TEST(Budgets, AreSeenToBreakTheirPromises) {
  for (const Case& c : {Case{Sabotage::kReserveTwice, "B4 a commitment and its entries differ"},
                        {Sabotage::kKeepReserved, "is cancelled and holds"},
                        {Sabotage::kRepeatAlert, "as it is told too often"},
                        {Sabotage::kKeepRemaining, "B4 a line holds another sum"},
                        {Sabotage::kForgetAnswer, "is requested, its commitment is"},
                        {Sabotage::kForgetFigures, "is unfunded by other figures"},
                        {Sabotage::kApproveOwn, "B14 one person twice on commitment"},
                        {Sabotage::kPostIntoClose, "B8 an entry is dated in a closed period"},
                        {Sabotage::kEditDigest, "is not what its close said"}}) {
    EXPECT_TRUE(IsSeen(c.sabotage, c.finding, 400, {.budgets = true}))
        << "nothing was seen of: " << c.finding;
  }
}

TEST(Budgets, AreRepeatedByTheirSeed) {
  for (const std::uint64_t seed : {16, 17}) {
    const WorldOptions options{.seed = seed, .budgets = true};
    EXPECT_EQ(Live(options).fingerprint, Live(options).fingerprint) << seed;
  }
}

#endif

}  // namespace
}  // namespace jointly::simulation
