#include "common/rpc/call.h"
#include "common/rpc/convert.h"
#include "services/mobility/api/convert.h"
#include "services/mobility/domain/deadlines_of.h"

// Values to messages.
namespace jointly::mobility {
namespace {

pb::CivilDateTime ToProto(const CivilTime& civil) {
  pb::CivilDateTime message;
  *message.mutable_date() = rpc::ToProto(civil.date);
  message.set_clock(FormatClock(civil.clock));
  message.set_time_zone(civil.zone);
  return message;
}

bool OpenNow(const Call& call, Time now) {
  const auto open = ToInstant(call.open_time);
  const auto close = ToInstant(call.close_time);
  return call.state == CallState::kPublished && open.ok() && close.ok() && *open <= now &&
         now <= *close;
}

template <typename Message, typename Aggregate>
void SetTimes(const Aggregate& aggregate, Message& message) {
  *message.mutable_create_time() = rpc::ToProto(aggregate.create_time);
  *message.mutable_update_time() = rpc::ToProto(aggregate.update_time);
  message.set_revision(aggregate.revision);
  message.set_etag(rpc::Etag(aggregate.revision));
}

}  // namespace

pb::Call ToProto(const Call& call, Time now) {
  pb::Call message;
  message.set_name("calls/" + call.id);
  message.set_display_name(call.display_name);
  message.set_home_institution(call.home_institution);
  message.set_agreement(call.agreement);
  message.set_academic_year(call.academic_year);
  *message.mutable_open_time() = ToProto(call.open_time);
  *message.mutable_close_time() = ToProto(call.close_time);
  *message.mutable_decision_time() = ToProto(call.decision_time);
  message.set_minimum_choices(call.minimum_choices);
  message.set_maximum_choices(call.maximum_choices);
  for (const std::string& kind : call.required_documents) message.add_required_documents(kind);
  message.set_offer_validity_hours(call.offer_validity_hours);
  message.set_appeal_working_days(call.appeal_working_days);
  message.set_priority(call.priority);
  message.set_linked_group(call.linked_group);
  if (call.nomination_open_time.has_value()) {
    *message.mutable_nomination_open_time() = ToProto(*call.nomination_open_time);
  }
  if (call.nomination_close_time.has_value()) {
    *message.mutable_nomination_close_time() = ToProto(*call.nomination_close_time);
  }
  message.set_funding_reference(call.funding_reference);
  message.set_state(static_cast<pb::Call::State>(call.state));
  message.set_open_now(OpenNow(call, now));
  for (const auto& deadline : DeadlinesOf(call, now)) {
    *message.add_deadlines() = ToProto(deadline);
  }
  SetTimes(call, message);
  message.set_demo(call.demo);
  return message;
}

pb::Choice ToProto(const Choice& choice) {
  pb::Choice message;
  message.set_condition(choice.condition);
  message.set_term(static_cast<pb::Term>(choice.term));
  return message;
}

pb::StudyProfile ToProto(const StudyProfile& profile) {
  pb::StudyProfile message;
  message.set_home_unit(profile.home_unit);
  message.set_isced_code(profile.isced_code);
  message.set_eqf_level(profile.eqf_level);
  message.set_grade(profile.grade);
  message.set_grade_scale_maximum(profile.grade_scale_maximum);
  message.set_completed_ects(profile.completed_ects);
  message.set_pending_ects(profile.pending_ects);
  message.set_enrolled_ects(profile.enrolled_ects);
  for (const LanguageEvidence& language : profile.languages) {
    pb::LanguageEvidence& row = *message.add_languages();
    row.set_language_code(language.language_code);
    row.set_test(language.test);
    row.set_level(language.level);
    row.set_total(language.total);
    row.set_all_sections_passed(language.all_sections_passed);
    if (language.test_date.has_value()) {
      *row.mutable_test_date() = rpc::ToProto(*language.test_date);
    }
    if (language.expire_date.has_value()) {
      *row.mutable_expire_date() = rpc::ToProto(*language.expire_date);
    }
  }
  message.set_prior_mobility_months(profile.prior_mobility_months);
  message.set_planned_months(profile.planned_months);
  message.set_enrolled(profile.enrolled);
  return message;
}

pb::Document ToProto(const Document& document, const std::string& application) {
  pb::Document message;
  message.set_name("applications/" + application + "/documents/" + document.id);
  message.set_kind(document.kind);
  message.set_file_name(document.file_name);
  message.set_media_type(document.media_type);
  message.set_size_bytes(document.size_bytes);
  message.set_sha256(document.sha256);
  *message.mutable_create_time() = rpc::ToProto(document.create_time);
  return message;
}

pb::Offer ToProto(const Offer& offer) {
  pb::Offer message;
  message.set_condition(offer.choice.condition);
  message.set_term(static_cast<pb::Term>(offer.choice.term));
  message.set_quota("quotas/" + offer.quota);
  *message.mutable_offer_time() = rpc::ToProto(offer.offer_time);
  *message.mutable_expire_time() = rpc::ToProto(offer.expire_time);
  return message;
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

pb::Nominee ToProto(const Nominee& nominee) {
  pb::Nominee message;
  if (nominee.birth_date.has_value()) {
    *message.mutable_birth_date() = rpc::ToProto(*nominee.birth_date);
  }
  message.set_nationality(nominee.nationality);
  message.set_gender(nominee.gender);
  message.set_email(nominee.email);
  message.set_european_student_identifier(nominee.european_student_identifier);
  message.set_given_name(nominee.given_name);
  message.set_family_name(nominee.family_name);
  return message;
}

pb::Quota ToProto(const Quota& quota) {
  pb::Quota message;
  message.set_name("quotas/" + quota.id);
  message.set_agreement(quota.agreement);
  message.set_condition(quota.condition);
  message.set_academic_year(quota.academic_year);
  message.set_term(static_cast<pb::Term>(quota.term));
  message.set_places(quota.places);
  message.set_adjustment(quota.adjustment);
  message.set_held(quota.held);
  message.set_confirmed(quota.confirmed);
  message.set_free(quota.free());
  message.set_waiting(quota.waiting);
  message.set_revision(quota.revision);
  message.set_etag(rpc::Etag(quota.revision));
  return message;
}

pb::Funding ToProto(const Funding& funding) {
  pb::Funding message;
  message.set_state(static_cast<pb::Funding::State>(funding.state));
  message.set_funding_reference(funding.reference);
  message.set_commitment(funding.commitment);
  message.set_amount(funding.amount);
  message.set_currency_code(funding.currency_code);
  message.set_reason(funding.reason);
  message.set_message(funding.message);
  *message.mutable_facts() = rpc::ToProto(funding.facts);
  message.set_request_number(funding.request_number);
  return message;
}

pb::MobilityCase ToProto(const MobilityCase& mobility) {
  pb::MobilityCase message;
  message.set_name("mobilities/" + mobility.id);
  message.set_application("applications/" + mobility.application);
  message.set_student(mobility.student);
  message.set_sending_institution(mobility.sending_institution);
  message.set_receiving_institution(mobility.receiving_institution);
  message.set_agreement(mobility.agreement);
  message.set_condition(mobility.condition);
  message.set_quota("quotas/" + mobility.quota);
  message.set_term(static_cast<pb::Term>(mobility.term));
  message.set_sending_academic_year(mobility.sending_academic_year);
  message.set_receiving_academic_year(mobility.receiving_academic_year);
  message.set_isced_code(mobility.isced_code);
  message.set_eqf_level(mobility.eqf_level);
  message.set_state(static_cast<pb::MobilityCase::State>(mobility.state));
  message.set_proposal_id(mobility.proposal_id);
  message.set_waiting_for(std::string(WaitingFor(mobility.state)));
  if (mobility.planned_start.has_value()) {
    *message.mutable_planned_start_date() = rpc::ToProto(*mobility.planned_start);
  }
  if (mobility.planned_end.has_value()) {
    *message.mutable_planned_end_date() = rpc::ToProto(*mobility.planned_end);
  }
  if (mobility.funding.state != FundingState::kNone) {
    *message.mutable_funding() = ToProto(mobility.funding);
  }
  SetTimes(mobility, message);
  message.set_demo(mobility.demo);
  return message;
}

pb::Allocation ToProto(const AllocationRow& row) {
  pb::Allocation message;
  message.set_application("applications/" + row.application);
  message.set_outcome(std::string(Name(row.outcome)));
  if (row.choice.has_value()) *message.mutable_choice() = ToProto(row.choice->choice);
  message.set_position(row.waitlist_position);
  return message;
}

jointly::deadlines::v1::Deadline ToProto(const deadlines::Deadline& deadline) {
  namespace dpb = jointly::deadlines::v1;
  dpb::Deadline message;
  message.set_id(deadline.id);
  message.set_generation(deadline.generation);
  message.set_kind(deadline.kind);
  message.set_subject(deadline.subject);
  *message.mutable_due_date() = rpc::ToProto(deadline.due.date);
  message.set_due_clock(FormatClock(deadline.due.clock));
  message.set_time_zone(deadline.due.zone);
  *message.mutable_due_time() = rpc::ToProto(deadline.due_time);
  message.set_severity(static_cast<dpb::Deadline::Severity>(deadline.severity));
  message.set_state(static_cast<dpb::Deadline::State>(deadline.state));
  for (const auto& audience : deadline.audience) {
    dpb::Audience& row = *message.add_audience();
    row.set_person(audience.person);
    row.set_role(audience.role);
    row.set_institution(audience.institution);
    row.set_unit(audience.unit);
  }
  message.set_basis(deadline.basis);
  message.set_rationale(deadline.rationale);
  return message;
}

}  // namespace jointly::mobility
