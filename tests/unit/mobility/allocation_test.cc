#include "services/mobility/domain/allocation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include "common/error/error.h"
#include "common/time/ids.h"
#include "tests/support/table.h"
#include "tests/unit/mobility/sample.h"

namespace jointly::mobility {
namespace {

using test::Row;
using test::Table;

Candidate Of(const std::string& application, double score, const std::string& quotas) {
  Candidate candidate;
  candidate.application = application;
  candidate.student = "people/" + application;
  candidate.score = score;
  std::istringstream words(quotas);
  for (std::string quota; words >> quota;) {
    candidate.choices.push_back(
        {.choice = {"agreements/x/conditions/" + quota, Term::kFirst}, .quota = quota});
  }
  return candidate;
}

std::string Shown(const AllocationRow& row) {
  std::string text = std::string(Name(row.outcome));
  if (row.choice.has_value()) text += " " + row.choice->quota;
  if (row.waitlist_position > 0) text += " " + std::to_string(row.waitlist_position);
  return text;
}

const AllocationRow& RowOf(const AllocationResult& result, const std::string& application) {
  const auto found = std::find_if(result.rows.begin(), result.rows.end(),
                                  [&](const auto& row) { return row.application == application; });
  EXPECT_NE(found, result.rows.end()) << application;
  return *found;
}

// Kyoto and Sendai have one place, Tsukuba two.
TEST(Allocation, GivesTheFirstChoiceWithAVacancy) {
  AllocationInput input;
  input.vacancies = {{"tsukuba", 2}, {"kyoto", 1}, {"sendai", 1}};
  const std::vector<Row> rows = Table(R"(
           student    score    choices                 rank    outcome
           ana        90       tsukuba kyoto           1       offered tsukuba
           ben        85       kyoto tsukuba           2       offered kyoto
           eva        80       kyoto tsukuba           3       offered tsukuba
           leo        75       tsukuba kyoto           4       waitlisted tsukuba 1
           mia        70       kyoto tsukuba sendai    5       offered sendai
           noa        60       tsukuba                 6       waitlisted tsukuba 2
           tom        50       kyoto sendai            7       waitlisted kyoto 1
           zoe        40       -                       8       unplaced
       )");
  for (const Row& row : rows) {
    // In reverse, so that the order of the input is not the order of the ranking.
    input.candidates.insert(input.candidates.begin(),
                            Of(row["student"], std::stod(row["score"]), row["choices"]));
  }
  const auto result = Allocate(input);
  ASSERT_TRUE(result.ok()) << result.status();
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text());
    EXPECT_EQ(Shown(RowOf(*result, row["student"])), row["outcome"]);
    EXPECT_EQ(std::to_string(RowOf(*result, row["student"]).rank), row["rank"]);
  }
  EXPECT_TRUE(result->ties.empty());
  EXPECT_TRUE(Replays(*result));
}

// The same score: average, completed, pending, completed / enrolled, submit time, id.
TEST(Allocation, BreaksTiesInAFixedChain) {
  for (const Row& row : Table(R"(
    first                         second                        decided by
    16.5 180 30 210 2024-11-01 b  16.4 300 90 300 2024-10-20 a  average_grade
    16 181 0 999 2024-11-01 b     16 180 90 180 2024-10-20 a    completed_ects
    16 180 31 999 2024-11-01 b    16 180 30 180 2024-10-20 a    pending_ects
    16 180 30 200 2024-11-01 b    16 180 30 210 2024-10-20 a    completed_enrolled_ratio
    16 180 30 200 2024-10-20 b    16 180 30 200 2024-10-21 a    submit_time
    16 180 30 200 2024-10-20 a    16 180 30 200 2024-10-20 b    application_id
    16 0 30 0 2024-10-20 a        16 0 30 60 2024-10-20 b       application_id
       )")) {
    SCOPED_TRACE(row.text());
    AllocationInput input;
    for (const char* column : {"second", "first"}) {
      std::istringstream words(row[column]);
      double grade = 0;
      int completed = 0, pending = 0, enrolled = 0;
      std::string date, id;
      words >> grade >> completed >> pending >> enrolled >> date >> id;
      Candidate candidate = Of(id, 77.25, "q");
      candidate.grade_of_twenty = grade;
      candidate.completed_ects = completed;
      candidate.pending_ects = pending;
      candidate.enrolled_ects = enrolled;
      candidate.submit_time = sample::At(date + "T00:00:00Z");
      input.candidates.push_back(candidate);
    }
    input.vacancies = {{"q", 1}};
    const auto result = Allocate(input);
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(result->rows[0].application, row["first"].substr(row["first"].size() - 1));
    EXPECT_EQ(result->rows[0].outcome, AllocationOutcome::kOffered);
    EXPECT_EQ(result->rows[1].outcome, AllocationOutcome::kWaitlisted);
    ASSERT_EQ(result->ties.size(), 1u);
    EXPECT_EQ(result->ties[0].first, result->rows[0].application);
    EXPECT_EQ(result->ties[0].decided_by, row["decided by"]);
    EXPECT_NE(result->ties[0].evidence.find(" before "), std::string::npos);
  }
}

TEST(Allocation, AbortsOnConflictingScores) {
  AllocationInput input;
  input.candidates = {Of("a", 80, "q"), Of("b", 70, "q")};
  input.candidates[1].student = input.candidates[0].student;
  const auto status = Allocate(input).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "CONFLICTING_SCORES");
  ASSERT_EQ(FactsOf(status).size(), 1u);
  EXPECT_EQ(FactsOf(status)[0].value, "applications/a,applications/b");

  input.candidates = {Of("a", 80, "q")};
  input.candidates[0].other_scores = {80};
  EXPECT_TRUE(Allocate(input).ok()) << "the same score in two groups is no conflict";
  input.candidates[0].other_scores = {80, 79.5};
  EXPECT_EQ(ReasonOf(Allocate(input).status()), "CONFLICTING_SCORES");
}

TEST(Allocation, NeedsAScoreOfEverybody) {
  AllocationInput input;
  input.candidates = {Of("a", 80, "q"), Of("b", 70, "q"), Of("c", 60, "q")};
  input.candidates[1].score.reset();
  input.candidates[2].score = std::nan("");
  const auto status = Allocate(input).status();
  EXPECT_EQ(ReasonOf(status), "NOT_SCORED");
  EXPECT_EQ(FactsOf(status)[0].value, "applications/b,applications/c");
  EXPECT_TRUE(Allocate({}).ok());
}

TEST(Allocation, GivesOneOfferPerStudentAndNoneToWhoHoldsOne) {
  AllocationInput input;
  input.vacancies = {{"q", 9}};
  input.candidates = {Of("a", 80, "q"), Of("b", 80, "q"), Of("c", 70, "q")};
  input.candidates[1].student = input.candidates[0].student;
  input.candidates[2].blocked = true;
  const auto result = Allocate(input);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(Shown(RowOf(*result, "a")), "offered q");
  EXPECT_EQ(Shown(RowOf(*result, "b")), "unplaced");
  EXPECT_EQ(Shown(RowOf(*result, "c")), "unplaced");
}

TEST(Allocation, CountsTwoPlacesForAFullYear) {
  AllocationInput input;
  input.vacancies = {{"q", 3}};
  input.candidates = {Of("a", 90, "q"), Of("b", 80, "q"), Of("c", 70, "q")};
  input.candidates[0].choices[0].places = 2;
  input.candidates[1].choices[0].places = 2;
  const auto result = Allocate(input);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(Shown(RowOf(*result, "a")), "offered q");
  EXPECT_EQ(Shown(RowOf(*result, "b")), "waitlisted q 1");
  EXPECT_EQ(Shown(RowOf(*result, "c")), "offered q");
}

TEST(Allocation, ReadsCandidatesFromApplications) {
  Application application = sample::In(ApplicationState::kRanked).application;
  const Candidate candidate = CandidateOf(application);
  EXPECT_EQ(candidate.application, "application-1");
  EXPECT_EQ(candidate.score, 70);
  EXPECT_DOUBLE_EQ(candidate.grade_of_twenty, 14.2);
  EXPECT_EQ(candidate.completed_ects, 180);
  EXPECT_EQ(candidate.submit_time, *application.submit_time);
  ASSERT_EQ(candidate.choices.size(), 1u);
  EXPECT_EQ(candidate.choices[0].choice, application.choices[0]);
}

AllocationInput RandomInput(SeededRng& rng) {
  AllocationInput input;
  const std::uint64_t quotas = rng.Below(5) + 1;
  for (std::uint64_t i = 0; i < quotas; ++i) {
    input.vacancies.push_back({"q" + std::to_string(i), static_cast<int>(rng.Below(4))});
  }
  for (std::uint64_t i = rng.Below(25); i > 0; --i) {
    // Few values, so that there are many ties.
    Candidate candidate = Of("a" + std::to_string(i), static_cast<double>(rng.Below(5)), "");
    candidate.grade_of_twenty = 10.0 + static_cast<double>(rng.Below(3));
    candidate.completed_ects = static_cast<int>(rng.Below(3)) * 30;
    candidate.pending_ects = static_cast<int>(rng.Below(2)) * 30;
    candidate.enrolled_ects = static_cast<int>(rng.Below(4)) * 30;
    candidate.submit_time = FromMicros(static_cast<std::int64_t>(rng.Below(3)));
    candidate.blocked = rng.Below(10) == 0;
    for (std::uint64_t n = rng.Below(4); n > 0; --n) {
      candidate.choices.push_back({.quota = "q" + std::to_string(rng.Below(quotas)),
                                   .places = static_cast<int>(rng.Below(2)) + 1});
    }
    input.candidates.push_back(candidate);
  }
  return input;
}

// For any input: no quota is overdrawn; nobody envies a place that went to somebody behind; the
// order of the input does not matter; and the kept run replays.
TEST(Allocation, IsFairStableAndReplayable) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRng rng(seed);
    const AllocationInput input = RandomInput(rng);
    const auto result = Allocate(input);
    ASSERT_TRUE(result.ok());
    ASSERT_EQ(result->rows.size(), input.candidates.size());
    ASSERT_TRUE(Replays(*result));

    std::map<std::string, int> free;
    for (const Vacancy& vacancy : input.vacancies) free[vacancy.quota] = vacancy.free;
    for (const AllocationRow& row : result->rows) {
      const auto& candidate = *std::find_if(
          input.candidates.begin(), input.candidates.end(),
          [&](const Candidate& other) { return other.application == row.application; });
      const auto fits = std::find_if(
          candidate.choices.begin(), candidate.choices.end(),
          [&](const CandidateChoice& choice) { return free[choice.quota] >= choice.places; });
      if (candidate.blocked || candidate.choices.empty()) {
        ASSERT_EQ(row.outcome, AllocationOutcome::kUnplaced);
      } else if (fits == candidate.choices.end()) {
        ASSERT_EQ(row.outcome, AllocationOutcome::kWaitlisted);
      } else {
        ASSERT_EQ(row.outcome, AllocationOutcome::kOffered);
        ASSERT_EQ(row.choice, *fits);
        free[fits->quota] -= fits->places;
      }
    }
    for (const auto& [quota, left] : free) ASSERT_GE(left, 0) << quota;

    AllocationInput shuffled = input;
    for (std::size_t i = shuffled.candidates.size(); i > 1; --i) {
      std::swap(shuffled.candidates[i - 1], shuffled.candidates[rng.Below(i)]);
    }
    const auto again = Allocate(shuffled);
    ASSERT_TRUE(again.ok());
    ASSERT_EQ(again->rows, result->rows);
    ASSERT_EQ(again->ties, result->ties);
  }
}

TEST(Allocation, NoticesAResultThatItsInputDoesNotGive) {
  AllocationInput input;
  input.vacancies = {{"q", 1}};
  input.candidates = {Of("a", 80, "q"), Of("b", 70, "q")};
  auto result = Allocate(input);
  ASSERT_TRUE(result.ok());
  std::swap(result->rows[0].outcome, result->rows[1].outcome);
  EXPECT_FALSE(Replays(*result));
}

}  // namespace
}  // namespace jointly::mobility
