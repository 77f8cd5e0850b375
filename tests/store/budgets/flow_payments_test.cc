#include <gtest/gtest.h>

#include "tests/store/budgets/flow_world.h"
#include "tests/support/budgets/invariants.h"

// Whatever day is looked at: no more was paid of a commitment than was recognised, and no more was
// used of it than was bound (B4, B15).
namespace jointly::budgets {
namespace {

class FlowPaymentsTest : public FlowTest {
 protected:
  void TearDown() override {
    if (world_ != nullptr && !HasFatalFailure()) {
      invariants::Findings findings;
      invariants::CheckBudgets(
          database(), [](std::string_view text) { return "signed:" + std::string(text); },
          findings);
      EXPECT_EQ(findings, invariants::Findings{});
    }
    FlowTest::TearDown();
  }
  std::string Pay(const std::string& id, const std::string& amount, const std::string& date) {
    pb::PayCostRequest request;
    request.set_name("budgets/unit");
    request.set_document("budgets/unit/commitments/" + id);
    *request.mutable_amount() = Euro(amount);
    *request.mutable_effective_date() = Day(date);
    rpc::Call call = world().As("payer");
    return Outcome(api().PayCost(call, request));
  }
  pb::Commitment Get(const std::string& id) {
    pb::GetCommitmentRequest request;
    request.set_name("budgets/unit/commitments/" + id);
    rpc::Call call = world().As("accountant");
    return Must(api().GetCommitment(call, request));
  }
  absl::StatusOr<pb::Commitment> Release(const std::string& id, const std::string& date) {
    pb::ReleaseCommitmentRequest request;
    request.set_name("budgets/unit/commitments/" + id);
    request.set_reason("It is not needed.");
    if (!date.empty()) *request.mutable_effective_date() = Day(date);
    rpc::Call call = world().As("manager");
    return api().ReleaseCommitment(call, request);
  }
  std::string Revalue(const std::string& rate_date, const std::string& date) {
    pb::RevalueBudgetRequest request;
    request.set_name("budgets/unit");
    *request.mutable_rate_date() = Day(rate_date);
    *request.mutable_effective_date() = Day(date);
    rpc::Call call = world().As("accountant");
    return Outcome(api().RevalueBudget(call, request));
  }
  // Of June 2020, at a rate of September, and worth more again since February.
  void OrderRevaluedUpward() {
    world().Found();
    world().Order("yen", "p1", "EQUIP", Yen("1200000"), "2020-06-15");
    Must(world().Approve("yen"));
    EXPECT_EQ(Revalue("2020-09-30", "2020-10-15"), "OK");
    EXPECT_EQ(Revalue("2020-06-15", "2021-02-01"), "OK");
    EXPECT_EQ(world().Balance("p1", "EQUIP").reserved().value(), "9931.31");
  }
};

TEST_P(FlowPaymentsTest, NothingIsPaidBeforeItWasRecognised) {
  world().Found();
  // Owed to the same partner all year, so that only the commitment itself can refuse.
  Must(world().Cost("p1", "PERS", "5000", "2020-05-01"));
  world().Order("chairs", "p1", "CONS", Euro("1000"), "2020-12-10");
  Must(world().Approve("chairs"));
  Must(world().Invoice("chairs", Euro("600"), "2021-01-20", false));
  Must(world().Invoice("chairs", Euro("400"), "2021-02-10"));
  EXPECT_EQ(Pay("chairs", "600", "2020-11-30"), "MORE_THAN_REMAINS");  // Not bound.
  EXPECT_EQ(Pay("chairs", "600", "2020-12-20"), "MORE_THAN_REMAINS");  // Not recognised.
  EXPECT_EQ(Pay("chairs", "600.01", "2021-01-20"), "MORE_THAN_REMAINS");
  EXPECT_EQ(Pay("chairs", "600", "2021-01-20"), "OK");
  EXPECT_EQ(Pay("chairs", "400", "2021-02-09"), "MORE_THAN_REMAINS");
  EXPECT_EQ(Pay("chairs", "400", "2021-02-10"), "OK");
}

// What a later payment needs is not paid out by one that is entered after it and dated before.
TEST_P(FlowPaymentsTest, AnEarlierPaymentLeavesWhatLaterOnesTook) {
  world().Found();
  Must(world().Cost("p1", "PERS", "5000", "2020-05-01"));
  world().Order("chairs", "p1", "CONS", Euro("1000"), "2020-06-10");
  Must(world().Approve("chairs"));
  Must(world().Invoice("chairs", Euro("600"), "2020-07-20", false));
  Must(world().Invoice("chairs", Euro("400"), "2020-09-10"));
  EXPECT_EQ(Pay("chairs", "500", "2020-08-01"), "OK");
  EXPECT_EQ(Pay("chairs", "200", "2020-07-25"), "MORE_THAN_REMAINS");
  EXPECT_EQ(Pay("chairs", "100", "2020-07-25"), "OK");
}

// A revaluation releases and reserves anew: before its day there was less to give back or to use.
TEST_P(FlowPaymentsTest, NoStepGoesBackBehindARevaluation) {
  OrderRevaluedUpward();
  EXPECT_EQ(Outcome(Release("yen", "2020-12-01")), "DATE_OUTSIDE_BUDGET");
  EXPECT_EQ(Outcome(world().Invoice("yen", Yen("1200000"), "2020-09-30")), "DATE_OUTSIDE_BUDGET");
  EXPECT_EQ(Revalue("2020-09-30", "2021-01-15"), "OK");
  EXPECT_EQ(world().Actions("budgets.commitment", "yen"), "requested,reserved,revalued,revalued");
  // Without a day it is that of the revaluation.
  EXPECT_EQ(Must(Release("yen", "")).state(), pb::Commitment::CANCELLED);
}

TEST_P(FlowPaymentsTest, ItExpiresNotBeforeItsRevaluation) {
  world().Found();
  pb::CreateCommitmentRequest request;
  request.set_parent("budgets/unit");
  request.set_commitment_id("yen");
  pb::Commitment& commitment = *request.mutable_commitment();
  *commitment.mutable_line() = world().Line("p1", "EQUIP");
  commitment.set_display_name("An order");
  commitment.set_supplier_reference("PO 7");
  *commitment.mutable_amount() = Yen("1200000");
  *commitment.mutable_effective_date() = Day("2020-09-30");
  *commitment.mutable_expire_date() = Day("2020-12-31");
  rpc::Call call = world().As("manager");
  Must(api().CreateCommitment(call, request));
  Must(world().Approve("yen"));
  EXPECT_EQ(Revalue("2020-06-15", "2021-02-01"), "OK");
  world().GoTo("2021-02-10");
  EXPECT_EQ(world().Actions("budgets.commitment", "yen"), "requested,reserved,revalued,expired");
}

// A payment is a step of its commitment: it can be seen, it makes old copies stale, and whoever
// asked for the commitment or approved it does not take it.
TEST_P(FlowPaymentsTest, APaymentIsAStepOfItsCommitment) {
  world().Found();
  world().Order("chairs", "p1", "CONS", Euro("1000"), "2020-06-10");
  EXPECT_EQ(Pay("chairs", "1", "2020-06-10"), "ILLEGAL_MOVE");
  Must(world().Approve("chairs"));
  EXPECT_EQ(Pay("chairs", "1", "2020-06-10"), "MORE_THAN_REMAINS");
  Must(world().Invoice("chairs", Euro("600"), "2020-07-20", false));
  pb::PayCostRequest request;
  request.set_name("budgets/unit");
  request.set_document("budgets/unit/commitments/chairs");
  *request.mutable_amount() = Euro("250");
  *request.mutable_effective_date() = Day("2020-07-21");
  request.set_validate_only(true);
  for (const bool rehearsed : {true, false}) {
    request.set_validate_only(rehearsed);
    rpc::Call call = world().As("payer");
    const auto paid = Must(api().PayCost(call, request));
    EXPECT_EQ(paid.journal().movement(), "pay");
    EXPECT_EQ(Get("chairs").paid().value(), rehearsed ? "0.00" : "250.00");
  }
  const pb::Commitment after = Get("chairs");
  EXPECT_EQ(after.state(), pb::Commitment::PARTIALLY_LIQUIDATED);
  EXPECT_EQ(after.etag(), "\"4\"");
  EXPECT_EQ(world().Actions("budgets.commitment", "chairs"), "requested,reserved,liquidated,paid");
  Must(world().Invoice("chairs", Euro("400"), "2020-08-20"));
  EXPECT_EQ(Pay("chairs", "750", "2020-08-20"), "OK");
  EXPECT_EQ(Pay("chairs", "0.01", "2020-08-20"), "MORE_THAN_REMAINS");
  EXPECT_EQ(world().Actions("budgets.commitment", "chairs"),
            "requested,reserved,liquidated,paid,liquidated,paid");
}

TEST_P(FlowPaymentsTest, MoneyThatArrivesIsRehearsed) {
  world().Found();
  pb::ReceiveInstalmentRequest request;
  request.set_name("budgets/unit");
  *request.mutable_amount() = Euro("1000");
  *request.mutable_effective_date() = Day("2020-05-01");
  request.set_validate_only(true);
  const auto journals = [&] { return invariants::JournalsOf(database(), "unit").size(); };
  const auto before = journals();
  rpc::Call call = world().As("accountant");
  const auto received = Must(api().ReceiveInstalment(call, request));
  EXPECT_EQ(received.journal().movement(), "instalment");
  EXPECT_EQ(journals(), before);
  pb::ReverseJournalRequest back;
  back.set_name(
      "budgets/unit/journals/" +
      std::to_string(Must(world().Cost("p1", "PERS", "50", "2020-05-01")).journal().sequence()));
  back.set_reason("A wrong cost.");
  *back.mutable_effective_date() = Day("2020-05-01");
  back.set_validate_only(true);
  rpc::Call again = world().As("accountant");
  EXPECT_EQ(Must(api().ReverseJournal(again, back)).journal().movement(), "reverse");
  EXPECT_EQ(journals(), before + 1);
}

// What is taken back belongs to no commitment: the proof of the budget finds nothing wrong with it.
TEST_P(FlowPaymentsTest, ACreditNoteForAClosedPeriodIsNoOverpayment) {
  world().Found();
  const auto cost = Must(world().Cost("p1", "SERV", "100", "2021-03-21"));
  Must(world().Cost("p1", "PERS", "5000", "2020-05-01"));
  Must(world().MovePeriod("p1", "soft_close", "manager"));
  Must(world().MovePeriod("p1", "close"));
  Must(world().MovePeriod("p2", "open"));
  pb::ReverseJournalRequest request;
  request.set_name("budgets/unit/journals/" + std::to_string(cost.journal().sequence()));
  request.set_reason("Credit note 7");
  *request.mutable_effective_date() = Day("2021-05-01");
  rpc::Call call = world().As("accountant");
  EXPECT_EQ(Must(api().ReverseJournal(call, request)).journal().movement(), "correct");
}

INSTANTIATE_ON_ENGINES(FlowPaymentsTest);

}  // namespace
}  // namespace jointly::budgets
