#include "services/budgets/store/replica_store.h"

#include <algorithm>

#include "common/error/macros.h"

namespace jointly::budgets::store {

void SaveInstitution(db::Tx& tx, const std::string& name, const std::string& time_zone,
                     std::int64_t revision) {
  tx.Execute(R"sql(
      INSERT INTO institution (name, time_zone, revision) VALUES ($1, $2, $3)
      ON CONFLICT (name) DO UPDATE
         SET time_zone = excluded.time_zone, revision = excluded.revision)sql",
             {name, time_zone, revision});
}

absl::StatusOr<std::vector<std::string>> UnknownInstitutions(
    db::Tx& tx, const std::vector<std::string>& names) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query("SELECT name FROM institution WHERE name {any $1}",
                                                 {db::TextList{names}}));
  std::vector<std::string> known;
  for (const db::Row& row : rows) known.push_back(row.Text("name"));
  std::vector<std::string> unknown;
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) unknown.push_back(name);
  }
  return unknown;
}

void SaveOffices(db::Tx& tx, const std::string& person, const std::vector<Office>& offices) {
  tx.Execute("DELETE FROM office WHERE person = $1", {person});
  for (const Office& office : offices) {
    tx.Execute(
        "INSERT INTO office (person, role, scope) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        {person, office.role, office.scope});
  }
}

absl::StatusOr<std::vector<std::string>> HoldersOf(db::Tx& tx, const std::string& role,
                                                   const std::vector<std::string>& scopes) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT DISTINCT person FROM office WHERE role = $1 AND scope {any $2} ORDER BY person)sql",
                                                 {role, db::TextList{scopes}}));
  std::vector<std::string> people;
  for (const db::Row& row : rows) people.push_back(row.Text("person"));
  return people;
}

}  // namespace jointly::budgets::store
