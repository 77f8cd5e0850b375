#include "common/rpc/call.h"
#include "common/rpc/convert.h"
#include "services/theses/api/convert.h"
#include "services/theses/domain/deadlines_of.h"
#include "services/theses/domain/residence.h"
#include "services/theses/domain/text.h"
#include "services/theses/domain/years.h"

// Values to messages.
namespace jointly::theses {
namespace {

// Leaves the field unset where there is no date.
template <typename Message>
void Set(Message& message, google::type::Date* (Message::*field)(),
         const std::optional<Date>& date) {
  if (date.has_value()) *(message.*field)() = rpc::ToProto(*date);
}

pb::Year ToProto(const Year& year) {
  pb::Year message;
  message.set_academic_year(year.academic_year);
  Set(message, &pb::Year::mutable_csi_held_date, year.csi_held);
  Set(message, &pb::Year::mutable_csi_report_date, year.csi_report);
  Set(message, &pb::Year::mutable_director_opinion_date, year.director_opinion);
  Set(message, &pb::Year::mutable_school_proposal_date, year.school_proposal);
  Set(message, &pb::Year::mutable_enrolled_date, year.enrolled);
  Set(message, &pb::Year::mutable_proof_received_date, year.proof_received);
  return message;
}

pb::Milestone ToProto(const Milestone& milestone) {
  pb::Milestone message;
  message.set_kind(milestone.kind);
  Set(message, &pb::Milestone::mutable_date, milestone.date);
  message.set_value(static_cast<std::int32_t>(milestone.value));
  return message;
}

pb::Side ToProto(const Side& side) {
  pb::Side message;
  message.set_institution(side.institution);
  message.set_school(side.school);
  message.set_programme(side.programme);
  message.set_director(side.director);
  message.set_in_charge(side.in_charge);
  message.set_opinion(side.opinion);
  Set(message, &pb::Side::mutable_opinion_date, side.opinion_date);
  Set(message, &pb::Side::mutable_first_enrolment_date, FirstEnrolment(side));
  Set(message, &pb::Side::mutable_diploma_date, side.diploma_date);
  for (const Year& year : side.years) {
    pb::Year& row = *message.add_years();
    row = ToProto(year);
    row.set_number(YearNumber(side, year));
  }
  for (const Milestone& milestone : side.milestones) {
    *message.add_milestones() = ToProto(milestone);
  }
  return message;
}

pb::JuryMember ToProto(const JuryMember& member) {
  pb::JuryMember message;
  message.set_id(member.id);
  message.set_display_name(member.display_name);
  message.set_institution_name(member.institution_name);
  message.set_country_code(member.country_code);
  message.set_rank(member.rank);
  message.set_hdr(member.hdr);
  message.set_external(member.external);
  for (const std::string& role : member.roles) message.add_roles(role);
  message.set_involved(member.involved);
  message.set_gender(member.gender);
  Set(message, &pb::JuryMember::mutable_report_date, member.report_date);
  message.set_report_opinion(member.report_opinion);
  return message;
}

pb::DefencePlan ToProto(const DefencePlan& plan) {
  pb::DefencePlan message;
  *message.mutable_defence_date() = rpc::ToProto(plan.time.date);
  message.set_defence_clock(FormatClock(plan.time.clock).substr(0, 5));
  message.set_time_zone(plan.time.zone);
  message.set_place(plan.place);
  for (const JuryMember& member : plan.jury) *message.add_jury() = ToProto(member);
  Set(message, &pb::DefencePlan::mutable_declared_date, plan.declared);
  Set(message, &pb::DefencePlan::mutable_manuscript_date, plan.manuscript);
  Set(message, &pb::DefencePlan::mutable_deposit_date, plan.deposit);
  message.set_deposit_certified(plan.deposit_certified);
  Set(message, &pb::DefencePlan::mutable_authorised_date, plan.authorised);
  Set(message, &pb::DefencePlan::mutable_held_date, plan.held);
  message.set_outcome(plan.outcome);
  Set(message, &pb::DefencePlan::mutable_corrections_accepted_date, plan.corrections_accepted);
  Set(message, &pb::DefencePlan::mutable_final_deposit_date, plan.final_deposit);
  Set(message, &pb::DefencePlan::mutable_conferral_date, plan.conferral);
  Set(message, &pb::DefencePlan::mutable_abstract_published_date, plan.abstract_published);
  Set(message, &pb::DefencePlan::mutable_full_text_published_date, plan.full_text_published);
  return message;
}

pb::Suspension ToProto(const Suspension& suspension) {
  pb::Suspension message;
  message.set_basis(suspension.basis);
  *message.mutable_first_date() = rpc::ToProto(suspension.first);
  *message.mutable_last_date() = rpc::ToProto(suspension.last);
  return message;
}

// The rules whose clocks it stops, as the plan's reasons name it.
std::string LegalReference(const Suspension& suspension, const deadlines::Plan& plan) {
  std::vector<std::string> rules;
  for (const deadlines::Obligation& row : plan.obligations) {
    for (const deadlines::Step& step : row.rationale) {
      // "sickness_over_4_months" is a sickness.
      if (step.kind != deadlines::StepKind::kPause || !step.name.starts_with(suspension.basis)) {
        continue;
      }
      rules.push_back(row.rule_id + " (" + row.basis + ")");
      break;
    }
  }
  return Join(rules, "; ");
}

void AddComputed(const Seen& seen, pb::Thesis& message) {
  const Thesis& thesis = seen.thesis;
  Set(message, &pb::Thesis::mutable_expected_end_date, ExpectedEnd(thesis, seen.setting));
  const auto horizon = ResidenceHorizon(thesis, seen.setting);
  const Residence until_today = ResidenceUntil(thesis, seen.setting, seen.setting.today);
  for (std::size_t i = 0; i < thesis.sides.size(); ++i) {
    const Side& side = thesis.sides[i];
    pb::Side& row = *message.mutable_sides(static_cast<int>(i));
    row.set_residence_percent(until_today.percent(i));
    if (horizon.has_value()) {
      row.set_residence_forecast_percent(ResidenceUntil(thesis, seen.setting, *horizon).percent(i));
    }
    for (std::size_t y = 0; y < side.years.size(); ++y) {
      pb::Year& year = *row.mutable_years(static_cast<int>(y));
      const auto missing = MissingSteps(side, seen.setting.places[i], side.years[y], seen.plan);
      for (const std::string_view step : missing) year.add_missing(std::string(step));
      year.set_complete(missing.empty());
    }
  }
  for (std::size_t i = 0; i < thesis.suspensions.size(); ++i) {
    message.mutable_suspensions(static_cast<int>(i))
        ->set_legal_reference(LegalReference(thesis.suspensions[i], seen.plan));
  }
}

}  // namespace

pb::Thesis RecordToProto(const Thesis& thesis) {
  pb::Thesis message;
  message.set_name("theses/" + thesis.id);
  message.set_title(thesis.title);
  message.set_student(thesis.student);
  for (const Side& side : thesis.sides) *message.add_sides() = ToProto(side);
  message.set_award_mode(thesis.award_mode);
  message.set_single_defence(thesis.single_defence);
  message.set_language_code(thesis.language_code);
  message.set_defence_language_code(thesis.defence_language_code);
  for (const std::string& theme : thesis.themes) message.add_themes(theme);
  message.set_funding_reference(thesis.funding_reference);
  message.set_full_time(thesis.full_time);
  message.set_state(static_cast<pb::Thesis::State>(thesis.state));
  for (const Suspension& row : thesis.suspensions) *message.add_suspensions() = ToProto(row);
  Set(message, &pb::Thesis::mutable_extension_end_date, thesis.extension_end);
  if (thesis.extension_request.has_value()) {
    *message.mutable_requested_end_date() = rpc::ToProto(thesis.extension_request->end_date);
  }
  if (thesis.defence.has_value()) *message.mutable_defence() = ToProto(*thesis.defence);
  if (!thesis.cotutelle.empty()) message.set_cotutelle("cotutelles/" + thesis.cotutelle);
  message.set_funding_state(std::string(Name(thesis.funding.state)));
  message.set_funding_note(thesis.funding.note);
  message.set_funding_commitment(thesis.funding.commitment);
  *message.mutable_create_time() = rpc::ToProto(thesis.create_time);
  *message.mutable_update_time() = rpc::ToProto(thesis.update_time);
  message.set_revision(thesis.revision);
  message.set_etag(rpc::Etag(thesis.revision));
  message.set_theses_fr_number(thesis.theses_fr_number);
  message.set_demo(thesis.demo);
  Set(message, &pb::Thesis::mutable_start_date, StartDate(thesis));
  message.set_end_reason(thesis.end_reason);
  Set(message, &pb::Thesis::mutable_ended_date, thesis.ended);
  for (const std::string& row : thesis.open_obligations) message.add_open_obligations(row);
  return message;
}

pb::Thesis ToProto(const Seen& seen, Time now) {
  pb::Thesis message = RecordToProto(seen.thesis);
  AddComputed(seen, message);
  for (const deadlines::Obligation& row : seen.plan.obligations) {
    *message.add_deadlines() = ToProto(row, seen.thesis, now);
  }
  for (const std::string& text : Warnings(seen.thesis, seen.setting, seen.plan)) {
    message.add_warnings(text);
  }
  return message;
}

void AddAllowed(const std::vector<AllowedThesisAction>& rows, pb::Thesis& message) {
  for (const AllowedThesisAction& row : rows) {
    pb::AllowedAction& action = *message.add_allowed_actions();
    action.set_action(std::string(Name(row.action)));
    action.set_ready(row.missing.empty());
    for (const workflow::Finding& finding : row.missing) {
      *action.add_missing() = ToProto(finding);
    }
  }
}

pb::Verdict ToProto(const workflow::Finding& finding) {
  pb::Verdict message;
  message.set_guard(finding.guard);
  message.set_title(finding.title);
  message.set_passed(finding.verdict.passed);
  message.set_evidence(finding.verdict.evidence);
  message.set_remedy(finding.verdict.remedy);
  return message;
}

pb::Difference ToProto(const Difference& difference) {
  pb::Difference message;
  message.set_subject(difference.subject);
  message.set_before(difference.before);
  message.set_after(difference.after);
  message.set_reason(difference.reason);
  return message;
}

jointly::deadlines::v1::Deadline ToProto(const deadlines::Obligation& obligation,
                                         const Thesis& thesis, Time now) {
  auto message = ToProto(DeadlineOf(thesis, obligation, now));
  auto& titles = *message.mutable_titles();
  titles["en"] = obligation.title.en;
  titles["fr"] = obligation.title.fr;
  titles["ja"] = obligation.title.ja;
  return message;
}

jointly::deadlines::v1::Deadline ToProto(const deadlines::Deadline& deadline) {
  jointly::deadlines::v1::Deadline message;
  message.set_id(deadline.id);
  message.set_generation(deadline.generation);
  message.set_kind(deadline.kind);
  message.set_subject(deadline.subject);
  *message.mutable_due_date() = rpc::ToProto(deadline.due.date);
  message.set_due_clock(FormatClock(deadline.due.clock));
  message.set_time_zone(deadline.due.zone);
  *message.mutable_due_time() = rpc::ToProto(deadline.due_time);
  message.set_severity(static_cast<jointly::deadlines::v1::Deadline::Severity>(deadline.severity));
  message.set_state(static_cast<jointly::deadlines::v1::Deadline::State>(deadline.state));
  for (const deadlines::Audience& audience : deadline.audience) {
    auto& row = *message.add_audience();
    row.set_person(audience.person);
    row.set_role(audience.role);
    row.set_institution(audience.institution);
    row.set_unit(audience.unit);
  }
  message.set_basis(deadline.basis);
  message.set_rationale(deadline.rationale);
  return message;
}

}  // namespace jointly::theses
