#include "services/mobility/domain/types.h"

#include <gtest/gtest.h>

#include "services/mobility/domain/quota.h"
#include "services/mobility/domain/text.h"
#include "tests/support/table.h"
#include "tests/unit/mobility/sample.h"

namespace jointly::mobility {
namespace {

using test::Row;
using test::Table;

// Every enumerator from `first` to `last` has a name of its own that reads back.
template <typename Enum, typename Parse>
void CheckNames(Enum first, Enum last, Parse parse) {
  std::vector<std::string_view> seen;
  for (int i = static_cast<int>(first); i <= static_cast<int>(last); ++i) {
    const auto value = static_cast<Enum>(i);
    const std::string_view name = Name(value);
    EXPECT_EQ(std::count(seen.begin(), seen.end(), name), 0) << name;
    seen.push_back(name);
    EXPECT_EQ(parse(name), value) << name;
  }
  EXPECT_FALSE(parse("").has_value());
  EXPECT_FALSE(parse("DRAFT").has_value());
}

TEST(Names, ReadBack) {
  CheckNames(CallState::kDraft, CallState::kCancelled, &ParseCallState);
  CheckNames(ApplicationState::kDraft, ApplicationState::kNominated, &ParseApplicationState);
  CheckNames(ApplicationAction::kUpdate, ApplicationAction::kNominate, &ParseApplicationAction);
  CheckNames(MobilityState::kNominated, MobilityState::kCancelled, &ParseMobilityState);
  CheckNames(MobilityAction::kApprove, MobilityAction::kCancel, &ParseMobilityAction);
  CheckNames(Role::kStudent, Role::kTimer, &ParseRole);
  CheckNames(Term::kUnspecified, Term::kFullYear, &ParseTerm);
  CheckNames(Measure::kPersons, Measure::kSemesters, &ParseMeasure);
  CheckNames(IscedMatch::kExact, IscedMatch::kAny, &ParseIscedMatch);
  CheckNames(Cefr::kNone, Cefr::kC2, &ParseCefr);
  CheckNames(EntryState::kHeld, EntryState::kReleased, &ParseEntryState);
}

TEST(Documents, AreOfKnownKinds) {
  EXPECT_TRUE(KnownDocumentKind("transcript"));
  EXPECT_TRUE(KnownDocumentKind("other"));
  EXPECT_FALSE(KnownDocumentKind("Transcript"));
  EXPECT_FALSE(KnownDocumentKind(""));
}

// Tsukuba's terms are April to September and October to March, Grenoble's September to February and
// March to August: its second term of 2025/2026 overlaps Tsukuba's first of 2026/2027.
TEST(Stays, AreTermsOfTheReceivingYear) {
  for (const Row& row : Table(R"(
           year         start  term         first         last
           2026/2027    4      first        2026-04-01    2026-09-30
           2026/2027    4      second       2026-10-01    2027-03-31
           2026/2027    4      full_year    2026-04-01    2027-03-31
           2026/2027    4      unspecified  2026-04-01    2027-03-31
           2025/2026    9      first        2025-09-01    2026-02-28
           2027/2028    9      first        2027-09-01    2028-02-29
           2025/2026    9      second       2026-03-01    2026-08-31
           2026/2027    1      second       2026-07-01    2026-12-31
       )")) {
    SCOPED_TRACE(row.text());
    const auto stay = StayPeriod(row["year"], static_cast<unsigned>(std::stoi(row["start"])),
                                 *ParseTerm(row["term"]));
    ASSERT_TRUE(stay.has_value());
    EXPECT_EQ(FormatDate(stay->first), row["first"]);
    EXPECT_EQ(FormatDate(stay->last), row["last"]);
  }
  EXPECT_FALSE(StayPeriod("2026", 4, Term::kFirst).has_value());
}

TEST(Turns, AreVisibleOnEveryCase) {
  for (const Row& row : Table(R"(
           application       mobility               waits for
           draft             -                      student
           submitted         -                      home_office
           incomplete        -                      student
           eligible          -                      home_office
           ineligible        -                      nobody
           ranked            -                      home_office
           offered           -                      student
           waitlisted        -                      nobody
           rejected          -                      nobody
           confirmed         -                      home_office
           declined          -                      nobody
           expired           -                      nobody
           appealed          -                      home_office
           rejected_final    -                      nobody
           withdrawn         -                      nobody
           nominated         -                      host_office
           nominated         nominated              host_office
           nominated         nomination_rejected    home_office
           nominated         approved               nobody
           nominated         cancelled              nobody
       )")) {
    SCOPED_TRACE(row.text());
    EXPECT_EQ(
        WaitingFor(*ParseApplicationState(row["application"]), ParseMobilityState(row["mobility"])),
        row["waits for"]);
  }
}

TEST(Embargo, HidesAllocationsFromStudentsUntilTheDecisionTime) {
  const Call call = sample::OpenCall();  // Results on 31 January 2025, 18:00 in Grenoble.
  for (const Row& row : Table(R"(
           state         role           time                    shown
           offered       student        2025-01-31T16:59:59Z    ranked
           waitlisted    student        2025-01-31T16:59:59Z    ranked
           rejected      student        2025-01-31T16:59:59Z    ranked
           offered       student        2025-01-31T17:00:00Z    offered
           rejected      student        2025-01-31T17:00:00Z    rejected
           offered       home_office    2025-01-31T16:59:59Z    offered
           rejected      home_office    2025-01-31T16:59:59Z    rejected
           ineligible    student        2025-01-31T16:59:59Z    ineligible
           eligible      student        2025-01-31T16:59:59Z    eligible
           withdrawn     student        2025-01-31T16:59:59Z    withdrawn
       )")) {
    SCOPED_TRACE(row.text());
    Application application;
    application.state = *ParseApplicationState(row["state"]);
    EXPECT_EQ(Name(StateFor(application, call, *ParseRole(row["role"]), sample::At(row["time"]))),
              row["shown"]);
  }
}

TEST(Text, ShowsNumbersExactly) {
  EXPECT_EQ(Text(14.5), "14.5");
  EXPECT_EQ(Text(15.0), "15");
  EXPECT_EQ(Text(0.0), "0");
  EXPECT_EQ(Text(100.0), "100");
  EXPECT_EQ(Text(2.0 / 3), "0.6667");
  EXPECT_EQ(Text(12.4999), "12.4999");
  EXPECT_EQ(Text(1e300).size(), 301u);
}

}  // namespace
}  // namespace jointly::mobility
