#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#include "common/rpc/convert.h"
#include "common/rpc/name.h"
#include "common/text/text.h"
#include "services/mobility/api/convert.h"

// Messages to values.
namespace jointly::mobility {
namespace {

constexpr int kChoicesMax = 20;
constexpr int kLanguagesMax = 20;

bool InRange(std::int64_t value, std::int64_t least, std::int64_t most, std::string_view path,
             Violations& violations) {
  return violations.Require(value >= least && value <= most, path,
                            "must be from " + std::to_string(least) + " to " +
                                std::to_string(most) + "; given " + std::to_string(value));
}

CivilTime ReadCivil(const pb::CivilDateTime& message, const std::string& path,
                    Violations& violations) {
  CivilTime civil;
  const auto date = rpc::FromProto(message.date());
  if (violations.Require(date.has_value(), path + ".date", "must be a calendar date")) {
    civil.date = *date;
  }
  const auto clock = ParseClock(message.clock());
  if (violations.Require(clock.ok(), path + ".clock", "must be a time of day such as \"12:00\"")) {
    civil.clock = *clock;
  }
  violations.Require(KnownZone(message.time_zone()), path + ".time_zone",
                     "must be an IANA zone such as \"Europe/Paris\"");
  civil.zone = message.time_zone();
  return civil;
}

CivilTime RequiredCivil(bool given, const pb::CivilDateTime& message, const std::string& path,
                        Violations& violations) {
  if (!violations.Require(given, path, "is required")) return {};
  return ReadCivil(message, path, violations);
}

// Both instants are known and `later` is after `earlier`, or at it where `equal` allows.
void RequireOrder(const CivilTime& earlier, const CivilTime& later, bool equal,
                  const std::string& path, const char* text, Violations& violations) {
  const auto first = ToInstant(earlier);
  const auto second = ToInstant(later);
  if (!first.ok() || !second.ok()) return;  // Reported already.
  violations.Require(*first < *second || (equal && *first == *second), path, text);
}

void ReadTimes(const pb::Call& message, const std::string& path, Call& call,
               Violations& violations) {
  call.open_time =
      RequiredCivil(message.has_open_time(), message.open_time(), path + ".open_time", violations);
  call.close_time = RequiredCivil(message.has_close_time(), message.close_time(),
                                  path + ".close_time", violations);
  call.decision_time = RequiredCivil(message.has_decision_time(), message.decision_time(),
                                     path + ".decision_time", violations);
  RequireOrder(call.open_time, call.close_time, false, path + ".close_time",
               "must be after open_time", violations);
  // A rolling call decides while it is open, so the embargo may end before the closing.
  RequireOrder(call.open_time, call.decision_time, true, path + ".decision_time",
               "must not be before open_time", violations);
  if (message.has_nomination_open_time()) {
    call.nomination_open_time =
        ReadCivil(message.nomination_open_time(), path + ".nomination_open_time", violations);
  }
  if (message.has_nomination_close_time()) {
    call.nomination_close_time =
        ReadCivil(message.nomination_close_time(), path + ".nomination_close_time", violations);
  }
  if (call.nomination_open_time.has_value() && call.nomination_close_time.has_value()) {
    RequireOrder(*call.nomination_open_time, *call.nomination_close_time, false,
                 path + ".nomination_close_time", "must be after nomination_open_time", violations);
  }
}

void ReadDocumentKinds(const pb::Call& message, const std::string& path, Call& call,
                       Violations& violations) {
  std::set<std::string> seen;
  for (int i = 0; i < message.required_documents_size(); ++i) {
    const std::string& kind = message.required_documents(i);
    const std::string where = path + ".required_documents[" + std::to_string(i) + "]";
    violations.Require(KnownDocumentKind(kind), where,
                       "is no kind of document: see Document.kind for the list");
    violations.Require(seen.insert(kind).second, where, "is named twice");
    call.required_documents.push_back(kind);
  }
}

void ReadLanguage(const pb::LanguageEvidence& message, const std::string& path,
                  StudyProfile& profile, Violations& violations) {
  LanguageEvidence& language = profile.languages.emplace_back();
  const std::string& code = message.language_code();
  violations.Require(code.size() >= 2 && code.size() <= 35 &&
                         std::all_of(code.begin(), code.end(),
                                     [](unsigned char c) { return std::isalnum(c) || c == '-'; }),
                     path + ".language_code", "must be a language code such as \"ja\"");
  violations.Require(message.test() == "CEFR" || message.test() == "JLPT", path + ".test",
                     "must be \"CEFR\" or \"JLPT\"");
  violations.Require(!message.level().empty() && message.level().size() <= 8, path + ".level",
                     "is required: \"B2\" or \"N2\"");
  InRange(message.total(), 0, 180, path + ".total", violations);
  language.language_code = code;
  language.test = message.test();
  language.level = message.level();
  language.total = message.total();
  language.all_sections_passed = message.all_sections_passed();
  if (message.has_test_date()) {
    language.test_date = rpc::FromProto(message.test_date());
    violations.Require(language.test_date.has_value(), path + ".test_date",
                       "must be a calendar date");
  }
  if (message.has_expire_date()) {
    language.expire_date = rpc::FromProto(message.expire_date());
    violations.Require(language.expire_date.has_value(), path + ".expire_date",
                       "must be a calendar date");
  }
}

bool IsAcademicYear(std::string_view text) { return AcademicYearPeriod(text, 1).has_value(); }

}  // namespace

void CheckLine(std::string_view text, bool required, std::string_view path,
               Violations& violations) {
  CheckText(text, {.required = required, .bytes_max = kTextBytesMax}, path, violations);
}

void CheckNote(std::string_view text, bool required, std::string_view path,
               Violations& violations) {
  CheckText(text, {.required = required, .bytes_max = kNoteBytesMax, .controls = "\n\t\r"}, path,
            violations);
}

Call FromProto(const pb::Call& message, const std::string& path, Violations& violations) {
  Call call;
  CheckLine(message.display_name(), true, path + ".display_name", violations);
  call.display_name = message.display_name();
  violations.Require(!rpc::ParseName("institutions/*", message.home_institution()).empty(),
                     path + ".home_institution", "must look like institutions/uga");
  call.home_institution = message.home_institution();
  violations.Require(!rpc::ParseName("agreements/*", message.agreement()).empty(),
                     path + ".agreement", "must look like agreements/{id}");
  call.agreement = message.agreement();
  violations.Require(IsAcademicYear(message.academic_year()), path + ".academic_year",
                     "must be two consecutive years such as \"2026/2027\"");
  call.academic_year = message.academic_year();
  ReadTimes(message, path, call, violations);
  call.minimum_choices = message.minimum_choices() == 0 ? 1 : message.minimum_choices();
  call.maximum_choices = message.maximum_choices() == 0 ? 5 : message.maximum_choices();
  InRange(call.minimum_choices, 1, kChoicesMax, path + ".minimum_choices", violations);
  InRange(call.maximum_choices, call.minimum_choices, kChoicesMax, path + ".maximum_choices",
          violations);
  ReadDocumentKinds(message, path, call, violations);
  call.offer_validity_hours =
      message.offer_validity_hours() == 0 ? 168 : message.offer_validity_hours();
  InRange(call.offer_validity_hours, 1, 24 * 365, path + ".offer_validity_hours", violations);
  call.appeal_working_days =
      message.appeal_working_days() == 0 ? 10 : message.appeal_working_days();
  InRange(call.appeal_working_days, 1, 250, path + ".appeal_working_days", violations);
  call.priority = message.priority();
  InRange(call.priority, 0, 1000, path + ".priority", violations);
  violations.Require(message.linked_group().empty() || rpc::IsResourceId(message.linked_group()),
                     path + ".linked_group", "must be lower case letters, digits and dashes");
  call.linked_group = message.linked_group();
  violations.Require(
      message.funding_reference().empty() || rpc::IsResourceId(message.funding_reference()),
      path + ".funding_reference", "must be lower case letters, digits and dashes");
  call.funding_reference = message.funding_reference();
  call.demo = message.demo();
  return call;
}

Choice FromProto(const pb::Choice& message, const std::string& path, Violations& violations) {
  violations.Require(!rpc::ParseName("agreements/*/conditions/*", message.condition()).empty(),
                     path + ".condition", "must look like agreements/{a}/conditions/{c}");
  violations.Require(message.term() >= pb::FIRST && message.term() <= pb::FULL_YEAR, path + ".term",
                     "must be FIRST, SECOND or FULL_YEAR");
  return {.condition = message.condition(), .term = static_cast<Term>(message.term())};
}

std::vector<Choice> ChoicesFromProto(const pb::Application& message, const std::string& path,
                                     Violations& violations) {
  std::vector<Choice> choices;
  violations.Require(message.choices_size() <= kChoicesMax, path + ".choices",
                     "has more than " + std::to_string(kChoicesMax) + " entries");
  for (int i = 0; i < message.choices_size() && i < kChoicesMax; ++i) {
    choices.push_back(
        FromProto(message.choices(i), path + ".choices[" + std::to_string(i) + "]", violations));
  }
  return choices;
}

StudyProfile FromProto(const pb::StudyProfile& message, const std::string& path,
                       Violations& violations) {
  StudyProfile profile;
  violations.Require(message.home_unit().empty() ||
                         !rpc::ParseName("institutions/*/units/*", message.home_unit()).empty(),
                     path + ".home_unit", "must look like institutions/uga/units/phitem");
  profile.home_unit = message.home_unit();
  const std::string& code = message.isced_code();
  violations.Require(code.empty() || (code.size() == 4 &&
                                      std::all_of(code.begin(), code.end(),
                                                  [](unsigned char c) { return std::isdigit(c); })),
                     path + ".isced_code", "must be 4 digits of ISCED-F 2013");
  profile.isced_code = code;
  InRange(message.eqf_level(), 0, 8, path + ".eqf_level", violations);
  profile.eqf_level = message.eqf_level();
  const double scale = message.grade_scale_maximum();
  violations.Require(std::isfinite(scale) && scale >= 0 && scale <= 1000,
                     path + ".grade_scale_maximum", "must be from 0 to 1000");
  violations.Require(std::isfinite(message.grade()) && message.grade() >= 0 &&
                         message.grade() <= std::max(scale, 0.0),
                     path + ".grade", "must be from 0 to grade_scale_maximum");
  profile.grade = message.grade();
  profile.grade_scale_maximum = scale;
  InRange(message.completed_ects(), 0, 1000, path + ".completed_ects", violations);
  InRange(message.pending_ects(), 0, 1000, path + ".pending_ects", violations);
  InRange(message.enrolled_ects(), 0, 1000, path + ".enrolled_ects", violations);
  profile.completed_ects = message.completed_ects();
  profile.pending_ects = message.pending_ects();
  profile.enrolled_ects = message.enrolled_ects();
  violations.Require(message.languages_size() <= kLanguagesMax, path + ".languages",
                     "has more than " + std::to_string(kLanguagesMax) + " entries");
  for (int i = 0; i < message.languages_size() && i < kLanguagesMax; ++i) {
    ReadLanguage(message.languages(i), path + ".languages[" + std::to_string(i) + "]", profile,
                 violations);
  }
  InRange(message.prior_mobility_months(), 0, 120, path + ".prior_mobility_months", violations);
  InRange(message.planned_months(), 0, 120, path + ".planned_months", violations);
  profile.prior_mobility_months = message.prior_mobility_months();
  profile.planned_months = message.planned_months();
  profile.enrolled = message.enrolled();
  return profile;
}

Nominee FromProto(const pb::Nominee& message, const std::string& path, Violations& violations) {
  Nominee nominee;
  if (message.has_birth_date()) {
    nominee.birth_date = rpc::FromProto(message.birth_date());
    violations.Require(nominee.birth_date.has_value(), path + ".birth_date",
                       "must be a calendar date");
  }
  CheckLine(message.nationality(), false, path + ".nationality", violations);
  CheckLine(message.email(), false, path + ".email", violations);
  CheckLine(message.given_name(), false, path + ".given_name", violations);
  CheckLine(message.family_name(), false, path + ".family_name", violations);
  CheckLine(message.european_student_identifier(), false, path + ".european_student_identifier",
            violations);
  nominee.nationality = message.nationality();
  nominee.gender = message.gender();
  nominee.email = message.email();
  nominee.european_student_identifier = message.european_student_identifier();
  nominee.given_name = message.given_name();
  nominee.family_name = message.family_name();
  return nominee;
}

}  // namespace jointly::mobility
