#include "services/identity/store/person_store.h"

#include <unordered_map>

#include "common/error/macros.h"

namespace jointly::identity::store {
namespace {

constexpr std::string_view kColumns =
    "person.id, person.institution, person.language_code, person.time_zone, person.state,"
    " person.not_before, person.revision, person.create_time, person.update_time";

Person PersonOf(const db::Row& row) {
  return {.id = row.Text("id"),
          .institution = row.Text("institution"),
          .language_code = row.Text("language_code"),
          .time_zone = row.Text("time_zone"),
          .state = ParsePersonState(row.Text("state")),
          .not_before = row.At("not_before"),
          .revision = row.Int("revision"),
          .create_time = row.At("create_time"),
          .update_time = row.At("update_time")};
}

// Who holds what, of the given people at once.
absl::Status LoadGrants(db::Tx& tx, std::vector<Person>& people) {
  std::unordered_map<std::string, Person*> by_id;
  db::TextList ids;
  for (Person& person : people) {
    by_id[person.id] = &person;
    ids.values.push_back(person.id);
  }
  if (ids.values.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT person, role, scope FROM grant_row
       WHERE person {any $1} ORDER BY person, role, scope)sql",
                                                 {ids}));
  for (const db::Row& row : rows) {
    by_id[row.Text("person")]->grants.push_back({row.Text("role"), row.Text("scope")});
  }
  return absl::OkStatus();
}

void InsertGrant(db::Tx& tx, const std::string& person, const Grant& grant) {
  tx.Execute("INSERT INTO grant_row (person, role, scope) VALUES ($1, $2, $3)",
             {person, grant.role, grant.scope});
}

}  // namespace

absl::StatusOr<Person> LoadPerson(db::Tx& tx, const std::string& id, const Scope& scope,
                                  Lock lock) {
  std::string sql = "SELECT " + std::string(kColumns) + R"sql( FROM person
      WHERE id = $1 AND (CAST($2 AS BIGINT) = 1 OR institution {any $3} OR id = $4))sql";
  if (lock == Lock::kForUpdate) sql += " {for_update}";
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query(sql, {id, scope.everybody, db::TextList{scope.institutions}, scope.self}));
  if (rows.empty()) {
    return NotFound(kPersonNotFound, "there is no such person among those whom you may see",
                    {{"name", "people/" + id}});
  }
  std::vector<Person> people = {PersonOf(rows.front())};
  RETURN_IF_ERROR(LoadGrants(tx, people));
  return std::move(people.front());
}

void InsertPerson(db::Tx& tx, const Person& person) {
  tx.Execute(
      R"sql(
      INSERT INTO person (id, institution, language_code, time_zone, state, not_before, revision,
                          create_time, update_time)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9))sql",
      {person.id, person.institution, person.language_code, person.time_zone, Name(person.state),
       person.not_before, person.revision, person.create_time, person.update_time});
  for (const Grant& grant : person.grants) InsertGrant(tx, person.id, grant);
}

void SavePerson(db::Tx& tx, const Person& before, const Person& after) {
  tx.Execute(R"sql(
      UPDATE person
         SET language_code = $2, time_zone = $3, state = $4, not_before = $5, revision = $6,
             update_time = $7
       WHERE id = $1)sql",
             {after.id, after.language_code, after.time_zone, Name(after.state), after.not_before,
              after.revision, after.update_time});
  for (const Grant& grant : before.grants) {
    if (Holds(after, grant)) continue;
    tx.Execute("DELETE FROM grant_row WHERE person = $1 AND role = $2 AND scope = $3",
               {after.id, grant.role, grant.scope});
  }
  for (const Grant& grant : after.grants) {
    if (!Holds(before, grant)) InsertGrant(tx, after.id, grant);
  }
}

absl::StatusOr<std::vector<Person>> ListPeople(db::Tx& tx, const Scope& scope,
                                               std::string_view tail,
                                               const db::Values& parameters) {
  db::Values values = {scope.everybody, db::TextList{scope.institutions}, scope.self};
  values.insert(values.end(), parameters.begin(), parameters.end());
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kColumns) + R"sql( FROM person
          WHERE (CAST($1 AS BIGINT) = 1 OR institution {any $2} OR id = $3))sql" +
                                std::string(tail),
                            std::move(values)));
  std::vector<Person> people;
  for (const db::Row& row : rows) people.push_back(PersonOf(row));
  RETURN_IF_ERROR(LoadGrants(tx, people));
  return people;
}

absl::StatusOr<std::vector<Person>> LoadPeople(db::Tx& tx, const std::vector<std::string>& ids) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query("SELECT " + std::string(kColumns) +
                                                     " FROM person WHERE id {any $1} ORDER BY id",
                                                 {db::TextList{ids}}));
  std::vector<Person> people;
  for (const db::Row& row : rows) people.push_back(PersonOf(row));
  return people;
}

absl::StatusOr<std::vector<Floor>> LoadFloors(db::Tx& tx, Time after) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT id, not_before FROM person WHERE not_before > $1", {after}));
  std::vector<Floor> floors;
  for (const db::Row& row : rows) floors.push_back({row.Text("id"), row.At("not_before")});
  return floors;
}

absl::StatusOr<std::vector<std::string>> LockAdministrators(db::Tx& tx) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(R"sql(
      SELECT person.id FROM grant_row JOIN person ON person.id = grant_row.person
       WHERE grant_row.scope = $1 AND grant_row.role = $2 AND person.state = $3
       ORDER BY person.id {for_update})sql",
                            {kEverywhere, kAdministratorRole, Name(PersonState::kActive)}));
  std::vector<std::string> people;
  for (const db::Row& row : rows) people.push_back(row.Text("id"));
  return people;
}

absl::StatusOr<std::vector<SealedPersonal>> LoadPersonal(db::Tx& tx,
                                                         const std::vector<std::string>& people) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query("SELECT person, wrapped_key, sealed FROM personal"
                                                 " WHERE person {any $1} ORDER BY person",
                                                 {db::TextList{people}}));
  std::vector<SealedPersonal> result;
  for (const db::Row& row : rows) {
    result.push_back({row.Text("person"), row.Bytes("wrapped_key"), row.Bytes("sealed")});
  }
  return result;
}

void SavePersonal(db::Tx& tx, const SealedPersonal& personal) {
  tx.Execute(R"sql(
      INSERT INTO personal (person, wrapped_key, sealed) VALUES ($1, $2, $3)
      ON CONFLICT (person) DO UPDATE SET wrapped_key = excluded.wrapped_key,
                                         sealed = excluded.sealed)sql",
             {personal.person, db::Blob{personal.wrapped_key}, db::Blob{personal.sealed}});
}

void DeletePersonal(db::Tx& tx, const std::string& person) {
  tx.Execute("DELETE FROM personal WHERE person = $1", {person});
}

}  // namespace jointly::identity::store
