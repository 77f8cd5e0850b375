#include "services/theses/store/rule_set_store.h"

#include "common/error/macros.h"

namespace jointly::theses::store {
namespace {

RuleSetRow RuleSetOf(const db::Row& row, bool with_document) {
  RuleSetRow set;
  set.id = row.Text("id");
  set.version = row.Int("version");
  if (with_document) set.document = row.Text("document");
  set.institution = row.Text("institution");
  set.source = row.Text("source");
  set.publisher = row.Text("publisher");
  set.create_time = row.At("create_time");
  return set;
}

}  // namespace

absl::StatusOr<std::optional<RuleSetRow>> LatestRuleSet(db::Tx& tx, const std::string& id) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT id, version, document, institution, source, publisher, create_time
        FROM rule_set WHERE id = $1 ORDER BY version DESC LIMIT 1)sql",
                                                 {id}));
  if (rows.empty()) return std::nullopt;
  return RuleSetOf(rows.front(), true);
}

absl::StatusOr<std::vector<RuleSetRow>> LatestRuleSets(db::Tx& tx, bool with_documents) {
  const std::string document = with_documents ? "document, " : "";
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query("SELECT " + document +
               "id, version, institution, source, publisher, create_time FROM rule_set AS last"
               " WHERE version = (SELECT MAX(version) FROM rule_set WHERE id = last.id)"
               " ORDER BY id"));
  std::vector<RuleSetRow> sets;
  for (const db::Row& row : rows) sets.push_back(RuleSetOf(row, with_documents));
  return sets;
}

void InsertRuleSet(db::Tx& tx, const RuleSetRow& row) {
  tx.Execute(R"sql(
      INSERT INTO rule_set (id, version, document, institution, source, publisher, create_time)
      VALUES ($1, $2, $3, $4, $5, $6, $7))sql",
             {row.id, row.version, row.document, row.institution, row.source, row.publisher,
              row.create_time});
}

absl::StatusOr<std::string> RuleStamp(db::Tx& tx, Lock lock) {
  const std::string token = db::LockToken(lock);
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT stamp FROM rule_book WHERE id = 1" + token));
  return rows.empty() ? std::string() : rows.front().Text("stamp");
}

void SaveRuleStamp(db::Tx& tx, const std::string& stamp) {
  tx.Execute("UPDATE rule_book SET stamp = $1 WHERE id = 1", {stamp});
}

absl::StatusOr<std::vector<std::string>> InstitutionsOfRegion(db::Tx& tx,
                                                              const std::string& region) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query("SELECT name FROM institution WHERE region_code = $1 ORDER BY name", {region}));
  std::vector<std::string> names;
  for (const db::Row& row : rows) names.push_back(row.Text("name"));
  return names;
}

absl::StatusOr<int> AskForRecomputation(db::Tx& tx, const Touched& touched, Time now) {
  std::string where = "live = 1";
  db::Values parameters;
  const auto narrow = [&](const std::vector<std::string>& names, const std::string& column) {
    if (names.empty()) return;
    parameters.emplace_back(db::TextList{names});
    const std::string token = " {any $" + std::to_string(parameters.size()) + "}";
    where += " AND (" + column + "_a" + token + " OR " + column + "_b" + token + ")";
  };
  narrow(touched.institutions, "institution");
  narrow(touched.schools, "school");
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT COUNT(*) AS count FROM thesis WHERE " + where, parameters));
  parameters.emplace_back(now);
  const std::string time = "CAST($" + std::to_string(parameters.size()) + " AS BIGINT)";
  tx.Execute("INSERT INTO recompute (thesis, ask_time) SELECT id, " + time + " FROM thesis WHERE " +
                 where + " ON CONFLICT (thesis) DO UPDATE SET ask_time = excluded.ask_time",
             std::move(parameters));
  return static_cast<int>(rows.front().Int("count"));
}

void AskForRecomputationOf(db::Tx& tx, const std::string& thesis, Time now) {
  tx.Execute(
      "INSERT INTO recompute (thesis, ask_time) VALUES ($1, $2)"
      " ON CONFLICT (thesis) DO UPDATE SET ask_time = excluded.ask_time",
      {thesis, now});
}

absl::StatusOr<std::vector<std::string>> WaitingTheses(db::Tx& tx, const std::string& after,
                                                       int limit) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query("SELECT thesis FROM recompute WHERE thesis > $1 ORDER BY thesis LIMIT $2"
               " {skip_locked}",
               {after, limit}));
  std::vector<std::string> theses;
  for (const db::Row& row : rows) theses.push_back(row.Text("thesis"));
  return theses;
}

void DoneWith(db::Tx& tx, const std::vector<std::string>& theses) {
  tx.Execute("DELETE FROM recompute WHERE thesis {any $1}", {db::TextList{theses}});
}

absl::StatusOr<std::int64_t> CountWaiting(db::Tx& tx) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query("SELECT COUNT(*) AS count FROM recompute"));
  return rows.front().Int("count");
}

}  // namespace jointly::theses::store
