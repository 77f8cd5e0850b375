#include "services/mobility/store/packed.h"

namespace jointly::mobility::store {
namespace {

using db::Fields;
using db::Lines;
using db::PackLines;
using db::PackNumber;
using db::UnpackLines;

}  // namespace

// The condition is followed by a tab: kChoiceEnd in application_store.cc looks for it, so that a
// name is never taken for the beginning of a longer one.
std::string Pack(const std::vector<Choice>& choices) {
  Lines lines;
  for (const Choice& choice : choices) {
    lines.push_back({choice.condition, std::string(Name(choice.term))});
  }
  return PackLines(lines);
}

std::vector<Choice> UnpackChoices(std::string_view text) {
  std::vector<Choice> choices;
  for (const auto& line : UnpackLines(text)) {
    Fields fields(line);
    Choice& choice = choices.emplace_back();
    choice.condition = fields.Text();
    choice.term = ParseTerm(fields.Text()).value_or(Term::kUnspecified);
  }
  return choices;
}

// The first line is the profile itself, then one per language.
std::string Pack(const StudyProfile& profile) {
  Lines lines;
  lines.push_back({profile.home_unit, profile.isced_code,
                   PackNumber(std::int64_t{profile.eqf_level}), PackNumber(profile.grade),
                   PackNumber(profile.grade_scale_maximum),
                   PackNumber(std::int64_t{profile.completed_ects}),
                   PackNumber(std::int64_t{profile.pending_ects}),
                   PackNumber(std::int64_t{profile.enrolled_ects}),
                   PackNumber(std::int64_t{profile.prior_mobility_months}),
                   PackNumber(std::int64_t{profile.planned_months}),
                   PackNumber(std::int64_t{profile.enrolled})});
  for (const LanguageEvidence& language : profile.languages) {
    lines.push_back({language.language_code, language.test, language.level,
                     PackNumber(std::int64_t{language.total}),
                     PackNumber(std::int64_t{language.all_sections_passed}),
                     Pack(language.test_date), Pack(language.expire_date)});
  }
  return PackLines(lines);
}

StudyProfile UnpackProfile(std::string_view text) {
  StudyProfile profile;
  const Lines lines = UnpackLines(text);
  if (lines.empty()) return profile;
  Fields fields(lines.front());
  profile.home_unit = fields.Text();
  profile.isced_code = fields.Text();
  profile.eqf_level = fields.Int();
  profile.grade = fields.Double();
  profile.grade_scale_maximum = fields.Double();
  profile.completed_ects = fields.Int();
  profile.pending_ects = fields.Int();
  profile.enrolled_ects = fields.Int();
  profile.prior_mobility_months = fields.Int();
  profile.planned_months = fields.Int();
  profile.enrolled = fields.Bool();
  for (std::size_t i = 1; i < lines.size(); ++i) {
    Fields language(lines[i]);
    LanguageEvidence& evidence = profile.languages.emplace_back();
    evidence.language_code = language.Text();
    evidence.test = language.Text();
    evidence.level = language.Text();
    evidence.total = language.Int();
    evidence.all_sections_passed = language.Bool();
    evidence.test_date = language.MaybeDate();
    evidence.expire_date = language.MaybeDate();
  }
  return profile;
}

std::string Pack(const std::vector<Document>& documents) {
  Lines lines;
  for (const Document& document : documents) {
    lines.push_back({document.id, document.kind, document.file_name, document.media_type,
                     PackNumber(document.size_bytes), document.sha256,
                     PackNumber(Micros(document.create_time))});
  }
  return PackLines(lines);
}

std::vector<Document> UnpackDocuments(std::string_view text) {
  std::vector<Document> documents;
  for (const auto& line : UnpackLines(text)) {
    Fields fields(line);
    Document& document = documents.emplace_back();
    document.id = fields.Text();
    document.kind = fields.Text();
    document.file_name = fields.Text();
    document.media_type = fields.Text();
    document.size_bytes = fields.Integer();
    document.sha256 = fields.Text();
    document.create_time = fields.At();
  }
  return documents;
}

std::string Pack(const std::vector<workflow::Finding>& findings) {
  Lines lines;
  for (const workflow::Finding& finding : findings) {
    lines.push_back({finding.guard, finding.title, PackNumber(std::int64_t{finding.verdict.passed}),
                     finding.verdict.evidence, finding.verdict.remedy});
  }
  return PackLines(lines);
}

std::vector<workflow::Finding> UnpackFindings(std::string_view text) {
  std::vector<workflow::Finding> findings;
  for (const auto& line : UnpackLines(text)) {
    Fields fields(line);
    workflow::Finding& finding = findings.emplace_back();
    finding.guard = fields.Text();
    finding.title = fields.Text();
    finding.verdict.passed = fields.Bool();
    finding.verdict.evidence = fields.Text();
    finding.verdict.remedy = fields.Text();
  }
  return findings;
}

std::string Pack(const std::vector<LanguageRequirement>& languages) {
  Lines lines;
  for (const LanguageRequirement& language : languages) {
    lines.push_back({language.language_code, std::string(Name(language.level)),
                     PackNumber(std::int64_t{language.alternative_group})});
  }
  return PackLines(lines);
}

std::vector<LanguageRequirement> UnpackLanguages(std::string_view text) {
  std::vector<LanguageRequirement> languages;
  for (const auto& line : UnpackLines(text)) {
    Fields fields(line);
    LanguageRequirement& language = languages.emplace_back();
    language.language_code = fields.Text();
    language.level = ParseCefr(fields.Text()).value_or(Cefr::kNone);
    language.alternative_group = fields.Int();
  }
  return languages;
}

}  // namespace jointly::mobility::store
