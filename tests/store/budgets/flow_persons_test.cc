#include <gtest/gtest.h>

#include "tests/store/budgets/flow_world.h"

// Who may do what: claims are for the people of a partnership.
namespace jointly::budgets {
namespace {

class FlowPersonsTest : public FlowTest {
 protected:
  void Mission() {
    world().Found();
    world().Order("mission", "p1", "TRAVEL", Euro("1000"), "2020-06-15");
    Must(world().Approve("mission"));
  }
  absl::StatusOr<pb::ExpenseClaim> Claim(const std::string& who, const std::string& amount,
                                         const std::string& commitment = "mission") {
    pb::CreateClaimRequest request;
    request.set_parent("budgets/unit");
    pb::ExpenseClaim& claim = *request.mutable_claim();
    claim.set_commitment("budgets/unit/commitments/" + commitment);
    *claim.mutable_mission_start_date() = Day("2020-06-20");
    *claim.mutable_mission_end_date() = Day("2020-06-25");
    pb::ExpenseItem& item = *claim.add_items();
    *item.mutable_date() = Day("2020-06-21");
    item.set_description("Train to Lyon");
    *item.mutable_amount() = Euro(amount);
    rpc::Call call = world().As(who);
    return api().CreateClaim(call, request);
  }
  void Attach(const std::string& parent, const std::string& who) {
    pb::UploadAttachmentRequest::Start start;
    start.set_parent(parent);
    start.set_kind("receipt");
    start.set_file_name("train.pdf");
    rpc::Call call = world().As(who);
    auto upload = Must(api().BeginUpload(call, start), "upload");
    ASSERT_TRUE(upload->Append("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n").ok());
    ASSERT_TRUE(upload->Close().ok());
    Must(api().FinishUpload(call, *upload), "attach");
  }
  absl::StatusOr<pb::ExpenseClaim> Move(const std::string& name, const std::string& action,
                                        const std::string& who) {
    pb::MoveClaimRequest request;
    request.set_name(name);
    request.set_action(action);
    request.set_note("Why");
    request.set_payment_reference("SEPA-1");
    rpc::Call call = world().As(who);
    return api().MoveClaim(call, request);
  }
};

TEST_P(FlowPersonsTest, ClaimsAreForThePeopleOfThePartnership) {
  Mission();
  for (const auto& [who, outcome] :
       std::vector<std::pair<const char*, const char*>>{{"researcher", "OK"},
                                                        {"tsukuba", "OK"},
                                                        {"manager", "OK"},
                                                        {"auditor", "OK"},
                                                        {"passerby", "COMMITMENT_NOT_FOUND"},
                                                        {"stranger", "COMMITMENT_NOT_FOUND"}}) {
    EXPECT_EQ(Outcome(Claim(who, "10")), outcome) << who;
  }
  // To them a commitment that is there is one that is not.
  const std::string there(Claim("passerby", "10").status().message());
  const std::string missing(Claim("passerby", "10", "nothing").status().message());
  EXPECT_EQ(there, missing);
  EXPECT_EQ(Outcome(Claim("researcher", "10", "nothing")), "COMMITMENT_NOT_FOUND");
}

// A traveller is told that their claim is too large, not what the budget has left.
TEST_P(FlowPersonsTest, OnlyTheBudgetsReadersAreToldWhatRemains) {
  Mission();
  for (const char* who : {"researcher", "manager"}) {
    const pb::ExpenseClaim claim = Must(Claim(who, "1000.01"));
    Attach(claim.name(), who);
    const auto refused = Move(claim.name(), "submit", who);
    EXPECT_EQ(Outcome(refused), "MORE_THAN_REMAINS");
    const std::string told = refused.status().ToString();
    EXPECT_NE(told.find("1000.01"), std::string::npos) << told;
    EXPECT_EQ(told.find("1000.00") == std::string::npos, who == std::string("researcher")) << told;
    pb::GetClaimRequest get;
    get.set_name(claim.name());
    rpc::Call call = world().As(who);
    const std::string seen = Must(api().GetClaim(call, get)).ShortDebugString();
    EXPECT_EQ(seen.find("1000.00") == std::string::npos, who == std::string("researcher")) << seen;
  }
}

INSTANTIATE_ON_ENGINES(FlowPersonsTest);

}  // namespace
}  // namespace jointly::budgets
