#include <algorithm>

#include "common/error/check.h"
#include "services/theses/domain/guards.h"
#include "services/theses/domain/text.h"
#include "services/theses/domain/years.h"

// Guards on what is recorded: the steps of a side's year, and the dated steps of the defence.
namespace jointly::theses::check {

using workflow::Verdict;

namespace {

// The side and the year that a command is about, with what was recorded before.
struct About {
  const Side& side;
  const Place& place;
  Year year;
  int number = 0;  // With this enrolment, when it is one.
};

bool OfYear(const ThesisFacts& facts) { return !facts.input.academic_year.empty(); }

About AboutOf(const ThesisFacts& facts) {
  const Side* side = FindSide(facts.thesis, facts.input.institution);
  Check(side != nullptr, "a year of a side that is none");
  About about{*side, PlaceOf(facts.setting, side->institution), {}, 0};
  about.year.academic_year = facts.input.academic_year;
  for (const Year& year : side->years) {
    if (year.academic_year == facts.input.academic_year) about.year = year;
  }
  Side counted = *side;
  if (!FirstEnrolment(counted).has_value()) {
    Year year = about.year;
    year.enrolled = facts.date;
    counted.years = {year};
  }
  about.number = YearNumber(counted, about.year);
  return about;
}

constexpr int kMonthsAround = 12;

}  // namespace

Verdict YearKnown(const ThesisFacts& facts) {
  if (!OfYear(facts)) return {};
  const About about = AboutOf(facts);
  const auto period =
      AcademicYearPeriod(facts.input.academic_year, about.place.academic_year_start_month);
  if (!period.has_value()) {
    return {false, facts.input.academic_year, "Name two consecutive years: \"2026/2027\"."};
  }
  if (about.number < 1) {
    return {false, facts.input.academic_year + " is before the first enrolment",
            "Name a year from the first enrolment on."};
  }
  return {true,
          facts.input.academic_year + " is " + FormatDate(period->first) + " to " +
              FormatDate(period->last),
          ""};
}

Verdict YearStepsBefore(const ThesisFacts& facts) {
  if (!OfYear(facts)) return {};
  const About about = AboutOf(facts);
  const auto missing =
      MissingBefore(about.side, about.place, about.year, facts.input.step, facts.plan);
  if (missing.empty()) return {true, "nothing is missing before " + facts.input.step, ""};
  return {false,
          "missing before " + facts.input.step + " in " + facts.input.academic_year + ": " +
              Join(missing, ", "),
          "Record " + std::string(missing.front()) + " first."};
}

// The year before was enrolled, unless a suspension covers days of it.
Verdict YearBefore(const ThesisFacts& facts) {
  if (!OfYear(facts) || facts.input.step != "enrolled") return {};
  const About about = AboutOf(facts);
  if (about.number <= 1) return {true, "the first year", ""};
  const int start = std::atoi(facts.input.academic_year.substr(0, 4).c_str()) - 1;
  const std::string before = std::to_string(start) + "/" + std::to_string(start + 1);
  for (const Year& year : about.side.years) {
    if (year.academic_year == before && year.enrolled.has_value()) {
      return {true, before + " was enrolled on " + FormatDate(*year.enrolled), ""};
    }
  }
  const auto period = AcademicYearPeriod(before, about.place.academic_year_start_month);
  for (const Suspension& row : facts.thesis.suspensions) {
    if (period.has_value() && row.first <= period->last && period->first <= row.last) {
      return {true, before + " was suspended (" + row.basis + ")", ""};
    }
  }
  return {false, before + " has no enrolment", "Record the enrolment of " + before + " first."};
}

Verdict YearDate(const ThesisFacts& facts) {
  if (!OfYear(facts)) return {};
  const About about = AboutOf(facts);
  const auto period =
      AcademicYearPeriod(facts.input.academic_year, about.place.academic_year_start_month);
  if (!period.has_value()) return {};
  // A CSI is held in the year before; a proof may come a year late.
  const Date first = AddMonths(period->first, -kMonthsAround);
  const Date last =
      facts.input.step == "proof_received" ? AddMonths(period->last, kMonthsAround) : period->last;
  const std::string evidence =
      FormatDate(facts.date) + ", possible from " + FormatDate(first) + " to " + FormatDate(last);
  if (facts.date < first || last < facts.date) {
    return {false, evidence, "Check the date and the academic year."};
  }
  for (const std::string_view step : kYearSteps) {
    if (step == facts.input.step) break;
    const auto& before = *StepOf(about.year, step);
    if (before.has_value() && facts.date < *before) {
      return {false, evidence + "; " + std::string(step) + " was on " + FormatDate(*before),
              "Check the order of the two dates."};
    }
  }
  return {true, evidence, ""};
}

// A hard stop where a side's rules say so: UGA's is "no second enrolment without the agreement".
Verdict AgreementBeforeSecondYear(const ThesisFacts& facts) {
  if (!OfYear(facts) || facts.input.step != "enrolled") return {};
  const About about = AboutOf(facts);
  if (about.number < 2) return {true, "the first enrolment", ""};
  for (const auto& row : facts.plan.obligations) {
    if (row.institution != about.side.institution || row.state != deadlines::State::kArmed)
      continue;
    if (row.rule_id.find("agreement_final") == std::string::npos) continue;
    return {
        false,
        row.rule_id + " (" + row.basis + "): no agreement was final by " + FormatDate(row.due.date),
        "Put the agreement in force before the second enrolment."};
  }
  return {true, "no rule of the side forbids it", ""};
}

Verdict StepOfDefence(const ThesisFacts& facts) {
  const std::string& step = facts.input.step;
  if (OfYear(facts) || step.empty()) return {};
  const Thesis& thesis = facts.thesis;
  if (!thesis.defence.has_value() || thesis.defence->outcome == "failed") {
    return {false, "no defence is planned", "Plan the defence first."};
  }
  const DefencePlan& plan = *thesis.defence;
  const std::string day = FormatDate(plan.time.date);
  const bool before = step == "declared" || step == "manuscript" || step == "deposit";
  if (before) {
    const bool open = !plan.held.has_value() && facts.date <= plan.time.date;
    return {open, step + " on " + FormatDate(facts.date) + ", the defence is on " + day,
            open ? "" : "It belongs before the defence."};
  }
  if (!plan.held.has_value() || facts.date < *plan.held) {
    return {false, step + " on " + FormatDate(facts.date) + ", held " + Text(plan.held, "not yet"),
            "It belongs after the defence."};
  }
  const bool published = step == "abstract_published" || step == "full_text_published";
  if (published && !plan.conferral.has_value()) {
    return {false, "the degree is not conferred yet", "Record the conferral first."};
  }
  return {true, step + " on " + FormatDate(facts.date), ""};
}

}  // namespace jointly::theses::check
