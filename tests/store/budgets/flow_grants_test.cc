#include <gtest/gtest.h>
#include <jointly/budgets/v1/budgets_events.pb.h>

#include <map>

#include "services/budgets/domain/grants.h"
#include "tests/store/budgets/flow_world.h"

// Grants that no budget pays: why, with the figures, and asked for again when that has changed.
namespace jointly::budgets {
namespace {

using Stay = jointly::mobility::v1::MobilityCase;
using jointly::mobility::v1::Funding;

class FlowGrantsTest : public FlowTest {
 protected:
  // 180 days: EUR 2,430.00 by the scheme of the unit.
  void Ask(int request_number, const std::string& reference = "unit-grants",
           Stay::State state = Stay::APPROVED) {
    jointly::mobility::v1::MobilityEvent event;
    auto& stay = *event.mutable_mobility();
    stay.set_name("mobilities/m1");
    stay.set_state(state);
    stay.mutable_funding()->set_funding_reference(reference);
    stay.mutable_funding()->set_state(Funding::REQUESTED);
    stay.mutable_funding()->set_request_number(request_number);
    *stay.mutable_planned_start_date() = Day("2020-10-01");
    *stay.mutable_planned_end_date() = Day("2021-03-31");
    const absl::Status status =
        world().Apply("mobility.mobility", "m1", ++revision_, event.SerializeAsString());
    EXPECT_TRUE(status.ok()) << status;
  }
  std::vector<pb::Commitment> Told() {
    std::vector<pb::Commitment> told;
    const auto rows = Must(world().database().Read([&](db::Tx& tx) {
      return tx.Query(
          "SELECT body FROM outbox WHERE aggregate_type = 'budgets.commitment'"
          " AND aggregate_id = 'm1' ORDER BY revision");
    }));
    for (const db::Row& row : rows) {
      pb::CommitmentEvent event;
      EXPECT_TRUE(event.ParseFromString(row.Bytes("body")));
      told.push_back(event.commitment());
      EXPECT_EQ(event.commitment().revision(), static_cast<std::int64_t>(told.size()));
    }
    return told;
  }
  std::map<std::string, std::string> FactsIn(const pb::Commitment& commitment) {
    std::map<std::string, std::string> facts;
    for (const auto& fact : commitment.refusal_facts()) facts[fact.name()] = fact.value();
    return facts;
  }
  // All that the budget has of the stay, in the database.
  std::string Rows() {
    const auto rows = Must(world().database().Read([&](db::Tx& tx) {
      return tx.Query("SELECT budget, id, state FROM commitment WHERE mobility = 'mobilities/m1'");
    }));
    std::string text;
    for (const db::Row& row : rows) {
      text += row.Text("budget") + "/" + row.Text("id") + " " + row.Text("state") + ";";
    }
    return text;
  }

  std::int64_t revision_ = 1;
};

TEST_P(FlowGrantsTest, RefusedWithTheFiguresThenPaidWhenThereIsMoney) {
  world().Found();
  const auto cost = Must(world().Cost("p1", "TRAVEL", "9900", "2020-04-01"));
  Ask(1);
  ASSERT_EQ(Told().size(), 1U);
  const pb::Commitment refused = Told().back();
  EXPECT_EQ(refused.state(), pb::Commitment::REFUSED);
  EXPECT_EQ(refused.refusal(), "AMOUNT_NOT_AVAILABLE");
  EXPECT_NE(refused.refusal_message().find("100.00 EUR available, 2430.00 EUR is asked for"),
            std::string::npos)
      << refused.refusal_message();
  const auto facts = FactsIn(refused);
  EXPECT_EQ(facts.at("available"), "100.00 EUR");
  EXPECT_EQ(facts.at("requested"), "2430.00 EUR");
  EXPECT_EQ(facts.at("period"), "p1");
  EXPECT_TRUE(facts.contains("line"));
  // The office frees the money: a cost was booked there by mistake.
  pb::ReverseJournalRequest request;
  request.set_name("budgets/unit/journals/" + std::to_string(cost.journal().sequence()));
  request.set_reason("It was another project's.");
  *request.mutable_effective_date() = Day("2020-04-01");
  rpc::Call call = world().As("accountant");
  Must(api().ReverseJournal(call, request), "free");
  // Nobody asked since: what comes late, or twice, changes nothing.
  Ask(1);
  EXPECT_EQ(Told().size(), 1U);
  Ask(2);
  Ask(2);
  Ask(1);
  EXPECT_EQ(world().Actions("budgets.commitment", "m1"), "refused,reserved");
  const pb::Commitment paid = Told().back();
  EXPECT_EQ(paid.state(), pb::Commitment::APPROVED);
  EXPECT_EQ(paid.reserved().value(), "2430.00");
  EXPECT_EQ(paid.request_number(), 2);
  EXPECT_EQ(paid.refusal() + paid.refusal_message(), "");
  EXPECT_EQ(paid.refusal_facts_size(), 0);
  EXPECT_EQ(Rows(), "unit/m1 approved;");
  EXPECT_EQ(world().Available("p1", "TRAVEL"), "7570.00");
  // What was granted is not asked for again, however often that is said.
  Ask(3);
  EXPECT_EQ(world().Actions("budgets.commitment", "m1"), "refused,reserved");
  Ask(3, "unit-grants", Stay::CANCELLED);
  EXPECT_EQ(world().Actions("budgets.commitment", "m1"), "refused,reserved,released");
  Ask(4);
  EXPECT_EQ(world().Actions("budgets.commitment", "m1"), "refused,reserved,released");
}

TEST_P(FlowGrantsTest, RefusedAgainWithTheFiguresOfThatDay) {
  world().Found();
  Must(world().Cost("p1", "TRAVEL", "9900", "2020-04-01"));
  Ask(1);
  Must(world().Cost("p1", "TRAVEL", "60", "2020-04-01"));
  Ask(2);
  ASSERT_EQ(Told().size(), 2U);
  EXPECT_EQ(FactsIn(Told()[0]).at("available"), "100.00 EUR");
  EXPECT_EQ(FactsIn(Told()[1]).at("available"), "40.00 EUR");
  EXPECT_EQ(Told()[1].request_number(), 2);
  EXPECT_EQ(Rows(), "unit/m1 refused;");
}

// It was refused by no budget at all, and is paid by one that was made since.
TEST_P(FlowGrantsTest, PaidByABudgetThatWasMadeSince) {
  Ask(1);
  EXPECT_EQ(Rows(), "/m1 refused;");
  EXPECT_EQ(FactsIn(Told().back()).at("funding_reference"), "unit-grants");
  EXPECT_NE(Told().back().refusal_message().find("ask again"), std::string::npos);
  world().Found();
  Ask(2);
  EXPECT_EQ(Rows(), "unit/m1 approved;");
  EXPECT_EQ(Told().back().name(), "budgets/unit/commitments/m1");
  EXPECT_EQ(Told().back().revision(), 2);
}

// The id is an order's: that stays so, however often it is asked for.
TEST_P(FlowGrantsTest, AnOrderKeepsTheId) {
  world().Found();
  world().Order("m1", "p1", "TRAVEL", Euro("500"), "2020-06-15");
  Ask(1);
  const std::string before = Rows();
  EXPECT_EQ(before.find("unit/m1 "), std::string::npos) << before;
  Ask(2);
  EXPECT_EQ(Rows(), before);
  EXPECT_NE(before.find(" refused;"), std::string::npos) << before;
}

// Who asked, approves, or could, is nobody's business outside.
TEST_P(FlowGrantsTest, NoPersonTravels) {
  world().Found("unit", "automatic", [](pb::Budget& budget) {
    budget.mutable_grants(0)->set_standing_approver("people/other");
  });
  const GrantRefusal refusal = GrantRefusalOf(FailedPrecondition(
      kSelfApproval, "people/0189-ab asked for it; people/other may approve.",
      {{"requester", "people/0189-ab"}, {"able", "people/a,people/b"}, {"period", "p1"}}));
  EXPECT_EQ(refusal.reason, "SELF_APPROVAL");
  EXPECT_EQ(refusal.message, "a person asked for it; a person may approve.");
  ASSERT_EQ(refusal.facts.size(), 1U);
  EXPECT_EQ(refusal.facts[0].name, "period");
  Must(world().Cost("p1", "TRAVEL", "9900", "2020-04-01"));
  Ask(1);
  EXPECT_EQ(Told().back().approver(), "");
  for (const auto& [name, value] : FactsIn(Told().back())) {
    EXPECT_EQ(value.find("people/"), std::string::npos) << name;
  }
}

INSTANTIATE_ON_ENGINES(FlowGrantsTest);

}  // namespace
}  // namespace jointly::budgets
