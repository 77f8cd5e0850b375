#include "tests/store/notifications/budget_world.h"

namespace jointly::notifications {
namespace {

// The dates of budgets and their documents, and who reads what happens in them.
class BudgetDeadlinesTest : public BudgetWorld {};

TEST_P(BudgetDeadlinesTest, ADeadlineIsRemindedMovedAndCleared) {
  Give(WithExpiry(1, "2026-12-15 23:59:59 Europe/Paris"));
  EXPECT_EQ(NextFire(), "2026-11-15T22:59");
  GoTo("2026-11-15T22:59:59Z");
  EXPECT_EQ(Tick(), 1);
  for (const char* id : {"manager", "lab", "asker"}) EXPECT_EQ(Kinds(id), "commitment_expires");
  EXPECT_EQ(Kinds("elsewhere") + Kinds("accountant"), "");
  EXPECT_EQ(Inbox("asker").notifications(0).title(), "Microscope expires in 30 days");
  // Moved: once, to those who know the old date.
  clock_.Advance(std::chrono::minutes(1));
  Give(WithExpiry(2, "2026-12-31 23:59:59 Europe/Paris"));
  Give(WithExpiry(2, "2026-12-31 23:59:59 Europe/Paris"));
  EXPECT_EQ(Kinds("asker"), "deadline_moved commitment_expires");
  EXPECT_EQ(Inbox("manager").notifications(0).title(),
            "Nouvelle date : Fin de l’engagement « Microscope »");
  // An older generation, late: nothing.
  Give(WithExpiry(1, "2026-12-15 23:59:59 Europe/Paris"));
  EXPECT_EQ(Query("SELECT due_date FROM deadline").front().Text("due_date"), "2026-12-31");
  // Used up: nothing fires any more.
  auto used = WithExpiry(3, "2026-12-31 23:59:59 Europe/Paris");
  used.mutable_commitment()->mutable_deadlines(0)->set_state(deadlines::v1::Deadline::MET);
  Give(used);
  EXPECT_EQ(NextFire(), "none");
  // And what the budget does not name any more is over.
  Give(CommitmentEvent("c1", 4, "released"));
  EXPECT_EQ(Query("SELECT state FROM deadline").front().Text("state"), "superseded");
}

TEST_P(BudgetDeadlinesTest, DeadlinesAreListedForTheirAudience) {
  Give(WithExpiry(1, "2026-12-15 23:59:59 Europe/Paris"));
  const auto count = [&](const std::string& id, std::vector<auth::Grant> grants) {
    rpc::Call call = By({.kind = auth::Principal::Kind::kPerson,
                         .name = "people/" + id,
                         .grants = std::move(grants)});
    const auto page = api_->ListDeadlines(call, {});
    EXPECT_TRUE(page.ok()) << page.status();
    return page->deadlines_size();
  };
  EXPECT_EQ(count("asker", {}), 1);
  EXPECT_EQ(count("manager", {{auth::Role::kBudgetManager, "institutions/uga"}}), 1);
  EXPECT_EQ(count("lab", {{auth::Role::kBudgetManager, kLab}}), 1);
  EXPECT_EQ(count("accountant", {{auth::Role::kAccountant, "institutions/uga"}}), 0);
  EXPECT_EQ(count("partner", {{auth::Role::kBudgetManager, "institutions/tsukuba"}}), 0);
}

// The same word "submit" is a student's draft elsewhere, with other steps and other texts.
TEST_P(BudgetDeadlinesTest, AClaimIsRemindedAsAClaim) {
  auto event = ClaimEvent("k1", 1, "created", "people/traveller");
  AddBudgetDeadline(*event.mutable_claim()->mutable_deadlines(), "budgets/b1/claims/k1", 1,
                    "submit", "2026-11-20 18:00:00 Europe/Paris", "", "people/traveller");
  Give(event);
  EXPECT_EQ(NextFire(), "2026-11-06T17:00");
  GoTo("2026-11-06T17:00:00Z");
  EXPECT_EQ(Tick(), 1);
  const auto inbox = Inbox("traveller");
  ASSERT_EQ(inbox.notifications_size(), 1);
  EXPECT_EQ(inbox.notifications(0).kind(), "deadline_due");
  EXPECT_EQ(inbox.notifications(0).title(),
            "Submission of your expense claim for the mission 5 October 2026 – 9 October 2026: "
            "due in 14 days");
  GoTo("2026-11-21T17:00:00Z");
  EXPECT_EQ(Tick(), 1);
  EXPECT_EQ(Kinds("traveller"), "deadline_overdue deadline_due");
}

// Who may read the budget reads what happens in it; the offices of students do not, and the budget
// managers do not read of students.
TEST_P(BudgetDeadlinesTest, ActivitiesAreThoseThatTheRoleIsFor) {
  using enum auth::Role;
  clock_.Advance(std::chrono::seconds(1));
  Apply(ApplicationEvent(2, "submitted", "draft", "submitted"));
  clock_.Advance(std::chrono::seconds(1));
  Give(CommitmentEvent("c1", 1, "requested"));
  clock_.Advance(std::chrono::seconds(1));
  Give(ClaimEvent("k1", 1, "submitted"));
  const std::string budgets = "budgets.submitted budgets.requested ";
  const std::string cases = "mobility.submitted mobility.published ";
  struct Row {
    auth::Role role;
    const char* scope;
    std::string sees;
  };
  const Row rows[] = {
      {kBudgetManager, "institutions/uga", budgets},
      {kAccountant, "institutions/uga", budgets},
      {kBudgetManager, kLab, budgets},
      {kBudgetManager, "institutions/tsukuba", budgets},
      {kBudgetManager, "*", budgets},
      {kBudgetManager, "institutions/uga/units/other", ""},
      {kBudgetManager, "institutions/elsewhere", ""},
      {kInternationalOffice, "institutions/uga", cases},
      {kInternationalOffice, "institutions/tsukuba", ""},
      {kInternationalOffice, "*", cases},
      {kAdministrator, "institutions/uga", budgets + cases},
      {kAuditor, "institutions/uga", budgets + cases},
      {kAdministrator, "*", budgets + cases},
      {kStudent, "institutions/uga", ""},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Activities(row.role, row.scope), row.sees)
        << auth::Name(row.role) << " in " << row.scope;
  }
  EXPECT_EQ(Activities({.kind = auth::Principal::Kind::kPerson,
                        .name = "people/reader",
                        .grants = {{kInternationalOffice, "*"},
                                   {kBudgetManager, "institutions/tsukuba"}}}),
            budgets + cases);
  EXPECT_EQ(Activities(Person("traveller")), "budgets.submitted ");
  EXPECT_EQ(Activities(Person("asker")), "");
}

INSTANTIATE_ON_ENGINES(BudgetDeadlinesTest);

}  // namespace
}  // namespace jointly::notifications
