#include "services/theses/store/replica_store.h"

#include <algorithm>

#include "common/error/macros.h"

namespace jointly::theses::store {
namespace {

absl::StatusOr<std::vector<std::string>> Unknown(db::Tx& tx, std::string_view sql,
                                                 const std::vector<std::string>& names) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(sql, {db::TextList{names}}));
  std::vector<std::string> known;
  for (const db::Row& row : rows) known.push_back(row.Text("name"));
  std::vector<std::string> unknown;
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) unknown.push_back(name);
  }
  return unknown;
}

}  // namespace

void SaveInstitution(db::Tx& tx, const Place& place, std::int64_t revision) {
  tx.Execute(R"sql(
      INSERT INTO institution (name, time_zone, region_code, academic_year_start_month, revision)
      VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (name) DO UPDATE
         SET time_zone = excluded.time_zone, region_code = excluded.region_code,
             academic_year_start_month = excluded.academic_year_start_month,
             revision = excluded.revision)sql",
             {place.name, place.zone, place.region, place.academic_year_start_month, revision});
}

void SaveUnit(db::Tx& tx, const std::string& name, std::int64_t revision) {
  tx.Execute(R"sql(
      INSERT INTO unit (name, revision) VALUES ($1, $2)
      ON CONFLICT (name) DO UPDATE SET revision = excluded.revision)sql",
             {name, revision});
}

void SavePerson(db::Tx& tx, const std::string& name, const std::string& state,
                std::int64_t revision) {
  tx.Execute(R"sql(
      INSERT INTO person (name, state, revision) VALUES ($1, $2, $3)
      ON CONFLICT (name) DO UPDATE
         SET state = excluded.state, revision = excluded.revision)sql",
             {name, state, revision});
}

void SaveFramework(db::Tx& tx, const Framework& framework) {
  if (framework.partners.size() != 2) return;
  const auto [first, second] = std::minmax(framework.partners[0], framework.partners[1]);
  tx.Execute(
      R"sql(
      INSERT INTO framework (name, first, second, state, end_date, revision)
      VALUES ($1, $2, $3, $4, $5, $6)
      ON CONFLICT (name) DO UPDATE
         SET state = excluded.state, end_date = excluded.end_date,
             revision = excluded.revision)sql",
      {framework.name, first, second, framework.state, framework.end_date, framework.revision});
}

absl::StatusOr<std::string> EndedFramework(db::Tx& tx, const std::vector<std::string>& partners) {
  const auto [first, second] = std::minmax(partners[0], partners[1]);
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT name, state FROM framework WHERE first = $1 AND second = $2
       ORDER BY end_date, name)sql",
                                                 {first, second}));
  std::string ended;
  for (const db::Row& row : rows) {
    const std::string& state = row.Text("state");
    if (state == "in_effect") return std::string();
    if (state == "terminated" || state == "expired") ended = row.Text("name");
  }
  return ended;
}

absl::StatusOr<std::array<Place, 2>> LoadPlaces(db::Tx& tx, const std::string& first,
                                                const std::string& second) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT name, time_zone, region_code, academic_year_start_month FROM institution
       WHERE name {any $1})sql",
                                                 {db::TextList{{first, second}}}));
  std::array<Place, 2> places;
  places[0].name = first;
  places[1].name = second;
  for (const db::Row& row : rows) {
    for (Place& place : places) {
      if (place.name != row.Text("name")) continue;
      place.zone = row.Text("time_zone");
      place.region = row.Text("region_code");
      place.academic_year_start_month = static_cast<unsigned>(row.Int("academic_year_start_month"));
    }
  }
  return places;
}

absl::StatusOr<std::vector<std::string>> UnknownInstitutions(
    db::Tx& tx, const std::vector<std::string>& names) {
  return Unknown(tx, "SELECT name FROM institution WHERE name {any $1}", names);
}

absl::StatusOr<std::vector<std::string>> UnknownUnits(db::Tx& tx,
                                                      const std::vector<std::string>& names) {
  return Unknown(tx, "SELECT name FROM unit WHERE name {any $1}", names);
}

absl::StatusOr<std::vector<std::string>> UnknownPeople(db::Tx& tx,
                                                       const std::vector<std::string>& names) {
  return Unknown(tx, "SELECT name FROM person WHERE name {any $1} AND state = 'active'", names);
}

}  // namespace jointly::theses::store
