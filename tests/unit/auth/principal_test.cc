#include "common/auth/principal.h"

#include <gtest/gtest.h>

namespace jointly::auth {
namespace {

TEST(Covers, AnswersByWholeSegments) {
  struct Row {
    std::string_view scope, resource;
    bool covers;
  };
  const std::vector<Row> rows = {
      {"*", "institutions/uga", true},
      {"*", "", true},
      {"institutions/uga", "institutions/uga", true},
      {"institutions/uga", "institutions/uga/units/phitem", true},
      {"institutions/uga", "institutions/uga-inp", false},
      {"institutions/uga", "institutions/ug", false},
      {"institutions/uga/units/phitem", "institutions/uga", false},
      {"institutions/uga", "*", false},
      {"institutions/uga/", "institutions/uga/units/phitem", false},
      {"", "institutions/uga", false},
      {"", "", false},
      {"institutions/uga", "", false},
      {"institutions", "institutions/uga", true},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Covers(row.scope, row.resource), row.covers) << row.scope << " : " << row.resource;
  }
}

TEST(Principal, HoldsRolesWhereGranted) {
  const Principal office{.grants = {{Role::kInternationalOffice, "institutions/uga"},
                                    {Role::kInternationalOffice, "institutions/tsukuba/units/ge"},
                                    {Role::kAuditor, "*"}}};
  EXPECT_TRUE(office.Holds(Role::kInternationalOffice));
  EXPECT_FALSE(office.Holds(Role::kAdministrator));
  EXPECT_TRUE(office.HoldsIn(Role::kInternationalOffice, "institutions/uga/units/phitem"));
  EXPECT_FALSE(office.HoldsIn(Role::kInternationalOffice, "institutions/tsukuba"));
  EXPECT_TRUE(office.HoldsIn(Role::kAuditor, "institutions/tsukuba"));
  EXPECT_TRUE(office.everywhere(Role::kAuditor));
  EXPECT_FALSE(office.everywhere(Role::kInternationalOffice));
  EXPECT_EQ(office.ScopesOf(Role::kInternationalOffice),
            (std::vector<std::string>{"institutions/uga", "institutions/tsukuba/units/ge"}));
  EXPECT_TRUE(office.ScopesOf(Role::kStudent).empty());
}

TEST(Role, NamesAndNumbersMatchTheWire) {
  const std::vector<std::pair<int, std::string_view>> rows = {
      {1, "student"},    {2, "international_office"}, {3, "doctoral_office"}, {4, "budget_manager"},
      {5, "accountant"}, {6, "administrator"},        {7, "auditor"}};
  for (const auto& [number, name] : rows) {
    EXPECT_EQ(Name(static_cast<Role>(number)), name);
    EXPECT_EQ(static_cast<int>(ParseRole(name)), number);
  }
  EXPECT_EQ(ParseRole(""), Role::kUnspecified);
  EXPECT_EQ(ParseRole("Student"), Role::kUnspecified);
  EXPECT_EQ(Name(static_cast<Role>(99)), "");
}

}  // namespace
}  // namespace jointly::auth
