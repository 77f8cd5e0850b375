#include "services/partnerships/domain/agreement.h"

#include <gtest/gtest.h>

#include <sstream>

namespace jointly::partnerships {
namespace {

constexpr Date kToday{std::chrono::year(2026), std::chrono::month(11), std::chrono::day(24)};

Agreement Complete() {
  Agreement agreement;
  agreement.id = "x";
  agreement.display_name = "Student mobility";
  agreement.partners = {"institutions/uga", "institutions/tsukuba"};
  agreement.start_date = kToday;
  agreement.conditions = {{.id = "outgoing",
                           .sending_institution = "institutions/uga",
                           .receiving_institution = "institutions/tsukuba",
                           .first_academic_year = "2026/2027",
                           .last_academic_year = "2028/2029",
                           .places_per_year = 8,
                           .measure = Measure::kPersons}};
  agreement.revision = 1;
  return agreement;
}

Role RoleNamed(const std::string& name) {
  for (const Role role : {Role::kPartner, Role::kCounterparty, Role::kTimer}) {
    if (Name(role) == name) return role;
  }
  ADD_FAILURE() << "no role " << name;
  return Role::kTimer;
}

Action ActionNamed(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(Action::kEnd); ++i) {
    if (Name(static_cast<Action>(i)) == name) return static_cast<Action>(i);
  }
  ADD_FAILURE() << "no action " << name;
  return Action::kUpdate;
}

TEST(AgreementWorkflow, AnswersEveryStep) {
  std::istringstream table(R"(
    draft       update     partner       draft
    draft       propose    partner       proposed
    draft       approve    counterparty  ILLEGAL_MOVE
    proposed    approve    counterparty  in_effect
    proposed    approve    partner       WRONG_ROLE
    proposed    return     counterparty  draft
    proposed    return     partner       WRONG_ROLE
    proposed    update     partner       ILLEGAL_MOVE
    in_effect   amend      partner       draft
    in_effect   terminate  partner       in_effect
    in_effect   propose    partner       ILLEGAL_MOVE
    in_effect   expire     timer         expired
    in_effect   end        timer         terminated
    in_effect   end        partner       WRONG_ROLE
    draft       expire     timer         expired
    terminated  amend      partner       ILLEGAL_MOVE
    expired     propose    partner       ILLEGAL_MOVE
  )");
  std::string from, action, by, expected;
  int rows = 0;
  while (table >> from >> action >> by >> expected) {
    ++rows;
    Agreement before = Complete();
    const auto state = ParseState(from);
    ASSERT_TRUE(state.has_value()) << from;
    before.state = *state;
    const Facts facts{.agreement = &before,
                      .approved_hash = ContentHashOf(before),
                      .termination_date = AddDays(kToday, 400),
                      .today = kToday,
                      .acting_partner = "institutions/uga"};
    const auto decision = Decide(before, ActionNamed(action), RoleNamed(by), facts, Time{});
    const std::string got =
        decision.ok() ? std::string(Name(decision->after.state)) : ReasonOf(decision.status());
    EXPECT_EQ(got, expected) << from << " " << action << " by " << by;
    if (decision.ok()) {
      EXPECT_EQ(decision->after.revision, before.revision + 1);
    }
  }
  EXPECT_EQ(rows, 17);
}

TEST(AgreementApproval, CoversOnlyTheTextThatWasRead) {
  Agreement before = Complete();
  before.state = State::kProposed;
  Agreement read = before;
  read.conditions[0].places_per_year = 80;
  const Facts facts{.agreement = &before, .approved_hash = ContentHashOf(read), .today = kToday};
  const auto decision = Decide(before, Action::kApprove, Role::kCounterparty, facts, Time{});
  ASSERT_FALSE(decision.ok());
  EXPECT_EQ(ReasonOf(decision.status()), "GUARD_REFUSED");
  EXPECT_NE(decision.status().message().find("A2"), absl::string_view::npos);
}

TEST(AgreementAmendment, KeepsTheTextInEffectUntilTheNextIsApproved) {
  Agreement agreement = Complete();
  const auto move = [&](Action action, Role role) {
    const Facts facts{.agreement = &agreement,
                      .approved_hash = ContentHashOf(agreement),
                      .today = kToday,
                      .acting_partner = "institutions/uga"};
    auto decision = Decide(agreement, action, role, facts, Time{});
    ASSERT_TRUE(decision.ok()) << decision.status();
    agreement = std::move(decision->after);
  };
  move(Action::kPropose, Role::kPartner);
  move(Action::kApprove, Role::kCounterparty);
  EXPECT_EQ(agreement.effective_version, 1);
  move(Action::kAmend, Role::kPartner);
  agreement.conditions[0].places_per_year = 12;
  EXPECT_EQ(agreement.version, 2);
  EXPECT_EQ(agreement.effective_version, 1);
  EXPECT_EQ(agreement.effective_conditions[0].places_per_year, 8);
  move(Action::kPropose, Role::kPartner);
  move(Action::kApprove, Role::kCounterparty);
  EXPECT_EQ(agreement.effective_version, 2);
  EXPECT_TRUE(agreement.effective_conditions.empty());
}

TEST(AgreementTermination, NeedsOneYearOfNotice) {
  const Agreement before = [] {
    Agreement agreement = Complete();
    agreement.state = State::kInEffect;
    return agreement;
  }();
  for (const auto& [days, passes] : {std::pair{364, false}, {365, true}, {800, true}}) {
    const Facts facts{
        .agreement = &before, .termination_date = AddDays(kToday, days), .today = kToday};
    EXPECT_EQ(Decide(before, Action::kTerminate, Role::kPartner, facts, Time{}).ok(), passes)
        << days << " days";
  }
}

TEST(AgreementText, ListsEveryViolation) {
  Agreement agreement = Complete();
  agreement.display_name.clear();
  agreement.partners[1] = agreement.partners[0];
  agreement.conditions[0].places_per_year = 0;
  agreement.conditions[0].first_academic_year = "2026/2028";
  agreement.conditions[0].isced_codes = {"53"};
  agreement.conditions[0].languages = {{"ja", "B3", 0}};
  agreement.conditions.push_back(agreement.conditions[0]);
  Violations violations;
  CheckText(agreement, "agreement", violations);
  const std::string text = MessageOf(violations.ToStatus());
  for (const char* path : {"agreement.display_name", "agreement.partners",
                           "conditions[0].places_per_year", "conditions[0].first_academic_year",
                           "conditions[0].isced_codes", "conditions[0].languages.cefr_level",
                           "conditions[0].receiving_institution", "conditions[1].id"}) {
    EXPECT_NE(text.find(path), std::string::npos) << path << " in: " << text;
  }
}

}  // namespace
}  // namespace jointly::partnerships
