#include "tests/unit/mobility/sample.h"

#include <gtest/gtest.h>

#include "common/error/check.h"
#include "services/mobility/domain/deadlines_of.h"

namespace jointly::mobility::sample {
namespace {

using S = ApplicationState;

void AddDecision(ApplicationFacts& facts) {
  facts.application.decision_time = facts.now;
  const auto until = AppealUntil(facts.call, facts.now);
  Check(until.ok(), "an appeal without an end");
  facts.application.appeal_until = *until;
}

void AddOffer(ApplicationFacts& facts, bool answered) {
  Offer offer;
  offer.choice = facts.application.choices.front();
  offer.quota = "quota-1";
  offer.offer_time = At("2025-02-03T09:00:00Z");
  offer.expire_time = At("2025-02-10T09:00:00Z");
  if (answered) offer.answer_time = At("2025-02-04T08:00:00Z");
  facts.application.offer = offer;
  facts.application.decision_time = offer.offer_time;
  (answered ? facts.quotas[0].confirmed : facts.quotas[0].held) = 1;
}

void AddInputs(ApplicationInput& input) {
  input.reasons = {"The jury's decision."};
  input.note = "Dear student";
  input.complete_until = Civil("2025-12-01 12:00");
  input.score = 77.5;
  input.appeal_grounds = "The certificate was there.";
  input.nominee = CompleteNominee();
  input.mobility_id = "mobility-1";
  input.proposal_id = "proposal-1";
}

}  // namespace

Time At(const std::string& rfc3339) {
  const auto time = ParseTime(rfc3339);
  Check(time.ok(), rfc3339);
  return *time;
}

CivilTime Civil(const std::string& text, const std::string& zone) {
  return {Day(text.substr(0, 10)), *ParseClock(text.substr(11)), zone};
}

Date Day(const std::string& text) {
  const auto date = ParseDate(text);
  Check(date.ok(), text);
  return *date;
}

Call OpenCall() {
  Call call;
  call.id = "call-1";
  call.display_name = "Tsukuba, autumn 2025";
  call.home_institution = "institutions/uga";
  call.agreement = "agreements/tsukuba";
  call.academic_year = "2025/2026";
  call.open_time = Civil("2024-10-15 00:00");
  call.close_time = Civil("2024-11-14 12:00");
  call.decision_time = Civil("2025-01-31 18:00");
  call.required_documents = {"transcript", "passport"};
  call.nomination_open_time = Civil("2025-02-01 00:00", "Asia/Tokyo");
  call.nomination_close_time = Civil("2025-02-28 23:59:59", "Asia/Tokyo");
  call.state = CallState::kPublished;
  call.revision = 3;
  return call;
}

AgreementCondition Condition() {
  AgreementCondition condition;
  condition.name = kCondition;
  condition.agreement = "agreements/tsukuba";
  condition.agreement_effective = true;
  condition.agreement_start = Day("1997-04-01");
  condition.sending_institution = "institutions/uga";
  condition.receiving_institution = "institutions/tsukuba";
  condition.first_academic_year = "2024/2025";
  condition.last_academic_year = "2027/2028";
  condition.places_per_year = 2;
  condition.eqf_levels = {6, 7};
  condition.languages = {{"ja", Cefr::kB1, 1}, {"en", Cefr::kB2, 1}};
  condition.minimum_grade = 12.5;
  condition.sending_year_start_month = 9;
  condition.receiving_year_start_month = 4;
  return condition;
}

StudyProfile Profile() {
  StudyProfile profile;
  profile.home_unit = "institutions/uga/units/phitem";
  profile.isced_code = "0533";
  profile.eqf_level = 7;
  profile.grade = 14.2;
  profile.grade_scale_maximum = 20;
  profile.completed_ects = 180;
  profile.pending_ects = 30;
  profile.enrolled_ects = 210;
  profile.languages = {{.language_code = "en", .test = "CEFR", .level = "C1"}};
  profile.planned_months = 6;
  profile.enrolled = true;
  return profile;
}

Nominee CompleteNominee() {
  Nominee nominee;
  nominee.birth_date = Day("2002-02-02");
  nominee.nationality = "FR";
  nominee.gender = 9;
  nominee.email = "fictional@example.org";
  nominee.given_name = "Fictional";
  nominee.family_name = "Student";
  return nominee;
}

Quota FreeQuota() { return OpenQuota(Condition(), "2025/2026", "quota-1"); }

ApplicationFacts In(ApplicationState state) {
  ApplicationFacts facts;
  facts.call = OpenCall();
  facts.now = At("2024-11-04T09:00:00Z");
  facts.conditions = {Condition()};
  facts.quotas = {FreeQuota()};
  Application& application = facts.application;
  application.id = "application-1";
  application.call = "call-1";
  application.student = "people/student-1";
  application.home_institution = "institutions/uga";
  application.choices = {{kCondition, Term::kSecond}};
  application.profile = Profile();
  application.documents = {{.id = "d1", .kind = "transcript"}, {.id = "d2", .kind = "passport"}};
  application.state = state;
  application.create_time = At("2024-10-20T09:00:00Z");
  application.update_time = application.create_time;
  application.revision = 5;
  AddInputs(facts.input);
  if (state == S::kDraft) return facts;
  application.submit_time = At("2024-11-01T09:00:00Z");
  facts.now = At("2024-11-20T09:00:00Z");
  switch (state) {
    case S::kIncomplete:
      application.complete_until = Civil("2024-11-29 12:00");
      break;
    case S::kIneligible:
      AddDecision(facts);
      break;
    case S::kRanked:
    case S::kWaitlisted:
    case S::kRejected:
    case S::kAppealed:
    case S::kRejectedFinal:
      application.score = 70;
      facts.now = At("2025-02-05T09:00:00Z");
      if (state == S::kWaitlisted) {
        application.waitlist_choice = application.choices.front();
        application.waitlist_quota = "quota-1";
        application.waitlist_ticket = 4;
      } else if (state != S::kRanked) {
        AddDecision(facts);
        if (state != S::kRejected) application.appealed = S::kRejected;
      }
      break;
    case S::kOffered:
    case S::kExpired:
    case S::kConfirmed:
    case S::kDeclined:
    case S::kNominated:
      application.score = 70;
      facts.now = At("2025-02-05T09:00:00Z");
      AddOffer(facts, state != S::kOffered && state != S::kExpired);
      if (state == S::kNominated) {
        application.mobility = "mobility-1";
        facts.mobility = MobilityState::kCancelled;
      }
      break;
    default:
      break;
  }
  return facts;
}

ApplicationFacts Overdue(ApplicationState state) {
  ApplicationFacts facts = In(state);
  facts.now = At("2025-04-01T09:00:00Z");
  if (state == S::kNominated) facts.mobility = MobilityState::kApproved;
  return facts;
}

MobilityFacts In(MobilityState state) {
  MobilityFacts facts;
  facts.call = OpenCall();
  facts.condition = Condition();
  facts.now = At("2025-02-20T09:00:00Z");
  facts.mobility.id = "mobility-1";
  facts.mobility.application = "application-1";
  facts.mobility.student = "people/student-1";
  facts.mobility.sending_institution = "institutions/uga";
  facts.mobility.receiving_institution = "institutions/tsukuba";
  facts.mobility.agreement = "agreements/tsukuba";
  facts.mobility.condition = kCondition;
  facts.mobility.quota = "quota-1";
  facts.mobility.isced_code = "0533";
  facts.mobility.eqf_level = 7;
  facts.mobility.state = state;
  facts.mobility.proposal_id = "proposal-1";
  facts.mobility.nominee = CompleteNominee();
  facts.mobility.revision = 2;
  if (state == MobilityState::kNominationRejected) facts.mobility.host_comment = "Wrong level";
  facts.input = {.proposal_id = "proposal-1",
                 .comment = "The level is wrong.",
                 .reason = "The student has other plans.",
                 .new_proposal_id = "proposal-2"};
  return facts;
}

CallFacts In(CallState state) {
  CallFacts facts;
  facts.call = OpenCall();
  facts.call.state = state;
  facts.now = At("2024-10-01T09:00:00Z");
  facts.agreement_known = true;
  facts.agreement_effective = true;
  facts.sends_students = true;
  facts.cancel_reason = "Not enough places.";
  facts.updated = facts.call;
  facts.updated->close_time = Civil("2024-11-21 12:00");
  return facts;
}

std::string GuardsOf(const absl::Status& status) {
  if (ReasonOf(status) != "GUARD_REFUSED") return ReasonOf(status);
  for (const Fact& fact : FactsOf(status)) {
    if (fact.name == "guards") return fact.value;
  }
  return "no guard is named";
}

std::string ResultOf(const ApplicationFacts& facts, ApplicationAction action, Role role) {
  const auto decision = Decide(facts, action, role);
  return decision.ok() ? std::string(Name(decision->after.state)) : GuardsOf(decision.status());
}

std::string ResultOf(const MobilityFacts& facts, MobilityAction action, Role role) {
  const auto decision = Decide(facts, action, role);
  return decision.ok() ? std::string(Name(decision->after.state)) : GuardsOf(decision.status());
}

std::string ResultOf(const CallFacts& facts, CallAction action, Role role) {
  const auto decision = Decide(facts, action, role);
  return decision.ok() ? std::string(Name(decision->after.state)) : GuardsOf(decision.status());
}

}  // namespace jointly::mobility::sample
