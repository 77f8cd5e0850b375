#include "services/theses/domain/facts_of.h"

#include <algorithm>

#include "services/theses/domain/jury.h"
#include "services/theses/domain/residence.h"
#include "services/theses/domain/years.h"

namespace jointly::theses {
namespace {

using deadlines::Fields;

void Put(Fields& fields, const char* name, const std::optional<Date>& date) {
  if (date.has_value()) fields.emplace(name, *date);
}
void Put(Fields& fields, const char* name, bool value) { fields.emplace(name, value); }
void PutNumber(Fields& fields, const char* name, std::int64_t value) {
  fields.emplace(name, value);
}

// The later of the two opinions, once both are there.
std::optional<Date> ApprovedDate(const Thesis& thesis) {
  const auto& first = thesis.sides[0];
  const auto& second = thesis.sides[1];
  if (first.opinion != "favourable" || second.opinion != "favourable") return std::nullopt;
  if (!first.opinion_date.has_value() || !second.opinion_date.has_value()) return std::nullopt;
  return std::max(*first.opinion_date, *second.opinion_date);
}

// The first day of the agreement that came into force first, and the last day of the last one.
void PutAgreement(const Setting& setting, deadlines::Facts& facts) {
  std::optional<Date> final;
  std::optional<Date> end;
  std::vector<deadlines::Interval>& intervals = facts.intervals["agreement"];
  for (const Cotutelle& agreement : setting.agreements) {
    if (!agreement.in_force_date.has_value()) continue;
    const CotutelleText& text = agreement.head();
    const Date last = agreement.ended_date.value_or(text.end_date);
    if (!final.has_value() || *agreement.in_force_date < *final) final = agreement.in_force_date;
    if (!end.has_value() || *end < last) {
      end = last;
      facts.agreement = "cotutelles/" + agreement.id;
    }
    intervals.push_back({.first = *agreement.in_force_date, .last = last, .basis = ""});
  }
  std::sort(intervals.begin(), intervals.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  Put(facts.fields, "agreement.final_date", final);
  Put(facts.fields, "agreement.end_date", end);
}

void PutReports(const DefencePlan& plan, Fields& fields) {
  int reviewers = 0;
  int received = 0;
  int favourable = 0;
  for (const JuryMember& member : plan.jury) {
    if (!HasRole(member, "reviewer")) continue;
    reviewers += 1;
    received += member.report_date.has_value() ? 1 : 0;
    favourable += member.report_opinion == "favourable" ? 1 : 0;
  }
  PutNumber(fields, "reports_received", received);
  PutNumber(fields, "reports_favourable", favourable);
  Put(fields, "all_reports_in", reviewers > 0 && received == reviewers);
}

// A failed defence is history: nothing is counted from it.
void PutDefence(const Thesis& thesis, const Setting& setting, Fields& fields) {
  if (!thesis.defence.has_value() || thesis.defence->outcome == "failed") return;
  const DefencePlan& plan = *thesis.defence;
  fields.emplace("defence.date", plan.time);
  Put(fields, "defence.declared_date", plan.declared);
  Put(fields, "manuscript_out_date", plan.manuscript);
  PutReports(plan, fields);
  Put(fields, "deposit_date", plan.deposit);
  Put(fields, "deposit_certified", plan.deposit_certified);
  Put(fields, "jury.valid", JuryValid(plan, InForceOn(setting.agreements, plan.time.date)));
  PutNumber(fields, "jury.size", static_cast<std::int64_t>(plan.jury.size()));
  Put(fields, "authorised_date", plan.authorised);
  Put(fields, "defended_date", plan.held);
  Put(fields, "corrections_required", plan.outcome == "passed_with_corrections");
  Put(fields, "corrections_accepted_date", plan.corrections_accepted);
  Put(fields, "conferral.date", plan.conferral);
  Put(fields, "full_text_published_date", plan.full_text_published);
  Put(fields, "published_by_university_date", plan.abstract_published);
}

std::string Bare(std::string_view name) {
  const auto slash = name.rfind('/');
  return std::string(slash == std::string_view::npos ? name : name.substr(slash + 1));
}

std::int64_t TrainingHours(const Thesis& thesis) {
  std::int64_t hours = 0;
  for (const Side& side : thesis.sides) {
    if (const Milestone* row = FindMilestone(side, "training_hours")) {
      hours = std::max(hours, row->value);
    }
  }
  return hours;
}

deadlines::Occasion OccasionOf(const Side& side, const Place& place, const Year& year) {
  deadlines::Occasion occasion{.id = YearId(year.academic_year), .fields = {}};
  Fields& fields = occasion.fields;
  fields.emplace("year.id", occasion.id);
  const int number = YearNumber(side, year);
  if (number > 0) PutNumber(fields, "year.number", number);
  if (const auto period = AcademicYearPeriod(year.academic_year, place.academic_year_start_month)) {
    fields.emplace("year.start", period->first);
    fields.emplace("year.end", period->last);
  }
  Put(fields, "year.csi_held_date", year.csi_held);
  Put(fields, "year.csi_report_date", year.csi_report);
  Put(fields, "year.director_opinion_date", year.director_opinion);
  Put(fields, "year.school_proposal_date", year.school_proposal);
  Put(fields, "year.enrolled_date", year.enrolled);
  Put(fields, "year.proof_received_date", year.proof_received);
  // Without its waivers, which rules decide: they cannot be asked before the rules were.
  Put(fields, "year.complete", MissingSteps(side, place, year, {}).empty());
  return occasion;
}

// The law stops a clock for a sickness of more than four months and for a leave after an accident
// of at least two: rules name these.
std::string BasisOf(const Suspension& row) {
  if (row.basis == "sickness" && row.last >= AddMonths(row.first, 4)) {
    return "sickness_over_4_months";
  }
  if (row.basis == "work_accident" && row.last >= AddDays(AddMonths(row.first, 2), -1)) {
    return "work_accident_over_2_months";
  }
  return row.basis;
}

// The day whose academic year is the last one that rules have to know.
Date LastDay(const Thesis& thesis, const Setting& setting) {
  if (thesis.defence.has_value() && thesis.defence->held.has_value() &&
      thesis.defence->outcome != "failed") {
    return *thesis.defence->held;
  }
  if (thesis.ended.has_value()) return *thesis.ended;
  Date last = setting.today;
  last = std::max(last, ExpectedEnd(thesis, setting).value_or(last));
  if (thesis.defence.has_value()) last = std::max(last, thesis.defence->time.date);
  return last;
}

std::int64_t ProgressOf(const Side& side) {
  if (FindMilestone(side, "progress_presentation_2") != nullptr) return 2;
  return FindMilestone(side, "progress_presentation_1") != nullptr ? 1 : 0;
}

std::optional<Date> DateOf(const Side& side, std::string_view milestone) {
  const Milestone* row = FindMilestone(side, milestone);
  return row == nullptr ? std::nullopt : row->date;
}

deadlines::Side SideOf(const Thesis& thesis, const Setting& setting, const Side& side) {
  const Place& place = PlaceOf(setting, side.institution);
  deadlines::Side facts{.region = place.region,
                        .zone = place.zone,
                        .school = Bare(side.school),
                        .programme = side.programme,
                        .fields = {},
                        .occasions = {}};
  Fields& fields = facts.fields;
  const std::string today_year = AcademicYearOf(setting.today, place.academic_year_start_month);
  std::int64_t years = 0;
  bool enrolled = false;
  for (const Year& year : side.years) {
    years += year.enrolled.has_value() ? 1 : 0;
    enrolled = enrolled || (year.academic_year == today_year && year.enrolled.has_value());
  }
  Put(fields, "enrolled", enrolled);
  Put(fields, "first_enrolment_date", FirstEnrolment(side));
  PutNumber(fields, "year_count", years);
  PutNumber(fields, "start_month", place.academic_year_start_month);
  Put(fields, "in_charge", side.in_charge);
  Put(fields, "diploma_issued_date", side.diploma_date);
  PutNumber(fields, "progress_presentation", ProgressOf(side));
  Put(fields, "preexamination_passed_date", DateOf(side, "preexamination"));
  Put(fields, "thesis_submitted_date", DateOf(side, "thesis_submitted"));
  Put(fields, "presentation_held_date", DateOf(side, "presentation"));
  auto& occasions = facts.occasions["year"];
  for (const Year& year :
       YearsUntil(side, place.academic_year_start_month, LastDay(thesis, setting))) {
    occasions.push_back(OccasionOf(side, place, year));
  }
  return facts;
}

void PutThesis(const Thesis& thesis, const Setting& setting, Fields& fields) {
  fields.emplace("state", std::string(Name(thesis.state)));
  fields.emplace("award_mode", thesis.award_mode);
  Put(fields, "single_defence", thesis.single_defence);
  Put(fields, "full_time", thesis.full_time);
  const auto proposed = ToCivil(thesis.create_time, PlaceInCharge(thesis, setting).zone);
  if (proposed.ok()) fields.emplace("proposed_date", proposed->date);
  Put(fields, "approved_date", ApprovedDate(thesis));
  Put(fields, "start_date", StartDate(thesis));
  Put(fields, "expected_end_date", ExpectedEnd(thesis, setting));
  if (thesis.extension_request.has_value()) {
    fields.emplace("extension_requested_date", thesis.extension_request->requested);
  }
  Put(fields, "extension_end_date", thesis.extension_end);
  PutNumber(fields, "training_hours", TrainingHours(thesis));
  PutNumber(fields, "cesure_count",
            std::count_if(thesis.suspensions.begin(), thesis.suspensions.end(),
                          [](const Suspension& row) { return row.basis == "cesure"; }));
  if (const auto horizon = ResidenceHorizon(thesis, setting); horizon.has_value()) {
    const Residence forecast = ResidenceUntil(thesis, setting, *horizon);
    PutNumber(fields, "residence.share_min_percent",
              std::min(forecast.percent(0), forecast.percent(1)));
  }
  const CotutelleText* text = InForceOn(setting.agreements, setting.today);
  Put(fields, "summary_language_required", text != nullptr && !text->summary_language_code.empty());
}

}  // namespace

deadlines::Facts FactsOf(const Thesis& thesis, const Setting& setting) {
  deadlines::Facts facts;
  facts.today = setting.today;
  PutThesis(thesis, setting, facts.fields);
  PutDefence(thesis, setting, facts.fields);
  PutAgreement(setting, facts);
  for (const Side& side : thesis.sides) {
    facts.sides.emplace(side.institution, SideOf(thesis, setting, side));
  }
  for (const Suspension& row : thesis.suspensions) {
    facts.intervals["suspension"].push_back(
        {.first = row.first, .last = row.last, .basis = BasisOf(row)});
  }
  facts.zones["institution_in_charge"] = PlaceInCharge(thesis, setting).zone;
  return facts;
}

}  // namespace jointly::theses
