#include <gtest/gtest.h>

#include "services/budgets/domain/grants.h"
#include "tests/support/table.h"
#include "tests/unit/budgets/flow_sample.h"

namespace jointly::budgets {
namespace {

using test::Row;
using test::Table;

TEST(Grants, CountDaysByTheNamedConvention) {
  for (const Row& row : Table(R"(
    convention     first       last        days
    calendar_days  2026-10-01  2026-10-01  1
    calendar_days  2026-10-01  2027-03-31  182
    calendar_days  2024-02-01  2024-02-29  29
    30_per_month   2026-10-01  2027-03-31  180
    30_per_month   2026-02-01  2026-02-28  30
    30_per_month   2026-01-31  2026-01-31  1
    30_per_month   2026-01-15  2026-02-14  30
    30_per_month   2026-01-16  2026-01-31  15
  )")) {
    SCOPED_TRACE(row.text());
    const auto days =
        DaysOf(sample::Day(row["first"]), sample::Day(row["last"]), row["convention"]);
    ASSERT_TRUE(days.ok()) << days.status();
    EXPECT_EQ(*days, std::stoll(row["days"]));
  }
  EXPECT_EQ(
      ReasonOf(
          DaysOf(sample::Day("2026-10-02"), sample::Day("2026-10-01"), "calendar_days").status()),
      "INVALID_ARGUMENT");
  EXPECT_EQ(
      ReasonOf(DaysOf(sample::Day("2026-10-01"), sample::Day("2026-10-01"), "weeks").status()),
      "UNKNOWN_DAY_CONVENTION");
}

TEST(Grants, MultiplyTheRate) {
  const GrantScheme scheme{.id = "erasmus_out",
                           .call = "",
                           .category = "TRAVEL",
                           .partner = "institutions/uga",
                           .rate_per_day = money::Money{.minor = 1'350, .currency = sample::Euro()},
                           .day_convention = "30_per_month",
                           .standing_approver = "people/other"};
  const auto grant = GrantOf(scheme, sample::Day("2026-10-01"), sample::Day("2027-03-31"));
  ASSERT_TRUE(grant.ok());
  EXPECT_EQ(grant->minor, 243'000);
}

TEST(Grants, ASchemePaysStaysOrTheses) {
  const money::Money euro{.minor = 1'350, .currency = sample::Euro()};
  const auto scheme = [&](const char* id, const char* call, bool stays) {
    GrantScheme row{.id = id, .call = call};
    (stays ? row.rate_per_day : row.amount_per_thesis) = euro;
    return row;
  };
  Budget budget;
  EXPECT_EQ(SchemeFor(budget, "calls/a"), nullptr);
  EXPECT_EQ(ThesisSchemeOf(budget), nullptr);
  budget.grants = {scheme("theses", "", false), scheme("more", "", false)};
  EXPECT_EQ(SchemeFor(budget, "calls/a"), nullptr);
  EXPECT_EQ(ThesisSchemeOf(budget)->id, "theses");
  budget.grants = {scheme("stays", "", true), scheme("of-a", "calls/a", true)};
  EXPECT_EQ(SchemeFor(budget, "calls/a")->id, "of-a");
  EXPECT_EQ(SchemeFor(budget, "calls/b")->id, "stays");
  EXPECT_EQ(ThesisSchemeOf(budget), nullptr);
}

}  // namespace
}  // namespace jointly::budgets
