#include "services/mobility/store/quota_store.h"

#include "common/db/reader.h"
#include "common/error/check.h"
#include "common/error/macros.h"

namespace jointly::mobility::store {
namespace {

constexpr std::string_view kQuotaColumns =
    "quota.id, quota.agreement, quota.condition, quota.academic_year, quota.term, quota.measure, "
    "quota.sending_institution, quota.sending_unit, quota.receiving_institution, "
    "quota.receiving_unit, quota.places, quota.agreed_places, quota.adjustment, quota.held, "
    "quota.confirmed, quota.waiting, quota.last_ticket, quota.update_time, quota.revision";

ScopeColumns Columns() {
  return {.student = "",
          .institutions = {"quota.sending_institution", "quota.receiving_institution"},
          .units = {"quota.sending_unit", "quota.receiving_unit"}};
}

QuotaRow ReadQuota(const db::Row& row) {
  db::Reader reader(row);
  QuotaRow read;
  Quota& quota = read.quota;
  quota.id = reader.Text();
  quota.agreement = reader.Text();
  quota.condition = reader.Text();
  quota.academic_year = reader.Text();
  quota.term = ParseTerm(reader.Text()).value_or(Term::kUnspecified);
  quota.measure = ParseMeasure(reader.Text()).value_or(Measure::kPersons);
  read.sending_institution = reader.Text();
  read.sending_unit = reader.Text();
  read.receiving_institution = reader.Text();
  read.receiving_unit = reader.Text();
  quota.places = reader.Int();
  read.agreed_places = reader.Int();
  quota.adjustment = reader.Int();
  quota.held = reader.Int();
  quota.confirmed = reader.Int();
  quota.waiting = reader.Int();
  read.last_ticket = reader.Integer();
  quota.update_time = reader.At();
  quota.revision = reader.Integer();
  return read;
}

absl::StatusOr<std::vector<QuotaRow>> Select(db::Tx& tx, const std::string& where,
                                             const db::Values& parameters) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query("SELECT " + std::string(kQuotaColumns) + " FROM quota WHERE " + where, parameters));
  std::vector<QuotaRow> quotas;
  for (const db::Row& row : rows) quotas.push_back(ReadQuota(row));
  return quotas;
}

}  // namespace

std::string_view Name(EntryKind kind) {
  switch (kind) {
    case EntryKind::kHeld:
      return "held";
    case EntryKind::kConfirmed:
      return "confirmed";
    case EntryKind::kReleased:
      return "released";
    case EntryKind::kAdjusted:
      return "adjusted";
    case EntryKind::kAgreed:
      return "agreed";
  }
  Die("a booking without a name");
}

absl::StatusOr<std::vector<QuotaRow>> LockQuotas(db::Tx& tx, const std::vector<std::string>& ids) {
  if (ids.empty()) return std::vector<QuotaRow>();
  return Select(tx, "quota.id {any $1} ORDER BY quota.id {for_update}", {db::TextList{ids}});
}

absl::StatusOr<std::vector<QuotaRow>> LoadQuotas(db::Tx& tx,
                                                 const std::vector<std::string>& conditions,
                                                 const std::string& academic_year) {
  if (conditions.empty()) return std::vector<QuotaRow>();
  return Select(tx, "quota.condition {any $1} AND quota.academic_year = $2 ORDER BY quota.id",
                {db::TextList{conditions}, academic_year});
}

absl::StatusOr<std::vector<QuotaRow>> QuotasOfAgreement(db::Tx& tx, const std::string& agreement) {
  return Select(tx, "quota.agreement = $1 ORDER BY quota.id", {agreement});
}

absl::StatusOr<QuotaRow> LoadQuota(db::Tx& tx, const std::string& id, const Scope& scope) {
  Condition condition = ScopeCondition(scope, Columns(), /*first=*/2);
  db::Values parameters = {id};
  parameters.insert(parameters.end(), condition.parameters.begin(), condition.parameters.end());
  ASSIGN_OR_RETURN(std::vector<QuotaRow> rows,
                   Select(tx, "quota.id = $1 AND " + condition.sql, parameters));
  if (rows.empty()) {
    return NotFound(kQuotaNotFound, "no such quota within your reach", {{"quota", "quotas/" + id}});
  }
  return std::move(rows.front());
}

int QuotaScopeParameters(const Scope& scope) {
  return ScopeCondition(scope, Columns(), /*first=*/1).next - 1;
}

absl::StatusOr<std::vector<QuotaRow>> ListQuotas(db::Tx& tx, const Scope& scope,
                                                 const Slice& slice) {
  Condition condition = ScopeCondition(scope, Columns(), /*first=*/1);
  condition.parameters.insert(condition.parameters.end(), slice.parameters.begin(),
                              slice.parameters.end());
  return Select(tx, condition.sql + slice.where + slice.order_and_limit, condition.parameters);
}

absl::StatusOr<bool> InsertQuota(db::Tx& tx, const QuotaRow& row) {
  const Quota& quota = row.quota;
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query(R"sql(
          INSERT INTO quota (id, agreement, condition, academic_year, term, measure,
                             sending_institution, sending_unit, receiving_institution,
                             receiving_unit, places, agreed_places, adjustment, held, confirmed,
                             waiting, last_ticket, update_time, revision)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                  $19)
          ON CONFLICT (condition, academic_year) DO NOTHING
          RETURNING id)sql",
               {quota.id, quota.agreement, quota.condition, quota.academic_year, Name(quota.term),
                Name(quota.measure), row.sending_institution, row.sending_unit,
                row.receiving_institution, row.receiving_unit, quota.places, row.agreed_places,
                quota.adjustment, quota.held, quota.confirmed, quota.waiting, row.last_ticket,
                quota.update_time, quota.revision}));
  return !rows.empty();
}

absl::StatusOr<std::map<std::string, std::string>> QuotaIds(
    db::Tx& tx, const std::vector<std::string>& conditions, const std::string& academic_year) {
  std::map<std::string, std::string> ids;
  ASSIGN_OR_RETURN(const std::vector<QuotaRow> rows, LoadQuotas(tx, conditions, academic_year));
  for (const QuotaRow& row : rows) ids.emplace(row.quota.condition, row.quota.id);
  return ids;
}

void SaveQuota(db::Tx& tx, const QuotaRow& row) {
  const Quota& quota = row.quota;
  tx.Execute(R"sql(
      UPDATE quota
         SET places = $1, agreed_places = $2, adjustment = $3, held = $4, confirmed = $5,
             waiting = $6, last_ticket = $7, update_time = $8, revision = $9
       WHERE id = $10)sql",
             {quota.places, row.agreed_places, quota.adjustment, quota.held, quota.confirmed,
              quota.waiting, row.last_ticket, quota.update_time, quota.revision, quota.id});
}

void InsertEntry(db::Tx& tx, const EntryRow& entry) {
  tx.Execute(R"sql(
      INSERT INTO quota_entry (quota, application, sequence, kind, places, expire_time, reason,
                               actor, time)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9))sql",
             {entry.quota, entry.application, entry.sequence, Name(entry.kind), entry.places,
              entry.expire_time, entry.reason, entry.actor, entry.time});
}

absl::StatusOr<std::map<std::string, LastEntry>> LoadEntries(
    db::Tx& tx, const std::string& quota, const std::vector<std::string>& applications) {
  std::map<std::string, LastEntry> entries;
  if (applications.empty()) return entries;
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT application, sequence, kind, places, expire_time FROM quota_entry
       WHERE quota = $1 AND application {any $2} ORDER BY sequence)sql",
                                                 {quota, db::TextList{applications}}));
  for (const db::Row& row : rows) {
    db::Reader reader(row);
    const std::string application = reader.Text();
    LastEntry& last = entries[application];  // A later row replaces the one before.
    last.sequence = reader.Integer();
    const auto state = ParseEntryState(reader.Text());
    Check(state.has_value(), "an application's booking of an unknown kind");
    last.entry = {.quota = quota,
                  .application = application,
                  .state = *state,
                  .places = reader.Int(),
                  .expire_time = reader.MaybeAt()};
  }
  return entries;
}

}  // namespace jointly::mobility::store
