#include <gtest/gtest.h>

#include "tests/store/budgets/flow_world.h"

// Who may do what: claims are for the people of a partnership, and no two steps
// of one document are one person's (B14), whatever the document is.
namespace jointly::budgets {
namespace {

class FlowPersonsTest : public FlowTest {
protected:
  void Mission() {
    world().Found();
    world().Order("mission", "p1", "TRAVEL", Euro("1000"), "2020-06-15");
    Must(world().Approve("mission"));
  }
  absl::StatusOr<pb::ExpenseClaim>
  Claim(const std::string &who, const std::string &amount,
        const std::string &commitment = "mission") {
    pb::CreateClaimRequest request;
    request.set_parent("budgets/unit");
    pb::ExpenseClaim &claim = *request.mutable_claim();
    claim.set_commitment("budgets/unit/commitments/" + commitment);
    *claim.mutable_mission_start_date() = Day("2020-06-20");
    *claim.mutable_mission_end_date() = Day("2020-06-25");
    pb::ExpenseItem &item = *claim.add_items();
    *item.mutable_date() = Day("2020-06-21");
    item.set_description("Train to Lyon");
    *item.mutable_amount() = Euro(amount);
    rpc::Call call = world().As(who);
    return api().CreateClaim(call, request);
  }
  void Attach(const std::string &parent, const std::string &who) {
    pb::UploadAttachmentRequest::Start start;
    start.set_parent(parent);
    start.set_kind("receipt");
    start.set_file_name("train.pdf");
    rpc::Call call = world().As(who);
    auto upload = Must(api().BeginUpload(call, start), "upload");
    ASSERT_TRUE(
        upload
            ->Append("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
            .ok());
    ASSERT_TRUE(upload->Close().ok());
    Must(api().FinishUpload(call, *upload), "attach");
  }
  absl::StatusOr<pb::ExpenseClaim> Move(const std::string &name,
                                        const std::string &action,
                                        const std::string &who) {
    pb::MoveClaimRequest request;
    request.set_name(name);
    request.set_action(action);
    request.set_note("Why");
    request.set_payment_reference("SEPA-1");
    rpc::Call call = world().As(who);
    return api().MoveClaim(call, request);
  }
  absl::StatusOr<pb::PostingReply> Recognise(const std::string &who,
                                             const std::string &amount) {
    pb::RecogniseCostRequest request;
    request.set_name("budgets/unit");
    *request.mutable_line() = world().Line("p1", "PERS");
    *request.mutable_amount() = Euro(amount);
    *request.mutable_effective_date() = Day("2020-07-01");
    rpc::Call call = world().As(who);
    return api().RecogniseCost(call, request);
  }
  absl::StatusOr<pb::PostingReply> Pay(const std::string &who,
                                       const std::string &amount) {
    pb::PayCostRequest request;
    request.set_name("budgets/unit");
    request.set_partner("institutions/tsukuba");
    *request.mutable_amount() = Euro(amount);
    *request.mutable_effective_date() = Day("2020-07-02");
    rpc::Call call = world().As(who);
    return api().PayCost(call, request);
  }
  absl::StatusOr<pb::PostingReply> Reverse(const pb::PostingReply &posted) {
    pb::ReverseJournalRequest request;
    request.set_name("budgets/unit/journals/" +
                     std::to_string(posted.journal().sequence()));
    request.set_reason("Entered twice.");
    *request.mutable_effective_date() = Day("2020-07-03");
    rpc::Call call = world().As("accountant");
    return api().ReverseJournal(call, request);
  }
  absl::StatusOr<pb::Amendment> Sign(const pb::Amendment &amendment,
                                     const std::string &who) {
    pb::MoveAmendmentRequest sign;
    sign.set_name(amendment.name());
    sign.set_action("sign");
    sign.set_content_hash(amendment.content_hash());
    rpc::Call call = world().As(who);
    return api().MoveAmendment(call, sign);
  }
};

TEST_P(FlowPersonsTest, ClaimsAreForThePeopleOfThePartnership) {
  Mission();
  for (const auto &[who, outcome] :
       std::vector<std::pair<const char *, const char *>>{
           {"researcher", "OK"},
           {"tsukuba", "OK"},
           {"manager", "OK"},
           {"auditor", "OK"},
           {"passerby", "COMMITMENT_NOT_FOUND"},
           {"stranger", "COMMITMENT_NOT_FOUND"}}) {
    EXPECT_EQ(Outcome(Claim(who, "10")), outcome) << who;
  }
  // To them a commitment that is there is one that is not.
  const std::string there(Claim("passerby", "10").status().message());
  const std::string missing(
      Claim("passerby", "10", "nothing").status().message());
  EXPECT_EQ(there, missing);
  EXPECT_EQ(Outcome(Claim("researcher", "10", "nothing")),
            "COMMITMENT_NOT_FOUND");
}

// A traveller is told that their claim is too large, not what the budget has
// left.
TEST_P(FlowPersonsTest, OnlyTheBudgetsReadersAreToldWhatRemains) {
  Mission();
  for (const char *who : {"researcher", "manager"}) {
    const pb::ExpenseClaim claim = Must(Claim(who, "1000.01"));
    Attach(claim.name(), who);
    const auto refused = Move(claim.name(), "submit", who);
    EXPECT_EQ(Outcome(refused), "MORE_THAN_REMAINS");
    const std::string told = refused.status().ToString();
    EXPECT_NE(told.find("1000.01"), std::string::npos) << told;
    EXPECT_EQ(told.find("1000.00") == std::string::npos,
              who == std::string("researcher"))
        << told;
    pb::GetClaimRequest get;
    get.set_name(claim.name());
    rpc::Call call = world().As(who);
    const std::string seen = Must(api().GetClaim(call, get)).ShortDebugString();
    EXPECT_EQ(seen.find("1000.00") == std::string::npos,
              who == std::string("researcher"))
        << seen;
  }
}

TEST_P(FlowPersonsTest, WhoRecognisesACostDoesNotPayIt) {
  world().Found();
  const auto own = Must(Recognise("accountant", "100"));
  const auto refused = Pay("accountant", "100");
  EXPECT_EQ(Outcome(refused), "SELF_APPROVAL");
  EXPECT_NE(MessageOf(refused.status()).find("people/payer"), std::string::npos)
      << refused.status();
  Must(Recognise("manager", "50"));
  // Of 150 that are owed, 50 are another's.
  EXPECT_EQ(Outcome(Pay("accountant", "50.01")), "SELF_APPROVAL");
  EXPECT_EQ(Outcome(Pay("accountant", "50")), "OK");
  EXPECT_EQ(Outcome(Pay("accountant", "0.01")), "SELF_APPROVAL");
  EXPECT_EQ(Outcome(Pay("payer", "60")), "OK");
  EXPECT_EQ(Outcome(Pay("payer", "40.01")), "MORE_THAN_REMAINS");
  EXPECT_EQ(Outcome(Pay("payer", "40")), "OK");
  EXPECT_FALSE(own.journal().id().empty());
}

// What was taken back counts for nobody.
TEST_P(FlowPersonsTest, AReversedCostOrPaymentIsNobodys) {
  world().Found();
  Must(Recognise("manager", "50"));
  Must(Reverse(Must(Recognise("accountant", "100"))));
  EXPECT_EQ(Outcome(Pay("accountant", "50.01")), "MORE_THAN_REMAINS");
  Must(Reverse(Must(Pay("accountant", "50"))));
  Must(Recognise("accountant", "7"));
  EXPECT_EQ(Outcome(Pay("accountant", "50.01")), "SELF_APPROVAL");
  EXPECT_EQ(Outcome(Pay("accountant", "50")), "OK");
}

TEST_P(FlowPersonsTest, APaymentThatFailedIsOpenedAgainByAnother) {
  Mission();
  const std::string name = Must(Claim("researcher", "600")).name();
  Attach(name, "researcher");
  Must(Move(name, "submit", "researcher"));
  Must(Move(name, "certify", "manager"));
  Must(Move(name, "approve", "other"));
  Must(Move(name, "pay", "payer"));
  Must(Move(name, "payment_failed", "payer"));
  EXPECT_EQ(Outcome(Move(name, "approve", "manager")),
            "SELF_APPROVAL"); // Who certified it.
  const pb::ExpenseClaim open = Must(Move(name, "approve", "payer"));
  EXPECT_EQ(open.approver(), "people/other");
  EXPECT_EQ(open.reapprover(), "people/payer");
  EXPECT_EQ(Outcome(Move(name, "pay", "payer")), "SELF_APPROVAL");
  EXPECT_EQ(Must(Move(name, "pay", "accountant")).state(),
            pb::ExpenseClaim::PAID);
}

TEST_P(FlowPersonsTest, WhoAsksForAnAmendmentDoesNotSignIt) {
  world().Found();
  pb::CreateAmendmentRequest request;
  request.set_parent("budgets/unit");
  pb::Amendment &draft = *request.mutable_amendment();
  draft.set_reason("Borders were closed.");
  draft.set_type(pb::Amendment::NO_COST_EXTENSION);
  *draft.mutable_signed_date() = Day("2023-02-20");
  *draft.mutable_new_end_date() = Day("2023-09-30");
  rpc::Call manager = world().As("manager");
  const pb::Amendment amendment =
      Must(api().CreateAmendment(manager, request), "amend");
  const auto own = Sign(amendment, "manager");
  EXPECT_EQ(Outcome(own), "SELF_APPROVAL");
  EXPECT_NE(MessageOf(own.status()).find("people/other"), std::string::npos)
      << own.status();
  Must(Sign(amendment, "tsukuba"));
  Must(Sign(amendment, "other"));
  pb::MoveAmendmentRequest force;
  force.set_name(amendment.name());
  force.set_action("put_in_force");
  rpc::Call same = world().As("manager");
  EXPECT_EQ(Outcome(api().MoveAmendment(same, force)), "SELF_APPROVAL");
  EXPECT_EQ(Must(world().PutInForce(amendment)).state(),
            pb::Amendment::IN_FORCE);
}

INSTANTIATE_ON_ENGINES(FlowPersonsTest);

} // namespace
} // namespace jointly::budgets
