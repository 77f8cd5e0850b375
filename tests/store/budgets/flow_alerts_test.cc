#include <gtest/gtest.h>
#include <jointly/budgets/v1/budgets_events.pb.h>

#include "tests/store/budgets/flow_world.h"

// Warnings that a timer finds: what will not be spent in time, and what is still reserved.
namespace jointly::budgets {
namespace {

using Alerts = std::vector<std::string>;

class FlowAlertsTest : public FlowTest {
 protected:
  // The first year's costs, so that only travel is late.
  void Spend() {
    Must(world().Cost("p1", "TRAVEL", "1250", "2020-07-10"), "travel");
    for (const auto& [category, amount] :
         std::vector<std::pair<const char*, const char*>>{{"PERS", "26000"},
                                                          {"EQUIP", "28000"},
                                                          {"CONS", "7000"},
                                                          {"SERV", "3500"},
                                                          {"OVH", "8000"}}) {
      Must(world().Cost("p1", category, amount, "2020-09-15"), category);
    }
  }
};

// The worked example: by February 2021 1,250.00 of 10,000.00 are used, borders are closed, and more
// than 7,000 cannot be spent.
TEST_P(FlowAlertsTest, TravelIsFoundUnspendableInFebruary) {
  world().Found();
  Spend();
  for (const char* month : {"2020-05-01", "2020-08-01", "2020-10-01"}) world().GoTo(month);
  const Alerts autumn = {"underspend 50/1 7520.38"};
  EXPECT_EQ(world().Alerts("TRAVEL"), autumn);
  for (const char* month : {"2020-11-01", "2020-12-01", "2021-01-01"}) world().GoTo(month);
  EXPECT_EQ(world().Alerts("TRAVEL"), autumn);
  world().GoTo("2021-02-01");
  const Alerts february = {"underspend 50/1 7520.38", "underspend 80/1 8513.84",
                           "unspendable 80/1 8513.84"};
  EXPECT_EQ(world().Alerts("TRAVEL"), february);
  EXPECT_EQ(world().Alerts("PERS"), Alerts{"used 80/1 26000.00"});
  // The timer comes again and finds nothing new; the last tenth of the year is another threshold.
  world().GoTo("2021-02-20");
  EXPECT_EQ(world().Alerts("TRAVEL"), february);
  world().GoTo("2021-03-01");
  EXPECT_EQ(world().Alerts("TRAVEL").size(), 5U);
  world().GoTo("2021-03-31");
  EXPECT_EQ(world().Alerts("TRAVEL").size(), 5U);
}

TEST_P(FlowAlertsTest, ALineThatRecoversIsWarnedAnewOnlyWhenItFallsBack) {
  world().Found();
  Spend();
  world().GoTo("2020-10-01");
  world().Order("trip", "p1", "TRAVEL", Euro("8000"), "2020-10-05");
  Must(world().Approve("trip"));
  world().GoTo("2020-11-01");
  EXPECT_EQ(world().Alerts("TRAVEL"), (Alerts{"underspend 50/1 7520.38"}));
  pb::ReleaseCommitmentRequest release;
  release.set_name("budgets/unit/commitments/trip");
  release.set_reason("Borders are closed.");
  *release.mutable_effective_date() = Day("2020-11-10");
  rpc::Call call = world().As("manager");
  Must(api().ReleaseCommitment(call, release));
  world().GoTo("2020-12-01");
  EXPECT_EQ(world().Alerts("TRAVEL").size(), 2U);
  EXPECT_EQ(world().Alerts("TRAVEL").back().substr(0, 15), "underspend 50/2");
}

// A service that was down for months evaluates once, and tells the last threshold only.
TEST_P(FlowAlertsTest, ALateTimerTellsOnce) {
  world().Found();
  Spend();
  world().GoTo("2021-03-05");
  EXPECT_EQ(world().Alerts("TRAVEL").size(), 2U);
  EXPECT_EQ(world().Alerts("TRAVEL").front().substr(0, 13), "underspend 90");
  world().GoTo("2021-03-06");
  EXPECT_EQ(world().Alerts("TRAVEL").size(), 2U);
}

TEST_P(FlowAlertsTest, OpenCommitmentsAreToldBeforeThePeriodEnds) {
  world().Found();
  Spend();
  world().Order("order", "p1", "EQUIP", Euro("1000"), "2020-10-05");
  Must(world().Approve("order"));
  world().Order("second", "p1", "EQUIP", Euro("500"), "2020-10-05");
  Must(world().Approve("second"));
  const auto open = [&] {
    Alerts found;
    for (const std::string& alert : world().Alerts("EQUIP")) {
      if (alert.starts_with("open_commitments")) found.push_back(alert);
    }
    return found;
  };
  world().GoTo("2021-01-29");
  EXPECT_EQ(open(), Alerts{});
  world().GoTo("2021-01-30");
  EXPECT_EQ(open(), (Alerts{"open_commitments 0/1 1500.00"}));
  world().GoTo("2021-02-15");
  EXPECT_EQ(open().size(), 1U);
  Must(world().Invoice("order", Euro("1000"), "2021-02-20"));
  world().GoTo("2021-03-01");
  world().GoTo("2021-03-24");
  world().GoTo("2021-03-30");
  EXPECT_EQ(open(), (Alerts{"open_commitments 0/1 1500.00", "open_commitments 0/2 500.00",
                            "open_commitments 0/3 500.00"}));
  EXPECT_EQ(world().Actions("budgets.period", "unit/p1"), "opened,close_due,close_due,close_due");
}

TEST_P(FlowAlertsTest, ASuspendedBudgetIsNotWarnedUntilItRunsAgain) {
  world().Found();
  Spend();
  pb::MoveBudgetRequest suspend;
  suspend.set_name("budgets/unit");
  suspend.set_action("suspend");
  suspend.set_reason("An audit.");
  rpc::Call manager = world().As("manager");
  Must(api().MoveBudget(manager, suspend));
  world().GoTo("2020-10-01");
  EXPECT_EQ(world().Alerts("TRAVEL"), Alerts{});
  Must(world().MoveBudget("resume", "manager"));
  world().GoTo("2020-11-01");
  EXPECT_EQ(world().Alerts("TRAVEL").size(), 1U);
}

// Who hears of a document knows whose budget it is without asking.
TEST_P(FlowAlertsTest, EveryEventNamesItsBudget) {
  world().Found();
  world().Order("order", "p1", "EQUIP", Euro("1000"), "2020-10-05");
  const auto rows = Must(world().database().Read([&](db::Tx& tx) {
    return tx.Query(
        "SELECT aggregate_type, body FROM outbox WHERE aggregate_type IN"
        " ('budgets.commitment', 'budgets.period')");
  }));
  ASSERT_FALSE(rows.empty());
  for (const db::Row& row : rows) {
    pb::CommitmentEvent commitment;
    pb::PeriodEvent period;
    const bool is_period = row.Text("aggregate_type") == "budgets.period";
    ASSERT_TRUE(is_period ? period.ParseFromString(row.Bytes("body"))
                          : commitment.ParseFromString(row.Bytes("body")));
    const pb::BudgetScope& scope = is_period ? period.budget() : commitment.budget();
    EXPECT_EQ(scope.budget(), "budgets/unit");
    EXPECT_EQ(scope.display_name(), "Grenoble Unit");
    EXPECT_EQ(scope.institution(), "institutions/uga");
    EXPECT_EQ(scope.partners_size(), 2);
  }
}

// Two periods side by side: what the first one's close carries makes the second one's line short.
TEST_P(FlowAlertsTest, ACloseTellsWhatItsCarryCrosses) {
  world().Found();
  pb::MovePeriodRequest open;
  open.set_name("budgets/unit/periods/p2");
  open.set_action("open");
  open.set_reason("An order of both years.");
  rpc::Call call = world().As("accountant");
  Must(api().MovePeriod(call, open), "open");
  world().Order("all", "p1", "EQUIP", Euro("30000"), "2020-06-15");
  Must(world().Approve("all"));
  world().Order("half", "p2", "EQUIP", Euro("7500"), "2021-06-15");
  Must(world().Approve("half"));
  const std::size_t before = world().Alerts("EQUIP").size();
  Must(world().MovePeriod("p1", "soft_close", "manager"));
  Must(world().MovePeriod("p1", "close"));
  ASSERT_EQ(world().Alerts("EQUIP").size(), before + 1);
  EXPECT_EQ(world().Alerts("EQUIP").back(), "used 80/1 37500.00");
}

INSTANTIATE_ON_ENGINES(FlowAlertsTest);

}  // namespace
}  // namespace jointly::budgets
