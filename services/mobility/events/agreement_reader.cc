#include "services/mobility/events/agreement_reader.h"

#include <algorithm>

#include "common/rpc/convert.h"

namespace jointly::mobility {
namespace {

namespace partnerships = jointly::partnerships::v1;

std::optional<Date> EarlierOf(std::optional<Date> a, std::optional<Date> b) {
  if (!a.has_value()) return b;
  if (!b.has_value()) return a;
  return std::min(*a, *b);
}

Measure MeasureOf(partnerships::AgreementCondition::Measure measure) {
  return measure == partnerships::AgreementCondition::SEMESTERS ? Measure::kSemesters
                                                                : Measure::kPersons;
}

IscedMatch MatchOf(partnerships::AgreementCondition::IscedMatch match) {
  switch (match) {
    case partnerships::AgreementCondition::NARROW_FIELD:
      return IscedMatch::kNarrowField;
    case partnerships::AgreementCondition::ANY:
      return IscedMatch::kAny;
    default:
      return IscedMatch::kExact;
  }
}

Term TermOf(partnerships::AgreementCondition::Term term) {
  switch (term) {
    case partnerships::AgreementCondition::FIRST:
      return Term::kFirst;
    case partnerships::AgreementCondition::SECOND:
      return Term::kSecond;
    case partnerships::AgreementCondition::FULL_YEAR:
      return Term::kFullYear;
    default:
      return Term::kUnspecified;
  }
}

AgreementCondition ConditionOf(const std::string& agreement,
                               const partnerships::AgreementCondition& message) {
  AgreementCondition condition;
  condition.name = agreement + "/conditions/" + message.id();
  condition.agreement = agreement;
  condition.sending_institution = message.sending_institution();
  condition.receiving_institution = message.receiving_institution();
  condition.sending_unit = message.sending_unit();
  condition.receiving_unit = message.receiving_unit();
  condition.first_academic_year = message.first_academic_year();
  condition.last_academic_year = message.last_academic_year();
  condition.places_per_year = message.places_per_year();
  condition.measure = MeasureOf(message.measure());
  condition.term = TermOf(message.term());
  condition.eqf_levels.assign(message.eqf_levels().begin(), message.eqf_levels().end());
  condition.isced_codes.assign(message.isced_codes().begin(), message.isced_codes().end());
  condition.isced_match = MatchOf(message.isced_match());
  for (const auto& language : message.languages()) {
    condition.languages.push_back({.language_code = language.language_code(),
                                   .level = ParseCefr(language.cefr_level()).value_or(Cefr::kNone),
                                   .alternative_group = language.alternative_group()});
  }
  condition.minimum_grade = message.minimum_grade();
  condition.maximum_months = message.maximum_months();
  return condition;
}

}  // namespace

store::Agreement AgreementOf(const partnerships::Agreement& message, std::int64_t revision) {
  store::Agreement agreement;
  agreement.name = message.name();
  agreement.effective = message.effective();
  agreement.start_date = rpc::FromProto(message.start_date());
  agreement.end_date =
      EarlierOf(rpc::FromProto(message.end_date()), rpc::FromProto(message.termination_date()));
  agreement.revision = revision;
  return agreement;
}

std::vector<AgreementCondition> ConditionsOf(const partnerships::Agreement& message) {
  const auto& rows = message.effective_conditions_size() > 0 ? message.effective_conditions()
                                                             : message.conditions();
  std::vector<AgreementCondition> conditions;
  for (const auto& row : rows) conditions.push_back(ConditionOf(message.name(), row));
  return conditions;
}

}  // namespace jointly::mobility
