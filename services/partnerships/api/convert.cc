#include "services/partnerships/api/convert.h"

#include <cmath>

#include "common/rpc/call.h"
#include "common/rpc/convert.h"
#include "common/text/text.h"
#include "services/partnerships/domain/agreement.h"

namespace jointly::partnerships {
namespace {

constexpr std::size_t kTextBytesMax = 200;

void CheckLine(std::string_view text, bool required, const std::string& path,
               Violations& violations) {
  CheckText(text, {.required = required, .bytes_max = kTextBytesMax}, path, violations);
}

template <typename Map>
std::map<std::string, std::string> NamesOf(const Map& names, const std::string& path,
                                           Violations& violations) {
  std::map<std::string, std::string> result;
  for (const auto& [language, name] : names) {
    CheckLine(name, true, path + "." + language, violations);
    violations.Require(language.size() >= 2 && language.size() <= 35 &&
                           std::none_of(language.begin(), language.end(), IsControl),
                       path, "keys are language codes like ja");
    result[language] = name;
  }
  return result;
}

bool IsRegion(std::string_view code) {
  return code.size() == 2 && code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z';
}

template <typename Message, typename Entity>
void SetTimes(const Entity& entity, Message& message) {
  *message.mutable_create_time() = rpc::ToProto(entity.create_time);
  *message.mutable_update_time() = rpc::ToProto(entity.update_time);
  message.set_revision(entity.revision);
  message.set_etag(rpc::Etag(entity.revision));
}

pb::AgreementCondition ToProto(const Condition& condition) {
  pb::AgreementCondition message;
  message.set_id(condition.id);
  message.set_sending_institution(condition.sending_institution);
  message.set_receiving_institution(condition.receiving_institution);
  message.set_sending_unit(condition.sending_unit);
  message.set_receiving_unit(condition.receiving_unit);
  message.set_first_academic_year(condition.first_academic_year);
  message.set_last_academic_year(condition.last_academic_year);
  message.set_places_per_year(condition.places_per_year);
  message.set_measure(static_cast<pb::AgreementCondition::Measure>(condition.measure));
  message.set_term(static_cast<pb::AgreementCondition::Term>(condition.term));
  for (const int level : condition.eqf_levels) message.add_eqf_levels(level);
  for (const std::string& code : condition.isced_codes) message.add_isced_codes(code);
  message.set_isced_match(static_cast<pb::AgreementCondition::IscedMatch>(condition.isced_match));
  for (const LanguageRequirement& language : condition.languages) {
    auto& row = *message.add_languages();
    row.set_language_code(language.language_code);
    row.set_cefr_level(language.cefr_level);
    row.set_alternative_group(language.alternative_group);
  }
  message.set_minimum_grade(condition.minimum_grade_thousandths / 1000.0);
  message.set_maximum_months(condition.maximum_months);
  return message;
}

Condition FromProto(const pb::AgreementCondition& message, const std::string& path,
                    Violations& violations) {
  CheckLine(message.id(), false, path + ".id", violations);
  CheckLine(message.sending_unit(), false, path + ".sending_unit", violations);
  CheckLine(message.receiving_unit(), false, path + ".receiving_unit", violations);
  Condition condition{.id = message.id(),
                      .sending_institution = message.sending_institution(),
                      .receiving_institution = message.receiving_institution(),
                      .sending_unit = message.sending_unit(),
                      .receiving_unit = message.receiving_unit(),
                      .first_academic_year = message.first_academic_year(),
                      .last_academic_year = message.last_academic_year(),
                      .places_per_year = message.places_per_year(),
                      .measure = static_cast<Measure>(message.measure()),
                      .term = static_cast<Term>(message.term()),
                      .eqf_levels = {message.eqf_levels().begin(), message.eqf_levels().end()},
                      .isced_codes = {message.isced_codes().begin(), message.isced_codes().end()},
                      .isced_match = static_cast<IscedMatch>(message.isced_match()),
                      .maximum_months = message.maximum_months()};
  for (const auto& language : message.languages()) {
    CheckLine(language.language_code(), true, path + ".languages.language_code", violations);
    condition.languages.push_back(
        {language.language_code(), language.cefr_level(), language.alternative_group()});
  }
  const double grade = message.minimum_grade();
  if (violations.Require(std::isfinite(grade) && grade >= 0 && grade <= 20, path + ".minimum_grade",
                         "must be 0 to 20")) {
    condition.minimum_grade_thousandths = static_cast<int>(std::lround(grade * 1000));
  }
  return condition;
}

std::optional<Date> DateOf(bool set, const google::type::Date& date, const std::string& path,
                           Violations& violations) {
  if (!set) return std::nullopt;
  const std::optional<Date> value = rpc::FromProto(date);
  violations.Require(value.has_value(), path, "is not a calendar date");
  return value;
}

}  // namespace

pb::Institution ToProto(const Institution& institution) {
  pb::Institution message;
  message.set_name("institutions/" + institution.id);
  message.set_display_name(institution.display_name);
  for (const auto& [language, name] : institution.localized_names) {
    (*message.mutable_localized_names())[language] = name;
  }
  message.set_region_code(institution.region_code);
  message.set_time_zone(institution.time_zone);
  message.set_schac_domain(institution.schac_domain);
  message.set_ror(institution.ror);
  message.set_erasmus_code(institution.erasmus_code);
  message.set_academic_year_start_month(institution.academic_year_start_month);
  message.set_website(institution.website);
  message.set_demo(institution.demo);
  SetTimes(institution, message);
  return message;
}

pb::Unit ToProto(const Unit& unit) {
  pb::Unit message;
  message.set_name("institutions/" + unit.institution + "/units/" + unit.id);
  message.set_display_name(unit.display_name);
  for (const auto& [language, name] : unit.localized_names) {
    (*message.mutable_localized_names())[language] = name;
  }
  message.set_parent_unit(unit.parent_unit);
  SetTimes(unit, message);
  return message;
}

pb::Agreement ToProto(const Agreement& agreement) {
  pb::Agreement message;
  message.set_name("agreements/" + agreement.id);
  message.set_display_name(agreement.display_name);
  for (const std::string& partner : agreement.partners) message.add_partners(partner);
  for (const Condition& c : agreement.conditions) *message.add_conditions() = ToProto(c);
  if (agreement.start_date) *message.mutable_start_date() = rpc::ToProto(*agreement.start_date);
  if (agreement.end_date) *message.mutable_end_date() = rpc::ToProto(*agreement.end_date);
  message.set_state(static_cast<pb::Agreement::State>(agreement.state));
  message.set_proposer(agreement.proposer);
  message.set_version(agreement.version);
  message.set_content_hash(ContentHashOf(agreement));
  if (agreement.termination_date) {
    *message.mutable_termination_date() = rpc::ToProto(*agreement.termination_date);
  }
  for (const Condition& c : agreement.effective_conditions) {
    *message.add_effective_conditions() = ToProto(c);
  }
  message.set_effective(agreement.effective());
  message.set_comment(agreement.comment);
  message.set_demo(agreement.demo);
  SetTimes(agreement, message);
  return message;
}

Institution FromProto(const pb::Institution& message, std::string_view prefix,
                      Violations& violations) {
  const std::string at(prefix);
  CheckLine(message.display_name(), true, at + ".display_name", violations);
  CheckLine(message.schac_domain(), false, at + ".schac_domain", violations);
  CheckLine(message.ror(), false, at + ".ror", violations);
  CheckLine(message.erasmus_code(), false, at + ".erasmus_code", violations);
  CheckLine(message.website(), false, at + ".website", violations);
  violations.Require(IsRegion(message.region_code()), at + ".region_code",
                     "must be an ISO 3166-1 alpha-2 code like JP");
  violations.Require(KnownZone(message.time_zone()), at + ".time_zone",
                     "must be an IANA time zone like Asia/Tokyo");
  violations.Require(
      message.academic_year_start_month() >= 1 && message.academic_year_start_month() <= 12,
      at + ".academic_year_start_month", "must be 1 to 12");
  return {
      .display_name = message.display_name(),
      .localized_names = NamesOf(message.localized_names(), at + ".localized_names", violations),
      .region_code = message.region_code(),
      .time_zone = message.time_zone(),
      .schac_domain = message.schac_domain(),
      .ror = message.ror(),
      .erasmus_code = message.erasmus_code(),
      .academic_year_start_month = message.academic_year_start_month(),
      .website = message.website(),
      .demo = message.demo()};
}

Unit FromProto(const pb::Unit& message, std::string_view prefix, Violations& violations) {
  const std::string at(prefix);
  CheckLine(message.display_name(), true, at + ".display_name", violations);
  CheckLine(message.parent_unit(), false, at + ".parent_unit", violations);
  return {
      .display_name = message.display_name(),
      .localized_names = NamesOf(message.localized_names(), at + ".localized_names", violations),
      .parent_unit = message.parent_unit()};
}

Agreement FromProto(const pb::Agreement& message, std::string_view prefix, Violations& violations) {
  const std::string at(prefix);
  CheckLine(message.display_name(), true, at + ".display_name", violations);
  violations.Require(message.partners_size() == 2, at + ".partners",
                     "must name exactly two institutions");
  Agreement agreement{
      .display_name = message.display_name(),
      .partners = {message.partners().begin(), message.partners().end()},
      .start_date =
          DateOf(message.has_start_date(), message.start_date(), at + ".start_date", violations),
      .end_date = DateOf(message.has_end_date(), message.end_date(), at + ".end_date", violations),
      .demo = message.demo()};
  for (int i = 0; i < message.conditions_size(); ++i) {
    agreement.conditions.push_back(FromProto(
        message.conditions(i), at + ".conditions[" + std::to_string(i) + "]", violations));
  }
  return agreement;
}

}  // namespace jointly::partnerships
