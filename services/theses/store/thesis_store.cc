#include "services/theses/store/thesis_store.h"

#include <algorithm>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/theses/store/thesis_record.h"

namespace jointly::theses::store {
namespace {

constexpr std::string_view kColumns =
    "thesis.id, thesis.title, thesis.student, thesis.state, thesis.award_mode, thesis.theses_fr, "
    "thesis.record, thesis.create_time, thesis.update_time, thesis.revision, thesis.demo";

Thesis ReadThesis(const db::Row& row) {
  Thesis thesis;
  thesis.id = row.Text("id");
  thesis.title = row.Text("title");
  thesis.student = row.Text("student");
  const auto state = ParseThesisState(row.Text("state"));
  Check(state.has_value(), "a thesis in an unknown state");
  thesis.state = *state;
  thesis.award_mode = row.Text("award_mode");
  thesis.theses_fr_number = row.Text("theses_fr");
  thesis.create_time = row.At("create_time");
  thesis.update_time = row.At("update_time");
  thesis.revision = row.Int("revision");
  thesis.demo = row.Bool("demo");
  UnpackThesis(row.Text("record"), thesis);
  return thesis;
}

std::string TextOf(const std::optional<Date>& date) {
  return date.has_value() ? FormatDate(*date) : std::string();
}

std::string DefendedDate(const Thesis& thesis) {
  return Passed(thesis) ? TextOf(thesis.defence->held) : std::string();
}

absl::StatusOr<std::vector<std::string>> Ids(db::Tx& tx, std::string_view sql,
                                             const db::Values& parameters) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(sql, parameters));
  std::vector<std::string> ids;
  for (const db::Row& row : rows) ids.push_back(row.Text("id"));
  return ids;
}

}  // namespace

absl::StatusOr<Thesis> LoadThesis(db::Tx& tx, const std::string& id, const Scope& scope,
                                  Lock lock) {
  const Condition condition = ScopeCondition(scope, /*first=*/2);
  db::Values parameters = {id};
  parameters.insert(parameters.end(), condition.parameters.begin(), condition.parameters.end());
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query("SELECT " + std::string(kColumns) +
                                                     " FROM thesis WHERE thesis.id = $1 AND " +
                                                     condition.sql + db::LockToken(lock),
                                                 parameters));
  if (rows.empty()) {
    return NotFound(kThesisNotFound, "no such thesis within your reach",
                    {{"thesis", "theses/" + id}});
  }
  return ReadThesis(rows.front());
}

int ThesisScopeParameters(const Scope& scope) { return ScopeCondition(scope, 1).next - 1; }

absl::StatusOr<std::vector<Thesis>> ListTheses(db::Tx& tx, const Scope& scope, const Slice& slice) {
  Condition condition = ScopeCondition(scope, /*first=*/1);
  condition.parameters.insert(condition.parameters.end(), slice.parameters.begin(),
                              slice.parameters.end());
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kColumns) + " FROM thesis WHERE " +
                                condition.sql + slice.where + slice.order_and_limit,
                            condition.parameters));
  std::vector<Thesis> theses;
  for (const db::Row& row : rows) theses.push_back(ReadThesis(row));
  return theses;
}

void InsertThesis(db::Tx& tx, const Thesis& thesis, const std::string& plan_digest) {
  const Side& a = thesis.sides[0];
  const Side& b = thesis.sides[1];
  tx.Execute(R"sql(
      INSERT INTO thesis (id, title, student, institution_a, school_a, director_a, institution_b,
                          school_b, director_b, state, award_mode, start_date, defended_date,
                          theses_fr, record, plan_digest, live, create_time, update_time, revision,
                          demo)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
              $20, $21))sql",
             {thesis.id,
              thesis.title,
              thesis.student,
              a.institution,
              a.school,
              a.director,
              b.institution,
              b.school,
              b.director,
              Name(thesis.state),
              thesis.award_mode,
              TextOf(StartDate(thesis)),
              DefendedDate(thesis),
              thesis.theses_fr_number,
              PackThesis(thesis),
              plan_digest,
              !Ended(thesis.state),
              thesis.create_time,
              thesis.update_time,
              thesis.revision,
              thesis.demo});
}

void SaveThesis(db::Tx& tx, const Thesis& thesis, const std::string& plan_digest) {
  const Side& a = thesis.sides[0];
  const Side& b = thesis.sides[1];
  tx.Execute(R"sql(
      UPDATE thesis
         SET title = $1, school_a = $2, director_a = $3, school_b = $4, director_b = $5,
             state = $6, award_mode = $7, start_date = $8, defended_date = $9, theses_fr = $10,
             record = $11, plan_digest = $12, live = $13, update_time = $14, revision = $15
       WHERE id = $16)sql",
             {thesis.title, a.school, a.director, b.school, b.director, Name(thesis.state),
              thesis.award_mode, TextOf(StartDate(thesis)), DefendedDate(thesis),
              thesis.theses_fr_number, PackThesis(thesis), plan_digest, !Ended(thesis.state),
              thesis.update_time, thesis.revision, thesis.id});
}

absl::StatusOr<std::string> PlanDigest(db::Tx& tx, const std::string& id) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT plan_digest FROM thesis WHERE id = $1", {id}));
  return rows.empty() ? std::string() : rows.front().Text("plan_digest");
}

absl::StatusOr<std::vector<std::string>> LiveTheses(db::Tx& tx, const std::string& after,
                                                    int limit) {
  return Ids(tx, "SELECT id FROM thesis WHERE live = 1 AND id > $1 ORDER BY id LIMIT $2",
             {after, limit});
}

absl::StatusOr<std::vector<std::string>> ThesesOf(db::Tx& tx, const std::string& student) {
  return Ids(tx, "SELECT id FROM thesis WHERE student = $1 ORDER BY id", {student});
}

absl::StatusOr<std::vector<std::string>> ThesesBetween(db::Tx& tx,
                                                       const std::vector<std::string>& partners) {
  return Ids(tx, R"sql(
      SELECT id FROM thesis
       WHERE live = 1 AND institution_a {any $1} AND institution_b {any $1} ORDER BY id)sql",
             {db::TextList{partners}});
}

absl::StatusOr<std::vector<HistoryRow>> ListHistory(db::Tx& tx, const std::string& subject,
                                                    std::int64_t after_id, int limit) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT id, time, action, from_state, to_state, actor, revision
        FROM audit WHERE subject = $1 AND id > $2 ORDER BY id LIMIT $3)sql",
                                                 {subject, after_id, limit}));
  std::vector<HistoryRow> history;
  for (const db::Row& row : rows) {
    history.push_back({.id = row.Int("id"),
                       .time = row.At("time"),
                       .action = row.TextOr("action"),
                       .from = row.TextOr("from_state"),
                       .to = row.TextOr("to_state"),
                       .actor = row.TextOr("actor"),
                       .revision = row.IntOr("revision")});
  }
  return history;
}

}  // namespace jointly::theses::store
