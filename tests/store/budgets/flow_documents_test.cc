#include <gtest/gtest.h>
#include <jointly/budgets/v1/budgets_events.pb.h>

#include <atomic>
#include <thread>

#include "common/rpc/convert.h"
#include "tests/store/budgets/flow_world.h"

// Claims, stays, dates, delegations and everything that is refused, through the Api.
namespace jointly::budgets {
namespace {

class FlowDocumentsTest : public FlowTest {
 protected:
  // A mission of 600.00 on a commitment of 1,000.00, with its receipt.
  std::string Claim() {
    world().Found();
    world().Order("mission", "p1", "TRAVEL", Euro("1000"), "2020-06-15");
    Must(world().Approve("mission"));
    pb::CreateClaimRequest request;
    request.set_parent("budgets/unit");
    pb::ExpenseClaim& claim = *request.mutable_claim();
    claim.set_commitment("budgets/unit/commitments/mission");
    *claim.mutable_mission_start_date() = Day("2020-06-20");
    *claim.mutable_mission_end_date() = Day("2020-06-25");
    pb::ExpenseItem& item = *claim.add_items();
    *item.mutable_date() = Day("2020-06-21");
    item.set_description("Train to Lyon");
    *item.mutable_amount() = Euro("600");
    rpc::Call call = world().As("researcher");
    return Must(api().CreateClaim(call, request), "claim").name();
  }
  void Attach(const std::string& parent, const std::string& who) {
    pb::UploadAttachmentRequest::Start start;
    start.set_parent(parent);
    start.set_kind("receipt");
    start.set_file_name("train.pdf");
    rpc::Call call = world().As(who);
    auto upload = Must(api().BeginUpload(call, start), "upload");
    const std::string pdf = "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";
    ASSERT_TRUE(upload->Append(pdf).ok());
    ASSERT_TRUE(upload->Close().ok());
    Must(api().FinishUpload(call, *upload), "attach");
  }
  absl::StatusOr<pb::ExpenseClaim> Move(const std::string& name, const std::string& action,
                                        const std::string& who, const std::string& absent = "") {
    pb::MoveClaimRequest request;
    request.set_name(name);
    request.set_action(action);
    request.set_note("Why");
    request.set_payment_reference("SEPA-1");
    if (!absent.empty()) request.set_on_behalf_of("people/" + absent);
    rpc::Call call = world().As(who);
    return api().MoveClaim(call, request);
  }
  void Tell(std::int64_t revision, const std::string& state, bool asks = true) {
    jointly::mobility::v1::MobilityEvent event;
    auto& stay = *event.mutable_mobility();
    stay.set_name("mobilities/m1");
    stay.set_state(state == "approved" ? jointly::mobility::v1::MobilityCase::APPROVED
                                       : jointly::mobility::v1::MobilityCase::CANCELLED);
    stay.mutable_funding()->set_funding_reference(reference_);
    if (asks) stay.mutable_funding()->set_state(jointly::mobility::v1::Funding::REQUESTED);
    *stay.mutable_planned_start_date() = Day("2020-10-01");
    *stay.mutable_planned_end_date() = Day("2021-03-31");
    const absl::Status status =
        world().Apply("mobility.mobility", "m1", revision, event.SerializeAsString());
    ASSERT_TRUE(status.ok()) << status;
  }
  pb::Commitment Stay() {
    pb::GetCommitmentRequest request;
    request.set_name("budgets/unit/commitments/m1");
    rpc::Call call = world().As("auditor");
    return Must(api().GetCommitment(call, request), "stay");
  }

  std::string reference_ = "unit-grants";
};

TEST_P(FlowDocumentsTest, AClaimIsCertifiedApprovedAndPaidByThreeOthers) {
  const std::string name = Claim();
  EXPECT_EQ(Outcome(Move(name, "submit", "researcher")), "GUARD_REFUSED");  // No receipt.
  Attach(name, "researcher");
  EXPECT_EQ(Outcome(Move(name, "submit", "manager")), "WRONG_ROLE");
  Must(Move(name, "submit", "researcher"));
  Must(Move(name, "certify", "manager"));
  EXPECT_EQ(Outcome(Move(name, "approve", "manager")), "SELF_APPROVAL");
  Must(Move(name, "approve", "other"));
  EXPECT_EQ(world().Available("p1", "TRAVEL"), "9000.00");
  EXPECT_EQ(world().Balance("p1", "TRAVEL").spent().value(), "600.00");
  EXPECT_EQ(world().Balance("p1", "TRAVEL").reserved().value(), "400.00");
  Must(Move(name, "pay", "payer"));
  Must(Move(name, "payment_failed", "accountant"));
  Must(Move(name, "approve", "other"));
  const auto paid = Must(Move(name, "pay", "accountant"));
  EXPECT_EQ(paid.state(), pb::ExpenseClaim::PAID);
  EXPECT_EQ(paid.payer(), "people/accountant");
  EXPECT_EQ(world().Actions("budgets.claim", name.substr(name.rfind('/') + 1)),
            "created,updated,submitted,certified,approved,paid,payment_failed,approved,paid");
  EXPECT_EQ(world().Actions("budgets.commitment", "mission"),
            "requested,reserved,liquidated,paid,payment_reversed,paid");
}

TEST_P(FlowDocumentsTest, AClaimIsSeenByItsClaimantAndItsOffices) {
  const std::string name = Claim();
  pb::GetClaimRequest request;
  request.set_name(name);
  for (const auto& [who, outcome] :
       std::vector<std::pair<const char*, const char*>>{{"researcher", "OK"},
                                                        {"manager", "OK"},
                                                        {"tsukuba", "OK"},
                                                        {"stranger", "CLAIM_NOT_FOUND"}}) {
    rpc::Call call = world().As(who);
    EXPECT_EQ(Outcome(api().GetClaim(call, request)), outcome) << who;
  }
}

TEST_P(FlowDocumentsTest, AStandInCountsAsBothPersons) {
  const std::string name = Claim();
  Attach(name, "researcher");
  Must(Move(name, "submit", "researcher"));
  Must(Move(name, "certify", "manager"));
  // Nobody may stand in unasked.
  EXPECT_EQ(Outcome(Move(name, "approve", "other", "manager")), "SELF_APPROVAL");
  pb::CreateDelegationRequest request;
  request.set_parent("budgets/unit");
  request.mutable_delegation()->set_delegate("people/tsukuba");
  *request.mutable_delegation()->mutable_start_date() = Day("2020-04-01");
  *request.mutable_delegation()->mutable_end_date() = Day("2020-12-31");
  for (const char* who : {"manager", "other"}) {
    rpc::Call call = world().As(who);
    Must(api().CreateDelegation(call, request), "delegate");
  }
  // Who certified cannot approve through somebody else; another's stand-in can.
  EXPECT_EQ(Outcome(Move(name, "approve", "tsukuba", "manager")), "SELF_APPROVAL");
  EXPECT_EQ(Outcome(Move(name, "approve", "tsukuba")), "WRONG_ROLE");
  EXPECT_EQ(Must(Move(name, "approve", "tsukuba", "other")).approver(), "people/tsukuba");
}

TEST_P(FlowDocumentsTest, AnApprovedStayGetsItsGrantOnce) {
  world().Found();
  Tell(2, "approved");
  const pb::Commitment stay = Stay();
  EXPECT_EQ(stay.state(), pb::Commitment::APPROVED);
  EXPECT_EQ(stay.reserved().value(), "2430.00");  // 180 days of 13.50.
  EXPECT_EQ(stay.requester(), "services/mobility");
  EXPECT_EQ(stay.approver(), "people/other");
  EXPECT_EQ(stay.mobility(), "mobilities/m1");
  EXPECT_EQ(world().Actions("budgets.commitment", "m1"), "reserved");
  Tell(3, "approved");  // Whatever is told again.
  EXPECT_EQ(world().Actions("budgets.commitment", "m1"), "reserved");
  EXPECT_EQ(world().Available("p1", "TRAVEL"), "7570.00");
  Tell(4, "cancelled");
  Tell(5, "cancelled");
  EXPECT_EQ(Stay().state(), pb::Commitment::CANCELLED);
  EXPECT_EQ(world().Actions("budgets.commitment", "m1"), "reserved,released");
  EXPECT_EQ(world().Available("p1", "TRAVEL"), "10000.00");
}

TEST_P(FlowDocumentsTest, AStayThatCannotBePaidIsToldWhy) {
  world().Found();
  Must(world().Cost("p1", "TRAVEL", "9000", "2020-06-15"));
  Tell(2, "approved");
  EXPECT_EQ(Stay().state(), pb::Commitment::REFUSED);
  EXPECT_EQ(Stay().refusal(), "AMOUNT_NOT_AVAILABLE");
  EXPECT_EQ(world().Actions("budgets.commitment", "m1"), "refused");
  Tell(3, "cancelled");  // Nothing to give back.
  EXPECT_EQ(world().Actions("budgets.commitment", "m1"), "refused");
}

TEST_P(FlowDocumentsTest, AGrantThatWasCarriedIsReleasedBeforeItsPeriodOpens) {
  world().Found();
  Tell(1, "approved");
  Must(world().MovePeriod("p1", "soft_close", "manager"));
  Must(world().MovePeriod("p1", "close"));
  EXPECT_EQ(Stay().state(), pb::Commitment::CARRIED);
  Tell(2, "cancelled", false);
  EXPECT_EQ(Stay().state(), pb::Commitment::CANCELLED);
}

TEST_P(FlowDocumentsTest, AStayThatNoBudgetPaysHasItsAnswerToo) {
  reference_ = "nobody";
  Tell(2, "approved");
  EXPECT_EQ(world().Actions("budgets.commitment", "m1"), "refused");
  Tell(3, "approved");
  EXPECT_EQ(world().Actions("budgets.commitment", "m1"), "refused");
}

TEST_P(FlowDocumentsTest, AReservationExpiresAfterItsLastDay) {
  world().Found();
  pb::CreateCommitmentRequest request;
  request.set_parent("budgets/unit");
  request.set_commitment_id("short");
  pb::Commitment& commitment = *request.mutable_commitment();
  *commitment.mutable_line() = world().Line("p1", "CONS");
  commitment.set_display_name("Gas");
  commitment.set_supplier_reference("PO 1");
  *commitment.mutable_amount() = Euro("500");
  *commitment.mutable_effective_date() = Day("2020-04-02");
  *commitment.mutable_expire_date() = Day("2020-04-10");
  rpc::Call call = world().As("manager");
  Must(api().CreateCommitment(call, request), "order");
  Must(world().Approve("short"));
  world().clock().Advance(std::chrono::hours(24 * 9));  // The 10th.
  world().Tick();
  EXPECT_EQ(world().Available("p1", "CONS"), "7500.00");
  world().clock().Advance(std::chrono::hours(24));
  world().Tick();
  EXPECT_EQ(world().Available("p1", "CONS"), "8000.00");
  EXPECT_EQ(world().Actions("budgets.commitment", "short"), "requested,reserved,expired");
  // The period's end is announced 60, 30 and 7 days before, each once.
  world().clock().Advance(std::chrono::hours(24 * 360));
  while (world().Tick() > 0) {
  }
  EXPECT_EQ(world().Actions("budgets.period", "unit/p1"), "opened,close_due");
  EXPECT_EQ(world().Actions("budgets.report", "unit/p1"), "");
}

TEST_P(FlowDocumentsTest, AlertsTravelWithTheChangeThatRaisedThem) {
  world().Found();
  const auto first = Must(world().Cost("p1", "CONS", "6399.99", "2020-06-15"));
  EXPECT_EQ(first.alerts_size(), 0);
  const auto second = Must(world().Cost("p1", "CONS", "900", "2020-06-16"));
  ASSERT_EQ(second.alerts_size(), 2);
  EXPECT_EQ(second.alerts(0).threshold_percent(), 80);
  EXPECT_EQ(second.alerts(1).threshold_percent(), 90);
  EXPECT_EQ(Must(world().Cost("p1", "CONS", "1", "2020-06-17")).alerts_size(), 0);
}

TEST_P(FlowDocumentsTest, TheSameRequestIsCarriedOutOnce) {
  world().Found();
  pb::RecogniseCostRequest request;
  request.set_name("budgets/unit");
  *request.mutable_line() = world().Line("p1", "SERV");
  *request.mutable_amount() = Euro("100");
  *request.mutable_effective_date() = Day("2020-06-15");
  rpc::Call call = world().As("manager");
  request.set_request_id(call.request_id);
  const auto first = Must(api().RecogniseCost(call, request), "cost");
  EXPECT_EQ(first.journal().id(), call.request_id);
  const auto again = Must(api().RecogniseCost(call, request), "again");
  EXPECT_EQ(again.journal().sequence(), first.journal().sequence());
  *request.mutable_amount() = Euro("101");
  EXPECT_EQ(Outcome(api().RecogniseCost(call, request)), "REQUEST_ID_REUSED");
  EXPECT_EQ(world().Available("p1", "SERV"), "3900.00");
}

TEST_P(FlowDocumentsTest, EveryBadAmountOfARequestIsNamed) {
  for (const char* value : {"NaN", "1e3", "10.001", "92233720368547758.08", "", "12,50", "-1"}) {
    pb::CreateBudgetRequest request = world().Draft("wrong");
    *request.mutable_budget()->mutable_contract_amount() = Euro(value);
    request.mutable_budget()->mutable_sources(0)->mutable_promised()->set_currency_code("XYZ");
    rpc::Call call = world().As("manager");
    const auto refused = api().CreateBudget(call, request);
    ASSERT_TRUE(absl::IsInvalidArgument(refused.status())) << value;
    const std::string text = refused.status().ToString();
    EXPECT_NE(text.find("budget.contract_amount"), std::string::npos) << value;
    EXPECT_NE(text.find("budget.sources[0].promised.currency_code"), std::string::npos) << value;
  }
}

TEST_P(FlowDocumentsTest, WhoMayNotActIsToldSo) {
  world().Found();
  EXPECT_EQ(Outcome(world().MoveBudget("suspend", "tsukuba")), "WRONG_ROLE");
  EXPECT_EQ(Outcome(world().MoveBudget("suspend", "auditor")), "WRONG_ROLE");
  EXPECT_EQ(Outcome(world().MoveBudget("suspend", "stranger")), "BUDGET_NOT_FOUND");
  world().Order("c1", "p1", "EQUIP", Euro("10"), "2020-06-15");
  const auto own = world().Approve("c1", "manager");
  EXPECT_EQ(Outcome(own), "SELF_APPROVAL");
  EXPECT_NE(MessageOf(own.status()).find("people/other"), std::string::npos) << own.status();
}

TEST_P(FlowDocumentsTest, RefusalsLeaveNothingBehind) {
  world().Found();
  const auto cost = [&](const char* period, const char* category, const char* amount,
                        const char* date) {
    return Outcome(world().Cost(period, category, amount, date));
  };
  EXPECT_EQ(cost("p1", "SERV", "4000.01", "2020-06-15"), "AMOUNT_NOT_AVAILABLE");
  EXPECT_EQ(cost("p1", "SERV", "1", "2021-04-01"), "DATE_OUTSIDE_BUDGET");
  EXPECT_EQ(cost("p1", "SERV", "1", "2019-04-01"), "DATE_OUTSIDE_BUDGET");
  EXPECT_EQ(cost("p2", "SERV", "1", "2021-06-01"), "PERIOD_NOT_OPEN");
  EXPECT_EQ(cost("p1", "GIFTS", "1", "2020-06-15"), "CATEGORY_REFUSED");
  EXPECT_EQ(cost("p9", "SERV", "1", "2020-06-15"), "PERIOD_NOT_FOUND");
  world().Order("yen", "p1", "EQUIP", Yen("1000"), "2020-06-16");
  EXPECT_EQ(Outcome(world().Approve("yen")), "RATE_MISSING");
  world().Order("euro", "p1", "EQUIP", Euro("1000"), "2020-06-16");
  Must(world().Approve("euro"));
  EXPECT_EQ(Outcome(world().Invoice("euro", Euro("1000.01"), "2020-06-16")), "MORE_THAN_REMAINS");
  EXPECT_EQ(Outcome(world().MovePeriod("p1", "close")), "ILLEGAL_MOVE");
  Must(world().MovePeriod("p1", "soft_close", "manager"));
  // "yen" still waits for a decision.
  EXPECT_EQ(Outcome(world().MovePeriod("p1", "close")), "GUARD_REFUSED");
  EXPECT_EQ(world().Available("p1", "SERV"), "4000.00");
  EXPECT_EQ(Outcome(world().MoveBudget("suspend", "manager")), "MISSING_INPUT");
}

// Ten clients race for what seven can have.
TEST_P(FlowDocumentsTest, ExactlyTheAffordableApprovalsSucceed) {
  world().Found();
  constexpr int kClients = 10;
  std::vector<std::pair<rpc::Call, pb::ApproveCommitmentRequest>> calls;
  for (int i = 0; i < kClients; ++i) {
    const std::string id = "race-" + std::to_string(i);
    world().Order(id, "p1", "EQUIP", Euro("4000"), "2020-06-15");
    pb::ApproveCommitmentRequest request;
    request.set_name("budgets/unit/commitments/" + id);
    calls.emplace_back(world().As("other"), request);
  }
  std::atomic<int> succeeded{0};
  std::vector<std::thread> threads;
  for (auto& [call, request] : calls) {
    threads.emplace_back([&api = api(), &succeeded, call = call, request = request]() mutable {
      const auto reply = api.ApproveCommitment(call, request);
      if (reply.ok()) ++succeeded;
      EXPECT_TRUE(reply.ok() || Outcome(reply) == "AMOUNT_NOT_AVAILABLE") << reply.status();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(succeeded, 7);  // 30,000 / 4,000.
  EXPECT_EQ(world().Available("p1", "EQUIP"), "2000.00");
}

TEST_P(FlowDocumentsTest, AReportIsFrozenCertifiedAndSent) {
  world().Found();
  Must(world().Cost("p1", "SERV", "100", "2020-06-15"));
  const auto move = [&](const char* action, const char* who) {
    pb::MoveReportRequest request;
    request.set_name("budgets/unit/reports/p1");
    request.set_action(action);
    rpc::Call call = world().As(who);
    return api().MoveReport(call, request);
  };
  const auto prepared = Must(move("prepare", "accountant"));
  EXPECT_GT(prepared.as_of_sequence(), 0);
  Must(world().Cost("p1", "SERV", "50", "2020-06-16"));  // Later entries change nothing.
  EXPECT_EQ(Outcome(move("certify", "accountant")), "SELF_APPROVAL");
  const auto certified = Must(move("certify", "payer"));
  EXPECT_EQ(certified.content_hash(), prepared.content_hash());
  Must(move("send", "manager"));
  EXPECT_EQ(Must(move("accept", "manager")).state(), pb::PeriodicReport::ACCEPTED);
}

TEST_P(FlowDocumentsTest, ACarryOverOnReasonDecidesWhatGoesOn) {
  world().Found("unit", "on_reason");
  pb::CreateCarryOverRequest request;
  request.set_parent("budgets/unit");
  pb::CarryOver& carry = *request.mutable_carry_over();
  carry.set_from_period("budgets/unit/periods/p1");
  carry.set_to_period("budgets/unit/periods/p2");
  carry.set_reason("Borders were closed.");
  pb::Reallocation& row = *carry.add_lines();
  *row.mutable_line() = world().Line("p1", "TRAVEL");
  *row.mutable_change() = Euro("2500");
  rpc::Call manager = world().As("manager");
  const auto proposed = Must(api().CreateCarryOver(manager, request), "propose");
  pb::MoveCarryOverRequest approve;
  approve.set_name(proposed.name());
  approve.set_action("approve");
  rpc::Call same = world().As("manager");
  EXPECT_EQ(Outcome(api().MoveCarryOver(same, approve)), "SELF_APPROVAL");
  rpc::Call other = world().As("other");
  Must(api().MoveCarryOver(other, approve), "approve");
  Must(world().MovePeriod("p1", "soft_close", "manager"));
  const auto closed = Must(world().MovePeriod("p1", "close"));
  EXPECT_EQ(closed.period().totals().carried().value(), "2500.00");
  EXPECT_EQ(closed.period().totals().returned().value(), "87500.00");
  EXPECT_EQ(world().Available("p2", "TRAVEL"), "17500.00");
}

TEST_P(FlowDocumentsTest, ForeignRemaindersAreRevaluedOrUndercovered) {
  world().Found();
  world().Order("c1", "p1", "EQUIP", Yen("3000000"), "2020-06-15");
  Must(world().Approve("c1"));
  const auto revalue = [&](const char* rate_date) {
    pb::RevalueBudgetRequest request;
    request.set_name("budgets/unit");
    *request.mutable_rate_date() = Day(rate_date);
    *request.mutable_effective_date() = Day("2020-12-31");
    rpc::Call call = world().As("accountant");
    return Must(api().RevalueBudget(call, request), "revalue");
  };
  EXPECT_EQ(revalue("2020-09-30").journals_size(), 1);
  EXPECT_EQ(world().Balance("p1", "EQUIP").reserved().value(), "24240.47");
  Must(world().Cost("p1", "EQUIP", "5759.53", "2020-12-30"));  // Nothing is left.
  const auto dearer = revalue("2020-06-15");
  ASSERT_EQ(dearer.undercovered_size(), 1);
  EXPECT_EQ(dearer.undercovered(0).state(), pb::Commitment::UNDERCOVERED);
  EXPECT_EQ(world().Balance("p1", "EQUIP").reserved().value(), "24240.47");
  EXPECT_EQ(world().Actions("budgets.commitment", "c1"),
            "requested,reserved,revalued,undercovered");
}

TEST_P(FlowDocumentsTest, WhatIsPaidIsWhatWasRecognised) {
  world().Found();
  world().Order("c1", "p1", "EQUIP", Yen("3000000"), "2020-06-15");
  Must(world().Approve("c1"));
  Must(world().Invoice("c1", Yen("3000000"), "2020-06-15"));
  const auto pay = [&](const pb::Amount& amount, const char* date, const char* who) {
    pb::PayCostRequest request;
    request.set_name("budgets/unit");
    request.set_document("budgets/unit/commitments/c1");
    *request.mutable_amount() = amount;
    *request.mutable_effective_date() = Day(date);
    rpc::Call call = world().As(who);
    return api().PayCost(call, request);
  };
  EXPECT_EQ(Outcome(pay(Euro("24828.28"), "2020-09-30", "payer")), "MORE_THAN_REMAINS");
  // At the payment day's rate the bank takes 24,240.47; the rest of what was recognised is a gain.
  const auto paid = Must(pay(Yen("3000000"), "2020-09-30", "payer"));
  std::string exchange;
  for (const pb::Posting& posting : paid.journal().postings()) {
    if (posting.account() != "fx/EUR") continue;
    exchange +=
        posting.has_credit() ? "+" + posting.credit().value() : "-" + posting.debit().value();
  }
  EXPECT_EQ(exchange, "+24828.27-24240.47");
  EXPECT_EQ(Outcome(pay(Yen("1"), "2020-09-30", "payer")), "MORE_THAN_REMAINS");
}

TEST_P(FlowDocumentsTest, NothingIsPaidThatWasNotRecognisedBefore) {
  world().Found();
  Must(world().Cost("p1", "PERS", "100", "2020-07-01"));
  world().Order("c1", "p1", "EQUIP", Euro("50"), "2020-07-01");
  Must(world().Approve("c1"));
  Must(world().Invoice("c1", Euro("50"), "2020-07-01"));
  const auto pay = [&](const char* amount, const char* date, const char* document = "") {
    pb::PayCostRequest request;
    request.set_name("budgets/unit");
    request.set_document(document);
    *request.mutable_amount() = Euro(amount);
    *request.mutable_effective_date() = Day(date);
    rpc::Call call = world().As("payer");
    return api().PayCost(call, request);
  };
  // What the order is owed is the order's.
  EXPECT_EQ(Outcome(pay("100.01", "2020-08-01")), "MORE_THAN_REMAINS");
  EXPECT_EQ(Outcome(pay("100", "2020-06-30")), "MORE_THAN_REMAINS");
  EXPECT_EQ(Outcome(pay("50", "2020-06-30", "budgets/unit/commitments/c1")), "MORE_THAN_REMAINS");
  EXPECT_EQ(Outcome(pay("100", "2020-08-01")), "OK");
  EXPECT_EQ(Outcome(pay("0.01", "2020-09-01")), "MORE_THAN_REMAINS");
  EXPECT_EQ(Outcome(pay("50", "2020-09-01", "budgets/unit/commitments/c1")), "OK");
}

TEST_P(FlowDocumentsTest, AnAllocationIsDatedInABudgetAndInNoClosedPeriod) {
  world().Found();
  const auto allocate = [&](const char* date) {
    pb::AllocateBudgetRequest request;
    request.set_name("budgets/unit");
    *request.mutable_effective_date() = Day(date);
    pb::Allocation& row = *request.add_allocations();
    *row.mutable_line() = world().Line("p2", "CONS");
    *row.mutable_amount() = Euro("1");
    request.set_validate_only(true);
    rpc::Call call = world().As("manager");
    return api().AllocateBudget(call, request);
  };
  EXPECT_EQ(Outcome(allocate("2020-03-31")), "DATE_OUTSIDE_BUDGET");
  EXPECT_EQ(Outcome(allocate("2020-04-01")), "AMOUNT_NOT_AVAILABLE");
  Must(world().MovePeriod("p1", "soft_close", "manager"));
  Must(world().MovePeriod("p1", "close"));
  EXPECT_EQ(Outcome(allocate("2021-03-31")), "PERIOD_NOT_OPEN");
  EXPECT_EQ(Outcome(allocate("2021-04-01")), "AMOUNT_NOT_AVAILABLE");
}

TEST_P(FlowDocumentsTest, AClaimIsPaidOnADayThatTakesEntries) {
  const std::string name = Claim();
  Attach(name, "researcher");
  Must(Move(name, "submit", "researcher"));
  Must(Move(name, "certify", "manager"));
  Must(Move(name, "approve", "other"));
  Must(world().MovePeriod("p1", "soft_close", "manager"));
  Must(world().MovePeriod("p1", "close"));
  const auto pay = [&](const char* date) {
    pb::MoveClaimRequest request;
    request.set_name(name);
    request.set_action("pay");
    request.set_payment_reference("SEPA-1");
    *request.mutable_effective_date() = Day(date);
    rpc::Call call = world().As("payer");
    return api().MoveClaim(call, request);
  };
  // The mission's own day is in the period that was closed.
  EXPECT_EQ(Outcome(Move(name, "pay", "payer")), "PERIOD_NOT_OPEN");
  EXPECT_EQ(Outcome(pay("2021-04-02")), "PERIOD_NOT_OPEN");
  EXPECT_EQ(Outcome(pay("2019-04-02")), "DATE_OUTSIDE_BUDGET");
  Must(world().MovePeriod("p2", "open"));
  EXPECT_EQ(Outcome(pay("2021-04-02")), "OK");
}

INSTANTIATE_ON_ENGINES(FlowDocumentsTest);

}  // namespace
}  // namespace jointly::budgets
