#include "tests/support/budgets/invariants.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/store/budgets/flow_world.h"

// A check that cannot fail is worth nothing: what is broken by hand in a sound database is named.
namespace jointly::budgets {
namespace {

struct Corruption {
  const char* finding;  // How it begins.
  const char* sql;
};
constexpr Corruption kCorruptions[] = {
    {"B20 unit journal", "UPDATE rate SET rate = '120.84' WHERE date = '2020-06-15'"},
    {"B18 transfers/", "UPDATE line_transfer SET funder_approval = ''"},
    {"B14 one person twice on commitment yen",
     "UPDATE commitment SET approver_for = requester WHERE id = 'yen'"},
    {"B14 whoever asked or approved has paid",
     "UPDATE commitment SET requester = 'people/payer' WHERE id = 'chairs'"},
    {"B5 entries and events",
     "UPDATE outbox SET event_type = 'none'"
     " WHERE event_type = 'jointly.budgets.commitment.liquidated.v1'"},
    {"B15 more is paid than was recognised", "UPDATE commitment SET paid = -1 WHERE id = 'chairs'"},
    {"B4 a commitment and its entries differ",
     "UPDATE commitment SET remaining = remaining + 1, reserved = reserved + 1 WHERE id = 'yen'"},
    {"B6", "UPDATE budget SET contract_amount = contract_amount + 1"},
    {"B19 unit pool", "UPDATE account SET posted_credit = posted_credit + 1 WHERE path = 'pool'"},
    {"B15 more is paid than committed: unit commitments/chairs on 2020-06-01",
     "INSERT INTO journal SELECT budget, 99, 'other', payload_hash, movement, counts_as,"
     " '2020-06-01', record_time, document, reverses, reference, actor"
     " FROM journal WHERE movement = 'pay';"
     "INSERT INTO posting SELECT p.budget, 99, p.position, p.path, p.layer, p.side, p.amount,"
     " p.currency_code FROM posting AS p JOIN journal AS j ON j.budget = p.budget"
     " AND j.sequence = p.sequence WHERE j.movement = 'pay' AND j.sequence < 99"},
};

class InvariantsTest : public FlowTest {
 protected:
  void TearDown() override {
    world_.reset();
    DatabaseTest::TearDown();
  }
  // An order in yen, an invoice that was paid, a transfer with the funder's letter.
  void Live() {
    world().Found();
    world().Order("yen", "p1", "EQUIP", Yen("1200000"), "2020-06-15");
    Must(world().Approve("yen"));
    world().Order("chairs", "p1", "CONS", Euro("1000"), "2020-06-20");
    Must(world().Approve("chairs"));
    Must(world().Invoice("chairs", Euro("1000"), "2020-07-20"));
    pb::PayCostRequest pay;
    pay.set_name("budgets/unit");
    pay.set_document("budgets/unit/commitments/chairs");
    *pay.mutable_amount() = Euro("1000");
    *pay.mutable_effective_date() = Day("2020-07-20");
    rpc::Call payer = world().As("payer");
    Must(api().PayCost(payer, pay), "pay");
    pb::CreateTransferRequest ask;
    ask.set_parent("budgets/unit");
    *ask.mutable_transfer()->mutable_from() = world().Line("p1", "OVH");
    *ask.mutable_transfer()->mutable_to() = world().Line("p1", "CONS");
    *ask.mutable_transfer()->mutable_amount() = Euro("100");
    *ask.mutable_transfer()->mutable_effective_date() = Day("2020-08-01");
    ask.mutable_transfer()->set_reason("Borders are closed.");
    rpc::Call manager = world().As("manager");
    const pb::LineTransfer asked = Must(api().CreateTransfer(manager, ask), "ask");
    pb::MoveTransferRequest post;
    post.set_name(asked.name());
    post.set_action("approve");
    post.set_funder_approval("Letter 7");
    rpc::Call other = world().As("other");
    Must(api().MoveTransfer(other, post), "post");
  }
  invariants::Findings Look() {
    invariants::Findings findings;
    invariants::CheckBudgets(
        database(), [](std::string_view text) { return "signed:" + std::string(text); }, findings);
    return findings;
  }
  void Break(const std::string& sql) {
    for (std::size_t from = 0; from < sql.size();) {
      const std::size_t end = std::min(sql.find(';', from), sql.size());
      Execute(sql.substr(from, end - from));
      from = end + 1;
    }
  }
  static bool Named(const invariants::Findings& findings, const std::string& beginning) {
    return std::any_of(findings.begin(), findings.end(),
                       [&](const std::string& finding) { return finding.starts_with(beginning); });
  }
};

// One after the other: each is named when it was broken, and not before.
TEST_P(InvariantsTest, WhatIsBrokenIsNamed) {
  Live();
  ASSERT_EQ(Look(), invariants::Findings{});
  for (const Corruption& corruption : kCorruptions) {
    SCOPED_TRACE(corruption.sql);
    EXPECT_FALSE(Named(Look(), corruption.finding)) << corruption.finding;
    Break(corruption.sql);
    const invariants::Findings findings = Look();
    EXPECT_TRUE(Named(findings, corruption.finding)) << corruption.finding << "\n"
                                                     << testing::PrintToString(findings);
  }
}

INSTANTIATE_ON_ENGINES(InvariantsTest);

}  // namespace
}  // namespace jointly::budgets
