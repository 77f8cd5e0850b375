#include <array>

#include "services/mobility/domain/guards.h"

namespace jointly::mobility {
namespace {

// A score of at least `minimum_total` at a test's level stands for `cefr`. Best row first.
struct Equivalence {
  std::string_view test;
  std::string_view level;
  int minimum_total;
  Cefr cefr;
};

// The Japanese-Language Proficiency Test's own indication (jlpt.jp), on results since December
// 2025.
constexpr Equivalence kEquivalences[] = {
    {"JLPT", "N1", 142, Cefr::kC1}, {"JLPT", "N1", 100, Cefr::kB2}, {"JLPT", "N2", 112, Cefr::kB2},
    {"JLPT", "N2", 90, Cefr::kB1},  {"JLPT", "N3", 104, Cefr::kB1}, {"JLPT", "N3", 95, Cefr::kA2},
    {"JLPT", "N4", 90, Cefr::kA2},  {"JLPT", "N5", 80, Cefr::kA1},
};

constexpr Date kFirstIndication{std::chrono::year(2025), std::chrono::month(12),
                                std::chrono::day(1)};

LanguageLevel LevelOfJlpt(const LanguageEvidence& evidence, bool accept_bare) {
  const std::string label =
      evidence.test + " " + evidence.level + " " + std::to_string(evidence.total);
  const Equivalence* best = nullptr;
  int pass_mark = 0;
  for (const Equivalence& row : kEquivalences) {
    if (row.level != evidence.level) continue;
    pass_mark = row.minimum_total;  // The last row of a level is its pass mark.
    if (best == nullptr && evidence.total >= row.minimum_total) best = &row;
  }
  if (pass_mark == 0) return {Cefr::kNone, label + ": not a level of this test (N1 to N5)"};
  if (best == nullptr) {
    return {Cefr::kNone, label + ": below the pass mark of " + std::to_string(pass_mark)};
  }
  if (!evidence.all_sections_passed) return {Cefr::kNone, label + ": not every section passed"};
  if (!accept_bare && (!evidence.test_date.has_value() || *evidence.test_date < kFirstIndication)) {
    const std::string when = evidence.test_date.has_value()
                                 ? " of " + FormatDate(*evidence.test_date)
                                 : " without a test date";
    return {Cefr::kNone, label + when + ": no CEFR indication before December 2025"};
  }
  return {best->cefr, label + " = " + std::string(Name(best->cefr))};
}

}  // namespace

LanguageLevel LevelOf(const LanguageEvidence& evidence, bool accept_bare) {
  if (evidence.test == "JLPT") return LevelOfJlpt(evidence, accept_bare);
  if (evidence.test == "CEFR") {
    const Cefr level = ParseCefr(evidence.level).value_or(Cefr::kNone);
    if (level != Cefr::kNone) return {level, "certificate " + evidence.level};
    return {Cefr::kNone, "CEFR \"" + evidence.level + "\": not a level from A1 to C2"};
  }
  return {Cefr::kNone, "\"" + evidence.test + "\": no equivalence is known"};
}

std::optional<double> GradeOfTwenty(double grade, double scale_maximum) {
  if (!(scale_maximum > 0) || !(grade >= 0) || !(grade <= scale_maximum)) return std::nullopt;
  return grade * 20.0 / scale_maximum;
}

}  // namespace jointly::mobility
