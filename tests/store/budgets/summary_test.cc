#include <gtest/gtest.h>

#include "tests/store/budgets/flow_world.h"

// What partners share, in figures.
namespace jointly::budgets {
namespace {

class SummaryTest : public FlowTest {
 protected:
  absl::StatusOr<pb::SummariseBudgetsResponse> Summary(const std::string& who,
                                                       const std::vector<std::string>& partners) {
    pb::SummariseBudgetsRequest request;
    for (const std::string& partner : partners) request.add_partners("institutions/" + partner);
    rpc::Call call = world().As(who);
    return api().SummariseBudgets(call, request);
  }
};

TEST_P(SummaryTest, SaysWhatIsAuthorisedReservedSpentAndLeftPerPeriod) {
  world().Found();
  world().Order("c1", "p1", "EQUIP", Yen("3000000"), "2020-06-15");
  Must(world().Approve("c1"));
  Must(world().Cost("p1", "OVH", "8000", "2020-06-20"));
  const auto summary = Must(Summary("manager", {"tsukuba", "uga"}));
  ASSERT_EQ(summary.budgets_size(), 1);
  const pb::BudgetSummary& unit = summary.budgets(0);
  EXPECT_EQ(unit.budget(), "budgets/unit");
  EXPECT_EQ(unit.contract_amount().value(), "250000.00");
  EXPECT_EQ(unit.totals().spent().value(), "8000.00");
  EXPECT_EQ(unit.totals().reserved().value(), "24828.27");
  EXPECT_EQ(unit.left().value(), "217171.73");
  ASSERT_EQ(unit.periods_size(), 3);
  EXPECT_EQ(unit.periods(0).totals().reserved().value(), "24828.27");
  EXPECT_EQ(unit.periods(1).totals().reserved().value(), "0.00");
  EXPECT_EQ(unit.japanese_fiscal_years_size(), 3) << "April to March is three Japanese years";
  EXPECT_EQ(unit.exercices_size(), 4) << "and touches four French ones";
  EXPECT_EQ(unit.exercices(3), "exercice 2023");
}

TEST_P(SummaryTest, KnowsOnlyWhatAllPartnersShareAndTheCallerSees) {
  world().Found();
  EXPECT_EQ(Must(Summary("tsukuba", {"tsukuba", "uga"})).budgets_size(), 1);
  EXPECT_EQ(Must(Summary("tsukuba", {"tsukuba", "tsukuba"})).budgets_size(), 1);
  EXPECT_EQ(Must(Summary("manager", {"uga", "elsewhere"})).budgets_size(), 0);
  EXPECT_EQ(Must(Summary("stranger", {"tsukuba", "uga"})).budgets_size(), 0);
  EXPECT_EQ(Outcome(Summary("manager", {})), "INVALID_ARGUMENT");
}

INSTANTIATE_ON_ENGINES(SummaryTest);

}  // namespace
}  // namespace jointly::budgets
