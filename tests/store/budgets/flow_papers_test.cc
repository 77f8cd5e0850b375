#include <gtest/gtest.h>

#include "tests/store/budgets/flow_world.h"

// Which commitments take papers, and rehearsals: what a step would do, without doing it.
namespace jointly::budgets {
namespace {

class FlowPapersTest : public FlowTest {
 protected:
  std::string Attach(const std::string& id) {
    pb::UploadAttachmentRequest::Start start;
    start.set_parent("budgets/unit/commitments/" + id);
    start.set_kind("invoice");
    start.set_file_name("invoice.pdf");
    rpc::Call call = world().As("manager");
    auto upload = api().BeginUpload(call, start);
    if (!upload.ok()) return ReasonOf(upload.status());
    EXPECT_TRUE((*upload)->Append("%PDF-1.4\ntrailer\n<<>>\n%%EOF\n").ok());
    EXPECT_TRUE((*upload)->Close().ok());
    return Outcome(api().FinishUpload(call, **upload));
  }
  void Release(const std::string& id) {
    pb::ReleaseCommitmentRequest request;
    request.set_name("budgets/unit/commitments/" + id);
    request.set_reason("It is not needed.");
    *request.mutable_effective_date() = Day("2020-06-16");
    rpc::Call call = world().As("manager");
    Must(api().ReleaseCommitment(call, request), "release");
  }
  void Order(const std::string& id) {
    world().Order(id, "p1", "TRAVEL", Euro("500"), "2020-06-15");
  }
  std::int64_t Events() {
    const auto rows = Must(world().database().Read(
        [](db::Tx& tx) { return tx.Query("SELECT COUNT(*) AS events FROM outbox"); }));
    return rows.front().Int("events");
  }
};

TEST_P(FlowPapersTest, WhatEndedWithoutACostTakesNoPapers) {
  world().Found();
  Order("asked");
  Order("refused");
  for (const char* id : {"reserved", "paid", "partly", "cancelled"}) {
    Order(id);
    Must(world().Approve(id));
  }
  pb::RefuseCommitmentRequest refuse;
  refuse.set_name("budgets/unit/commitments/refused");
  refuse.set_reason("Not this year.");
  rpc::Call other = world().As("other");
  Must(api().RefuseCommitment(other, refuse), "refuse");
  Must(world().Invoice("paid", Euro("500"), "2020-06-16"));
  Must(world().Invoice("partly", Euro("100"), "2020-06-16", false));
  Release("cancelled");
  for (const auto& [id, outcome] :
       std::vector<std::pair<const char*, const char*>>{{"asked", "OK"},
                                                        {"reserved", "OK"},
                                                        {"partly", "OK"},
                                                        {"paid", "OK"},  // Receipts come late.
                                                        {"refused", "COMMITMENT_ENDED"},
                                                        {"cancelled", "COMMITMENT_ENDED"}}) {
    EXPECT_EQ(Attach(id), outcome) << id;
  }
  // The rest is not needed: what it cost is still to be proved.
  Release("partly");
  EXPECT_EQ(Attach("partly"), "OK");
}

TEST_P(FlowPapersTest, ExpiredTakesNoPapers) {
  world().Found();
  pb::CreateCommitmentRequest request;
  request.set_parent("budgets/unit");
  for (const char* id : {"unused", "used"}) {
    request.set_commitment_id(id);
    pb::Commitment& commitment = *request.mutable_commitment();
    *commitment.mutable_line() = world().Line("p1", "CONS");
    commitment.set_display_name("Gas");
    commitment.set_supplier_reference("PO 1");
    *commitment.mutable_amount() = Euro("500");
    *commitment.mutable_effective_date() = Day("2020-04-02");
    *commitment.mutable_expire_date() = Day("2020-04-10");
    rpc::Call call = world().As("manager");
    Must(api().CreateCommitment(call, request), "order");
    Must(world().Approve(id));
  }
  Must(world().Invoice("used", Euro("100"), "2020-04-02", false));
  world().GoTo("2020-04-12");
  EXPECT_EQ(Attach("unused"), "COMMITMENT_ENDED");
  EXPECT_EQ(Attach("used"), "OK");
}

// A rehearsal answers as the step would, and leaves nothing: no row, no event, no journal.
TEST_P(FlowPapersTest, ATransferIsRehearsed) {
  world().Found();
  pb::CreateTransferRequest create;
  create.set_parent("budgets/unit");
  *create.mutable_transfer()->mutable_from() = world().Line("p1", "TRAVEL");
  *create.mutable_transfer()->mutable_to() = world().Line("p1", "CONS");
  *create.mutable_transfer()->mutable_amount() = Euro("400");
  *create.mutable_transfer()->mutable_effective_date() = Day("2020-04-01");
  create.mutable_transfer()->set_reason("Consumables.");
  rpc::Call manager = world().As("manager");
  pb::MoveTransferRequest move;
  move.set_name(Must(api().CreateTransfer(manager, create), "transfer").name());
  move.set_action("approve");
  move.set_validate_only(true);
  const std::int64_t before = Events();
  rpc::Call own = world().As("manager");
  EXPECT_EQ(Outcome(api().MoveTransfer(own, move)), "SELF_APPROVAL");
  rpc::Call other = world().As("other");
  EXPECT_EQ(Must(api().MoveTransfer(other, move), "approve").state(), pb::LineTransfer::POSTED);
  EXPECT_EQ(world().Available("p1", "TRAVEL"), "10000.00");
  EXPECT_EQ(Events(), before);
  move.set_validate_only(false);
  rpc::Call really = world().As("other");
  EXPECT_EQ(Must(api().MoveTransfer(really, move), "approve").state(), pb::LineTransfer::POSTED);
  EXPECT_EQ(world().Available("p1", "TRAVEL"), "9600.00");
  EXPECT_GT(Events(), before);
}

TEST_P(FlowPapersTest, AnAmendmentAndAReportAreRehearsed) {
  world().Found();
  const pb::Amendment amendment = world().Amend([](pb::Amendment& draft) {
    draft.set_type(pb::Amendment::SUPPLEMENT);
    *draft.mutable_signed_date() = Day("2020-04-01");
    *draft.mutable_change() = Euro("1000");
  });
  Must(world().MovePeriod("p1", "soft_close", "manager"));
  Must(world().MovePeriod("p1", "close"));
  world().GoTo("2021-05-20");  // The report falls due.
  pb::ListReportsRequest reports;
  reports.set_parent("budgets/unit");
  rpc::Call look = world().As("auditor");
  const auto listed = Must(api().ListReports(look, reports), "reports");
  ASSERT_GE(listed.reports_size(), 1);
  const std::int64_t before = Events();
  pb::MoveReportRequest report;
  report.set_name(listed.reports(0).name());
  report.set_action("prepare");
  pb::MoveAmendmentRequest force;
  force.set_name(amendment.name());
  force.set_action("put_in_force");
  *force.mutable_effective_date() = Day("2021-05-01");
  for (const bool rehearses : {true, false}) {
    report.set_validate_only(rehearses);
    rpc::Call accountant = world().As("accountant");
    EXPECT_EQ(Must(api().MoveReport(accountant, report), "report").state(),
              pb::PeriodicReport::PREPARED);
    force.set_validate_only(rehearses);
    rpc::Call other = world().As("other");
    EXPECT_EQ(Must(api().MoveAmendment(other, force), "force").authorised_version(), 2);
    EXPECT_EQ(Events() == before, rehearses);
  }
}

INSTANTIATE_ON_ENGINES(FlowPapersTest);

}  // namespace
}  // namespace jointly::budgets
