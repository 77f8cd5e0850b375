#include "services/mobility/store/mobility_store.h"

#include "common/error/check.h"
#include "common/error/macros.h"

namespace jointly::mobility::store {
namespace {

constexpr std::string_view kMobilityColumns =
    "mobility.id, mobility.application, mobility.student, mobility.sending_institution, "
    "mobility.sending_unit, mobility.receiving_institution, mobility.receiving_unit, "
    "mobility.agreement, mobility.condition, mobility.quota, mobility.places, mobility.term, "
    "mobility.sending_academic_year, mobility.receiving_academic_year, mobility.isced_code, "
    "mobility.eqf_level, mobility.state, mobility.proposal_id, mobility.host_comment, "
    "mobility.cancel_reason, mobility.planned_start_date, mobility.planned_end_date, "
    "mobility.funding_state, mobility.funding_reference, mobility.funding_commitment, "
    "mobility.funding_amount, mobility.funding_currency, mobility.funding_reason, "
    "mobility.funding_message, mobility.funding_facts, mobility.funding_request_number, "
    "mobility.create_time, mobility.update_time, mobility.revision, "
    "mobility.demo, personal.sealed, personal_key.wrapped, ";

constexpr std::string_view kMobilityJoins =
    " JOIN call ON call.id = mobility.call"
    " LEFT JOIN personal ON personal.mobility = mobility.id"
    " LEFT JOIN personal_key ON personal_key.person = mobility.student ";

ScopeColumns Columns() {
  return {.student = "mobility.student",
          .institutions = {"mobility.sending_institution", "mobility.receiving_institution"},
          .units = {"mobility.sending_unit", "mobility.receiving_unit"}};
}

std::optional<Date> MaybeDate(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto date = ParseDate(text);
  Check(date.ok(), "a date that was stored is none");
  return *date;
}

std::string TextOf(const std::optional<Date>& date) {
  return date.has_value() ? FormatDate(*date) : std::string();
}

MobilityRow ReadMobility(const db::Row& columns) {
  db::Reader reader(columns);
  MobilityRow row;
  MobilityCase& mobility = row.mobility;
  mobility.id = reader.Text();
  mobility.application = reader.Text();
  mobility.student = reader.Text();
  mobility.sending_institution = reader.Text();
  row.sending_unit = reader.Text();
  mobility.receiving_institution = reader.Text();
  row.receiving_unit = reader.Text();
  mobility.agreement = reader.Text();
  mobility.condition = reader.Text();
  mobility.quota = reader.Text();
  mobility.places = reader.Int();
  mobility.term = ParseTerm(reader.Text()).value_or(Term::kUnspecified);
  mobility.sending_academic_year = reader.Text();
  mobility.receiving_academic_year = reader.Text();
  mobility.isced_code = reader.Text();
  mobility.eqf_level = reader.Int();
  const auto state = ParseMobilityState(reader.Text());
  Check(state.has_value(), "a mobility in an unknown state");
  mobility.state = *state;
  mobility.proposal_id = reader.Text();
  mobility.host_comment = reader.Text();
  mobility.cancel_reason = reader.Text();
  mobility.planned_start = MaybeDate(reader.Text());
  mobility.planned_end = MaybeDate(reader.Text());
  const auto funding = ParseFundingState(reader.Text());
  Check(funding.has_value(), "a mobility with an unknown funding");
  mobility.funding.state = *funding;
  mobility.funding.reference = reader.Text();
  mobility.funding.commitment = reader.Text();
  mobility.funding.amount = reader.Text();
  mobility.funding.currency_code = reader.Text();
  mobility.funding.reason = reader.Text();
  mobility.funding.message = reader.Text();
  mobility.funding.facts = db::UnpackFacts(reader.Text());
  mobility.funding.request_number = reader.Int();
  mobility.create_time = reader.At();
  mobility.update_time = reader.At();
  mobility.revision = reader.Integer();
  mobility.demo = reader.Bool();
  row.sealed_nominee = reader.Bytes();
  row.wrapped_key = reader.Bytes();
  row.call = ReadCall(reader);
  return row;
}

std::string MobilityQuery(const std::string& from) {
  return "SELECT " + std::string(kMobilityColumns) + std::string(kCallColumns) + " FROM " + from +
         std::string(kMobilityJoins);
}

}  // namespace

absl::StatusOr<MobilityRow> LoadMobility(db::Tx& tx, const std::string& id, const Scope& scope,
                                         Lock lock) {
  Condition condition = ScopeCondition(scope, Columns(), /*first=*/2);
  db::Values parameters = {id};
  parameters.insert(parameters.end(), condition.parameters.begin(), condition.parameters.end());
  const std::string inner = "(SELECT * FROM mobility WHERE mobility.id = $1 AND " + condition.sql +
                            db::LockToken(lock) + ") AS mobility";
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(MobilityQuery(inner), parameters));
  if (rows.empty()) {
    return NotFound(kMobilityNotFound, "no such mobility within your reach",
                    {{"mobility", "mobilities/" + id}});
  }
  return ReadMobility(rows.front());
}

int MobilityScopeParameters(const Scope& scope) {
  return ScopeCondition(scope, Columns(), /*first=*/1).next - 1;
}

absl::StatusOr<std::vector<MobilityRow>> ListMobilities(db::Tx& tx, const Scope& scope,
                                                        const Slice& slice) {
  Condition condition = ScopeCondition(scope, Columns(), /*first=*/1);
  condition.parameters.insert(condition.parameters.end(), slice.parameters.begin(),
                              slice.parameters.end());
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(MobilityQuery("mobility") + "WHERE " + condition.sql + slice.where +
                                slice.order_and_limit,
                            condition.parameters));
  std::vector<MobilityRow> mobilities;
  for (const db::Row& row : rows) mobilities.push_back(ReadMobility(row));
  return mobilities;
}

absl::StatusOr<std::vector<MobilityCount>> CountMobilities(
    db::Tx& tx, const Scope& scope, const std::vector<std::string>& partners) {
  Condition condition = ScopeCondition(scope, Columns(), /*first=*/2);
  db::Values parameters = {db::TextList{partners}};
  parameters.insert(parameters.end(), condition.parameters.begin(), condition.parameters.end());
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT sending_institution, receiving_institution, state,"
                            " COUNT(*) AS mobilities FROM mobility"
                            " WHERE sending_institution {any $1} AND receiving_institution"
                            " {any $1} AND " +
                                condition.sql +
                                " GROUP BY sending_institution, receiving_institution, state"
                                " ORDER BY sending_institution, receiving_institution, state",
                            parameters));
  std::vector<MobilityCount> counts;
  for (const db::Row& row : rows) {
    const auto state = ParseMobilityState(row.Text("state"));
    Check(state.has_value(), "a mobility in an unknown state");
    counts.push_back({.sending_institution = row.Text("sending_institution"),
                      .receiving_institution = row.Text("receiving_institution"),
                      .state = *state,
                      .mobilities = static_cast<int>(row.Int("mobilities"))});
  }
  return counts;
}

void InsertMobility(db::Tx& tx, const MobilityRow& row) {
  const MobilityCase& mobility = row.mobility;
  tx.Execute(R"sql(
      INSERT INTO mobility (id, application, call, student, sending_institution, sending_unit,
                            receiving_institution, receiving_unit, agreement, condition, quota,
                            places, term, sending_academic_year, receiving_academic_year,
                            isced_code, eqf_level, state, proposal_id, host_comment, cancel_reason,
                            create_time, update_time, revision, demo, planned_start_date,
                            planned_end_date)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
              $20, $21, $22, $23, $24, $25, $26, $27))sql",
             {mobility.id,
              mobility.application,
              row.call.id,
              mobility.student,
              mobility.sending_institution,
              row.sending_unit,
              mobility.receiving_institution,
              row.receiving_unit,
              mobility.agreement,
              mobility.condition,
              mobility.quota,
              mobility.places,
              Name(mobility.term),
              mobility.sending_academic_year,
              mobility.receiving_academic_year,
              mobility.isced_code,
              mobility.eqf_level,
              Name(mobility.state),
              mobility.proposal_id,
              mobility.host_comment,
              mobility.cancel_reason,
              mobility.create_time,
              mobility.update_time,
              mobility.revision,
              mobility.demo,
              TextOf(mobility.planned_start),
              TextOf(mobility.planned_end)});
}

void SaveMobility(db::Tx& tx, const MobilityCase& mobility) {
  tx.Execute(
      R"sql(
      UPDATE mobility
         SET state = $1, proposal_id = $2, host_comment = $3, cancel_reason = $4,
             planned_start_date = $5, planned_end_date = $6, funding_state = $7,
             funding_reference = $8, funding_commitment = $9, funding_amount = $10,
             funding_currency = $11, funding_reason = $12, funding_message = $13,
             funding_facts = $14, funding_request_number = $15, update_time = $16, revision = $17
       WHERE id = $18)sql",
      {Name(mobility.state), mobility.proposal_id, mobility.host_comment, mobility.cancel_reason,
       TextOf(mobility.planned_start), TextOf(mobility.planned_end), Name(mobility.funding.state),
       mobility.funding.reference, mobility.funding.commitment, mobility.funding.amount,
       mobility.funding.currency_code, mobility.funding.reason, mobility.funding.message,
       db::Pack(mobility.funding.facts), mobility.funding.request_number, mobility.update_time,
       mobility.revision, mobility.id});
}

absl::StatusOr<std::string> KeepKey(db::Tx& tx, const std::string& person,
                                    const std::string& candidate, Time now) {
  ASSIGN_OR_RETURN(const db::Rows erased, tx.Query(R"sql(
      SELECT name FROM student WHERE name = $1 AND state = 'erased')sql",
                                                   {person}));
  if (!erased.empty()) {
    return FailedPrecondition(kPersonErased,
                              "this person was erased: nothing personal is kept of them any more",
                              {{"person", person}});
  }
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      INSERT INTO personal_key (person, wrapped, create_time) VALUES ($1, $2, $3)
      ON CONFLICT (person) DO UPDATE SET person = excluded.person
      RETURNING wrapped)sql",
                                                 {person, db::Blob{candidate}, now}));
  return rows.front().Bytes("wrapped");
}

void SaveSealed(db::Tx& tx, const std::string& mobility, const std::string& person,
                const std::string& sealed) {
  tx.Execute(R"sql(
      INSERT INTO personal (mobility, person, sealed) VALUES ($1, $2, $3)
      ON CONFLICT (mobility) DO UPDATE SET sealed = excluded.sealed)sql",
             {mobility, person, db::Blob{sealed}});
}

void ErasePerson(db::Tx& tx, const std::string& person) {
  tx.Execute("DELETE FROM personal_key WHERE person = $1", {person});
  tx.Execute("DELETE FROM personal WHERE person = $1", {person});
  tx.Execute("DELETE FROM document WHERE student = $1", {person});
}

}  // namespace jointly::mobility::store
