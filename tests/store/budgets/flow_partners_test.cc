#include <gtest/gtest.h>

#include "tests/store/budgets/flow_world.h"

// Partners that join by an amendment, which they sign themselves, and partners that leave.
namespace jointly::budgets {
namespace {

class FlowPartnersTest : public FlowTest {
 protected:
  pb::Amendment Ask(const std::function<void(pb::Amendment&)>& change) {
    pb::CreateAmendmentRequest request;
    request.set_parent("budgets/unit");
    pb::Amendment& amendment = *request.mutable_amendment();
    amendment.set_type(pb::Amendment::PARTNER_CHANGE);
    amendment.set_reason("The consortium changes.");
    *amendment.mutable_signed_date() = Day("2020-04-01");
    change(amendment);
    rpc::Call call = world().As("manager");
    return Must(api().CreateAmendment(call, request), "amend");
  }
  pb::Amendment Join() {
    return Ask([](pb::Amendment& draft) { draft.add_new_partners("institutions/elsewhere"); });
  }
  absl::StatusOr<pb::Amendment> Move(const pb::Amendment& amendment, const std::string& who,
                                     const std::string& action) {
    pb::MoveAmendmentRequest request;
    request.set_name(amendment.name());
    request.set_action(action);
    if (action == "sign") request.set_content_hash(amendment.content_hash());
    *request.mutable_effective_date() = Day("2020-04-01");
    rpc::Call call = world().As(who);
    return api().MoveAmendment(call, request);
  }
  // Names of the amendments that they see, or the refusal.
  std::string Sees(const std::string& who) {
    pb::ListAmendmentsRequest request;
    request.set_parent("budgets/unit");
    rpc::Call call = world().As(who);
    const auto seen = api().ListAmendments(call, request);
    if (!seen.ok()) return ReasonOf(seen.status());
    std::string names;
    for (const pb::Amendment& row : seen->amendments()) {
      names += std::string(pb::Amendment::Type_Name(row.type())) + ":";
      for (const pb::AllowedAction& action : row.allowed_actions()) {
        names += (action.ready() ? "" : "!") + action.action() + ",";
      }
    }
    return names;
  }
  std::string Looks(const std::string& who) {
    pb::GetBudgetRequest request;
    request.set_name("budgets/unit");
    rpc::Call call = world().As(who);
    return Outcome(api().GetBudget(call, request));
  }
  pb::LineKey LineOf(const std::string& partner) {
    pb::LineKey line = world().Line("p1", "TRAVEL");
    line.set_partner("institutions/" + partner);
    return line;
  }
  // EUR 400.00 of the unit's travel money go to a line of the new partner.
  void JoinWithMoney() {
    const pb::Amendment joined = Join();
    for (const char* who : {"tsukuba", "other", "stranger"}) Must(Move(joined, who, "sign"), who);
    Must(Move(joined, "other", "put_in_force"), "join");
    pb::CreateTransferRequest request;
    request.set_parent("budgets/unit");
    *request.mutable_transfer()->mutable_from() = world().Line("p1", "TRAVEL");
    *request.mutable_transfer()->mutable_to() = LineOf("elsewhere");
    *request.mutable_transfer()->mutable_amount() = Euro("400");
    *request.mutable_transfer()->mutable_effective_date() = Day("2020-04-01");
    request.mutable_transfer()->set_reason("Their travels.");
    rpc::Call call = world().As("manager");
    const auto asked = Must(api().CreateTransfer(call, request), "transfer");
    pb::MoveTransferRequest approve;
    approve.set_name(asked.name());
    approve.set_action("approve");
    rpc::Call other = world().As("other");
    Must(api().MoveTransfer(other, approve), "post");
  }
  void Spend(const char* amount) {
    pb::RecogniseCostRequest cost;
    cost.set_name("budgets/unit");
    *cost.mutable_line() = LineOf("elsewhere");
    *cost.mutable_amount() = Euro(amount);
    *cost.mutable_effective_date() = Day("2020-04-01");
    rpc::Call call = world().As("manager");
    Must(api().RecogniseCost(call, cost), "cost");
  }
  absl::StatusOr<pb::Commitment> Order(const char* id) {
    pb::CreateCommitmentRequest order;
    order.set_parent("budgets/unit");
    order.set_commitment_id(id);
    *order.mutable_commitment()->mutable_line() = LineOf("elsewhere");
    order.mutable_commitment()->set_display_name("A flight");
    order.mutable_commitment()->set_supplier_reference("PO 1");
    *order.mutable_commitment()->mutable_amount() = Euro("50");
    *order.mutable_commitment()->mutable_effective_date() = Day("2020-04-01");
    rpc::Call call = world().As("manager");
    return api().CreateCommitment(call, order);
  }
  void Pay(const char* document, const char* amount) {
    pb::PayCostRequest pay;
    pay.set_name("budgets/unit");
    pay.set_document(document);
    pay.set_partner("institutions/elsewhere");
    pay.set_reference("SEPA 1");
    *pay.mutable_amount() = Euro(amount);
    *pay.mutable_effective_date() = Day("2020-04-01");
    rpc::Call payer = world().As("payer");
    Must(api().PayCost(payer, pay), "pay");
  }
  // The new partner goes again, signed by all, with what is left on its line.
  pb::Amendment Leave() {
    const pb::Amendment amendment = Ask([&](pb::Amendment& draft) {
      draft.add_leaving_partners("institutions/elsewhere");
      pb::Reallocation& from = *draft.add_reallocations();
      *from.mutable_line() = LineOf("elsewhere");
      *from.mutable_change() = Euro("-250");
      pb::Reallocation& to = *draft.add_reallocations();
      *to.mutable_line() = world().Line("p1", "TRAVEL");
      *to.mutable_change() = Euro("250");
    });
    for (const char* who : {"tsukuba", "other", "stranger"}) Must(Move(amendment, who, "sign"));
    return amendment;
  }
  std::string ActualOf(const std::string& partner) {
    pb::GetStatementRequest request;
    request.set_name("budgets/unit");
    rpc::Call auditor = world().As("auditor");
    const pb::Statement statement = Must(api().GetStatement(auditor, request), "statement");
    std::string actual;
    for (const pb::StatementRow& row : statement.rows()) {
      const pb::Amount& amount = row.actual();
      if (row.partner() == partner) actual += amount.value() + ";";
    }
    return actual;
  }
};

TEST_P(FlowPartnersTest, WhoJoinsSignsWhatItHasRead) {
  world().Found();
  EXPECT_EQ(Sees("stranger"), "BUDGET_NOT_FOUND");
  const pb::Amendment joined = Join();
  const pb::Amendment other =
      Ask([](pb::Amendment& draft) { draft.set_type(pb::Amendment::CORRECTION); });
  // Of the budget it sees the one text that makes it a partner, and no other.
  EXPECT_EQ(Sees("stranger"), "PARTNER_CHANGE:sign,sign_last,");
  EXPECT_EQ(Looks("stranger"), "BUDGET_NOT_FOUND");
  EXPECT_EQ(Outcome(Move(other, "stranger", "sign")), "BUDGET_NOT_FOUND");
  EXPECT_EQ(Outcome(Move(joined, "stranger", "void")), "WRONG_ROLE");
  for (const char* who : {"tsukuba", "other"}) Must(Move(joined, who, "sign"), who);
  EXPECT_EQ(Outcome(Move(joined, "other", "put_in_force")), "ILLEGAL_MOVE");  // Not all signed.
  EXPECT_EQ(Must(Move(joined, "stranger", "sign"), "sign").state(), pb::Amendment::ALL_SIGNED);
  EXPECT_EQ(Outcome(Move(joined, "stranger", "put_in_force")), "WRONG_ROLE");
  Must(Move(joined, "other", "put_in_force"), "join");
  EXPECT_EQ(Looks("stranger"), "OK");
}

TEST_P(FlowPartnersTest, WhatWasVoidedShowsNothingMore) {
  world().Found();
  Must(Move(Join(), "manager", "void"), "void");
  EXPECT_EQ(Sees("stranger"), "BUDGET_NOT_FOUND");
}

TEST_P(FlowPartnersTest, OnlyAPartnerOfTheBudgetLeaves) {
  world().Found();
  for (const auto& [partner, type] : std::vector<std::pair<const char*, pb::Amendment::Type>>{
           {"institutions/elsewhere", pb::Amendment::PARTNER_CHANGE},
           {"institutions/uga", pb::Amendment::PARTNER_CHANGE},  // Whose budget it is.
           {"institutions/tsukuba", pb::Amendment::CORRECTION}}) {
    pb::CreateAmendmentRequest request;
    request.set_parent("budgets/unit");
    request.mutable_amendment()->set_type(type);
    request.mutable_amendment()->set_reason("Why");
    *request.mutable_amendment()->mutable_signed_date() = Day("2020-04-01");
    request.mutable_amendment()->add_leaving_partners(partner);
    rpc::Call call = world().As("manager");
    const auto refused = api().CreateAmendment(call, request);
    EXPECT_EQ(Outcome(refused), "INVALID_ARGUMENT") << partner;
    EXPECT_NE(refused.status().ToString().find("leaving_partners"), std::string::npos) << partner;
  }
}

TEST_P(FlowPartnersTest, APartnerLeavesWhenNothingIsLeft) {
  world().Found();
  JoinWithMoney();
  // A cost of 100.00 that is owed, an order of 50.00, and 250.00 that the amendment moves.
  Spend("100");
  Must(Order("c1"), "order");
  Must(world().Approve("c1"));
  const pb::Amendment leaves = Leave();
  const auto refused = Move(leaves, "other", "put_in_force");
  EXPECT_EQ(Outcome(refused), "PARTNER_NOT_FREE");
  const std::string text = MessageOf(refused.status());
  EXPECT_NE(text.find("1 open commitments of 50.00 EUR"), std::string::npos) << text;
  EXPECT_NE(text.find("is owed 100.00 EUR"), std::string::npos) << text;
  EXPECT_EQ(text.find("left on its lines"), std::string::npos) << text;
  std::string figures;
  for (const Fact& fact : jointly::FactsOf(refused.status())) {
    if (fact.name == "left" || fact.name == "committed" || fact.name == "owed") {
      figures += fact.name + " " + fact.value + ";";
    }
  }
  EXPECT_EQ(figures, "committed 50.00 EUR;left 0.00 EUR;owed 100.00 EUR;");
  Must(world().Invoice("c1", Euro("50"), "2020-04-01"));
  Pay("budgets/unit/commitments/c1", "50");
  EXPECT_EQ(Outcome(Move(leaves, "other", "put_in_force")), "PARTNER_NOT_FREE");
  Pay("", "100");
  Must(Move(leaves, "other", "put_in_force"), "leave");
  EXPECT_EQ(Looks("stranger"), "BUDGET_NOT_FOUND");
  EXPECT_EQ(Sees("stranger"), "BUDGET_NOT_FOUND");
  // What it cost stays in every statement, and nothing new is bound for it.
  EXPECT_EQ(ActualOf("institutions/elsewhere"), "150.00;");
  EXPECT_EQ(Outcome(Order("c2")), "INVALID_ARGUMENT");
}

INSTANTIATE_ON_ENGINES(FlowPartnersTest);

}  // namespace
}  // namespace jointly::budgets
