#include <gtest/gtest.h>
#include <jointly/budgets/v1/budgets_events.pb.h>
#include <jointly/theses/v1/theses_events.pb.h>

#include "common/bus/apply.h"
#include "common/bus/envelope.h"
#include "services/budgets/store/commitment_store.h"
#include "tests/store/budgets/flow_world.h"

// Theses that ask for their money: reserved once, or refused with the reason; given back when the
// thesis ends early.
namespace jointly::budgets {
namespace {

using jointly::theses::v1::Thesis;

constexpr const char* kReference = "grants-of-theses";

class FlowThesesTest : public FlowTest {
 protected:
  // The Grenoble Unit with a scheme that gives each thesis EUR 6,000.00 of its first travel line
  // of 10,000.00, beside the one of its stays.
  void Found() {
    world().Found("unit", "automatic", [](pb::Budget& budget) {
      budget.set_funding_reference(kReference);
      *budget.add_grants() = Scheme();
    });
  }
  static pb::Grant Scheme() {
    pb::Grant scheme;
    scheme.set_id("theses");
    scheme.set_category("TRAVEL");
    scheme.set_partner("institutions/tsukuba");
    *scheme.mutable_amount_per_thesis() = Euro("6000.00");
    scheme.set_standing_approver("people/other");
    return scheme;
  }
  static std::string Body(const std::string& id, Thesis::State state, const std::string& funding,
                          const std::string& reference = kReference) {
    jointly::theses::v1::ThesisEvent event;
    event.mutable_thesis()->set_name("theses/" + id);
    event.mutable_thesis()->set_state(state);
    event.mutable_thesis()->set_funding_state(funding);
    event.mutable_thesis()->set_funding_reference(reference);
    return event.SerializeAsString();
  }
  void Tell(const std::string& id, std::int64_t revision, Thesis::State state,
            const std::string& funding, const std::string& reference = kReference) {
    const absl::Status status =
        world().Apply("theses.thesis", id, revision, Body(id, state, funding, reference));
    ASSERT_TRUE(status.ok()) << status;
  }
  // What was told of a thesis's commitments, in order.
  std::vector<pb::Commitment> Told(const std::string& id) {
    const auto rows = Must(world().database().Read([&](db::Tx& tx) {
      return tx.Query(
          "SELECT body FROM outbox WHERE aggregate_type = 'budgets.commitment'"
          " ORDER BY aggregate_id, revision");
    }));
    std::vector<pb::Commitment> told;
    for (const db::Row& row : rows) {
      pb::CommitmentEvent event;
      EXPECT_TRUE(event.ParseFromString(row.Bytes("body")));
      if (event.commitment().thesis() == "theses/" + id) told.push_back(event.commitment());
    }
    return told;
  }
  std::string Answer(const std::string& id) {
    std::string text;
    for (const pb::Commitment& row : Told(id)) {
      text += pb::Commitment::State_Name(row.state()) +
              (row.refusal().empty() ? "" : " " + row.refusal()) + ";";
    }
    return text;
  }
  std::string Available() { return world().Available("p1", "TRAVEL"); }
};

TEST_P(FlowThesesTest, AnActiveThesisGetsItsMoneyOnce) {
  Found();
  Tell("t1", 5, Thesis::AGREEMENT_PENDING, "");
  EXPECT_EQ(Answer("t1"), "");
  Tell("t1", 6, Thesis::ACTIVE, "asked");
  Tell("t1", 7, Thesis::SUSPENDED, "asked");  // Whatever is told again.
  EXPECT_EQ(Answer("t1"), "APPROVED;");
  const pb::Commitment told = Told("t1").front();
  EXPECT_EQ(told.name(), "budgets/unit/commitments/t1");
  EXPECT_EQ(told.reserved().value(), "6000.00");
  EXPECT_EQ(told.requester(), "services/theses");
  EXPECT_EQ(told.approver(), "people/other");
  EXPECT_EQ(told.mobility(), "");
  EXPECT_EQ(Available(), "4000.00");
  pb::ListCommitmentsRequest request;
  request.set_parent("budgets/unit");
  request.set_filter("thesis = \"theses/t1\"");
  rpc::Call call = world().As("auditor");
  EXPECT_EQ(Must(api().ListCommitments(call, request)).commitments_size(), 1);
  for (const char* asker : {"theses/t1", "theses/t2", "t1", ""}) {
    const auto grant =
        Must(world().database().Read([&](db::Tx& tx) { return store::FindGrant(tx, asker); }));
    EXPECT_EQ(grant.has_value() ? grant->id : "", std::string(asker) == "theses/t1" ? "t1" : "")
        << asker;
  }
}

TEST_P(FlowThesesTest, WhatEndsEarlyGivesItBack) {
  Found();
  int number = 0;
  for (const Thesis::State end : {Thesis::ABANDONED, Thesis::TRANSFERRED, Thesis::AGREEMENT_LOST}) {
    SCOPED_TRACE(Thesis::State_Name(end));
    const std::string id = "t" + std::to_string(++number);
    Tell(id, 6, Thesis::ACTIVE, "asked");
    EXPECT_EQ(Available(), "4000.00");
    Tell(id, 7, end, "reserved");
    Tell(id, 8, end, "released");
    EXPECT_EQ(Answer(id), "APPROVED;CANCELLED;");
    EXPECT_EQ(Available(), "10000.00");
  }
}

TEST_P(FlowThesesTest, WhatIsDefendedKeepsIt) {
  Found();
  Tell("t1", 6, Thesis::ACTIVE, "asked");
  for (const Thesis::State state : {Thesis::DEFENDED, Thesis::DIPLOMAS_ISSUED, Thesis::CLOSED}) {
    Tell("t1", 7, state, "reserved");
  }
  EXPECT_EQ(Answer("t1"), "APPROVED;");
  EXPECT_EQ(Available(), "4000.00");
}

// It ended before budgets heard that it asked, and is told again (its student was erased).
TEST_P(FlowThesesTest, WhatEndedAsksForNothing) {
  Found();
  Tell("t1", 6, Thesis::ABANDONED, "asked");
  Tell("t1", 7, Thesis::ABANDONED, "asked");
  EXPECT_EQ(Answer("t1"), "");
  EXPECT_EQ(Available(), "10000.00");
}

TEST_P(FlowThesesTest, ARefusalSaysWhy) {
  Found();
  Tell("t1", 6, Thesis::ACTIVE, "asked");
  Tell("t2", 6, Thesis::ACTIVE, "asked");
  Tell("t2", 7, Thesis::ACTIVE, "asked");
  EXPECT_EQ(Answer("t2"), "REFUSED AMOUNT_NOT_AVAILABLE;");
  Tell("t3", 6, Thesis::ACTIVE, "asked", "nobody");
  EXPECT_EQ(Answer("t3"), "REFUSED BUDGET_NOT_FOUND;");
  EXPECT_EQ(Told("t3").front().name(), "commitments/t3");
  Tell("t4", 6, Thesis::ACTIVE, "asked", "budgets/elsewhere");
  EXPECT_EQ(Answer("t4"), "REFUSED BUDGET_NOT_FOUND;");
  for (const char* id : {"t2", "t3"}) {  // There is nothing to give back.
    Tell(id, 8, Thesis::ABANDONED, "refused");
    EXPECT_EQ(Told(id).size(), 1U) << id;
  }
  EXPECT_EQ(Available(), "4000.00");
}

TEST_P(FlowThesesTest, ABudgetMayBeNamedItself) {
  Found();
  Tell("t1", 6, Thesis::ACTIVE, "asked", "budgets/unit");
  EXPECT_EQ(Answer("t1"), "APPROVED;");
}

TEST_P(FlowThesesTest, ASchemeOfStaysPaysNoThesis) {
  world().Found();
  Tell("t1", 6, Thesis::ACTIVE, "asked", world().Draft().budget().funding_reference());
  EXPECT_EQ(Answer("t1"), "REFUSED NO_GRANT_SCHEME;");
}

TEST_P(FlowThesesTest, ASchemeOfThesesPaysNoStay) {
  world().Found("unit", "automatic", [](pb::Budget& budget) {
    budget.set_funding_reference(kReference);
    *budget.mutable_grants(0) = Scheme();
  });
  jointly::mobility::v1::MobilityEvent event;
  auto& stay = *event.mutable_mobility();
  stay.set_name("mobilities/m1");
  stay.set_state(jointly::mobility::v1::MobilityCase::APPROVED);
  stay.mutable_funding()->set_funding_reference(kReference);
  stay.mutable_funding()->set_state(jointly::mobility::v1::Funding::REQUESTED);
  *stay.mutable_planned_start_date() = Day("2020-10-01");
  *stay.mutable_planned_end_date() = Day("2021-03-31");
  ASSERT_TRUE(world().Apply("mobility.mobility", "m1", 2, event.SerializeAsString()).ok());
  EXPECT_EQ(world().Actions("budgets.commitment", "m1"), "refused");
}

// Somebody gave an order the id of a thesis: the order is no answer to it, and none of its money.
TEST_P(FlowThesesTest, AnOrderWithTheIdOfAThesisIsNotItsGrant) {
  Found();
  world().Order("t1", "p1", "TRAVEL", Euro("500"), "2020-06-15");
  Must(world().Approve("t1"));
  Tell("t1", 6, Thesis::ACTIVE, "asked");
  Tell("t1", 7, Thesis::ACTIVE, "asked");
  EXPECT_EQ(Answer("t1"), "REFUSED COMMITMENT_EXISTS;");
  Tell("t1", 8, Thesis::ABANDONED, "refused");
  EXPECT_EQ(world().Actions("budgets.commitment", "t1"), "requested,reserved");
  EXPECT_EQ(Available(), "9500.00");
}

// As the broker may deliver: the end first, everything twice, the request last.
TEST_P(FlowThesesTest, DeliveriesInAnyOrderCountOnce) {
  Found();
  SeededRng rng(7);
  bus::Applier applier({.service = "budgets"}, world().database(), Subscriptions(api().engine()),
                       world().clock(), rng);
  const std::vector<std::string> bodies = {Body("t1", Thesis::AGREEMENT_PENDING, ""),
                                           Body("t1", Thesis::ACTIVE, "asked"),
                                           Body("t1", Thesis::ABANDONED, "asked")};
  const auto deliver = [&](std::int64_t revision) {
    const bus::Event event{.aggregate_type = "theses.thesis",
                           .aggregate_id = "t1",
                           .revision = revision,
                           .action = "updated",
                           .subject = "theses/t1",
                           .message_name = "jointly.theses.v1.ThesisEvent",
                           .body = bodies[static_cast<std::size_t>(revision - 1)]};
    // The n-th revision has one message, however often it comes.
    const bus::Stamp stamp{
        .message_id = "01890000-0000-7000-8000-00000000000" + std::to_string(revision),
        .service = "theses",
        .deployment = "test",
        .time = world().clock().Now()};
    bus::Message message = Must(bus::ParseMessage(bus::MakeHeaders(event, stamp), event.body));
    Must(applier.TakeIn({message}, /*direct=*/true));
    while (Must(applier.Round({})).progress) continue;
  };
  for (const std::int64_t revision : {3, 3, 1, 3}) deliver(revision);
  EXPECT_EQ(Answer("t1"), "") << "the end waits for the request";
  for (const std::int64_t revision : {2, 2, 3, 1, 2}) deliver(revision);
  EXPECT_EQ(Answer("t1"), "APPROVED;CANCELLED;");
  EXPECT_EQ(Available(), "10000.00");
}

TEST_P(FlowThesesTest, ASchemePaysStaysOrTheses) {
  struct Row {
    const char* what;
    std::function<void(pb::Grant&)> change;
    const char* names;  // What the refusal names; empty: it is none.
    const char* reason;
  };
  const std::vector<Row> rows = {
      {"an amount", [](pb::Grant&) {}, "", "OK"},
      {"both", [](pb::Grant& row) { *row.mutable_rate_per_day() = Euro("1"); }, "rate_per_day",
       "INVALID_ARGUMENT"},
      {"neither", [](pb::Grant& row) { row.clear_amount_per_thesis(); }, "rate_per_day",
       "INVALID_ARGUMENT"},
      {"nothing", [](pb::Grant& row) { *row.mutable_amount_per_thesis() = Euro("0"); },
       "amount_per_thesis", "INVALID_AMOUNT"},
      {"a call", [](pb::Grant& row) { row.set_call("calls/winter"); }, "call", "INVALID_ARGUMENT"},
      {"days", [](pb::Grant& row) { row.set_day_convention("calendar_days"); }, "day_convention",
       "INVALID_ARGUMENT"},
      {"no approver", [](pb::Grant& row) { row.clear_standing_approver(); }, "standing_approver",
       "INVALID_ARGUMENT"}};
  int number = 0;
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    pb::CreateBudgetRequest request = world().Draft("b" + std::to_string(++number));
    pb::Grant& scheme = *request.mutable_budget()->add_grants();
    scheme = Scheme();
    row.change(scheme);
    rpc::Call call = world().As("manager");
    const auto created = api().CreateBudget(call, request);
    const std::string names = row.names;
    EXPECT_EQ(Outcome(created), row.reason);
    if (names.empty()) {
      EXPECT_EQ(created->grants(1).amount_per_thesis().value(), "6000.00");
      EXPECT_FALSE(created->grants(1).has_rate_per_day());
      EXPECT_FALSE(created->grants(0).has_amount_per_thesis());
    } else {
      EXPECT_NE(created.status().ToString().find("grants[1]." + names), std::string::npos)
          << created.status();
    }
  }
  pb::UpdateBudgetRequest update;
  update.mutable_budget()->set_name("budgets/b1");
  *update.mutable_budget()->add_grants() = Scheme();
  update.mutable_budget()->mutable_grants(0)->set_call("calls/winter");
  update.mutable_update_mask()->add_paths("grants");
  rpc::Call refused = world().As("manager");
  EXPECT_EQ(Outcome(api().UpdateBudget(refused, update)), "INVALID_ARGUMENT");
  update.mutable_budget()->mutable_grants(0)->clear_call();
  rpc::Call changed = world().As("manager");
  EXPECT_EQ(Must(api().UpdateBudget(changed, update)).grants_size(), 1);
  pb::GetBudgetRequest get;
  get.set_name("budgets/b1");
  rpc::Call auditor = world().As("auditor");
  const pb::Budget kept = Must(api().GetBudget(auditor, get));
  EXPECT_EQ(kept.grants(0).SerializeAsString(), Scheme().SerializeAsString());
}

INSTANTIATE_ON_ENGINES(FlowThesesTest);

}  // namespace
}  // namespace jointly::budgets
