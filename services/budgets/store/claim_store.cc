#include "services/budgets/store/claim_store.h"

#include "common/error/macros.h"

namespace jointly::budgets::store {
namespace {

constexpr std::string_view kClaimColumns =
    "budget, id, commitment, claimant, mission_start_date, mission_end_date, "
    "currency_code, items, state, certifier, certifier_for, approver, approver_for, "
    "payer, payer_for, note, payment_reference, payment_journal, recognised, attachments, "
    "create_time, update_time, revision, sealed, reapprover, reapprover_for";

ExpenseClaim ReadClaim(const db::Row& row) {
  Reader reader(row);
  ExpenseClaim claim;
  claim.budget = reader.Text();
  claim.id = reader.Text();
  claim.commitment = reader.Text();
  claim.claimant = reader.Text();
  claim.mission_start_date = reader.ADate();
  claim.mission_end_date = reader.ADate();
  claim.currency = UnpackCurrency(reader.Text());
  claim.items = UnpackItems(reader.Text());
  claim.state = reader.One<ClaimState>();
  claim.certifier = reader.AHand();
  claim.approver = reader.AHand();
  claim.payer = reader.AHand();
  claim.note = reader.Text();
  claim.payment_reference = reader.Text();
  claim.payment_journal = reader.Text();
  claim.recognised = reader.Integer();
  claim.attachments = UnpackAttachments(reader.Text());
  claim.create_time = reader.At();
  claim.update_time = reader.At();
  claim.revision = reader.Integer();
  claim.sealed = reader.Text();
  claim.reapprover = reader.AHand();
  return claim;
}

db::Values ValuesOf(const ExpenseClaim& claim) {
  return {claim.budget,
          claim.id,
          claim.commitment,
          claim.claimant,
          FormatDate(claim.mission_start_date),
          FormatDate(claim.mission_end_date),
          claim.currency.code,
          Pack(claim.items),
          Name(claim.state),
          claim.certifier.person,
          claim.certifier.in_place_of,
          claim.approver.person,
          claim.approver.in_place_of,
          claim.payer.person,
          claim.payer.in_place_of,
          claim.note,
          claim.payment_reference,
          claim.payment_journal,
          claim.recognised,
          Pack(claim.attachments),
          claim.create_time,
          claim.update_time,
          claim.revision,
          claim.sealed,
          claim.reapprover.person,
          claim.reapprover.in_place_of};
}

// $1 budget, $2 the caller, $3 the caller's offices.
std::string Visible(const ClaimScope& scope) {
  if (scope.offices.everywhere) {
    return "budget = $1 AND (1 = 1 OR claimant = $2 OR claimant {any $3})";
  }
  return "budget = $1 AND (claimant = $2 OR EXISTS (SELECT 1 FROM budget WHERE budget.id = $1 AND"
         " (budget.institution {any $3} OR budget.unit {any $3} OR EXISTS (SELECT 1 FROM"
         " budget_partner WHERE budget_partner.budget = $1 AND"
         " budget_partner.partner {any $3}))))";
}

}  // namespace

absl::StatusOr<ExpenseClaim> LoadClaim(db::Tx& tx, const std::string& budget, const std::string& id,
                                       const ClaimScope& scope, Lock lock) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kClaimColumns) + " FROM claim WHERE " +
                                Visible(scope) + " AND id = $4" + LockToken(lock),
                            {budget, scope.person, db::TextList{scope.offices.offices}, id}));
  if (!rows.empty()) return ReadClaim(rows.front());
  return NotFound(kClaimNotFound, "no such claim, or none that you may see",
                  {{"claim", "budgets/" + budget + "/claims/" + id}});
}

absl::StatusOr<std::vector<ExpenseClaim>> ListClaims(db::Tx& tx, const std::string& budget,
                                                     const ClaimScope& scope, const Slice& slice) {
  db::Values parameters = {budget, scope.person, db::TextList{scope.offices.offices}};
  parameters.insert(parameters.end(), slice.parameters.begin(), slice.parameters.end());
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kClaimColumns) + " FROM claim WHERE " +
                                Visible(scope) + slice.where + slice.order_and_limit,
                            parameters));
  std::vector<ExpenseClaim> claims;
  for (const db::Row& row : rows) claims.push_back(ReadClaim(row));
  return claims;
}

void SaveClaim(db::Tx& tx, const ExpenseClaim& claim) {
  tx.Execute(
      "INSERT INTO claim (" + std::string(kClaimColumns) + ") VALUES " + Placeholders(26) + R"sql(
      ON CONFLICT (budget, id) DO UPDATE
         SET commitment = excluded.commitment, claimant = excluded.claimant, mission_start_date =
             excluded.mission_start_date, mission_end_date = excluded.mission_end_date,
             currency_code = excluded.currency_code, items = excluded.items, state =
             excluded.state, certifier = excluded.certifier, certifier_for =
             excluded.certifier_for, approver = excluded.approver, approver_for =
             excluded.approver_for, payer = excluded.payer, payer_for = excluded.payer_for, note
             = excluded.note, payment_reference = excluded.payment_reference, payment_journal =
             excluded.payment_journal, recognised = excluded.recognised, attachments =
             excluded.attachments, create_time = excluded.create_time, update_time =
             excluded.update_time, revision = excluded.revision, sealed = excluded.sealed,
             reapprover = excluded.reapprover, reapprover_for = excluded.reapprover_for)sql",
      ValuesOf(claim));
}

void InsertAttachment(db::Tx& tx, const NamedContent& content) {
  tx.Execute(R"sql(
      INSERT INTO attachment (id, budget, parent, person, sha256, size_bytes)
      VALUES ($1, $2, $3, $4, $5, $6))sql",
             {content.id, content.budget, content.parent, content.person, content.sha256,
              content.size_bytes});
}

absl::StatusOr<std::int64_t> AttachedBytes(db::Tx& tx, const std::string& budget,
                                           const std::string& parent) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT COALESCE(SUM(size_bytes), 0) AS bytes FROM attachment
       WHERE budget = $1 AND parent = $2)sql",
                                                 {budget, parent}));
  return rows.front().Int("bytes");
}

absl::StatusOr<bool> IsNamed(db::Tx& tx, const std::string& sha256) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT id FROM attachment WHERE sha256 = $1 LIMIT 1", {sha256}));
  return !rows.empty();
}

absl::StatusOr<std::vector<ExpenseClaim>> ClaimsOf(db::Tx& tx, const std::string& person) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kClaimColumns) +
                                " FROM claim WHERE claimant = $1 ORDER BY budget, id {for_update}",
                            {person}));
  std::vector<ExpenseClaim> claims;
  for (const db::Row& row : rows) claims.push_back(ReadClaim(row));
  return claims;
}

absl::StatusOr<std::string> KeepKey(db::Tx& tx, const std::string& person,
                                    const std::string& candidate, Time now) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      INSERT INTO personal_key (person, wrapped, create_time) VALUES ($1, $2, $3)
      ON CONFLICT (person) DO UPDATE SET person = excluded.person
      RETURNING wrapped)sql",
                                                 {person, db::Blob{candidate}, now}));
  return rows.front().Bytes("wrapped");
}

absl::StatusOr<std::map<std::string, std::string>> LoadKeys(
    db::Tx& tx, const std::vector<std::string>& people) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT person, wrapped FROM personal_key WHERE person {any $1}",
                            {db::TextList{people}}));
  std::map<std::string, std::string> keys;
  for (const db::Row& row : rows) keys[row.Text("person")] = row.Bytes("wrapped");
  return keys;
}

void DestroyKey(db::Tx& tx, const std::string& person, Time now) {
  tx.Execute(R"sql(
      INSERT INTO personal_key (person, wrapped, create_time) VALUES ($1, $2, $3)
      ON CONFLICT (person) DO UPDATE SET wrapped = excluded.wrapped)sql",
             {person, db::Blob{""}, now});
}

}  // namespace jointly::budgets::store
