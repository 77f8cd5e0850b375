#include "services/mobility/store/replica_store.h"

#include "common/error/macros.h"
#include "services/mobility/store/packed.h"

namespace jointly::mobility::store {
namespace {

void SaveCondition(db::Tx& tx, const AgreementCondition& condition) {
  tx.Execute(R"sql(
      INSERT INTO agreement_condition (name, agreement, in_text, sending_institution,
                                       receiving_institution, sending_unit, receiving_unit,
                                       first_academic_year, last_academic_year, places_per_year,
                                       measure, term, eqf_levels, isced_codes, isced_match,
                                       languages, minimum_grade, maximum_months)
      VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
      ON CONFLICT (name) DO UPDATE
         SET in_text = 1, sending_institution = excluded.sending_institution,
             receiving_institution = excluded.receiving_institution,
             sending_unit = excluded.sending_unit, receiving_unit = excluded.receiving_unit,
             first_academic_year = excluded.first_academic_year,
             last_academic_year = excluded.last_academic_year,
             places_per_year = excluded.places_per_year, measure = excluded.measure,
             term = excluded.term, eqf_levels = excluded.eqf_levels,
             isced_codes = excluded.isced_codes, isced_match = excluded.isced_match,
             languages = excluded.languages, minimum_grade = excluded.minimum_grade,
             maximum_months = excluded.maximum_months)sql",
             {condition.name, condition.agreement, condition.sending_institution,
              condition.receiving_institution, condition.sending_unit, condition.receiving_unit,
              condition.first_academic_year, condition.last_academic_year,
              condition.places_per_year, Name(condition.measure), Name(condition.term),
              Pack(condition.eqf_levels), Pack(condition.isced_codes), Name(condition.isced_match),
              Pack(condition.languages), condition.minimum_grade, condition.maximum_months});
}

std::vector<AgreementCondition> ReadConditions(const db::Rows& rows) {
  std::vector<AgreementCondition> conditions;
  for (const db::Row& row : rows) {
    db::Reader reader(row);
    auto condition = ReadCondition(reader);
    if (condition.has_value()) conditions.push_back(*std::move(condition));
  }
  return conditions;
}

unsigned MonthOr(std::int64_t month, unsigned otherwise) {
  return month >= 1 && month <= 12 ? static_cast<unsigned>(month) : otherwise;
}

constexpr unsigned kEuropeanStartMonth = 9;  // Until the institution's own event has arrived.

}  // namespace

const std::string_view kConditionColumns =
    "agreement_condition.name, agreement_condition.agreement, agreement_condition.in_text, "
    "agreement.effective, agreement.start_date, agreement.end_date, "
    "agreement_condition.sending_institution, agreement_condition.receiving_institution, "
    "agreement_condition.sending_unit, agreement_condition.receiving_unit, "
    "agreement_condition.first_academic_year, agreement_condition.last_academic_year, "
    "agreement_condition.places_per_year, agreement_condition.measure, agreement_condition.term, "
    "agreement_condition.eqf_levels, agreement_condition.isced_codes, "
    "agreement_condition.isced_match, agreement_condition.languages, "
    "agreement_condition.minimum_grade, agreement_condition.maximum_months, "
    "sender.academic_year_start_month, receiver.academic_year_start_month";

const std::string_view kConditionJoins =
    " LEFT JOIN agreement ON agreement.name = agreement_condition.agreement"
    " LEFT JOIN institution AS sender ON sender.name = agreement_condition.sending_institution"
    " LEFT JOIN institution AS receiver ON receiver.name ="
    " agreement_condition.receiving_institution ";

std::optional<AgreementCondition> ReadCondition(db::Reader& reader) {
  AgreementCondition condition;
  condition.name = reader.Text();
  condition.agreement = reader.Text();
  const bool in_text = reader.Bool();
  condition.agreement_effective = reader.Bool() && in_text;
  condition.agreement_start = UnpackDate(reader.Text()).value_or(Date{});
  condition.agreement_end = UnpackDate(reader.Text());
  condition.sending_institution = reader.Text();
  condition.receiving_institution = reader.Text();
  condition.sending_unit = reader.Text();
  condition.receiving_unit = reader.Text();
  condition.first_academic_year = reader.Text();
  condition.last_academic_year = reader.Text();
  condition.places_per_year = reader.Int();
  condition.measure = ParseMeasure(reader.Text()).value_or(Measure::kPersons);
  condition.term = ParseTerm(reader.Text()).value_or(Term::kUnspecified);
  condition.eqf_levels = UnpackNumbers(reader.Text());
  condition.isced_codes = UnpackTexts(reader.Text());
  condition.isced_match = ParseIscedMatch(reader.Text()).value_or(IscedMatch::kExact);
  condition.languages = UnpackLanguages(reader.Text());
  condition.minimum_grade = reader.MaybeDouble().value_or(0);
  condition.maximum_months = reader.Int();
  condition.sending_year_start_month = MonthOr(reader.Integer(), kEuropeanStartMonth);
  condition.receiving_year_start_month = MonthOr(reader.Integer(), kEuropeanStartMonth);
  if (condition.name.empty()) return std::nullopt;
  return condition;
}

void SaveInstitution(db::Tx& tx, const Institution& institution) {
  tx.Execute(R"sql(
      INSERT INTO institution (name, time_zone, region_code, academic_year_start_month, revision)
      VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (name) DO UPDATE
         SET time_zone = excluded.time_zone, region_code = excluded.region_code,
             academic_year_start_month = excluded.academic_year_start_month,
             revision = excluded.revision)sql",
             {institution.name, institution.time_zone, institution.region_code,
              institution.academic_year_start_month, institution.revision});
}

void SaveStudent(db::Tx& tx, const Student& student) {
  tx.Execute(R"sql(
      INSERT INTO student (name, institution, language, time_zone, state, revision)
      VALUES ($1, $2, $3, $4, $5, $6)
      ON CONFLICT (name) DO UPDATE
         SET institution = excluded.institution, language = excluded.language,
             time_zone = excluded.time_zone, state = excluded.state,
             revision = excluded.revision)sql",
             {student.name, student.institution, student.language, student.time_zone, student.state,
              student.revision});
}

void SaveAgreement(db::Tx& tx, const Agreement& agreement,
                   const std::vector<AgreementCondition>& conditions) {
  tx.Execute(R"sql(
      INSERT INTO agreement (name, effective, start_date, end_date, revision)
      VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (name) DO UPDATE
         SET effective = excluded.effective, start_date = excluded.start_date,
             end_date = excluded.end_date, revision = excluded.revision)sql",
             {agreement.name, agreement.effective, Pack(agreement.start_date),
              Pack(agreement.end_date), agreement.revision});
  tx.Execute("UPDATE agreement_condition SET in_text = 0 WHERE agreement = $1", {agreement.name});
  for (const AgreementCondition& condition : conditions) SaveCondition(tx, condition);
}

absl::StatusOr<std::vector<AgreementCondition>> LoadConditions(db::Tx& tx,
                                                               const std::string& agreement) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kConditionColumns) +
                                " FROM agreement_condition" + std::string(kConditionJoins) +
                                "WHERE agreement_condition.agreement = $1"
                                " AND agreement_condition.in_text = 1"
                                " ORDER BY agreement_condition.name",
                            {agreement}));
  return ReadConditions(rows);
}

absl::StatusOr<std::optional<AgreementCondition>> LoadCondition(db::Tx& tx,
                                                                const std::string& name) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query("SELECT " + std::string(kConditionColumns) + " FROM agreement_condition" +
                   std::string(kConditionJoins) + "WHERE agreement_condition.name = $1",
               {name}));
  std::vector<AgreementCondition> conditions = ReadConditions(rows);
  if (conditions.empty()) return std::nullopt;
  return std::move(conditions.front());
}

absl::StatusOr<std::optional<Agreement>> LoadAgreement(db::Tx& tx, const std::string& name) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT name, effective, start_date, end_date, revision FROM agreement WHERE name = $1)sql",
                                                 {name}));
  if (rows.empty()) return std::nullopt;
  db::Reader reader(rows.front());
  Agreement agreement;
  agreement.name = reader.Text();
  agreement.effective = reader.Bool();
  agreement.start_date = UnpackDate(reader.Text());
  agreement.end_date = UnpackDate(reader.Text());
  agreement.revision = reader.Integer();
  return agreement;
}

absl::StatusOr<std::optional<Student>> LoadStudent(db::Tx& tx, const std::string& name) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT name, institution, language, time_zone, state, revision
        FROM student WHERE name = $1)sql",
                                                 {name}));
  if (rows.empty()) return std::nullopt;
  db::Reader reader(rows.front());
  Student student;
  student.name = reader.Text();
  student.institution = reader.Text();
  student.language = reader.Text();
  student.time_zone = reader.Text();
  student.state = reader.Text();
  student.revision = reader.Integer();
  return student;
}

}  // namespace jointly::mobility::store
