#include "services/theses/domain/years.h"

#include <algorithm>
#include <cstdlib>

namespace jointly::theses {
namespace {

int StartYear(std::string_view academic_year) {
  return std::atoi(std::string(academic_year.substr(0, 4)).c_str());
}

std::string AcademicYear(int start) {
  return std::to_string(start) + "/" + std::to_string(start + 1);
}

std::optional<int> FirstYear(const Side& side) {
  std::optional<int> first;
  for (const Year& year : side.years) {
    if (!year.enrolled.has_value()) continue;
    const int start = StartYear(year.academic_year);
    if (!first.has_value() || start < *first) first = start;
  }
  return first;
}

// What a waived rule about a year lets be left out, by what the rule is about.
bool Covers(const deadlines::Obligation& waived, std::string_view step) {
  const std::string& rule = waived.rule_id;
  const bool enrolment = rule.find("enrol") != std::string::npos;
  if (rule.find("csi") != std::string::npos) return step == "csi_held" || step == "csi_report";
  if (rule.find("opinion") != std::string::npos) return step == "director_opinion";
  if (rule.find("proposal") != std::string::npos) return step == "school_proposal";
  if (rule.find("proof") != std::string::npos) return step == "proof_received";
  // No enrolment: no opinions on one, and no proof of one.
  return enrolment && step != "csi_held" && step != "csi_report";
}

bool Waived(const Side& side, const Year& year, std::string_view step,
            const deadlines::Plan& plan) {
  const std::string id = YearId(year.academic_year);
  return std::any_of(plan.obligations.begin(), plan.obligations.end(), [&](const auto& row) {
    return row.state == deadlines::State::kWaived && row.institution == side.institution &&
           row.occasion == id && Covers(row, step);
  });
}

}  // namespace

std::string YearId(std::string_view academic_year) {
  return std::string(academic_year.substr(0, 4));
}

int YearNumber(const Side& side, const Year& year) {
  const auto first = FirstYear(side);
  if (!first.has_value()) return 0;
  return std::max(0, StartYear(year.academic_year) - *first + 1);
}

std::vector<Year> YearsUntil(const Side& side, unsigned start_month, Date last) {
  std::vector<Year> years = side.years;
  const auto first = FirstYear(side);
  if (!first.has_value()) return years;
  const int until = StartYear(AcademicYearOf(last, start_month));
  for (int start = *first; start <= until; ++start) {
    const std::string name = AcademicYear(start);
    const bool known = std::any_of(years.begin(), years.end(),
                                   [&](const Year& year) { return year.academic_year == name; });
    if (known) continue;
    Year year;
    year.academic_year = name;
    years.push_back(std::move(year));
  }
  std::sort(years.begin(), years.end(),
            [](const Year& a, const Year& b) { return a.academic_year < b.academic_year; });
  return years;
}

std::vector<std::string_view> StepsAsked(const Side& side, const Place& place, const Year& year,
                                         const deadlines::Plan& plan) {
  std::vector<std::string_view> steps;
  const bool renewed = place.region == "FR" && YearNumber(side, year) > 1;
  for (const std::string_view step : kYearSteps) {
    const bool everywhere = step == "enrolled" || step == "proof_received";
    if (!everywhere && !renewed) continue;
    if (!Waived(side, year, step, plan)) steps.push_back(step);
  }
  return steps;
}

std::vector<std::string_view> MissingBefore(const Side& side, const Place& place, const Year& year,
                                            std::string_view step, const deadlines::Plan& plan) {
  std::vector<std::string_view> missing;
  const auto rank = [](std::string_view name) {
    return std::find(kYearSteps.begin(), kYearSteps.end(), name) - kYearSteps.begin();
  };
  for (const std::string_view asked : StepsAsked(side, place, year, plan)) {
    if (rank(asked) < rank(step) && !StepOf(year, asked)->has_value()) missing.push_back(asked);
  }
  return missing;
}

std::vector<std::string_view> MissingSteps(const Side& side, const Place& place, const Year& year,
                                           const deadlines::Plan& plan) {
  std::vector<std::string_view> missing;
  for (const std::string_view asked : StepsAsked(side, place, year, plan)) {
    if (!StepOf(year, asked)->has_value()) missing.push_back(asked);
  }
  return missing;
}

}  // namespace jointly::theses
