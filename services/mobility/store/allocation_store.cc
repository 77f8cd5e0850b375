#include "services/mobility/store/allocation_store.h"

#include "common/db/reader.h"
#include "common/error/macros.h"
#include "services/mobility/store/packed.h"

namespace jointly::mobility::store {
namespace {

using db::Lines;
using db::PackLines;
using db::PackNumber;
using db::UnpackDouble;
using db::UnpackInteger;
using db::UnpackLines;

std::string Number(std::int64_t number) { return PackNumber(number); }

// One line per vacancy ("vacancy"), candidate ("candidate") and choice of the candidate before it
// ("choice").
std::string PackInput(const AllocationInput& input) {
  Lines lines;
  for (const Vacancy& vacancy : input.vacancies) {
    lines.push_back({"vacancy", vacancy.quota, Number(vacancy.free)});
  }
  for (const Candidate& candidate : input.candidates) {
    std::vector<std::string> line = {
        "candidate",
        candidate.application,
        candidate.student,
        candidate.score.has_value() ? PackNumber(*candidate.score) : std::string(),
        PackNumber(candidate.grade_of_twenty),
        Number(candidate.completed_ects),
        Number(candidate.pending_ects),
        Number(candidate.enrolled_ects),
        Number(Micros(candidate.submit_time)),
        Number(candidate.blocked)};
    for (const double score : candidate.other_scores) line.push_back(PackNumber(score));
    lines.push_back(std::move(line));
    for (const CandidateChoice& choice : candidate.choices) {
      lines.push_back({"choice", choice.choice.condition, std::string(Name(choice.choice.term)),
                       choice.quota, Number(choice.places)});
    }
  }
  return PackLines(lines);
}

Candidate UnpackCandidate(const std::vector<std::string>& line) {
  constexpr std::size_t kFixed = 10;
  Candidate candidate;
  if (line.size() < kFixed) return candidate;
  candidate.application = line[1];
  candidate.student = line[2];
  if (!line[3].empty()) candidate.score = UnpackDouble(line[3]);
  candidate.grade_of_twenty = UnpackDouble(line[4]);
  candidate.completed_ects = static_cast<int>(UnpackInteger(line[5]));
  candidate.pending_ects = static_cast<int>(UnpackInteger(line[6]));
  candidate.enrolled_ects = static_cast<int>(UnpackInteger(line[7]));
  candidate.submit_time = FromMicros(UnpackInteger(line[8]));
  candidate.blocked = UnpackInteger(line[9]) != 0;
  for (std::size_t i = kFixed; i < line.size(); ++i) {
    candidate.other_scores.push_back(UnpackDouble(line[i]));
  }
  return candidate;
}

CandidateChoice UnpackChoice(const std::vector<std::string>& line) {
  CandidateChoice choice;
  if (line.size() < 5) return choice;
  choice.choice = {.condition = line[1], .term = ParseTerm(line[2]).value_or(Term::kUnspecified)};
  choice.quota = line[3];
  choice.places = static_cast<int>(UnpackInteger(line[4]));
  return choice;
}

AllocationInput UnpackInput(std::string_view text, const std::string& call) {
  AllocationInput input;
  input.call = call;
  for (const auto& line : UnpackLines(text)) {
    if (line[0] == "vacancy" && line.size() >= 3) {
      input.vacancies.push_back(
          {.quota = line[1], .free = static_cast<int>(UnpackInteger(line[2]))});
    } else if (line[0] == "candidate") {
      input.candidates.push_back(UnpackCandidate(line));
    } else if (line[0] == "choice" && !input.candidates.empty()) {
      input.candidates.back().choices.push_back(UnpackChoice(line));
    }
  }
  return input;
}

std::string PackRows(const std::vector<AllocationRow>& rows) {
  Lines lines;
  for (const AllocationRow& row : rows) {
    std::vector<std::string> line = {row.application, std::string(Name(row.outcome)),
                                     Number(row.rank), Number(row.waitlist_position)};
    if (row.choice.has_value()) {
      line.insert(line.end(),
                  {row.choice->choice.condition, std::string(Name(row.choice->choice.term)),
                   row.choice->quota, Number(row.choice->places)});
    }
    lines.push_back(std::move(line));
  }
  return PackLines(lines);
}

AllocationOutcome OutcomeOf(std::string_view name) {
  for (const auto outcome : {AllocationOutcome::kOffered, AllocationOutcome::kWaitlisted}) {
    if (Name(outcome) == name) return outcome;
  }
  return AllocationOutcome::kUnplaced;
}

std::vector<AllocationRow> UnpackRows(std::string_view text) {
  std::vector<AllocationRow> rows;
  for (const auto& line : UnpackLines(text)) {
    if (line.size() < 4) continue;
    AllocationRow& row = rows.emplace_back();
    row.application = line[0];
    row.outcome = OutcomeOf(line[1]);
    row.rank = static_cast<int>(UnpackInteger(line[2]));
    row.waitlist_position = static_cast<int>(UnpackInteger(line[3]));
    if (line.size() < 8) continue;
    row.choice = CandidateChoice{
        .choice = {.condition = line[4], .term = ParseTerm(line[5]).value_or(Term::kUnspecified)},
        .quota = line[6],
        .places = static_cast<int>(UnpackInteger(line[7]))};
  }
  return rows;
}

std::string PackTies(const std::vector<TieDecision>& ties) {
  Lines lines;
  for (const TieDecision& tie : ties) {
    lines.push_back({tie.first, tie.second, tie.decided_by, tie.evidence});
  }
  return PackLines(lines);
}

std::vector<TieDecision> UnpackTies(std::string_view text) {
  std::vector<TieDecision> ties;
  for (const auto& line : UnpackLines(text)) {
    if (line.size() >= 4) ties.push_back({line[0], line[1], line[2], line[3]});
  }
  return ties;
}

}  // namespace

void InsertRun(db::Tx& tx, const AllocationRun& run) {
  tx.Execute(R"sql(
      INSERT INTO allocation_run (id, call, actor, time, input, outcome, ties)
      VALUES ($1, $2, $3, $4, $5, $6, $7))sql",
             {run.id, run.call, run.actor, run.time, PackInput(run.result.input),
              PackRows(run.result.rows), PackTies(run.result.ties)});
}

absl::StatusOr<std::optional<AllocationRun>> LoadRun(db::Tx& tx, const std::string& id) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT id, call, actor, time, input, outcome, ties FROM allocation_run WHERE id = $1)sql",
                                                 {id}));
  if (rows.empty()) return std::nullopt;
  db::Reader reader(rows.front());
  AllocationRun run;
  run.id = reader.Text();
  run.call = reader.Text();
  run.actor = reader.Text();
  run.time = reader.At();
  run.result.input = UnpackInput(reader.Text(), run.call);
  run.result.rows = UnpackRows(reader.Text());
  run.result.ties = UnpackTies(reader.Text());
  return run;
}

}  // namespace jointly::mobility::store
