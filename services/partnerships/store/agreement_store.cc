#include "services/partnerships/store/agreement_store.h"

#include <cstdlib>

#include "common/error/macros.h"
#include "services/partnerships/store/lists.h"

namespace jointly::partnerships::store {
namespace {

constexpr std::string_view kColumns =
    "id, display_name, first_partner, second_partner, start_date, end_date, state, proposer,"
    " version, effective_version, termination_date, comment, demo, revision, create_time,"
    " update_time";

std::optional<Date> DateOf(const db::Row& row, std::string_view column) {
  if (row.IsNull(column)) return std::nullopt;
  const auto date = ParseDate(row.Text(column));
  if (!date.ok()) return std::nullopt;
  return *date;
}

db::Value ValueOf(const std::optional<Date>& date) {
  return date.has_value() ? db::Value(FormatDate(*date)) : db::Value(db::Null{});
}

Agreement AgreementOf(const db::Row& row) {
  return {.id = row.Text("id"),
          .display_name = row.Text("display_name"),
          .partners = {row.Text("first_partner"), row.Text("second_partner")},
          .start_date = DateOf(row, "start_date"),
          .end_date = DateOf(row, "end_date"),
          .state = ParseState(row.Text("state")).value_or(State::kDraft),
          .proposer = row.Text("proposer"),
          .version = static_cast<int>(row.Int("version")),
          .effective_version = static_cast<int>(row.Int("effective_version")),
          .termination_date = DateOf(row, "termination_date"),
          .comment = row.Text("comment"),
          .demo = row.Bool("demo"),
          .revision = row.Int("revision"),
          .create_time = row.At("create_time"),
          .update_time = row.At("update_time")};
}

std::vector<LanguageRequirement> LanguagesOf(std::string_view text) {
  std::vector<LanguageRequirement> languages;
  for (const std::string& item : Split(text, '\n')) {
    const std::vector<std::string> parts = Split(item, '\t');
    if (parts.size() == 3) languages.push_back({parts[0], parts[1], std::atoi(parts[2].c_str())});
  }
  return languages;
}

std::string TextOf(const std::vector<LanguageRequirement>& languages) {
  std::vector<std::string> items;
  for (const LanguageRequirement& language : languages) {
    items.push_back(language.language_code + "\t" + language.cefr_level + "\t" +
                    std::to_string(language.alternative_group));
  }
  return Join(items, '\n');
}

Condition ConditionOf(const db::Row& row) {
  Condition condition{
      .id = row.Text("id"),
      .sending_institution = row.Text("sending_institution"),
      .receiving_institution = row.Text("receiving_institution"),
      .sending_unit = row.Text("sending_unit"),
      .receiving_unit = row.Text("receiving_unit"),
      .first_academic_year = row.Text("first_academic_year"),
      .last_academic_year = row.Text("last_academic_year"),
      .places_per_year = static_cast<int>(row.Int("places_per_year")),
      .measure = static_cast<Measure>(row.Int("measure")),
      .term = static_cast<Term>(row.Int("term")),
      .isced_codes = Split(row.Text("isced_codes"), '\n'),
      .isced_match = static_cast<IscedMatch>(row.Int("isced_match")),
      .languages = LanguagesOf(row.Text("languages")),
      .minimum_grade_thousandths = static_cast<int>(row.Int("minimum_grade_thousandths")),
      .maximum_months = static_cast<int>(row.Int("maximum_months"))};
  for (const std::string& level : Split(row.Text("eqf_levels"), '\n')) {
    condition.eqf_levels.push_back(std::atoi(level.c_str()));
  }
  return condition;
}

absl::Status LoadConditions(db::Tx& tx, Agreement& agreement) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(R"sql(
      SELECT * FROM agreement_condition
       WHERE agreement = $1 AND version IN ($2, $3)
       ORDER BY version, position)sql",
                            {agreement.id, agreement.version, agreement.effective_version}));
  for (const db::Row& row : rows) {
    const bool present = row.Int("version") == agreement.version;
    (present ? agreement.conditions : agreement.effective_conditions).push_back(ConditionOf(row));
  }
  return absl::OkStatus();
}

void SaveConditions(db::Tx& tx, const Agreement& agreement) {
  tx.Execute("DELETE FROM agreement_condition WHERE agreement = $1 AND version = $2",
             {agreement.id, agreement.version});
  for (std::size_t i = 0; i < agreement.conditions.size(); ++i) {
    const Condition& c = agreement.conditions[i];
    std::vector<std::string> levels;
    for (const int level : c.eqf_levels) levels.push_back(std::to_string(level));
    tx.Execute(R"sql(
        INSERT INTO agreement_condition (
          agreement, version, position, id, sending_institution, receiving_institution,
          sending_unit, receiving_unit, first_academic_year, last_academic_year, places_per_year,
          measure, term, eqf_levels, isced_codes, isced_match, languages,
          minimum_grade_thousandths, maximum_months)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                $19))sql",
               {agreement.id, agreement.version, static_cast<std::int64_t>(i), c.id,
                c.sending_institution, c.receiving_institution, c.sending_unit, c.receiving_unit,
                c.first_academic_year, c.last_academic_year, c.places_per_year,
                static_cast<int>(c.measure), static_cast<int>(c.term), Join(levels, '\n'),
                Join(c.isced_codes, '\n'), static_cast<int>(c.isced_match), TextOf(c.languages),
                c.minimum_grade_thousandths, c.maximum_months});
  }
}

db::Values ValuesOf(const Agreement& a) {
  return {a.id,
          a.display_name,
          a.partners[0],
          a.partners[1],
          ValueOf(a.start_date),
          ValueOf(a.end_date),
          Name(a.state),
          a.proposer,
          a.version,
          a.effective_version,
          ValueOf(a.termination_date),
          a.comment,
          a.demo,
          a.revision,
          a.create_time,
          a.update_time};
}

constexpr std::string_view kScope =
    " (effective_version > 0 OR first_partner {any $1} OR second_partner {any $1}"
    " OR CAST($2 AS BIGINT) = 1)";

}  // namespace

absl::StatusOr<Agreement> LoadAgreement(db::Tx& tx, const std::string& id, const Viewer& viewer,
                                        bool for_update) {
  const std::string sql = "SELECT " + std::string(kColumns) + " FROM agreement WHERE id = $3 AND" +
                          std::string(kScope) + (for_update ? " {for_update}" : "");
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(sql, {db::TextList{viewer.institutions}, viewer.everywhere, id}));
  if (rows.empty()) {
    return NotFound(kAgreementNotFound, "There is no agreement agreements/" + id + ".",
                    {{"name", "agreements/" + id}});
  }
  Agreement agreement = AgreementOf(rows.front());
  RETURN_IF_ERROR(LoadConditions(tx, agreement));
  return agreement;
}

void InsertAgreement(db::Tx& tx, const Agreement& agreement) {
  tx.Execute(R"sql(
      INSERT INTO agreement (id, display_name, first_partner, second_partner, start_date, end_date,
                             state, proposer, version, effective_version, termination_date, comment,
                             demo, revision, create_time, update_time)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16))sql",
             ValuesOf(agreement));
  SaveConditions(tx, agreement);
}

void SaveAgreement(db::Tx& tx, const Agreement& agreement, bool text_changed) {
  tx.Execute(R"sql(
      UPDATE agreement
         SET display_name = $2, first_partner = $3, second_partner = $4, start_date = $5,
             end_date = $6, state = $7, proposer = $8, version = $9, effective_version = $10,
             termination_date = $11, comment = $12, demo = $13, revision = $14, create_time = $15,
             update_time = $16
       WHERE id = $1)sql",
             ValuesOf(agreement));
  if (text_changed) SaveConditions(tx, agreement);
}

absl::StatusOr<std::vector<Agreement>> ListAgreements(db::Tx& tx, const Viewer& viewer,
                                                      std::string_view tail,
                                                      db::Values parameters) {
  parameters.insert(parameters.begin(),
                    {db::Value(db::TextList{viewer.institutions}), db::Value(viewer.everywhere)});
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kColumns) + " FROM agreement WHERE" +
                                std::string(kScope) + std::string(tail),
                            std::move(parameters)));
  std::vector<Agreement> agreements;
  for (const db::Row& row : rows) {
    agreements.push_back(AgreementOf(row));
    RETURN_IF_ERROR(LoadConditions(tx, agreements.back()));
  }
  return agreements;
}

absl::StatusOr<AgreementCounts> CountAgreements(db::Tx& tx, const Viewer& viewer,
                                                const std::vector<std::string>& partners) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query("SELECT state, COUNT(*) AS agreements, MIN(CASE WHEN"
               " effective_version > 0 THEN start_date END) AS earliest"
               " FROM agreement WHERE" +
                   std::string(kScope) +
                   " AND first_partner {any $3} AND second_partner {any $3}"
                   " GROUP BY state",
               {db::TextList{viewer.institutions}, viewer.everywhere, db::TextList{partners}}));
  AgreementCounts counts;
  for (const db::Row& row : rows) {
    counts.by_state[ParseState(row.Text("state")).value_or(State::kDraft)] +=
        static_cast<int>(row.Int("agreements"));
    const std::optional<Date> earliest = DateOf(row, "earliest");
    if (earliest.has_value() && (!counts.earliest_start || *earliest < *counts.earliest_start)) {
      counts.earliest_start = earliest;
    }
  }
  return counts;
}

}  // namespace jointly::partnerships::store
