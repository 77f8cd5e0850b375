#include <gtest/gtest.h>
#include <jointly/budgets/v1/budgets_events.pb.h>

#include "common/rpc/convert.h"
#include "tests/store/budgets/flow_world.h"

// The life of carry-overs through the Api: who decides, what the close does with them, what others
// hear and what lists show.
namespace jointly::budgets {
namespace {

class FlowCarryOverTest : public FlowTest {
 protected:
  static pb::CreateCarryOverRequest Proposal(const std::string& reason = "Borders were closed.") {
    pb::CreateCarryOverRequest request;
    request.set_parent("budgets/unit");
    request.mutable_carry_over()->set_from_period("budgets/unit/periods/p1");
    request.mutable_carry_over()->set_to_period("budgets/unit/periods/p2");
    request.mutable_carry_over()->set_reason(reason);
    return request;
  }
  // Of one line; of all that is left when none is named.
  absl::StatusOr<pb::CarryOver> Propose(const std::string& category = "",
                                        const std::string& amount = "") {
    pb::CreateCarryOverRequest request = Proposal();
    if (!category.empty()) {
      pb::Reallocation& row = *request.mutable_carry_over()->add_lines();
      *row.mutable_line() = world().Line("p1", category);
      *row.mutable_change() = Euro(amount);
    }
    rpc::Call call = world().As("manager");
    return api().CreateCarryOver(call, request);
  }
  absl::StatusOr<pb::CarryOver> Move(const std::string& name, const std::string& action,
                                     const std::string& who = "other", bool validate_only = false) {
    pb::MoveCarryOverRequest request;
    request.set_name(name);
    request.set_action(action);
    request.set_validate_only(validate_only);
    rpc::Call call = world().As(who);
    return api().MoveCarryOver(call, request);
  }
  absl::StatusOr<pb::CarryOver> Get(const std::string& name, const std::string& who = "auditor") {
    pb::GetCarryOverRequest request;
    request.set_name(name);
    rpc::Call call = world().As(who);
    return api().GetCarryOver(call, request);
  }
  absl::StatusOr<pb::ListCarryOversResponse> List(const std::string& filter,
                                                  const std::string& token = "",
                                                  const std::string& who = "auditor") {
    pb::ListCarryOversRequest request;
    request.set_parent("budgets/unit");
    request.set_page_size(2);
    request.set_filter(filter);
    request.set_page_token(token);
    rpc::Call call = world().As(who);
    return api().ListCarryOvers(call, request);
  }
  absl::StatusOr<pb::MovePeriodResponse> Close() {
    Must(world().MovePeriod("p1", "soft_close", "manager"), "soft close");
    return world().MovePeriod("p1", "close");
  }
  std::string Actions(const pb::CarryOver& carry_over) {
    return world().Actions("budgets.carry_over",
                           carry_over.name().substr(carry_over.name().rfind('/') + 1));
  }
  std::int64_t Count(const std::string& table) {
    const auto rows =
        database().Read([&](db::Tx& tx) { return tx.Query("SELECT COUNT(*) AS n FROM " + table); });
    return rows.ok() ? rows->front().Int("n") : -1;
  }
};

std::string FactOf(const absl::Status& status, std::string_view name) {
  for (const auto& [key, value] : jointly::FactsOf(status)) {
    if (key == name) return value;
  }
  return "";
}

TEST_P(FlowCarryOverTest, WhatWasApprovedIsPostedByTheClose) {
  world().Found("unit", "on_reason");
  const auto proposed = Must(Propose("TRAVEL", "2500"));
  EXPECT_EQ(proposed.state(), pb::CarryOver::PROPOSED);
  EXPECT_EQ(proposed.requester(), "people/manager");
  EXPECT_EQ(Outcome(Move(proposed.name(), "approve", "manager")), "SELF_APPROVAL");
  Must(Move(proposed.name(), "approve"));
  Must(world().Cost("p1", "TRAVEL", "8000", "2020-06-15"));  // 2,000 are left of the 2,500.
  Must(Close());
  const auto posted = Must(Get(proposed.name()));
  EXPECT_EQ(posted.state(), pb::CarryOver::POSTED);
  EXPECT_EQ(posted.approver(), "people/other");
  EXPECT_EQ(posted.total().value(), "2500.00");
  EXPECT_EQ(posted.carried().value(), "2000.00");
  EXPECT_EQ(posted.returned().value(), "0.00");
  EXPECT_EQ(posted.revision(), 3);
  EXPECT_EQ(Actions(posted), "created,approved,posted");
  EXPECT_EQ(world().Available("p2", "TRAVEL"), "17000.00");
}

// An event per step, each with its audit row, and in the event what a reader needs.
TEST_P(FlowCarryOverTest, EveryStepIsToldAndAudited) {
  world().Found("unit", "on_reason");
  const auto carry_over = Must(Propose("TRAVEL", "2500"));
  Must(Move(carry_over.name(), "approve"));
  Must(Close());
  const auto rows = database().Read([&](db::Tx& tx) {
    return tx.Query(R"sql(
      SELECT outbox.body AS body, outbox.event_type AS type, audit.action AS action,
             audit.actor AS actor, audit.before_digest AS earlier
        FROM outbox JOIN audit ON audit.message_id = outbox.message_id
       WHERE outbox.aggregate_type = 'budgets.carry_over' ORDER BY outbox.revision)sql");
  });
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 3u);
  const char* const actors[] = {"people/manager", "people/other", "people/accountant"};
  const char* const actions[] = {"created", "approved", "posted"};
  for (std::size_t i = 0; i < 3; ++i) {
    pb::CarryOverEvent event;
    ASSERT_TRUE(event.ParseFromString((*rows)[i].Bytes("body")));
    EXPECT_EQ(event.change().action(), actions[i]);
    EXPECT_EQ(event.change().actor(), actors[i]);
    EXPECT_EQ((*rows)[i].Text("action"), actions[i]);
    EXPECT_EQ(event.carry_over().name(), carry_over.name());
    EXPECT_EQ(event.carry_over().from_period(), "budgets/unit/periods/p1");
    EXPECT_EQ(event.carry_over().total().value(), "2500.00");
    EXPECT_EQ(event.budget().budget(), "budgets/unit");
    EXPECT_EQ(event.budget().institution(), "institutions/uga");
    EXPECT_EQ((*rows)[i].Text("type"),
              std::string("jointly.budgets.carry_over.") + actions[i] + ".v1");
  }
}

TEST_P(FlowCarryOverTest, WhatWasRefusedIsGivenBackByTheClose) {
  world().Found("unit", "on_reason");
  const auto carry_over = Must(Propose("TRAVEL", "2500"));
  Must(Move(carry_over.name(), "refuse"));
  const auto closed = Must(Close());
  EXPECT_EQ(closed.period().totals().returned().value(), "90000.00");
  const auto returned = Must(Get(carry_over.name()));
  EXPECT_EQ(returned.state(), pb::CarryOver::RETURNED);
  EXPECT_EQ(returned.returned().value(), "10000.00");  // All that was left on its line.
  EXPECT_FALSE(returned.has_carried());
  EXPECT_EQ(Actions(returned), "created,refused,returned");
}

// By this funder's rule what is left goes on without a decision: nothing of it was given back.
TEST_P(FlowCarryOverTest, WhatGoesOnAnywayStaysRefused) {
  world().Found("unit", "automatic");
  const auto carry_over = Must(Propose("TRAVEL", "2500"));
  Must(Move(carry_over.name(), "refuse"));
  Must(Close());
  EXPECT_EQ(Must(Get(carry_over.name())).state(), pb::CarryOver::REFUSED);
  EXPECT_EQ(Actions(carry_over), "created,refused");
}

TEST_P(FlowCarryOverTest, WhatHasBecomeTooLittleIsGivenBack) {
  world().Found("unit", "on_reason", [](pb::Budget& budget) {
    *budget.mutable_terms()->mutable_carry_over_minimum() = Euro("2400");
  });
  const auto carry_over = Must(Propose("TRAVEL", "2500"));
  Must(Move(carry_over.name(), "approve"));
  Must(world().Cost("p1", "TRAVEL", "8000", "2020-06-15"));
  Must(Close());
  EXPECT_EQ(Must(Get(carry_over.name())).returned().value(), "2000.00");
  EXPECT_EQ(Actions(carry_over), "created,approved,returned");
}

TEST_P(FlowCarryOverTest, NoPeriodClosesOverOneThatWaits) {
  world().Found("unit", "automatic");
  const auto carry_over = Must(Propose("TRAVEL", "2500"));
  Must(world().MovePeriod("p1", "soft_close", "manager"));
  const auto refused = world().MovePeriod("p1", "close");
  EXPECT_EQ(Outcome(refused), "GUARD_REFUSED");
  EXPECT_NE(MessageOf(refused.status()).find(carry_over.name() + " is proposed"), std::string::npos)
      << MessageOf(refused.status());
  EXPECT_EQ(Actions(carry_over), "created");
  Must(Move(carry_over.name(), "approve"));
  Must(world().MovePeriod("p1", "close"));
  EXPECT_EQ(Actions(carry_over), "created,approved,posted");
}

// One per period, whatever lines it names; the next one comes after a refusal or after the close.
TEST_P(FlowCarryOverTest, AnotherOneOfThePeriodIsRefusedByName) {
  world().Found("unit", "on_reason");
  const auto first = Must(Propose("TRAVEL", "2500"));
  const auto expect = [&](const char* state) {
    const auto second = Propose("CONS", "100");
    EXPECT_EQ(Outcome(second), "CARRY_OVER_EXISTS");
    EXPECT_EQ(FactOf(second.status(), "carry_over"), first.name());
    EXPECT_EQ(FactOf(second.status(), "subject"), "budgets/unit/periods/p1");
    EXPECT_EQ(FactOf(second.status(), "period"), "p1");
    EXPECT_EQ(FactOf(second.status(), "state"), state);
  };
  expect("proposed");
  Must(Move(first.name(), "refuse"));
  const auto second = Must(Propose("CONS", "100"));
  EXPECT_EQ(Outcome(Move(first.name(), "approve")), "ILLEGAL_MOVE");
  Must(Move(second.name(), "approve"));
  EXPECT_EQ(FactOf(Propose().status(), "carry_over"), second.name());
  EXPECT_EQ(FactOf(Propose().status(), "state"), "approved");
  Must(Close());
  EXPECT_EQ(Actions(first), "created,refused,returned");
  EXPECT_EQ(Actions(second), "created,approved,posted");
  // A closed period has nothing to carry; one that was opened again has what a correction left.
  EXPECT_EQ(Outcome(Propose()), "PERIOD_NOT_OPEN");
}

TEST_P(FlowCarryOverTest, AReopenedPeriodMayHaveAnother) {
  world().Found("unit", "on_reason");
  const auto first = Must(Propose("TRAVEL", "2500"));
  Must(Move(first.name(), "approve"));
  Must(Close());
  pb::MovePeriodRequest ask;
  ask.set_name("budgets/unit/periods/p1");
  ask.set_action("request_reopen");
  ask.set_reason("A credit note.");
  rpc::Call manager = world().As("manager");
  Must(api().MovePeriod(manager, ask));
  Must(world().MovePeriod("p1", "reopen", "other"));
  const auto second = Must(Propose("CONS", "100"));
  EXPECT_EQ(Outcome(Move(second.name(), "approve")), "AMOUNT_NOT_AVAILABLE");
  Must(Move(second.name(), "refuse"));
  Must(world().MovePeriod("p1", "close"));
  EXPECT_EQ(Actions(first), "created,approved,posted");
  EXPECT_EQ(Actions(second), "created,refused");  // There was nothing to give back.
}

TEST_P(FlowCarryOverTest, ARehearsalLeavesNothing) {
  world().Found("unit", "on_reason");
  pb::CreateCarryOverRequest request = Proposal();
  request.set_validate_only(true);
  rpc::Call call = world().As("manager");
  EXPECT_EQ(Must(api().CreateCarryOver(call, request)).total().value(), "90000.00");
  EXPECT_EQ(Count("carry_over"), 0);
  const auto carry_over = Must(Propose());
  const std::int64_t events = Count("outbox");
  EXPECT_EQ(Must(Move(carry_over.name(), "approve", "other", true)).state(),
            pb::CarryOver::APPROVED);
  EXPECT_EQ(Outcome(Move(carry_over.name(), "approve", "manager", true)), "SELF_APPROVAL");
  EXPECT_EQ(Must(Get(carry_over.name())).state(), pb::CarryOver::PROPOSED);
  EXPECT_EQ(Count("outbox"), events);
}

TEST_P(FlowCarryOverTest, IsReadAndListedByWhoeverSeesTheBudget) {
  world().Found("unit", "on_reason");
  std::vector<std::string> names;
  for (int i = 0; i < 3; ++i) {
    names.push_back(Must(Propose("TRAVEL", "1000")).name());
    Must(Move(names.back(), "refuse"));
  }
  names.push_back(Must(Propose("TRAVEL", "1000")).name());
  const auto shown = Must(Get(names.back(), "other"));
  ASSERT_EQ(shown.allowed_actions_size(), 2);
  EXPECT_EQ(shown.allowed_actions(0).action(), "approve");
  EXPECT_EQ(Must(Get(names.back())).allowed_actions_size(), 0);  // An auditor only looks.
  EXPECT_EQ(Outcome(Get(names.back(), "stranger")), "BUDGET_NOT_FOUND");
  EXPECT_EQ(Outcome(Get("budgets/unit/carryOvers/none")), "CARRY_OVER_NOT_FOUND");
  EXPECT_EQ(Outcome(Get("budgets/unit")), "INVALID_ARGUMENT");

  const auto page = Must(List(""));
  ASSERT_EQ(page.carry_overs_size(), 2);
  EXPECT_EQ(page.carry_overs(0).name(), names[0]);
  const auto rest = Must(List("", page.next_page_token()));
  ASSERT_EQ(rest.carry_overs_size(), 2);
  EXPECT_EQ(rest.carry_overs(1).name(), names[3]);
  EXPECT_EQ(rest.next_page_token(), "");
  EXPECT_EQ(Must(List("state = \"PROPOSED\"")).carry_overs(0).name(), names[3]);
  const std::string from = "from_period = \"budgets/unit/periods/";
  EXPECT_EQ(Must(List(from + "p1\" AND state = \"PROPOSED\"")).carry_overs_size(), 1);
  EXPECT_EQ(Must(List(from + "p2\"")).carry_overs_size(), 0);
  EXPECT_FALSE(List("requester = \"people/manager\"").ok());
  EXPECT_EQ(Outcome(List("", "", "stranger")), "BUDGET_NOT_FOUND");
}

TEST_P(FlowCarryOverTest, ALineIsNamedOnce) {
  world().Found("unit", "on_reason");
  pb::CreateCarryOverRequest request = Proposal();
  for (int i = 0; i < 2; ++i) {
    pb::Reallocation& row = *request.mutable_carry_over()->add_lines();
    *row.mutable_line() = world().Line("p1", "TRAVEL");
    *row.mutable_change() = Euro("6000");
  }
  rpc::Call call = world().As("manager");
  const auto refused = api().CreateCarryOver(call, request);
  EXPECT_EQ(Outcome(refused), "INVALID_ARGUMENT");
  EXPECT_NE(refused.status().ToString().find("carry_over.lines[1].line"), std::string::npos);
}

INSTANTIATE_ON_ENGINES(FlowCarryOverTest);

}  // namespace
}  // namespace jointly::budgets
