#include <gtest/gtest.h>

#include "tests/store/budgets/flow_world.h"
#include "tests/support/accounting_tools.h"
#include "tests/support/budgets/invariants.h"

// What was entered wrongly is taken back: invoices and payments of a commitment by the mirror of
// their entry, as steps of it; costs of a closed period by credit notes.
namespace jointly::budgets {
namespace {

class FlowUndoTest : public FlowTest {
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
  absl::StatusOr<pb::PostingReply> Pay(const std::string& id, const pb::Amount& amount,
                                       const std::string& date, const std::string& who = "payer") {
    pb::PayCostRequest request;
    request.set_name("budgets/unit");
    if (!id.empty()) request.set_document("budgets/unit/commitments/" + id);
    *request.mutable_amount() = amount;
    *request.mutable_effective_date() = Day(date);
    rpc::Call call = world().As(who);
    return api().PayCost(call, request);
  }
  absl::StatusOr<pb::PostingReply> Reverse(std::int64_t sequence, const std::string& date,
                                           const std::string& amount = "") {
    pb::ReverseJournalRequest request;
    request.set_name("budgets/unit/journals/" + std::to_string(sequence));
    request.set_reason("It was wrong.");
    *request.mutable_effective_date() = Day(date);
    if (!amount.empty()) *request.mutable_amount() = Euro(amount);
    rpc::Call call = world().As("accountant");
    return api().ReverseJournal(call, request);
  }
  // Of the last entry.
  std::int64_t Last() { return invariants::JournalsOf(database(), "unit").back().sequence; }
  pb::Commitment Get(const std::string& id) {
    pb::GetCommitmentRequest request;
    request.set_name("budgets/unit/commitments/" + id);
    rpc::Call call = world().As("accountant");
    return Must(api().GetCommitment(call, request));
  }
  // "approved 1000.00 0.00 0.00 1000.00": state, reserved, liquidated, released, remaining.
  std::string Sums(const std::string& id) {
    const pb::Commitment commitment = Get(id);
    return pb::Commitment::State_Name(commitment.state()) + " " + commitment.reserved().value() +
           " " + commitment.liquidated().value() + " " + commitment.released().value() + " " +
           commitment.remaining().value();
  }
  std::string Actions(const std::string& id) { return world().Actions("budgets.commitment", id); }
  void Ordered(const std::string& id, const pb::Amount& amount, const std::string& category,
               const std::string& expires = "") {
    pb::CreateCommitmentRequest request;
    request.set_parent("budgets/unit");
    request.set_commitment_id(id);
    pb::Commitment& commitment = *request.mutable_commitment();
    *commitment.mutable_line() = world().Line("p1", category);
    commitment.set_display_name("An order");
    commitment.set_supplier_reference("PO 7");
    *commitment.mutable_amount() = amount;
    *commitment.mutable_effective_date() = Day("2020-06-15");
    if (!expires.empty()) *commitment.mutable_expire_date() = Day(expires);
    rpc::Call call = world().As("manager");
    Must(api().CreateCommitment(call, request));
    Must(world().Approve(id));
  }
  // The books with what was taken back are books to others too.
  void AcceptedByTheTools() {
    test::AccountingTools tools;
    for (const char* format : {"hledger", "beancount"}) {
      pb::ExportStatementRequest request;
      request.set_name("budgets/unit");
      request.set_format(format);
      rpc::Call call = world().As("auditor");
      const pb::ExportedFile file = Must(api().ExportStatement(call, request), "export");
      const auto checked = std::string(format) == "hledger" ? tools.Hledger(file.content())
                                                            : tools.BeanCheck(file.content());
      EXPECT_EQ(checked.code, 0) << format << "\n" << checked.output;
    }
  }
  void CloseFirstPeriod() {
    Must(world().MovePeriod("p1", "soft_close", "manager"));
    Must(world().MovePeriod("p1", "close"));
    Must(world().MovePeriod("p2", "open"));
  }
  std::string MissionApproved() {
    world().Found();
    Ordered("mission", Euro("1000"), "TRAVEL");
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
    const std::string name = Must(api().CreateClaim(call, request)).name();
    pb::UploadAttachmentRequest::Start start;
    start.set_parent(name);
    start.set_kind("receipt");
    start.set_file_name("train.pdf");
    rpc::Call sender = world().As("researcher");
    auto upload = Must(api().BeginUpload(sender, start), "upload");
    Check(upload->Append("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n").ok() &&
              upload->Close().ok(),
          "a receipt is sent");
    Must(api().FinishUpload(sender, *upload), "attach");
    Must(Move(name, "submit", "researcher"));
    Must(Move(name, "certify", "manager"));
    Must(Move(name, "approve", "other"));
    return name;
  }
  absl::StatusOr<pb::ExpenseClaim> Move(const std::string& name, const std::string& action,
                                        const std::string& who, const std::string& date = "") {
    pb::MoveClaimRequest request;
    request.set_name(name);
    request.set_action(action);
    request.set_note("Why");
    request.set_payment_reference("SEPA-1");
    if (!date.empty()) *request.mutable_effective_date() = Day(date);
    rpc::Call call = world().As(who);
    return api().MoveClaim(call, request);
  }
};

TEST_P(FlowUndoTest, AWrongInvoiceIsTakenBackAndEnteredRight) {
  world().Found();
  Ordered("chairs", Euro("1000"), "CONS");
  Must(world().Invoice("chairs", Euro("900"), "2020-07-20"));
  EXPECT_EQ(Sums("chairs"), "LIQUIDATED 1000.00 900.00 100.00 0.00");
  const std::int64_t wrong = Last();
  EXPECT_EQ(Outcome(Reverse(wrong, "2020-07-19")), "DATE_OUTSIDE_BUDGET");
  EXPECT_EQ(Outcome(Reverse(wrong, "2020-07-20", "900")), "INVALID_ARGUMENT");
  EXPECT_EQ(Must(Reverse(wrong, "2020-07-22")).journal().movement(), "reverse");
  EXPECT_EQ(Sums("chairs"), "APPROVED 1000.00 0.00 0.00 1000.00");
  EXPECT_EQ(Get("chairs").original_remaining().value(), "1000.00");
  EXPECT_EQ(world().Balance("p1", "CONS").spent().value(), "0.00");
  EXPECT_EQ(Outcome(Reverse(wrong, "2020-07-22")), "ALREADY_REVERSED");
  EXPECT_EQ(Outcome(Reverse(Last(), "2020-07-22")), "BELONGS_TO_DOCUMENT");
  // What was reserved anew on that day is not used before it.
  EXPECT_EQ(Outcome(world().Invoice("chairs", Euro("950"), "2020-07-21")), "DATE_OUTSIDE_BUDGET");
  Must(world().Invoice("chairs", Euro("950"), "2020-07-22"));
  EXPECT_EQ(Sums("chairs"), "LIQUIDATED 1000.00 950.00 50.00 0.00");
  EXPECT_EQ(Actions("chairs"), "requested,reserved,liquidated,liquidation_reversed,liquidated");
}

TEST_P(FlowUndoTest, WhatIsPaidIsTakenBackFirst) {
  world().Found();
  Ordered("chairs", Euro("1000"), "CONS");
  Must(world().Invoice("chairs", Euro("600"), "2020-07-20", false));
  const std::int64_t first = Last();
  Must(world().Invoice("chairs", Euro("300"), "2020-08-20", false));
  const std::int64_t second = Last();
  Must(Pay("chairs", Euro("200"), "2020-07-25"));
  Must(Pay("chairs", Euro("300"), "2020-08-25"));
  const std::int64_t payment = Last();
  const auto refused = Reverse(first, "2020-09-01");
  EXPECT_EQ(Outcome(refused), "STILL_PAID");
  EXPECT_NE(MessageOf(refused.status()).find("journals/" + std::to_string(payment)),
            std::string::npos)
      << refused.status();
  // 400 are not paid: the smaller one is free.
  EXPECT_EQ(Outcome(Reverse(second, "2020-08-20")), "OK");
  EXPECT_EQ(Sums("chairs"), "PARTIALLY_LIQUIDATED 1000.00 600.00 0.00 400.00");
  EXPECT_EQ(Outcome(Reverse(payment, "2020-08-24")), "DATE_OUTSIDE_BUDGET");
  EXPECT_EQ(Outcome(Reverse(payment, "2020-08-26")), "OK");
  EXPECT_EQ(Get("chairs").paid().value(), "200.00");
  EXPECT_EQ(Outcome(Reverse(payment, "2020-08-26")), "ALREADY_REVERSED");
  EXPECT_EQ(Actions("chairs"),
            "requested,reserved,liquidated,liquidated,paid,paid,liquidation_reversed,"
            "payment_reversed");
  // Who approved it still does not pay it (B14), and no more is paid than stands.
  EXPECT_EQ(Outcome(Pay("chairs", Euro("400.01"), "2020-08-26")), "MORE_THAN_REMAINS");
  EXPECT_EQ(Outcome(Pay("chairs", Euro("400"), "2020-08-26")), "OK");
}

// Before the payment came back, on that day, it was paid: the invoice stays until then (B15).
TEST_P(FlowUndoTest, AnInvoiceStaysUntilTheDayOnWhichItsPaymentCameBack) {
  world().Found();
  Ordered("chairs", Euro("1000"), "CONS");
  Must(world().Invoice("chairs", Euro("600"), "2020-07-20"));
  const std::int64_t invoice = Last();
  Must(Pay("chairs", Euro("600"), "2020-07-25"));
  Must(Reverse(Last(), "2020-10-01"));
  EXPECT_EQ(Outcome(Reverse(invoice, "2020-09-30")), "STILL_PAID");
  EXPECT_EQ(Outcome(Reverse(invoice, "2020-10-01")), "OK");
  EXPECT_EQ(Sums("chairs"), "APPROVED 1000.00 0.00 0.00 1000.00");
}

TEST_P(FlowUndoTest, AForeignInvoiceGivesItsOriginalAmountBackExactly) {
  world().Found();
  Ordered("yen", Yen("3000000"), "EQUIP");
  Must(world().Invoice("yen", Yen("1000001"), "2020-09-30", false));
  const std::int64_t first = Last();
  pb::ReleaseCommitmentRequest release;
  release.set_name("budgets/unit/commitments/yen");
  release.set_reason("Less is needed.");
  *release.mutable_amount() = Yen("500003");
  *release.mutable_effective_date() = Day("2020-09-30");
  rpc::Call call = world().As("manager");
  Must(api().ReleaseCommitment(call, release));
  const std::string before = Sums("yen");
  EXPECT_EQ(Get("yen").original_remaining().value(), "1499996");
  Must(world().Invoice("yen", Yen("1200000"), "2020-09-30", true));
  const std::int64_t last = Last();
  Must(Pay("yen", Yen("2200001"), "2020-09-30"));
  EXPECT_EQ(Get("yen").paid().value(), Get("yen").liquidated().value());
  Must(Reverse(Last(), "2020-09-30"));
  Must(Reverse(last, "2020-09-30"));
  EXPECT_EQ(Sums("yen"), before);
  EXPECT_EQ(Get("yen").original_remaining().value(), "1499996");
  Must(Reverse(first, "2020-09-30"));
  EXPECT_EQ(Get("yen").original_remaining().value(), "2499997");
  EXPECT_EQ(Get("yen").state(), pb::Commitment::APPROVED);
  Must(world().Invoice("yen", Yen("2499997"), "2020-09-30"));
  EXPECT_EQ(Outcome(Pay("yen", Yen("2499998"), "2020-09-30")), "MORE_THAN_REMAINS");
  EXPECT_EQ(Outcome(Pay("yen", Yen("2499997"), "2020-09-30")), "OK");
  AcceptedByTheTools();
}

TEST_P(FlowUndoTest, TheLineCoversWhatTheInvoiceGaveBack) {
  world().Found();
  Ordered("chairs", Euro("8000"), "CONS");
  Must(world().Invoice("chairs", Euro("3000"), "2020-07-20"));
  const std::int64_t invoice = Last();
  Must(world().Cost("p1", "CONS", "4000.01", "2020-08-01"));
  const std::int64_t cost = Last();
  EXPECT_EQ(Outcome(Reverse(invoice, "2020-08-02")), "AMOUNT_NOT_AVAILABLE");
  Must(Reverse(cost, "2020-08-02"));
  Must(world().Cost("p1", "CONS", "0.01", "2020-08-02"));
  EXPECT_EQ(Outcome(Reverse(invoice, "2020-08-03")), "AMOUNT_NOT_AVAILABLE");
  Must(Reverse(Last(), "2020-08-03"));
  EXPECT_EQ(Outcome(Reverse(invoice, "2020-08-03")), "OK");
  EXPECT_EQ(Sums("chairs"), "APPROVED 8000.00 0.00 0.00 8000.00");
}

// An invoice that is wrong is found after the last day: there is a day to enter the right one.
TEST_P(FlowUndoTest, WhatExpiredExpiresAgain) {
  world().Found();
  Ordered("chairs", Euro("1000"), "CONS", "2020-07-31");
  Must(world().Invoice("chairs", Euro("400"), "2020-07-20", false));
  const std::int64_t invoice = Last();
  world().GoTo("2020-08-02");
  EXPECT_EQ(Sums("chairs"), "EXPIRED 1000.00 400.00 600.00 0.00");
  Must(Reverse(invoice, "2020-08-02"));
  EXPECT_EQ(Sums("chairs"), "APPROVED 1000.00 0.00 600.00 400.00");
  EXPECT_EQ(world().Tick(), 0);
  world().GoTo("2020-08-03");
  EXPECT_EQ(Sums("chairs"), "EXPIRED 1000.00 0.00 1000.00 0.00");
  EXPECT_EQ(Actions("chairs"),
            "requested,reserved,liquidated,expired,liquidation_reversed,expired");
}

TEST_P(FlowUndoTest, AClaimApprovedWronglyGoesBackToItsClaimant) {
  const std::string name = MissionApproved();
  const std::int64_t approval = Last();
  Must(Move(name, "pay", "payer", "2020-07-01"));
  EXPECT_EQ(Outcome(Reverse(Last(), "2020-07-02")), "BELONGS_TO_DOCUMENT");
  EXPECT_EQ(Outcome(Reverse(approval, "2020-07-02")), "ILLEGAL_MOVE");
  EXPECT_EQ(Outcome(Move(name, "payment_failed", "payer", "2020-06-30")), "DATE_OUTSIDE_BUDGET");
  Must(Move(name, "payment_failed", "payer"));
  const auto back = Must(Reverse(approval, "2020-07-02"));
  EXPECT_EQ(back.journal().movement(), "reverse");
  pb::GetClaimRequest get;
  get.set_name(name);
  rpc::Call call = world().As("researcher");
  const pb::ExpenseClaim claim = Must(api().GetClaim(call, get));
  EXPECT_EQ(claim.state(), pb::ExpenseClaim::CHANGES_REQUESTED);
  EXPECT_EQ(claim.approver() + claim.certifier(), "");
  EXPECT_EQ(Sums("mission"), "APPROVED 1000.00 0.00 0.00 1000.00");
  EXPECT_EQ(Actions("mission"),
            "requested,reserved,liquidated,paid,payment_reversed,liquidation_reversed");
  const std::string id = name.substr(name.rfind('/') + 1);
  EXPECT_EQ(world().Actions("budgets.claim", id),
            "created,updated,submitted,certified,approved,paid,payment_failed,approval_reversed");
  Must(Move(name, "submit", "researcher"));
  Must(Move(name, "certify", "other"));
  Must(Move(name, "approve", "manager", "2020-07-02"));
  Must(Move(name, "pay", "payer", "2020-07-03"));
  EXPECT_EQ(Get("mission").paid().value(), "600.00");
  EXPECT_EQ(Outcome(Move(name, "reverse_approval", "accountant")), "INVALID_ARGUMENT");
}

TEST_P(FlowUndoTest, OtherEntriesSayWhichStepThereIs) {
  world().Found();
  Ordered("chairs", Euro("1000"), "CONS");
  const auto refused = Reverse(Last(), "2020-07-01");
  EXPECT_EQ(Outcome(refused), "BELONGS_TO_DOCUMENT");
  EXPECT_NE(MessageOf(refused.status()).find("release the commitment"), std::string::npos)
      << refused.status();
}

TEST_P(FlowUndoTest, ACostThatIsPaidIsNotTakenBack) {
  world().Found();
  Must(world().Cost("p1", "PERS", "100", "2020-07-01"));
  const std::int64_t cost = Last();
  Must(Pay("", Euro("100"), "2020-07-02", "accountant"));
  const std::int64_t payment = Last();
  EXPECT_EQ(Outcome(Reverse(cost, "2020-07-03")), "STILL_PAID");
  Must(Reverse(payment, "2020-08-03"));
  EXPECT_EQ(Outcome(Reverse(cost, "2020-07-31")), "STILL_PAID");
  EXPECT_EQ(Outcome(Reverse(cost, "2020-08-03")), "OK");
}

TEST_P(FlowUndoTest, CreditNotesTakeBackNoMoreThanTheCostWas) {
  world().Found();
  Ordered("chairs", Euro("600"), "CONS");
  Must(world().Invoice("chairs", Euro("600"), "2020-07-20"));
  const std::int64_t invoice = Last();
  Must(world().Cost("p1", "SERV", "100", "2021-03-21"));
  const std::int64_t cost = Last();
  CloseFirstPeriod();
  const auto credit = Must(Reverse(invoice, "2021-05-01", "100"));
  EXPECT_EQ(credit.journal().movement(), "correct");
  EXPECT_EQ(Get("chairs").credited().value(), "100.00");
  EXPECT_EQ(Get("chairs").state(), pb::Commitment::LIQUIDATED);
  EXPECT_EQ(world().Balance("p2", "CONS").spent().value(), "-100.00");
  EXPECT_EQ(Outcome(Reverse(invoice, "2021-05-02", "500.01")), "CREDIT_EXCEEDS_COST");
  EXPECT_EQ(Outcome(Reverse(invoice, "2021-05-02", "200")), "OK");
  EXPECT_EQ(Outcome(Reverse(invoice, "2021-05-03")), "OK");
  EXPECT_EQ(Get("chairs").credited().value(), "600.00");
  EXPECT_EQ(Outcome(Reverse(invoice, "2021-05-03")), "ALREADY_REVERSED");
  EXPECT_EQ(Outcome(Reverse(invoice, "2021-05-03", "0.01")), "CREDIT_EXCEEDS_COST");
  EXPECT_EQ(Actions("chairs"), "requested,reserved,liquidated,credited,credited,credited");
  EXPECT_EQ(Outcome(Reverse(cost, "2021-05-03", "30")), "OK");
  EXPECT_EQ(Outcome(Reverse(cost, "2021-05-03", "70.01")), "CREDIT_EXCEEDS_COST");
  // Opened again, the period takes no mirror of what was credited.
  Must(world().MovePeriod("p1", "request_reopen", "manager"));
  Must(world().MovePeriod("p1", "reopen", "accountant"));
  EXPECT_EQ(Outcome(Reverse(cost, "2021-03-22")), "CREDIT_EXCEEDS_COST");
}

TEST_P(FlowUndoTest, ACostThatWasMirroredIsNotCredited) {
  world().Found();
  Must(world().Cost("p1", "SERV", "100", "2021-03-21"));
  const std::int64_t cost = Last();
  Must(Reverse(cost, "2021-03-21"));
  CloseFirstPeriod();
  EXPECT_EQ(Outcome(Reverse(cost, "2021-05-01", "10")), "ALREADY_REVERSED");
}

// What a credit note takes back of a commitment is not owed on it any more, and of nothing else.
TEST_P(FlowUndoTest, WhatIsCreditedIsNotPaid) {
  world().Found();
  Must(world().Cost("p1", "PERS", "200", "2020-05-01"));
  Ordered("chairs", Euro("600"), "CONS");
  Must(world().Invoice("chairs", Euro("600"), "2020-07-20"));
  const std::int64_t invoice = Last();
  CloseFirstPeriod();
  Must(Reverse(invoice, "2021-05-01", "100"));
  EXPECT_EQ(Outcome(Pay("chairs", Euro("500.01"), "2021-05-02")), "MORE_THAN_REMAINS");
  EXPECT_EQ(Outcome(Pay("", Euro("200.01"), "2021-05-02")), "MORE_THAN_REMAINS");
  EXPECT_EQ(Outcome(Pay("", Euro("200"), "2021-05-02")), "OK");
  EXPECT_EQ(Outcome(Pay("chairs", Euro("500"), "2021-05-02")), "OK");
  EXPECT_EQ(Outcome(Pay("chairs", Euro("0.01"), "2021-06-02")), "MORE_THAN_REMAINS");
}

// What was paid before is to be recovered; the refund takes the payment back, and the rest is paid.
TEST_P(FlowUndoTest, ACreditNoteForWhatIsPaidIsRecovered) {
  world().Found();
  Ordered("chairs", Euro("600"), "CONS");
  Must(world().Invoice("chairs", Euro("600"), "2020-07-20"));
  const std::int64_t invoice = Last();
  Must(Pay("chairs", Euro("600"), "2020-07-25"));
  const std::int64_t payment = Last();
  Must(world().Cost("p1", "PERS", "200", "2020-05-01"));
  CloseFirstPeriod();
  Must(Reverse(invoice, "2021-05-01", "100"));
  pb::VerifyBudgetRequest verify;
  verify.set_name("budgets/unit");
  rpc::Call call = world().As("auditor");
  EXPECT_EQ(Must(api().VerifyBudget(call, verify)).findings_size(), 0);
  // What the supplier owes is nobody else's money.
  EXPECT_EQ(Outcome(Pay("", Euro("200.01"), "2021-05-02")), "MORE_THAN_REMAINS");
  Must(Reverse(payment, "2021-05-10"));
  EXPECT_EQ(Outcome(Pay("chairs", Euro("500.01"), "2021-05-10")), "MORE_THAN_REMAINS");
  EXPECT_EQ(Outcome(Pay("chairs", Euro("500"), "2021-05-10")), "OK");
  EXPECT_EQ(Outcome(Pay("", Euro("200"), "2021-05-11")), "OK");
  EXPECT_EQ(Actions("chairs"), "requested,reserved,liquidated,paid,credited,payment_reversed,paid");
}

TEST_P(FlowUndoTest, ACarriedCommitmentIsCorrectedByCreditNotes) {
  world().Found();
  Ordered("chairs", Euro("1000"), "CONS");
  Must(world().Invoice("chairs", Euro("400"), "2020-07-20", false));
  const std::int64_t invoice = Last();
  CloseFirstPeriod();
  EXPECT_EQ(Get("chairs").state(), pb::Commitment::CARRIED);
  Must(world().Invoice("chairs", Euro("100"), "2021-05-01", false));
  const std::int64_t second = Last();
  Must(Reverse(second, "2021-05-02"));
  EXPECT_EQ(Sums("chairs"), "PARTIALLY_LIQUIDATED 1000.00 400.00 0.00 600.00");
  Must(Reverse(invoice, "2021-05-02", "150"));
  Must(world().MovePeriod("p1", "request_reopen", "manager"));
  Must(world().MovePeriod("p1", "reopen", "accountant"));
  EXPECT_EQ(Outcome(Reverse(invoice, "2021-03-22")), "CREDIT_EXCEEDS_COST");
  Must(world().MovePeriod("p1", "close"));
  Must(Reverse(invoice, "2021-05-03"));
  EXPECT_EQ(Get("chairs").credited().value(), "400.00");
}

INSTANTIATE_ON_ENGINES(FlowUndoTest);

}  // namespace
}  // namespace jointly::budgets
