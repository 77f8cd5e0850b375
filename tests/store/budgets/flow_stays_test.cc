#include <gtest/gtest.h>
#include <jointly/budgets/v1/budgets_events.pb.h>

#include "common/error/macros.h"
#include "services/budgets/store/replica_store.h"
#include "tests/store/budgets/flow_world.h"

// What comes from elsewhere: stays of calls that a scheme names, and what partners give in kind.
namespace jointly::budgets {
namespace {

class FlowStaysTest : public FlowTest {
 protected:
  // A stay of 180 days that asked for its grant, as its revision says.
  void Tell(const std::string& id, std::int64_t revision, const std::string& call,
            const std::string& reference, jointly::mobility::v1::MobilityCase::State state) {
    jointly::mobility::v1::MobilityEvent event;
    event.set_call(call);
    auto& stay = *event.mutable_mobility();
    stay.set_name("mobilities/" + id);
    stay.set_state(state);
    stay.mutable_funding()->set_funding_reference(reference);
    stay.mutable_funding()->set_state(jointly::mobility::v1::Funding::REQUESTED);
    *stay.mutable_planned_start_date() = Day("2020-10-01");
    *stay.mutable_planned_end_date() = Day("2021-03-31");
    const absl::Status status =
        world().Apply("mobility.mobility", id, revision, event.SerializeAsString());
    EXPECT_TRUE(status.ok()) << status;
  }
  // What budgets says when such a stay was approved.
  pb::Commitment Ask(const std::string& id, const std::string& call, const std::string& reference) {
    Tell(id, 2, call, reference, jointly::mobility::v1::MobilityCase::APPROVED);
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
       {Row{"", "unit-grants", "TRAVEL"}, Row{"calls/other", "unit-grants", "TRAVEL"},
        Row{"calls/winter", "unit-grants", "SERV"}, Row{"calls/winter", "", "SERV"},
        Row{"calls/other", "", "BUDGET_NOT_FOUND"},
        Row{"calls/other", "nobody", "BUDGET_NOT_FOUND"}}) {
    SCOPED_TRACE(std::string(row.call) + " " + row.reference);
    const pb::Commitment told = Ask("m" + std::to_string(++number), row.call, row.reference);
    EXPECT_EQ(told.refusal().empty() ? told.line().category() : told.refusal(), row.category);
  }
}

TEST_P(FlowStaysTest, ASchemeOfAnotherCallDoesNotPay) {
  world().Found("unit", "automatic",
                [](pb::Budget& budget) { budget.mutable_grants(0)->set_call("calls/winter"); });
  const pb::Commitment told = Ask("m1", "calls/other", "unit-grants");
  EXPECT_EQ(told.refusal(), "NO_GRANT_SCHEME");
  EXPECT_FALSE(told.has_line());
  pb::GetCommitmentRequest request;
  request.set_name(told.name());
  rpc::Call call = world().As("auditor");
  EXPECT_EQ(Must(api().GetCommitment(call, request)).state(), pb::Commitment::REFUSED);
}

// Who approves for a scheme is a manager of the budget's office on the day of the request.
TEST_P(FlowStaysTest, AGrantNeedsAStandingApproverWhoHoldsTheOffice) {
  int number = 0;
  for (const auto& [approver, outcome] : std::vector<std::pair<const char*, const char*>>{
           {"nobody", "NO_STANDING_APPROVER"},      // Unknown.
           {"accountant", "NO_STANDING_APPROVER"},  // Another office.
           {"tsukuba", "NO_STANDING_APPROVER"},     // Of a partner.
           {"manager", ""},
           {"other", ""}}) {
    SCOPED_TRACE(approver);
    if (number == 0) world().Found();
    const absl::Status named = world().database().Transact([&](db::Tx& tx) -> absl::Status {
      ASSIGN_OR_RETURN(Budget budget,
                       store::LoadBudget(tx, "unit", store::Everything(), store::Lock::kYes));
      budget.grants[0].standing_approver = std::string("people/") + approver;
      store::SaveBudget(tx, budget);
      return absl::OkStatus();
    });
    ASSERT_TRUE(named.ok()) << named;
    EXPECT_EQ(Ask("a" + std::to_string(++number), "", "unit-grants").refusal(), outcome);
  }
  // Who left approves nothing more.
  const absl::Status left = world().database().Transact([&](db::Tx& tx) {
    store::SaveOffices(tx, "people/other", {});
    return absl::OkStatus();
  });
  ASSERT_TRUE(left.ok()) << left;
  EXPECT_EQ(Ask("a9", "", "unit-grants").refusal(), "NO_STANDING_APPROVER");
}

TEST_P(FlowStaysTest, AGrantThatNoBudgetPaysIsInNone) {
  const pb::Commitment told = Ask("m1", "calls/other", "nobody");
  EXPECT_EQ(told.name(), "commitments/m1");
  EXPECT_FALSE(told.has_line());
}

// Somebody gave an order the id of a stay: the order is no answer to it, and none of its money.
TEST_P(FlowStaysTest, AnOrderWithTheIdOfAStayIsNotItsGrant) {
  using jointly::mobility::v1::MobilityCase;
  world().Found();
  world().Order("m1", "p1", "TRAVEL", Euro("500"), "2020-06-15");
  Must(world().Approve("m1"));
  for (const std::int64_t revision : {2, 3}) {
    Tell("m1", revision, "calls/other", "unit-grants", MobilityCase::APPROVED);
    pb::ListCommitmentsRequest request;
    request.set_parent("budgets/unit");
    request.set_filter("mobility = \"mobilities/m1\"");
    rpc::Call call = world().As("auditor");
    const auto told = Must(api().ListCommitments(call, request), "list");
    ASSERT_EQ(told.commitments_size(), 1);
    EXPECT_EQ(told.commitments(0).state(), pb::Commitment::REFUSED);
    EXPECT_EQ(told.commitments(0).refusal(), "COMMITMENT_EXISTS");
    const std::string& name = told.commitments(0).name();
    EXPECT_EQ(world().Actions("budgets.commitment", name.substr(name.rfind('/') + 1)), "refused");
  }
  Tell("m1", 4, "calls/other", "unit-grants", MobilityCase::CANCELLED);
  EXPECT_EQ(world().Actions("budgets.commitment", "m1"), "requested,reserved");
  EXPECT_EQ(world().Available("p1", "TRAVEL"), "9500.00");
}

// A call names what pays its stays by an id: see mobility's Call.funding_reference.
TEST_P(FlowStaysTest, ABudgetIsNamedAsCallsCanNameIt) {
  const auto create = [&](const std::string& id, const std::string& reference) {
    pb::CreateBudgetRequest request = world().Draft(id);
    request.mutable_budget()->set_funding_reference(reference);
    rpc::Call call = world().As("manager");
    return api().CreateBudget(call, request);
  };
  const std::vector<std::string> bad = {"UNIT-GRANTS", "unit grants",  "unit_grants",
                                        "unit/grants", "subsides-été", " unit",
                                        ".",           "(none)",       std::string(65, 'a')};
  for (const std::string& reference : bad) {
    const auto refused = create("bad", reference);
    EXPECT_EQ(Outcome(refused), "INVALID_ARGUMENT") << reference;
    EXPECT_NE(refused.status().ToString().find("budget.funding_reference"), std::string::npos)
        << refused.status();
  }
  EXPECT_EQ(Outcome(create("nameless", "")), "OK");
  EXPECT_EQ(Outcome(create("longest", std::string(64, 'a'))), "OK");
  const pb::Budget draft = Must(create("good", "unit-grants-2"), "create");
  for (const std::string& reference : bad) {
    pb::UpdateBudgetRequest request;
    request.mutable_budget()->set_name(draft.name());
    request.mutable_budget()->set_funding_reference(reference);
    request.mutable_update_mask()->add_paths("funding_reference");
    rpc::Call call = world().As("manager");
    EXPECT_EQ(Outcome(api().UpdateBudget(call, request)), "INVALID_ARGUMENT") << reference;
  }
}

struct ReturnRow {
  const char* date;
  bool of_line;
  const char* outcome;
};

// B8 holds for the pool too, though it is of no period.
TEST_P(FlowStaysTest, WhatGoesBackIsDatedWhereEntriesAreTaken) {
  world().Found("unit", "automatic", [](pb::Budget& budget) {
    *budget.mutable_contract_amount() = Euro("250100.00");  // 100.00 stay in the pool.
    *budget.mutable_sources(0)->mutable_promised() = Euro("250100.00");
  });
  Must(world().MovePeriod("p1", "soft_close", "manager"));
  Must(world().MovePeriod("p1", "close"));
  Must(world().MovePeriod("p2", "open"));
  for (const ReturnRow& row : {ReturnRow{"2020-06-15", false, "PERIOD_NOT_OPEN"},
                               {"2021-03-31", false, "PERIOD_NOT_OPEN"},
                               {"2020-06-15", true, "DATE_OUTSIDE_BUDGET"},
                               {"2020-03-31", false, "DATE_OUTSIDE_BUDGET"},
                               {"2022-04-01", false, "PERIOD_NOT_OPEN"},  // Not open yet.
                               {"2021-04-01", false, "OK"},
                               {"2021-04-01", true, "OK"},
                               {"2023-03-31", false, "PERIOD_NOT_OPEN"},
                               {"2023-04-01", false, "OK"}}) {  // After the last period.
    SCOPED_TRACE(std::string(row.date) + (row.of_line ? " of a line" : " of the pool"));
    pb::ReturnUnspentRequest request;
    request.set_name("budgets/unit");
    if (row.of_line) *request.mutable_line() = world().Line("p2", "TRAVEL");
    *request.mutable_amount() = Euro("10");
    *request.mutable_effective_date() = Day(row.date);
    rpc::Call call = world().As("accountant");
    EXPECT_EQ(Outcome(api().ReturnUnspent(call, request)), row.outcome);
  }
}

// Else an exercice would give back, or pay, what was bound in a later one only (B15).
TEST_P(FlowStaysTest, NothingOfACommitmentIsDatedBeforeIt) {
  world().Found();
  world().Order("c1", "p1", "TRAVEL", Euro("500"), "2021-01-15");
  Must(world().Approve("c1"));
  const auto release = [&](const char* date) {
    pb::ReleaseCommitmentRequest request;
    request.set_name("budgets/unit/commitments/c1");
    *request.mutable_amount() = Euro("1");
    *request.mutable_effective_date() = Day(date);
    rpc::Call call = world().As("manager");
    return api().ReleaseCommitment(call, request);
  };
  for (const auto& [date, outcome] :
       std::vector<std::pair<const char*, const char*>>{{"2020-12-31", "DATE_OUTSIDE_BUDGET"},
                                                        {"2021-01-14", "DATE_OUTSIDE_BUDGET"},
                                                        {"2021-01-15", "OK"},
                                                        {"2021-03-31", "OK"},
                                                        {"2021-04-01", "DATE_OUTSIDE_BUDGET"}}) {
    EXPECT_EQ(Outcome(release(date)), outcome) << date;
    EXPECT_EQ(Outcome(world().Invoice("c1", Euro("1"), date, false)), outcome) << date;
  }
  const auto early = release("2020-12-31");
  EXPECT_NE(MessageOf(early.status()).find("2021-01-15"), std::string::npos) << early.status();
}

// B7: the mirror of a cost is dated in its period, while that is not closed.
TEST_P(FlowStaysTest, ACostIsTakenBackInItsPeriod) {
  world().Found();
  const auto posted = Must(world().Cost("p1", "TRAVEL", "100", "2020-06-15"), "cost");
  pb::MovePeriodRequest open;
  open.set_name("budgets/unit/periods/p2");
  open.set_action("open");
  open.set_reason("Two years side by side.");
  rpc::Call call = world().As("accountant");
  Must(api().MovePeriod(call, open), "open");
  for (const auto& [date, outcome] : std::vector<std::pair<const char*, const char*>>{
           {"2021-06-15", "DATE_OUTSIDE_BUDGET"}, {"2020-07-15", "OK"}}) {
    pb::ReverseJournalRequest request;
    request.set_name("budgets/unit/journals/" + std::to_string(posted.journal().sequence()));
    request.set_reason("A credit note.");
    *request.mutable_effective_date() = Day(date);
    rpc::Call again = world().As("accountant");
    EXPECT_EQ(Outcome(api().ReverseJournal(again, request)), outcome) << date;
  }
  EXPECT_EQ(world().Available("p1", "TRAVEL"), "10000.00");
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
