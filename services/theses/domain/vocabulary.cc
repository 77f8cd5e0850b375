#include "services/theses/domain/vocabulary.h"

#include "services/theses/domain/types.h"

namespace jointly::theses {
namespace {

using deadlines::Field;
using deadlines::Type;

std::vector<std::string> StateNames() {
  std::vector<std::string> names;
  for (int value = static_cast<int>(ThesisState::kProposed);
       value <= static_cast<int>(ThesisState::kAgreementLost); ++value) {
    names.emplace_back(Name(static_cast<ThesisState>(value)));
  }
  return names;
}

Field Of(std::string name, Type type, deadlines::Text label = {}) {
  return {.name = std::move(name), .type = type, .symbols = {}, .label = std::move(label)};
}

std::vector<Field> DefenceFields() {
  return {
      Of("defence.date", Type::kTime, {"the defence", "la soutenance", "公開審査"}),
      Of("defence.declared_date", Type::kDate,
         {"the declaration of the defence", "la déclaration de soutenance", "審査の届出"}),
      Of("manuscript_out_date", Type::kDate,
         {"the manuscript to the reviewers", "l'envoi du manuscrit", "論文の送付"}),
      Of("reports_received", Type::kInteger),
      Of("reports_favourable", Type::kInteger),
      Of("all_reports_in", Type::kBool),
      Of("deposit_date", Type::kDate, {"the deposit", "le dépôt", "論文の提出"}),
      Of("deposit_certified", Type::kBool),
      Of("jury.valid", Type::kBool),
      Of("jury.size", Type::kInteger),
      Of("authorised_date", Type::kDate, {"the authorisation", "l'autorisation", "審査の許可"}),
      Of("defended_date", Type::kDate,
         {"the defence that took place", "la soutenance tenue", "公開審査の実施"}),
      Of("corrections_required", Type::kBool),
      Of("corrections_accepted_date", Type::kDate),
      Of("conferral.date", Type::kDate,
         {"the conferral of the degree", "la collation du grade", "学位の授与"}),
      Of("full_text_published_date", Type::kDate),
      Of("published_by_university_date", Type::kDate),
  };
}

std::vector<Field> SharedFields() {
  std::vector<Field> fields = {
      {.name = "state", .type = Type::kSymbol, .symbols = StateNames(), .label = {}},
      {.name = "award_mode",
       .type = Type::kSymbol,
       .symbols = {kAwardModes.begin(), kAwardModes.end()},
       .label = {}},
      Of("single_defence", Type::kBool),
      Of("proposed_date", Type::kDate, {"the proposal", "la proposition", "申請"}),
      Of("approved_date", Type::kDate,
         {"the approval in principle", "l'accord de principe", "原則承認"}),
      Of("agreement.final_date", Type::kDate,
         {"the agreement in force", "la convention en vigueur", "協定の発効"}),
      Of("agreement.end_date", Type::kDate,
         {"the end of the agreement", "la fin de la convention", "協定の終了"}),
      Of("start_date", Type::kDate,
         {"the first enrolment", "la première inscription", "最初の入学"}),
      Of("expected_end_date", Type::kDate, {"the expected end", "la fin prévue", "修了予定日"}),
      Of("extension_requested_date", Type::kDate),
      Of("extension_end_date", Type::kDate),
      Of("full_time", Type::kBool),
      Of("training_hours", Type::kInteger),
      Of("residence.share_min_percent", Type::kInteger),
      Of("summary_language_required", Type::kBool),
      Of("cesure_count", Type::kInteger),
  };
  for (Field& field : DefenceFields()) fields.push_back(std::move(field));
  return fields;
}

std::vector<Field> SideFields() {
  return {
      Of("enrolled", Type::kBool),
      Of("first_enrolment_date", Type::kDate,
         {"the first enrolment", "la première inscription", "最初の入学"}),
      Of("year_count", Type::kInteger),
      Of("start_month", Type::kInteger),
      Of("in_charge", Type::kBool),
      Of("diploma_issued_date", Type::kDate),
      Of("progress_presentation", Type::kInteger),
      Of("preexamination_passed_date", Type::kDate),
      Of("thesis_submitted_date", Type::kDate),
      Of("presentation_held_date", Type::kDate),
  };
}

std::vector<Field> YearFields() {
  return {
      Of("year.id", Type::kText),
      Of("year.number", Type::kInteger),
      Of("year.start", Type::kDate,
         {"the start of the academic year", "la rentrée universitaire", "学年の開始"}),
      Of("year.end", Type::kDate,
         {"the end of the academic year", "la fin de l'année universitaire", "学年の終了"}),
      Of("year.csi_held_date", Type::kDate),
      Of("year.csi_report_date", Type::kDate),
      Of("year.director_opinion_date", Type::kDate),
      Of("year.school_proposal_date", Type::kDate),
      Of("year.enrolled_date", Type::kDate, {"the enrolment", "l'inscription", "在籍登録"}),
      Of("year.proof_received_date", Type::kDate),
      Of("year.complete", Type::kBool),
  };
}

}  // namespace

const deadlines::Vocabulary& ThesisVocabulary() {
  static const deadlines::Vocabulary vocabulary = {
      .shared = SharedFields(),
      .side = SideFields(),
      .occasions = {{"year", YearFields()}},
      .intervals = {"agreement", "suspension"},
      .zones = {"institution_in_charge"},
  };
  return vocabulary;
}

}  // namespace jointly::theses
