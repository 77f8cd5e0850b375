#include <gtest/gtest.h>

#include <map>

#include "tests/store/budgets/flow_world.h"

// A French exercice that is not executory on 1 January: 80 % of what was open in the one before.
namespace jointly::budgets {
namespace {

std::map<std::string, std::string> Evidence(const absl::Status& status) {
  std::map<std::string, std::string> facts;
  for (const Fact& fact : jointly::FactsOf(status)) facts[fact.name] = fact.value;
  return facts;
}

class FlowExerciceTest : public FlowTest {
 protected:
  absl::StatusOr<pb::Budget> Set(int year, pb::Exercice::State state,
                                 const std::string& payments = "",
                                 const std::string& who = "accountant") {
    pb::SetExerciceRequest request;
    request.set_name("budgets/unit");
    request.mutable_exercice()->set_year(year);
    request.mutable_exercice()->set_state(state);
    if (!payments.empty()) {
      *request.mutable_exercice()->mutable_previous_payments() = Euro(payments);
    }
    rpc::Call call = world().As(who);
    return api().SetExercice(call, request);
  }
  absl::StatusOr<pb::PostingReply> Pay(const std::string& amount, const std::string& date) {
    pb::PayCostRequest request;
    request.set_name("budgets/unit");
    *request.mutable_amount() = Euro(amount);
    *request.mutable_effective_date() = Day(date);
    rpc::Call call = world().As("accountant");
    return api().PayCost(call, request);
  }
  std::string CostIs(const std::string& category, const std::string& amount,
                     const std::string& date) {
    return Outcome(world().Cost("p1", category, amount, date));
  }
};

// The contract gives 2020 its 275 days: 62,785.39, of which 80 % are 50,228.31.
TEST_P(FlowExerciceTest, AProvisionalExerciceCommitsUpToItsCeiling) {
  world().Found();
  const pb::Budget budget = Must(Set(2021, pb::Exercice::PROVISIONAL));
  ASSERT_EQ(budget.exercices_size(), 1);
  EXPECT_EQ(budget.exercices(0).previous_commitments().value(), "62785.39");
  EXPECT_EQ(budget.exercices(0).commitments_ceiling().value(), "50228.31");
  EXPECT_EQ(budget.exercices(0).actor(), "people/accountant");
  EXPECT_EQ(CostIs("PERS", "30000", "2021-01-31"), "OK");
  world().Order("first", "p1", "EQUIP", Euro("20000"), "2021-02-01");
  EXPECT_EQ(Outcome(world().Approve("first")), "OK");
  world().Order("second", "p1", "EQUIP", Euro("228.32"), "2021-02-01");
  const auto refused = world().Approve("second");
  EXPECT_EQ(Outcome(refused), "PROVISIONAL_CEILING");
  const auto facts = Evidence(refused.status());
  EXPECT_EQ(facts.at("exercice"), "2021");
  EXPECT_EQ(facts.at("of"), "commitments");
  EXPECT_EQ(facts.at("ceiling"), "50228.31 EUR");
  EXPECT_EQ(facts.at("used"), "50000.00 EUR");
  EXPECT_EQ(facts.at("requested"), "228.32 EUR");
  EXPECT_EQ(world().Actions("budgets.commitment", "second"), "requested");
  // Neither a cost takes more; to the last cent it is free, and the year before has no ceiling.
  EXPECT_EQ(CostIs("CONS", "228.32", "2021-02-02"), "PROVISIONAL_CEILING");
  EXPECT_EQ(CostIs("CONS", "228.31", "2021-02-02"), "OK");
  EXPECT_EQ(CostIs("CONS", "0.01", "2021-02-02"), "PROVISIONAL_CEILING");
  EXPECT_EQ(CostIs("CONS", "7000", "2020-12-31"), "OK");
  // What an invoice leaves of its reservation can be committed again.
  EXPECT_EQ(Outcome(world().Invoice("first", Euro("19000"), "2021-02-10")), "OK");
  EXPECT_EQ(Outcome(world().Approve("second")), "OK");
}

TEST_P(FlowExerciceTest, AnExecutoryExerciceHasNoCeiling) {
  world().Found();
  Must(Set(2021, pb::Exercice::PROVISIONAL));
  EXPECT_EQ(CostIs("PERS", "30000", "2021-01-31"), "OK");
  EXPECT_EQ(CostIs("EQUIP", "30000", "2021-01-31"), "PROVISIONAL_CEILING");
  const pb::Budget budget = Must(Set(2021, pb::Exercice::EXECUTORY, "", "manager"));
  ASSERT_EQ(budget.exercices_size(), 1);
  EXPECT_EQ(budget.exercices(0).state(), pb::Exercice::EXECUTORY);
  EXPECT_EQ(CostIs("EQUIP", "30000", "2021-01-31"), "OK");
  const std::string actions = world().Actions("budgets.budget", "unit");
  EXPECT_NE(actions.find("exercice_provisional"), std::string::npos) << actions;
  EXPECT_NE(actions.find("exercice_executory"), std::string::npos) << actions;
}

TEST_P(FlowExerciceTest, PaymentsHaveACeilingOfTheirOwn) {
  world().Found();
  Must(Set(2021, pb::Exercice::PROVISIONAL, "1000"));
  EXPECT_EQ(CostIs("CONS", "5000", "2020-12-01"), "OK");
  EXPECT_EQ(Outcome(Pay("500", "2020-12-15")), "OK");
  EXPECT_EQ(Outcome(Pay("800", "2021-01-15")), "OK");
  const auto refused = Pay("0.01", "2021-01-16");
  EXPECT_EQ(Outcome(refused), "PROVISIONAL_CEILING");
  EXPECT_EQ(Evidence(refused.status()).at("of"), "payments");
  EXPECT_EQ(Outcome(Pay("1000", "2020-12-20")), "OK");
}

TEST_P(FlowExerciceTest, WhatIsDeclaredMustMakeSense) {
  world().Found();
  // The budget has no exercice before 2020 to take a share from.
  EXPECT_EQ(Outcome(Set(2020, pb::Exercice::PROVISIONAL)), "INVALID_ARGUMENT");
  EXPECT_EQ(Outcome(Set(2024, pb::Exercice::PROVISIONAL)), "INVALID_ARGUMENT");
  EXPECT_EQ(Outcome(Set(2021, pb::Exercice::STATE_UNSPECIFIED)), "INVALID_ARGUMENT");
  EXPECT_EQ(Outcome(Set(2021, pb::Exercice::PROVISIONAL, "", "tsukuba")), "WRONG_ROLE");
  EXPECT_EQ(Outcome(Set(2021, pb::Exercice::PROVISIONAL, "", "stranger")), "BUDGET_NOT_FOUND");
  EXPECT_EQ(Outcome(Set(2021, pb::Exercice::PROVISIONAL, "", "auditor")), "WRONG_ROLE");
}

INSTANTIATE_ON_ENGINES(FlowExerciceTest);

}  // namespace
}  // namespace jointly::budgets
