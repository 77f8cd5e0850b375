#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/mobility/domain/types.h"

// Serial allocation as universities run it: by score, ties broken in a fixed chain, each student
// takes the first ordered choice with a vacancy. No randomness: the same input gives the same
// result.
namespace jointly::mobility {

inline constexpr Reason kConflictingScores{"CONFLICTING_SCORES"};
inline constexpr Reason kNotScored{"NOT_SCORED"};

struct CandidateChoice {
  Choice choice;
  std::string quota;  // Bare id of the ledger on which the choice counts.
  int places = 1;
  friend bool operator==(const CandidateChoice&, const CandidateChoice&) = default;
};

struct Candidate {
  std::string application;
  std::string student;
  std::optional<double> score;
  // Scores of the same student in other groups of the run: a different one aborts it.
  std::vector<double> other_scores;
  double grade_of_twenty = 0;
  int completed_ects = 0;
  int pending_ects = 0;
  int enrolled_ects = 0;
  Time submit_time;
  std::vector<CandidateChoice> choices;  // In order of preference.
  bool blocked = false;                  // A live offer elsewhere (G10): it gets none here.
};
// From a ranked application. Quotas and blocked are the caller's to fill in.
Candidate CandidateOf(const Application& application);

struct Vacancy {
  std::string quota;
  int free = 0;
};

struct AllocationInput {
  std::string call;
  std::vector<Candidate> candidates;  // In any order.
  std::vector<Vacancy> vacancies;
};

enum class AllocationOutcome { kOffered = 1, kWaitlisted, kUnplaced };
std::string_view Name(AllocationOutcome outcome);  // "offered", "waitlisted", "unplaced".

struct AllocationRow {
  std::string application;
  AllocationOutcome outcome = AllocationOutcome::kUnplaced;
  std::optional<CandidateChoice> choice;  // Offered; or the first, whose waiting list it joins.
  int rank = 0;                           // From 1.
  int waitlist_position = 0;  // From 1 among those that this run puts on the quota's list.
  friend bool operator==(const AllocationRow&, const AllocationRow&) = default;
};

// Two neighbours of the ranking with the same score, and what put one before the other.
struct TieDecision {
  std::string first;
  std::string second;
  std::string decided_by;  // "average_grade", "completed_ects", ..., "application_id".
  std::string evidence;    // "15.2 before 14.8".
  friend bool operator==(const TieDecision&, const TieDecision&) = default;
};

struct AllocationResult {
  AllocationInput input;            // As it was used: kept, so that the run can be replayed.
  std::vector<AllocationRow> rows;  // In order of rank.
  std::vector<TieDecision> ties;
};

// Errors: FAILED_PRECONDITION CONFLICTING_SCORES or NOT_SCORED, naming each application.
absl::StatusOr<AllocationResult> Allocate(AllocationInput input);
// Whether the kept input gives the kept outcome again.
bool Replays(const AllocationResult& result);

}  // namespace jointly::mobility
