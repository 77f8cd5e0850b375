#include <gtest/gtest.h>
#include <jointly/budgets/v1/budgets_events.pb.h>

#include "tests/store/budgets/flow_world.h"

// What comes from elsewhere: stays of calls that a scheme names, and what partners give in kind.
namespace jointly::budgets {
namespace {

class FlowStaysTest : public FlowTest {
 protected:
  // An approved stay of 180 days asks for its grant; what budgets says of it.
  pb::Commitment Ask(const std::string& id, const std::string& call, const std::string& reference) {
    jointly::mobility::v1::MobilityEvent event;
    event.set_call(call);
    auto& stay = *event.mutable_mobility();
    stay.set_name("mobilities/" + id);
    stay.set_state(jointly::mobility::v1::MobilityCase::APPROVED);
    stay.mutable_funding()->set_funding_reference(reference);
    stay.mutable_funding()->set_state(jointly::mobility::v1::Funding::REQUESTED);
    *stay.mutable_planned_start_date() = Day("2020-10-01");
    *stay.mutable_planned_end_date() = Day("2021-03-31");
    const absl::Status status =
        world().Apply("mobility.mobility", id, 2, event.SerializeAsString());
    EXPECT_TRUE(status.ok()) << status;
    const auto rows = Must(world().database().Read([&](db::Tx& tx) {
      return tx.Query(
          "SELECT body FROM outbox WHERE aggregate_type = 'budgets.commitment'"
          " AND aggregate_id = $1",
          {id});
    }));
    pb::CommitmentEvent told;
    EXPECT_EQ(rows.size(), 1U);
    EXPECT_TRUE(told.ParseFromString(rows.front().Bytes("body")));
    return told.commitment();
  }
};

TEST_P(FlowStaysTest, AStayIsPaidByTheSchemeOfItsCall) {
  struct Row {
    const char* call;
    const char* reference;
    const char* category;  // Or the refusal.
  };
  world().Found("unit", "automatic", [](pb::Budget& budget) {
    pb::Grant winter = budget.grants(0);
    winter.set_id("winter");
    winter.set_call("calls/winter");
    winter.set_category("SERV");
    *winter.mutable_rate_per_day() = Euro("1.00");
    *budget.add_grants() = winter;
  });
  int number = 0;
  for (const Row& row :
       {Row{"", "UNIT-GRANTS", "TRAVEL"}, Row{"calls/other", "UNIT-GRANTS", "TRAVEL"},
        Row{"calls/winter", "UNIT-GRANTS", "SERV"}, Row{"calls/winter", "", "SERV"},
        Row{"calls/other", "", "BUDGET_NOT_FOUND"},
        Row{"calls/other", "NOBODY", "BUDGET_NOT_FOUND"}}) {
    SCOPED_TRACE(std::string(row.call) + " " + row.reference);
    const pb::Commitment told = Ask("m" + std::to_string(++number), row.call, row.reference);
    EXPECT_EQ(told.refusal().empty() ? told.line().category() : told.refusal(), row.category);
  }
}

TEST_P(FlowStaysTest, ASchemeOfAnotherCallDoesNotPay) {
  world().Found("unit", "automatic",
                [](pb::Budget& budget) { budget.mutable_grants(0)->set_call("calls/winter"); });
  const pb::Commitment told = Ask("m1", "calls/other", "UNIT-GRANTS");
  EXPECT_EQ(told.refusal(), "NO_GRANT_SCHEME");
  EXPECT_FALSE(told.has_line());
  pb::GetCommitmentRequest request;
  request.set_name(told.name());
  rpc::Call call = world().As("auditor");
  EXPECT_EQ(Must(api().GetCommitment(call, request)).state(), pb::Commitment::REFUSED);
}

TEST_P(FlowStaysTest, AGrantThatNoBudgetPaysIsInNone) {
  const pb::Commitment told = Ask("m1", "calls/other", "NOBODY");
  EXPECT_EQ(told.name(), "commitments/m1");
  EXPECT_FALSE(told.has_line());
}

TEST_P(FlowStaysTest, InKindIsPromisedDeliveredAndRemains) {
  world().Found("unit", "automatic", [](pb::Budget& budget) {
    pb::Source& source = *budget.add_sources();
    source.set_organisation("institutions/tsukuba");
    source.set_kind(pb::IN_KIND);
    *source.mutable_promised() = Euro("20000");
  });
  const auto in_kind = [&] {
    pb::GetStatementRequest request;
    request.set_name("budgets/unit");
    rpc::Call call = world().As("auditor");
    const pb::Statement statement = Must(api().GetStatement(call, request), "statement");
    EXPECT_EQ(statement.contract().value(), "250000.00");
    std::string text;
    for (const pb::StatementRow& row : statement.in_kind()) {
      text += row.partner() + " " + row.budget().value() + " " + row.actual().value() + " " +
              row.available().value() + ";";
    }
    return text;
  };
  EXPECT_EQ(in_kind(), "institutions/tsukuba 20000.00 0.00 20000.00;");
  pb::RecordInKindRequest request;
  request.set_name("budgets/unit");
  request.set_partner("institutions/tsukuba");
  request.set_category("PERS");
  *request.mutable_value() = Euro("5400");
  request.set_valuation("120 h x 45.00");
  *request.mutable_effective_date() = Day("2020-06-01");
  rpc::Call call = world().As("manager");
  const auto posted = Must(api().RecordInKind(call, request), "deliver");
  EXPECT_EQ(posted.journal().movement(), "in_kind_delivery");
  EXPECT_EQ(in_kind(), "institutions/tsukuba 20000.00 5400.00 14600.00;");
  EXPECT_EQ(world().Available("p1", "PERS"), "30000.00");
}

TEST_P(FlowStaysTest, OnlyAPartnerPromisesInKind) {
  pb::CreateBudgetRequest request = world().Draft();
  pb::Source& source = *request.mutable_budget()->add_sources();
  source.set_organisation("institutions/elsewhere");
  source.set_kind(pb::IN_KIND);
  *source.mutable_promised() = Euro("20000");
  rpc::Call call = world().As("manager");
  EXPECT_EQ(Outcome(api().CreateBudget(call, request)), "INVALID_ARGUMENT");
}

INSTANTIATE_ON_ENGINES(FlowStaysTest);

}  // namespace
}  // namespace jointly::budgets
