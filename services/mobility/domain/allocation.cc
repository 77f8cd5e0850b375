#include "services/mobility/domain/allocation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "common/error/check.h"
#include "common/error/error.h"
#include "services/mobility/domain/guards.h"
#include "services/mobility/domain/text.h"

namespace jointly::mobility {
namespace {

// What put one candidate before another: the first step of the chain in which they differ.
struct Comparison {
  bool first_goes_first = false;
  std::string_view decided_by;
  std::string evidence;
};

Comparison Decided(bool first, std::string_view by, const std::string& a, const std::string& b) {
  return {first, by, first ? a + " before " + b : b + " before " + a};
}

// Completed / enrolled as a fraction of whole numbers; nobody enrolled counts as none completed.
std::string Ratio(const Candidate& candidate) {
  return std::to_string(candidate.completed_ects) + "/" + std::to_string(candidate.enrolled_ects);
}

int CompareRatio(const Candidate& a, const Candidate& b) {
  const std::int64_t a_top = a.enrolled_ects > 0 ? a.completed_ects : 0;
  const std::int64_t b_top = b.enrolled_ects > 0 ? b.completed_ects : 0;
  const std::int64_t left = a_top * std::max(1, b.enrolled_ects);
  const std::int64_t right = b_top * std::max(1, a.enrolled_ects);
  return left < right ? -1 : left > right ? 1 : 0;
}

// Scores first, then the tie chain. Total: ids differ.
Comparison Compare(const Candidate& a, const Candidate& b) {
  if (*a.score != *b.score) {
    return Decided(*a.score > *b.score, "score", Text(*a.score), Text(*b.score));
  }
  if (a.grade_of_twenty != b.grade_of_twenty) {
    return Decided(a.grade_of_twenty > b.grade_of_twenty, "average_grade", Text(a.grade_of_twenty),
                   Text(b.grade_of_twenty));
  }
  if (a.completed_ects != b.completed_ects) {
    return Decided(a.completed_ects > b.completed_ects, "completed_ects",
                   std::to_string(a.completed_ects), std::to_string(b.completed_ects));
  }
  if (a.pending_ects != b.pending_ects) {
    return Decided(a.pending_ects > b.pending_ects, "pending_ects", std::to_string(a.pending_ects),
                   std::to_string(b.pending_ects));
  }
  if (const int ratio = CompareRatio(a, b); ratio != 0) {
    return Decided(ratio > 0, "completed_enrolled_ratio", Ratio(a), Ratio(b));
  }
  if (a.submit_time != b.submit_time) {
    return Decided(a.submit_time < b.submit_time, "submit_time", FormatTime(a.submit_time),
                   FormatTime(b.submit_time));
  }
  return Decided(a.application < b.application, "application_id", a.application, b.application);
}

absl::Status CheckScores(const std::vector<Candidate>& candidates) {
  std::vector<std::string> unscored;
  std::map<std::string, std::set<double>> scores;
  std::map<std::string, std::vector<std::string>> applications;
  for (const Candidate& candidate : candidates) {
    if (!candidate.score.has_value() || !std::isfinite(*candidate.score) ||
        !std::isfinite(candidate.grade_of_twenty)) {
      unscored.push_back("applications/" + candidate.application);
      continue;
    }
    scores[candidate.student].insert(*candidate.score);
    for (const double other : candidate.other_scores) scores[candidate.student].insert(other);
    applications[candidate.student].push_back("applications/" + candidate.application);
  }
  if (!unscored.empty()) {
    return FailedPrecondition(kNotScored, "Give each ranked application a score first.",
                              {{"applications", Join(unscored, ",")}});
  }
  std::vector<std::string> conflicting;
  for (const auto& [student, values] : scores) {
    if (values.size() < 2) continue;
    conflicting.push_back(Join(applications[student], ","));
  }
  if (conflicting.empty()) return absl::OkStatus();
  std::sort(conflicting.begin(), conflicting.end());
  return FailedPrecondition(kConflictingScores,
                            "A student has different scores: agree on one, then allocate again.",
                            {{"applications", Join(conflicting, ",")}});
}

// The state of one run.
class Run {
 public:
  explicit Run(const std::vector<Vacancy>& vacancies) {
    for (const Vacancy& vacancy : vacancies) free_[vacancy.quota] = vacancy.free;
  }

  AllocationRow Place(const Candidate& candidate, int rank) {
    AllocationRow row{.application = candidate.application, .rank = rank};
    if (candidate.blocked || candidate.choices.empty() || placed_.contains(candidate.student)) {
      return row;
    }
    for (const CandidateChoice& choice : candidate.choices) {
      int& free = free_[choice.quota];
      if (free < choice.places) continue;
      free -= choice.places;
      placed_.insert(candidate.student);
      row.outcome = AllocationOutcome::kOffered;
      row.choice = choice;
      return row;
    }
    row.outcome = AllocationOutcome::kWaitlisted;
    row.choice = candidate.choices.front();
    row.waitlist_position = ++waiting_[row.choice->quota];
    return row;
  }

 private:
  std::map<std::string, int> free_;
  std::map<std::string, int> waiting_;
  std::set<std::string> placed_;  // Students: one offer each, whatever they applied for.
};

}  // namespace

std::string_view Name(AllocationOutcome outcome) {
  switch (outcome) {
    case AllocationOutcome::kOffered:
      return "offered";
    case AllocationOutcome::kWaitlisted:
      return "waitlisted";
    case AllocationOutcome::kUnplaced:
      return "unplaced";
  }
  Die("an outcome without a name");
}

Candidate CandidateOf(const Application& application) {
  const StudyProfile& profile = application.profile;
  Candidate candidate;
  candidate.application = application.id;
  candidate.student = application.student;
  candidate.score = application.score;
  candidate.grade_of_twenty = GradeOfTwenty(profile.grade, profile.grade_scale_maximum).value_or(0);
  candidate.completed_ects = profile.completed_ects;
  candidate.pending_ects = profile.pending_ects;
  candidate.enrolled_ects = profile.enrolled_ects;
  candidate.submit_time = application.submit_time.value_or(application.create_time);
  for (const Choice& choice : application.choices) candidate.choices.push_back({.choice = choice});
  return candidate;
}

absl::StatusOr<AllocationResult> Allocate(AllocationInput input) {
  if (absl::Status status = CheckScores(input.candidates); !status.ok()) return status;
  std::vector<const Candidate*> order;
  for (const Candidate& candidate : input.candidates) order.push_back(&candidate);
  std::sort(order.begin(), order.end(), [](const Candidate* a, const Candidate* b) {
    return a->application != b->application && Compare(*a, *b).first_goes_first;
  });
  AllocationResult result;
  Run run(input.vacancies);
  for (std::size_t i = 0; i < order.size(); ++i) {
    result.rows.push_back(run.Place(*order[i], static_cast<int>(i) + 1));
    if (i == 0 || *order[i - 1]->score != *order[i]->score) continue;
    const Comparison decided = Compare(*order[i - 1], *order[i]);
    result.ties.push_back({order[i - 1]->application, order[i]->application,
                           std::string(decided.decided_by), decided.evidence});
  }
  result.input = std::move(input);
  return result;
}

bool Replays(const AllocationResult& result) {
  const auto again = Allocate(result.input);
  return again.ok() && again->rows == result.rows && again->ties == result.ties;
}

}  // namespace jointly::mobility
