#include "services/mobility/domain/quota.h"

#include <gtest/gtest.h>

#include <sstream>

#include "common/time/ids.h"
#include "tests/support/table.h"
#include "tests/unit/mobility/sample.h"

namespace jointly::mobility {
namespace {

using test::Row;
using test::Table;

QuotaCommandKind KindOf(const std::string& name) {
  if (name == "hold") return QuotaCommandKind::kHold;
  if (name == "confirm") return QuotaCommandKind::kConfirm;
  return name == "release" ? QuotaCommandKind::kRelease : QuotaCommandKind::kAdjust;
}

QuotaCommand Command(const std::string& kind, const std::string& application, int places) {
  return {.kind = KindOf(kind), .quota = "quota-1", .application = application, .places = places};
}

TEST(Quota, OpensWithTheAgreementsPlaces) {
  AgreementCondition condition = sample::Condition();
  condition.places_per_year = 5;
  condition.term = Term::kSecond;
  condition.measure = Measure::kSemesters;
  const Quota quota = OpenQuota(condition, "2025/2026", "quota-9");
  EXPECT_EQ(quota.id, "quota-9");
  EXPECT_EQ(quota.condition, sample::kCondition);
  EXPECT_EQ(quota.academic_year, "2025/2026");
  EXPECT_EQ(quota.term, Term::kSecond);
  EXPECT_EQ(quota.measure, Measure::kSemesters);
  EXPECT_EQ(quota.free(), 5);
  EXPECT_EQ(quota.revision, 0);
}

TEST(Quota, CountsAFullYearTwiceWhereSemestersCount) {
  EXPECT_EQ(PlacesTaken(Measure::kPersons, Term::kFullYear), 1);
  EXPECT_EQ(PlacesTaken(Measure::kPersons, Term::kFirst), 1);
  EXPECT_EQ(PlacesTaken(Measure::kSemesters, Term::kFirst), 1);
  EXPECT_EQ(PlacesTaken(Measure::kSemesters, Term::kSecond), 1);
  EXPECT_EQ(PlacesTaken(Measure::kSemesters, Term::kFullYear), 2);
}

// One ledger of two places, command after command.
TEST(Quota, AppliesItsCommands) {
  Ledger ledger;
  ledger.quota = sample::FreeQuota();
  for (const Row& row : Table(R"(
           command    application    places    answer                 held    confirmed    free
           hold       a              1         held                   1       0            1
           hold       a              1         PLACE_ALREADY_TAKEN    1       0            1
           hold       b              2         QUOTA_FULL             1       0            1
           hold       b              0         QUOTA_FULL             1       0            1
           confirm    b              1         PLACE_NOT_HELD         1       0            1
           confirm    a              1         confirmed              0       1            1
           confirm    a              1         PLACE_NOT_HELD         0       1            1
           hold       a              1         PLACE_ALREADY_TAKEN    0       1            1
           hold       b              1         held                   1       1            0
           hold       c              1         QUOTA_FULL             1       1            0
           adjust     -              -1        QUOTA_BELOW_USE        1       1            0
           adjust     -              1         adjusted               1       1            1
           hold       c              1         held                   2       1            0
           release    b              1         released               1       1            1
           release    b              1         nothing                1       1            1
           release    d              1         nothing                1       1            1
           adjust     -              -1        adjusted               1       1            0
           release    a              1         released               1       0            1
           hold       a              1         held                   2       0            0
           adjust     -              2000000   QUOTA_BELOW_USE        2       0            0
       )")) {
    SCOPED_TRACE(row.text());
    const QuotaOutcome outcome =
        Apply(ledger, Command(row["command"], row["application"], std::stoi(row["places"])));
    std::string answer = outcome.changed ? "adjusted" : "nothing";
    if (outcome.entry.has_value()) answer = Name(outcome.entry->state);
    if (!outcome.status.ok()) answer = ReasonOf(outcome.status);
    EXPECT_EQ(answer, row["answer"]);
    EXPECT_EQ(outcome.changed, outcome.status.ok() && answer != "nothing");
    EXPECT_EQ(std::to_string(ledger.quota.held), row["held"]);
    EXPECT_EQ(std::to_string(ledger.quota.confirmed), row["confirmed"]);
    EXPECT_EQ(std::to_string(ledger.quota.free()), row["free"]);
  }
}

TEST(Quota, ReleasesWhatTheEntryTookWhateverTheCommandSays) {
  Ledger ledger;
  ledger.quota = sample::FreeQuota();
  Apply(ledger, Command("hold", "a", 2));
  Apply(ledger, Command("release", "a", 1));
  EXPECT_EQ(ledger.quota.held, 0);
}

TEST(Quota, GivesNothingWhileAnAmendedAgreementHasFewerPlacesThanAreInUse) {
  Ledger ledger;
  ledger.quota = sample::FreeQuota();
  Apply(ledger, Command("hold", "a", 1));
  Apply(ledger, Command("hold", "b", 1));
  ledger.quota.places = 0;
  EXPECT_EQ(ReasonOf(Apply(ledger, Command("hold", "c", 1)).status), "QUOTA_FULL");
  EXPECT_TRUE(Apply(ledger, Command("adjust", "", 1)).status.ok()) << "the office may add places";
  EXPECT_TRUE(Apply(ledger, Command("release", "a", 1)).status.ok());
  EXPECT_EQ(ledger.quota.free(), 0);
}

TEST(Batch, Of64OffersOn10PlacesGivesExactly10) {
  Ledger ledger;
  ledger.quota = sample::FreeQuota();
  ledger.quota.places = 10;
  std::vector<QuotaCommand> commands;
  for (int i = 0; i < 64; ++i) commands.push_back(Command("hold", "a" + std::to_string(i), 1));
  const auto outcomes = ApplyBatch(ledger, commands);
  ASSERT_EQ(outcomes.size(), 64u);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    EXPECT_EQ(outcomes[i].status.ok(), i < 10) << "first come, first served";
  }
  EXPECT_EQ(ledger.quota.held, 10);
}

// Any commands in any order: the balance is the sum of the live entries and never above the
// capacity, and a batch decides as its commands do one by one.
TEST(Batch, ConservesPlaces) {
  constexpr const char* kKinds[] = {"hold", "hold", "confirm", "release", "adjust"};
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRng rng(seed);
    Ledger ledger;
    ledger.quota = sample::FreeQuota();
    ledger.quota.places = static_cast<int>(rng.Below(6));
    Ledger one_by_one = ledger;
    for (int round = 0; round < 20; ++round) {
      std::vector<QuotaCommand> commands;
      for (std::uint64_t i = rng.Below(8); i > 0; --i) {
        const std::string kind = kKinds[rng.Below(5)];
        const int places = static_cast<int>(rng.Below(2)) + 1;
        commands.push_back(Command(kind, "a" + std::to_string(rng.Below(9)),
                                   kind == "adjust" && rng.Below(2) == 0 ? -places : places));
      }
      const auto outcomes = ApplyBatch(ledger, commands);
      for (std::size_t i = 0; i < commands.size(); ++i) {
        EXPECT_EQ(Apply(one_by_one, commands[i]).status, outcomes[i].status);
      }
      int held = 0;
      int confirmed = 0;
      for (const auto& [application, entry] : ledger.entries) {
        if (entry.state == EntryState::kHeld) held += entry.places;
        if (entry.state == EntryState::kConfirmed) confirmed += entry.places;
      }
      ASSERT_EQ(ledger.quota.held, held);
      ASSERT_EQ(ledger.quota.confirmed, confirmed);
      ASSERT_GE(ledger.quota.free(), 0);
      ASSERT_EQ(one_by_one.quota.free(), ledger.quota.free());
    }
  }
}

// The list is written "ticket:places", with "!" for a blocked one.
TEST(WaitingList, PromotesTheFirstThatFits) {
  for (const Row& row : Table(R"(
           list                free    promoted
           1:1 2:1 3:1         1       1
           3:1 1:1 2:1         1       1
           1:1 2:1             0       -
           1:2 2:1             1       2
           1:2 2:1             2       1
           1:1! 2:1            1       2
           1:1! 2:2            1       -
           1:1! 2:1!           5       -
           -                   5       -
           1:1                 -1      -
       )")) {
    SCOPED_TRACE(row.text());
    std::vector<Waiting> list;
    std::istringstream words(row["list"]);
    for (std::string word; words >> word;) {
      list.push_back({.application = word.substr(0, 1),
                      .ticket = word[0] - '0',
                      .places = word[2] - '0',
                      .blocked = word.ends_with('!')});
    }
    const auto next = NextPromoted(list, std::stoi(row["free"]));
    EXPECT_EQ(next.has_value() ? list[*next].application : "", row["promoted"]);
  }
}

}  // namespace
}  // namespace jointly::mobility
