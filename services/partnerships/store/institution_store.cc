#include "services/partnerships/store/institution_store.h"

#include "common/error/macros.h"
#include "services/partnerships/store/lists.h"

namespace jointly::partnerships::store {
namespace {

constexpr std::string_view kInstitutionColumns =
    "id, display_name, localized_names, region_code, time_zone, schac_domain, ror, erasmus_code,"
    " academic_year_start_month, website, demo, revision, create_time, update_time";
constexpr std::string_view kUnitColumns =
    "institution, unit, display_name, localized_names, parent_unit, revision, create_time,"
    " update_time";

Institution InstitutionOf(const db::Row& row) {
  return {.id = row.Text("id"),
          .display_name = row.Text("display_name"),
          .localized_names = DecodeMap(row.Text("localized_names")),
          .region_code = row.Text("region_code"),
          .time_zone = row.Text("time_zone"),
          .schac_domain = row.Text("schac_domain"),
          .ror = row.Text("ror"),
          .erasmus_code = row.Text("erasmus_code"),
          .academic_year_start_month = static_cast<int>(row.Int("academic_year_start_month")),
          .website = row.Text("website"),
          .demo = row.Bool("demo"),
          .revision = row.Int("revision"),
          .create_time = row.At("create_time"),
          .update_time = row.At("update_time")};
}

Unit UnitOf(const db::Row& row) {
  return {.institution = row.Text("institution"),
          .id = row.Text("unit"),
          .display_name = row.Text("display_name"),
          .localized_names = DecodeMap(row.Text("localized_names")),
          .parent_unit = row.Text("parent_unit"),
          .revision = row.Int("revision"),
          .create_time = row.At("create_time"),
          .update_time = row.At("update_time")};
}

db::Values ValuesOf(const Institution& i) {
  return {i.id,          i.display_name, EncodeMap(i.localized_names),
          i.region_code, i.time_zone,    i.schac_domain,
          i.ror,         i.erasmus_code, i.academic_year_start_month,
          i.website,     i.demo,         i.revision,
          i.create_time, i.update_time};
}

}  // namespace

absl::StatusOr<Institution> LoadInstitution(db::Tx& tx, const std::string& id, bool for_update) {
  const std::string sql = "SELECT " + std::string(kInstitutionColumns) +
                          " FROM institution WHERE id = $1" + (for_update ? " {for_update}" : "");
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(sql, {id}));
  if (rows.empty()) {
    return NotFound(kInstitutionNotFound, "There is no institution institutions/" + id + ".",
                    {{"name", "institutions/" + id}});
  }
  return InstitutionOf(rows.front());
}

void InsertInstitution(db::Tx& tx, const Institution& institution) {
  tx.Execute(R"sql(
      INSERT INTO institution (id, display_name, localized_names, region_code, time_zone,
                               schac_domain, ror, erasmus_code, academic_year_start_month, website,
                               demo, revision, create_time, update_time)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14))sql",
             ValuesOf(institution));
}

void SaveInstitution(db::Tx& tx, const Institution& institution) {
  tx.Execute(R"sql(
      UPDATE institution
         SET display_name = $2, localized_names = $3, region_code = $4, time_zone = $5,
             schac_domain = $6, ror = $7, erasmus_code = $8, academic_year_start_month = $9,
             website = $10, demo = $11, revision = $12, create_time = $13, update_time = $14
       WHERE id = $1)sql",
             ValuesOf(institution));
}

absl::StatusOr<std::vector<Institution>> ListInstitutions(db::Tx& tx, std::string_view tail,
                                                          db::Values parameters) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kInstitutionColumns) +
                                " FROM institution WHERE 1 = 1" + std::string(tail),
                            std::move(parameters)));
  std::vector<Institution> institutions;
  for (const db::Row& row : rows) institutions.push_back(InstitutionOf(row));
  return institutions;
}

absl::StatusOr<Unit> LoadUnit(db::Tx& tx, const std::string& institution, const std::string& unit) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kUnitColumns) + " FROM unit WHERE id = $1",
                            {institution + "/" + unit}));
  if (rows.empty()) {
    const std::string name = "institutions/" + institution + "/units/" + unit;
    return NotFound(kUnitNotFound, "There is no unit " + name + ".", {{"name", name}});
  }
  return UnitOf(rows.front());
}

void InsertUnit(db::Tx& tx, const Unit& unit) {
  tx.Execute(
      R"sql(
      INSERT INTO unit (id, institution, unit, display_name, localized_names, parent_unit, revision,
                        create_time, update_time)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9))sql",
      {UnitKey(unit), unit.institution, unit.id, unit.display_name, EncodeMap(unit.localized_names),
       unit.parent_unit, unit.revision, unit.create_time, unit.update_time});
}

absl::StatusOr<std::vector<Unit>> ListUnits(db::Tx& tx, const std::string& institution,
                                            std::string_view tail, db::Values parameters) {
  parameters.insert(parameters.begin(), db::Value(institution));
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kUnitColumns) +
                                " FROM unit WHERE institution = $1" + std::string(tail),
                            std::move(parameters)));
  std::vector<Unit> units;
  for (const db::Row& row : rows) units.push_back(UnitOf(row));
  return units;
}

std::string UnitKey(const Unit& unit) { return unit.institution + "/" + unit.id; }

}  // namespace jointly::partnerships::store
