#include <gtest/gtest.h>

#include "services/budgets/domain/decide.h"
#include "tests/unit/budgets/flow_sample.h"

// Partners that leave a budget.
namespace jointly::budgets {
namespace {

TEST(AmendmentDecision, LetsAPartnerGoThatHasNothingLeft) {
  AmendmentFacts facts = sample::In(AmendmentState::kAllSigned);
  facts.amendment.type = AmendmentType::kPartnerChange;
  facts.amendment.new_end_date.reset();
  facts.amendment.leaving_partners = {"institutions/tsukuba"};
  facts.budget.grants.clear();
  const Standing free{.partner = "institutions/tsukuba"};
  const auto outcome = [&](const Standing& standing) {
    facts.leaving = {standing};
    return sample::ResultOf(facts, AmendmentAction::kPutInForce, Role::kManager);
  };
  EXPECT_EQ(outcome(free), "in_force");
  for (auto field : {&Standing::available, &Standing::owed}) {
    Standing standing = free;
    standing.*field = 1;
    EXPECT_EQ(outcome(standing), "PARTNER_NOT_FREE");
    standing.*field = -1;
    EXPECT_EQ(outcome(standing), "PARTNER_NOT_FREE");
  }
  Standing binds = free;
  binds.commitments = 1;
  EXPECT_EQ(outcome(binds), "PARTNER_NOT_FREE");
  facts.budget.grants = {{.id = "stays", .partner = "institutions/tsukuba"}};
  EXPECT_EQ(outcome(free), "PARTNER_NOT_FREE");
  facts.budget.grants.clear();
  const auto decision = Decide(facts, AmendmentAction::kPutInForce, Role::kManager);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_FALSE(HasPartner(*decision->budget, "institutions/tsukuba"));
  Amendment other = facts.amendment;
  other.leaving_partners.clear();
  EXPECT_NE(ContentOf(facts.amendment), ContentOf(other));
}

}  // namespace
}  // namespace jointly::budgets
