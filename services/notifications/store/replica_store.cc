#include "services/notifications/store/replica_store.h"

#include "common/error/macros.h"

namespace jointly::notifications::store {
namespace {

constexpr std::string_view kSelectCall = R"sql(
    SELECT name, title, home_institution, decision_time, state, revision
      FROM call_card WHERE name = $1)sql";

CallCard CallFromRow(const db::Row& row) {
  return {.name = row.Text("name"),
          .title = row.Text("title"),
          .home_institution = row.Text("home_institution"),
          .decision_time = row.At("decision_time"),
          .state = row.Text("state"),
          .revision = row.Int("revision")};
}

}  // namespace

void SaveInstitution(db::Tx& tx, const Institution& institution) {
  tx.Execute(R"sql(
      INSERT INTO institution (name, display_name, time_zone, revision) VALUES ($1, $2, $3, $4)
      ON CONFLICT (name) DO UPDATE
         SET display_name = excluded.display_name, time_zone = excluded.time_zone,
             revision = excluded.revision)sql",
             {institution.name, institution.display_name, institution.zone, institution.revision});
  tx.Execute("DELETE FROM institution_name WHERE institution = $1", {institution.name});
  for (const auto& [language, text] : institution.localized_names) {
    tx.Execute("INSERT INTO institution_name (institution, language, text) VALUES ($1, $2, $3)",
               {institution.name, language, text});
  }
}

absl::StatusOr<CallCard> LockCall(db::Tx& tx, const std::string& name) {
  tx.Execute(R"sql(
      INSERT INTO call_card (name, title, home_institution, decision_time, state, revision)
      VALUES ($1, '', '', $2, '', 0)
      ON CONFLICT DO NOTHING)sql",
             {name, kNever});
  ASSIGN_OR_RETURN(const auto rows, tx.Query(std::string(kSelectCall) + " {for_update}", {name}));
  if (rows.empty()) return Internal(kInternal, "a call card vanished while it was locked");
  return CallFromRow(rows.front());
}

absl::StatusOr<std::optional<CallCard>> FindCall(db::Tx& tx, const std::string& name) {
  ASSIGN_OR_RETURN(const auto rows, tx.Query(kSelectCall, {name}));
  if (rows.empty()) return std::nullopt;
  return CallFromRow(rows.front());
}

void SaveCall(db::Tx& tx, const CallCard& call) {
  tx.Execute(R"sql(
      UPDATE call_card
         SET title = $2, home_institution = $3, decision_time = $4, state = $5, revision = $6
       WHERE name = $1)sql",
             {call.name, call.title, call.home_institution, call.decision_time, call.state,
              call.revision});
}

void SaveApplicant(db::Tx& tx, const Applicant& applicant) {
  tx.Execute(R"sql(
      INSERT INTO applicant (application, call, student, home_institution, state, revision)
      VALUES ($1, $2, $3, $4, $5, $6)
      ON CONFLICT (application) DO UPDATE
         SET state = excluded.state, revision = excluded.revision)sql",
             {applicant.application, applicant.call, applicant.student, applicant.home_institution,
              applicant.state, applicant.revision});
}

absl::StatusOr<std::vector<std::string>> LiveApplicants(db::Tx& tx, const std::string& call) {
  ASSIGN_OR_RETURN(const auto rows, tx.Query(R"sql(
      SELECT DISTINCT student
        FROM applicant
       WHERE call = $1
         AND state NOT IN ('declined', 'expired', 'rejected_final', 'withdrawn', 'nominated')
       ORDER BY student)sql",
                                             {call}));
  std::vector<std::string> out;
  for (const db::Row& row : rows) out.push_back(row.Text("student"));
  return out;
}

absl::StatusOr<std::map<std::string, std::string>> NamesOf(db::Tx& tx,
                                                           std::vector<std::string> resources,
                                                           const std::string& language) {
  std::map<std::string, std::string> out;
  if (resources.empty()) return out;
  const db::TextList list{std::move(resources)};
  ASSIGN_OR_RETURN(const auto institutions, tx.Query(R"sql(
      SELECT institution.name, institution.display_name, institution_name.text
        FROM institution
        LEFT JOIN institution_name ON institution_name.institution = institution.name
                                  AND institution_name.language = $2
       WHERE institution.name {any $1})sql",
                                                     {list, language}));
  for (const db::Row& row : institutions) {
    out[row.Text("name")] = row.TextOr("text", row.Text("display_name"));
  }
  ASSIGN_OR_RETURN(const auto calls,
                   tx.Query("SELECT name, title FROM call_card WHERE name {any $1}", {list}));
  for (const db::Row& row : calls) out[row.Text("name")] = row.Text("title");
  return out;
}

}  // namespace jointly::notifications::store
