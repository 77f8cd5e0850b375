#include <gtest/gtest.h>

#include "services/budgets/store/change_store.h"
#include "services/budgets/store/migrations.h"
#include "services/budgets/store/replica_store.h"
#include "tests/support/database_fixture.h"

// Who may act: the offices that identity names, and who stands in for whom.
namespace jointly::budgets {
namespace {

Date Day(const char* text) { return *ParseDate(text); }

class StandingTest : public test::DatabaseTest {
 public:
  StandingTest() : DatabaseTest({{"budgets", &Migrations()}}) {}

 protected:
  template <typename Body>
  void Write(Body&& body) {
    const absl::Status status = database().Transact([&](db::Tx& tx) {
      body(tx);
      return absl::OkStatus();
    });
    ASSERT_TRUE(status.ok()) << status;
  }
  template <typename Body>
  auto Read(Body&& body) {
    return database().Transact(body);
  }
};

TEST_P(StandingTest, DelegationsEndWhenTheyAreRevoked) {
  Delegation delegation{.id = "d1",
                        .budget = "b1",
                        .delegator = "people/a",
                        .delegate = "people/b",
                        .start_date = Day("2020-06-01"),
                        .end_date = Day("2020-06-30"),
                        .revision = 1};
  const auto count = [&](const char* person) {
    return Read([&](db::Tx& tx) { return store::DelegationsTo(tx, "b1", person); })->size();
  };
  Write([&](db::Tx& tx) { store::SaveDelegation(tx, delegation); });
  EXPECT_EQ(count("people/b"), 1u);
  EXPECT_EQ(count("people/a"), 0u);
  delegation.revoked = true;
  Write([&](db::Tx& tx) { store::SaveDelegation(tx, delegation); });
  EXPECT_EQ(count("people/b"), 0u);
}

TEST_P(StandingTest, ReplicasSayWhoHoldsWhat) {
  Write([&](db::Tx& tx) {
    store::SaveInstitution(tx, "institutions/uga", "Europe/Paris", 1);
    store::SaveOffices(tx, "people/a", {{"budget_manager", "institutions/uga"}});
    store::SaveOffices(tx, "people/b",
                       {{"accountant", "institutions/uga"}, {"budget_manager", "*"}});
  });
  const auto unknown = Read([&](db::Tx& tx) {
    return store::UnknownInstitutions(tx, {"institutions/uga", "institutions/nowhere"});
  });
  EXPECT_EQ(*unknown, std::vector<std::string>{"institutions/nowhere"});
  const auto holders = [&] {
    return *Read([&](db::Tx& tx) {
      return store::HoldersOf(tx, "budget_manager", {"institutions/uga", "*"});
    });
  };
  EXPECT_EQ(holders(), (std::vector<std::string>{"people/a", "people/b"}));
  Write([&](db::Tx& tx) { store::SaveOffices(tx, "people/a", {}); });
  EXPECT_EQ(holders(), std::vector<std::string>{"people/b"});
}

INSTANTIATE_ON_ENGINES(StandingTest);

}  // namespace
}  // namespace jointly::budgets
