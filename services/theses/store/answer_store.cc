#include "services/theses/store/answer_store.h"

#include "common/error/macros.h"

namespace jointly::theses::store {
namespace {

AnswerRow AnswerOf(const db::Row& row) {
  AnswerRow answer;
  answer.thesis = row.Text("thesis");
  answer.id = row.Text("id");
  answer.kind = row.Text("kind");
  answer.institution = row.Text("institution");
  answer.academic_year = row.Text("academic_year");
  answer.student = row.Text("student");
  answer.writer = row.Text("writer");
  answer.create_time = row.At("create_time");
  return answer;
}

constexpr std::string_view kOpenColumns =
    "thesis, id, kind, institution, academic_year, student, writer, create_time";

}  // namespace

void InsertAnswer(db::Tx& tx, const AnswerRow& row) {
  tx.Execute(R"sql(
      INSERT INTO answer (thesis, id, kind, institution, academic_year, student, writer, sealed,
                          create_time)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9))sql",
             {row.thesis, row.id, row.kind, row.institution, row.academic_year, row.student,
              row.writer, db::Blob{row.sealed}, row.create_time});
}

absl::StatusOr<AnswerRow> LoadAnswer(db::Tx& tx, const std::string& thesis, const std::string& id,
                                     const std::vector<std::string>& institutions) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT sealed, " + std::string(kOpenColumns) +
                                " FROM answer WHERE thesis = $1 AND id = $2 AND"
                                " institution {any $3}",
                            {thesis, id, db::TextList{institutions}}));
  if (rows.empty()) {
    return NotFound(kAnswerNotFound, "no such answer, or none that you may read",
                    {{"answer", "theses/" + thesis + "/answers/" + id}});
  }
  AnswerRow answer = AnswerOf(rows.front());
  answer.sealed = rows.front().Bytes("sealed");
  return answer;
}

absl::StatusOr<std::vector<AnswerRow>> ListAnswers(db::Tx& tx, const std::string& thesis,
                                                   const std::vector<std::string>& institutions,
                                                   const Slice& slice) {
  db::Values parameters = {thesis, db::TextList{institutions}};
  parameters.insert(parameters.end(), slice.parameters.begin(), slice.parameters.end());
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kOpenColumns) +
                                " FROM answer WHERE thesis = $1 AND institution {any $2}" +
                                slice.where + slice.order_and_limit,
                            std::move(parameters)));
  std::vector<AnswerRow> answers;
  for (const db::Row& row : rows) answers.push_back(AnswerOf(row));
  return answers;
}

absl::StatusOr<std::string> AnswerKey(db::Tx& tx, const std::string& person) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT wrapped FROM answer_key WHERE person = $1", {person}));
  return rows.empty() ? std::string() : rows.front().Bytes("wrapped");
}

void SaveAnswerKey(db::Tx& tx, const std::string& person, const std::string& wrapped) {
  tx.Execute("INSERT INTO answer_key (person, wrapped) VALUES ($1, $2)",
             {person, db::Blob{wrapped}});
}

void EraseAnswersOf(db::Tx& tx, const std::string& student) {
  tx.Execute("DELETE FROM answer_key WHERE person = $1", {student});
  tx.Execute("DELETE FROM answer WHERE student = $1", {student});
}

void RecordReading(db::Tx& tx, const Reading& reading) {
  tx.Execute(R"sql(
      INSERT INTO audit (actor, action, subject, revision, from_state, to_state, request_id,
                         before_digest, after_digest, time)
      VALUES ($1, 'read', $2, 0, '', '', $3, '', '', $4))sql",
             {reading.actor, reading.subject, reading.request_id, reading.time});
}

}  // namespace jointly::theses::store
