#include <gtest/gtest.h>

#include "tests/store/budgets/flow_world.h"

// Commands that say their own day: in the budget, in a period that takes it, not before what they
// are about. What is refused leaves no journal.
namespace jointly::budgets {
namespace {

class FlowDatesTest : public FlowTest {
 protected:
  absl::StatusOr<pb::RevalueBudgetResponse> Revalue(const char* date) {
    pb::RevalueBudgetRequest request;
    request.set_name("budgets/unit");
    *request.mutable_rate_date() = Day("2022-05-20");
    *request.mutable_effective_date() = Day(date);
    rpc::Call call = world().As("accountant");
    return api().RevalueBudget(call, request);
  }
  // The first year is over, the second one has an order in yen.
  void SecondYear() {
    world().Found();
    Must(world().MovePeriod("p1", "soft_close", "manager"));
    Must(world().MovePeriod("p1", "close"));
    Must(world().MovePeriod("p2", "open"));
    world().Order("c1", "p2", "EQUIP", Yen("1200000"), "2022-03-15");
    Must(world().Approve("c1"));
  }
};

TEST_P(FlowDatesTest, ARevaluationIsDatedWhereEntriesMayBe) {
  SecondYear();
  EXPECT_EQ(Outcome(Revalue("2021-03-31")), "PERIOD_NOT_OPEN");      // Closed.
  EXPECT_EQ(Outcome(Revalue("2022-04-01")), "PERIOD_NOT_OPEN");      // Planned.
  EXPECT_EQ(Outcome(Revalue("1999-01-01")), "DATE_OUTSIDE_BUDGET");  // Of no budget.
  EXPECT_EQ(Outcome(Revalue("2023-04-01")), "DATE_OUTSIDE_BUDGET");
  EXPECT_EQ(world().Balance("p2", "EQUIP").reserved().value(), "9254.26");
  // On a day before it was bound it was worth nothing yet: what is bound later stays as it is.
  EXPECT_EQ(Must(Revalue("2022-03-14")).journals_size(), 0);
  EXPECT_EQ(world().Actions("budgets.commitment", "c1"), "requested,reserved");
  EXPECT_EQ(Must(Revalue("2022-03-31")).journals_size(), 1);
  EXPECT_EQ(world().Balance("p2", "EQUIP").reserved().value(), "8866.56");
}

// While two periods take entries, a day says whose lines are meant.
TEST_P(FlowDatesTest, ARevaluationIsOneOfThePeriodOfItsDay) {
  world().Found();
  world().Order("old", "p1", "EQUIP", Yen("1200000"), "2020-06-15");
  Must(world().Approve("old"));
  Must(world().MovePeriod("p1", "soft_close", "manager"));
  Must(world().MovePeriod("p2", "open"));
  world().Order("new", "p2", "EQUIP", Yen("1200000"), "2022-03-15");
  Must(world().Approve("new"));
  Must(Revalue("2022-03-31"));
  EXPECT_EQ(world().Actions("budgets.commitment", "old"), "requested,reserved");
  EXPECT_EQ(world().Actions("budgets.commitment", "new"), "requested,reserved,revalued");
  Must(Revalue("2021-03-31"));
  EXPECT_EQ(world().Actions("budgets.commitment", "old"), "requested,reserved,revalued");
  EXPECT_EQ(world().Actions("budgets.commitment", "new"), "requested,reserved,revalued");
}

TEST_P(FlowDatesTest, AnAmendmentMovesNoMoneyInAClosedPeriod) {
  SecondYear();
  const pb::Amendment more = world().Amend([](pb::Amendment& amendment) {
    amendment.set_type(pb::Amendment::SUPPLEMENT);
    *amendment.mutable_signed_date() = Day("2021-03-15");
    *amendment.mutable_change() = Euro("1000");
  });
  const auto refused = world().PutInForce(more);
  EXPECT_EQ(Outcome(refused), "PERIOD_NOT_OPEN");
  EXPECT_NE(MessageOf(refused.status()).find("2021-03-15"), std::string::npos) << refused.status();
  EXPECT_NE(MessageOf(refused.status()).find("p1"), std::string::npos) << refused.status();
  EXPECT_EQ(Outcome(world().PutInForce(more, "1999-01-01")), "DATE_OUTSIDE_BUDGET");
  EXPECT_EQ(Outcome(world().PutInForce(more, "2023-04-01")), "DATE_OUTSIDE_BUDGET");
  EXPECT_EQ(Must(world().PutInForce(more, "2021-05-01")).authorised_version(), 2);
}

// The close of the last period signed its bounds and gave back what was left.
TEST_P(FlowDatesTest, NothingIsProlongedAfterItsLastClose) {
  world().Found();
  const auto amend = [&](pb::Amendment::Type type, const char* change) {
    return world().Amend([&](pb::Amendment& draft) {
      draft.set_type(type);
      *draft.mutable_signed_date() = Day("2023-02-20");
      *draft.mutable_new_end_date() = Day("2023-09-30");
      if (change != nullptr) *draft.mutable_change() = Euro(change);
    });
  };
  const pb::Amendment extension = amend(pb::Amendment::NO_COST_EXTENSION, nullptr);
  const pb::Amendment date = amend(pb::Amendment::DATE_CHANGE, nullptr);
  const pb::Amendment more = amend(pb::Amendment::COSTED_EXTENSION, "1000");
  for (const char* period : {"p1", "p2", "p3"}) {
    if (period != std::string("p1")) Must(world().MovePeriod(period, "open"));
    Must(world().MovePeriod(period, "soft_close", "manager"));
    Must(world().MovePeriod(period, "close"));
  }
  for (const pb::Amendment& late : {extension, date}) {
    const auto refused = world().PutInForce(late);
    EXPECT_EQ(Outcome(refused), "LAST_PERIOD_CLOSED") << late.ShortDebugString();
    const std::string text = MessageOf(refused.status());
    EXPECT_NE(text.find("the last period, p3, is closed"), std::string::npos) << text;
    EXPECT_NE(text.find("reopen it"), std::string::npos) << text;
    std::string facts;
    for (const Fact& fact : jointly::FactsOf(refused.status())) {
      if (fact.name == "period" || fact.name == "state") facts += fact.value + ";";
    }
    EXPECT_EQ(facts, "p3;closed;");
  }
  // New money for a new period goes on with nothing of the old.
  EXPECT_EQ(Must(world().PutInForce(more, "2023-04-01")).authorised_version(), 2);
}

INSTANTIATE_ON_ENGINES(FlowDatesTest);

}  // namespace
}  // namespace jointly::budgets
