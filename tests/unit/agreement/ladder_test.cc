#include "common/agreement/ladder.h"

#include <gtest/gtest.h>

#include "tests/support/table.h"

namespace jointly::agreement {
namespace {

Date Day(const std::string& text) { return *ParseDate(text); }

Ladder Uga() {
  return MakeLadder(
      {"student", "director_a", "director_b", "school_a", "president_a", "president_b"});
}

TEST(Ladder, IsSignedInItsOrder) {
  Ladder ladder = Uga();
  for (const test::Row& row : test::Table(R"(
      step  date        original  result                  next
      2     2026-03-01  no        SIGNATURE_OUT_OF_ORDER  student
      0     2026-03-01  no        SIGNATURE_OUT_OF_ORDER  student
      7     2026-03-01  no        SIGNATURE_OUT_OF_ORDER  student
      1     2026-03-01  yes       -                       director_a
      1     2026-03-01  yes       ALREADY_SIGNED          director_a
      2     2026-02-28  no        SIGNATURE_OUT_OF_ORDER  director_a
      2     2026-03-01  no        -                       director_b
      2     2026-03-01  no        ALREADY_SIGNED          director_b
      2     2026-03-09  yes       -                       director_b
      3     2026-03-10  yes       -                       school_a
      5     2026-03-11  yes       SIGNATURE_OUT_OF_ORDER  school_a
      4     2026-03-11  yes       -                       president_a
      5     2026-03-12  yes       -                       president_b
      6     2026-03-12  no        -                       -
      6     2026-03-12  yes       -                       -
    )")) {
    SCOPED_TRACE(row.text());
    const absl::Status status = Sign(ladder, {.step = std::stoi(row["step"]),
                                              .person = "people/office",
                                              .signed_date = Day(row["date"]),
                                              .original_received = row["original"] == "yes"});
    EXPECT_EQ(ReasonOf(status), row["result"]) << status;
    const Signature* next = NextRung(ladder);
    EXPECT_EQ(next == nullptr ? "" : next->signatory, row["next"]);
  }
  EXPECT_TRUE(Unsigned(ladder).empty());
  EXPECT_TRUE(WithoutOriginal(ladder).empty());
}

TEST(Ladder, NamesWhoIsMissing) {
  Ladder ladder = MakeLadder({"student", "president_a"});
  ASSERT_TRUE(Sign(ladder, {1, "people/o", Day("2026-03-01"), false}).ok());
  EXPECT_EQ(Unsigned(ladder), std::vector<std::string>{"president_a"});
  EXPECT_EQ(WithoutOriginal(ladder), (std::vector<std::string>{"student", "president_a"}));
  const absl::Status refused = Sign(ladder, {3, "people/o", Day("2026-03-01"), false});
  EXPECT_NE(MessageOf(refused).find("step 2, president_a"), std::string::npos) << refused;
}

TEST(MatchContent, RefusesAnotherText) {
  EXPECT_TRUE(MatchContent("h1", "h1").ok());
  const absl::Status stale = MatchContent("h1", "h2");
  EXPECT_TRUE(absl::IsAborted(stale));
  EXPECT_EQ(ReasonOf(stale), "STALE_CONTENT");
}

TEST(Validity, OverlapsWhenOneDayIsShared) {
  for (const test::Row& row : test::Table(R"(
      a           to          b           to_b        overlap
      2026-09-01  2029-08-31  2029-09-01  2030-08-31  no
      2026-09-01  2029-08-31  2029-08-31  2030-08-31  yes
      2026-09-01  2029-08-31  2027-01-01  2027-01-01  yes
      2027-01-01  2027-01-01  2026-09-01  2029-08-31  yes
      2026-09-01  2026-09-30  2025-01-01  2026-08-31  no
    )")) {
    SCOPED_TRACE(row.text());
    EXPECT_EQ(Overlap({Day(row["a"]), Day(row["to"])}, {Day(row["b"]), Day(row["to_b"])}),
              row["overlap"] == "yes");
  }
}

TEST(AddMonths, ClampsToTheEndOfTheMonth) {
  EXPECT_EQ(AddMonths(Day("2027-03-31"), -1), Day("2027-02-28"));
  EXPECT_EQ(AddMonths(Day("2028-03-31"), -1), Day("2028-02-29"));
  EXPECT_EQ(AddMonths(Day("2026-11-30"), 3), Day("2027-02-28"));
  EXPECT_EQ(AddMonths(Day("2024-02-29"), 12), Day("2025-02-28"));
}

}  // namespace
}  // namespace jointly::agreement
