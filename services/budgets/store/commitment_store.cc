#include "services/budgets/store/commitment_store.h"

#include "common/db/insert.h"
#include "common/error/macros.h"

namespace jointly::budgets::store {
namespace {

constexpr std::string_view kColumns =
    "budget, id, period, category, partner, kind, display_name, supplier_reference, amount,"
    " currency_code, effective_date, expire_date, reserved, liquidated, released, remaining, paid,"
    " original_remaining, conversion, state, requester, requester_for, approver, approver_for,"
    " refusal, mobility, attachments, create_time, update_time, revision, demo, thesis, answer,"
    " credited";
constexpr std::size_t kColumnCount = 34;

constexpr std::string_view kInsert =
    "INSERT INTO commitment (budget, id, period, category, partner, kind, display_name,"
    " supplier_reference, amount, currency_code, effective_date, expire_date, reserved, liquidated,"
    " released, remaining, paid, original_remaining, conversion, state, requester, requester_for,"
    " approver, approver_for, refusal, mobility, attachments, create_time, update_time, revision,"
    " demo, thesis, answer, credited)";

constexpr std::string_view kHolding =
    "state IN ('approved', 'partially_liquidated', 'carried', 'undercovered')";

Commitment ReadCommitment(const db::Row& row) {
  Reader reader(row);
  Commitment commitment;
  commitment.budget = reader.Text();
  commitment.id = reader.Text();
  commitment.line.period = reader.Text();
  commitment.line.category = reader.Text();
  commitment.line.partner = reader.Text();
  commitment.line.kind = reader.One<Kind>();
  commitment.display_name = reader.Text();
  commitment.supplier_reference = reader.Text();
  commitment.amount.minor = reader.Integer();
  commitment.amount.currency = UnpackCurrency(reader.Text());
  commitment.effective_date = reader.ADate();
  commitment.expire_date = reader.MaybeDate();
  commitment.reserved = reader.Integer();
  commitment.liquidated = reader.Integer();
  commitment.released = reader.Integer();
  commitment.remaining = reader.Integer();
  commitment.paid = reader.Integer();
  commitment.original_remaining = reader.Integer();
  commitment.conversion = UnpackConversion(reader.Text());
  commitment.state = reader.One<CommitmentState>();
  commitment.requester = reader.AHand();
  commitment.approver = reader.AHand();
  commitment.refusal = reader.Text();
  commitment.mobility = reader.Text();
  commitment.attachments = UnpackAttachments(reader.Text());
  commitment.create_time = reader.At();
  commitment.update_time = reader.At();
  commitment.revision = reader.Integer();
  commitment.demo = reader.Bool();
  commitment.thesis = reader.Text();
  commitment.answer = UnpackAnswer(reader.Text());
  commitment.credited = reader.Integer();
  return commitment;
}

void AddValues(const Commitment& commitment, db::Values& values) {
  db::AddRow(values, commitment.budget, commitment.id, commitment.line.period,
             commitment.line.category, commitment.line.partner, Name(commitment.line.kind),
             commitment.display_name, commitment.supplier_reference, commitment.amount.minor,
             commitment.amount.currency.code, FormatDate(commitment.effective_date),
             Pack(commitment.expire_date), commitment.reserved, commitment.liquidated,
             commitment.released, commitment.remaining, commitment.paid,
             commitment.original_remaining, Pack(commitment.conversion), Name(commitment.state),
             commitment.requester.person, commitment.requester.in_place_of,
             commitment.approver.person, commitment.approver.in_place_of, commitment.refusal,
             commitment.mobility, Pack(commitment.attachments), commitment.create_time,
             commitment.update_time, commitment.revision, commitment.demo, commitment.thesis,
             Pack(commitment.answer), commitment.credited);
}

}  // namespace

std::vector<Commitment> ReadCommitments(const db::Rows& rows) {
  std::vector<Commitment> commitments;
  for (const db::Row& row : rows) commitments.push_back(ReadCommitment(row));
  return commitments;
}

absl::StatusOr<Commitment> LoadCommitment(db::Tx& tx, const std::string& budget,
                                          const std::string& id, Lock lock) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kColumns) +
                                " FROM commitment WHERE budget = $1 AND id = $2" + LockToken(lock),
                            {budget, id}));
  if (!rows.empty()) return ReadCommitment(rows.front());
  return NoSuchCommitment(budget, id);
}

db::Question CommitmentsOf(const std::string& budget, std::vector<std::string> ids, Lock lock) {
  // (budget || '': else PostgreSQL looks through all commitments of the budget for the ids.)
  return {"SELECT " + std::string(kColumns) +
              " FROM commitment WHERE id {any $2} AND budget || '' = $1" + LockToken(lock),
          {budget, db::TextList{std::move(ids)}}};
}

absl::Status NoSuchCommitment(const std::string& budget, const std::string& id) {
  return NotFound(kCommitmentNotFound, "the budget has no such commitment",
                  {{"commitment", "budgets/" + budget + "/commitments/" + id}});
}

absl::StatusOr<std::optional<Commitment>> FindCommitment(db::Tx& tx, const std::string& id,
                                                         Lock lock) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kColumns) + " FROM commitment WHERE id = $1" +
                                LockToken(lock),
                            {id}));
  if (rows.empty()) return std::nullopt;
  return ReadCommitment(rows.front());
}

absl::StatusOr<std::optional<Commitment>> FindGrant(db::Tx& tx, const std::string& asker) {
  for (const std::string_view column : {"mobility", "thesis"}) {
    const std::string name(column);
    ASSIGN_OR_RETURN(const db::Rows rows,
                     tx.Query("SELECT " + std::string(kColumns) + " FROM commitment WHERE " + name +
                                  " = $1 AND " + name + " <> ''",
                              {asker}));
    if (!rows.empty()) return ReadCommitment(rows.front());
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<Commitment>> ListCommitments(db::Tx& tx, const std::string& budget,
                                                        const Slice& slice) {
  db::Values parameters = {budget};
  parameters.insert(parameters.end(), slice.parameters.begin(), slice.parameters.end());
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query("SELECT " + std::string(kColumns) +
                                                     " FROM commitment WHERE budget = $1" +
                                                     slice.where + slice.order_and_limit,
                                                 parameters));
  return ReadCommitments(rows);
}

absl::StatusOr<std::vector<Commitment>> OpenCommitments(db::Tx& tx, const std::string& budget,
                                                        const std::string& period, Lock lock) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kColumns) +
                                " FROM commitment WHERE budget = $1 AND " + std::string(kHolding) +
                                " AND ($2 = '' OR period = $2) ORDER BY id" + LockToken(lock),
                            {budget, period}));
  return ReadCommitments(rows);
}

void InsertCommitment(db::Tx& tx, const Commitment& commitment) {
  db::Values values;
  AddValues(commitment, values);
  db::InsertRows(tx, {.into = kInsert, .columns = kColumnCount}, std::move(values));
}

void MoveCommitment(db::Tx& tx, const Commitment& before, const Commitment& after) {
  if (before.budget != after.budget) {
    tx.Execute("DELETE FROM commitment WHERE budget = $1 AND id = $2", {before.budget, before.id});
  }
  SaveCommitment(tx, after);
}

void SaveCommitment(db::Tx& tx, const Commitment& commitment) {
  SaveCommitments(tx, {&commitment});
}

void SaveCommitments(db::Tx& tx, const std::vector<const Commitment*>& commitments) {
  db::Values values;
  values.reserve(commitments.size() * kColumnCount);
  for (const Commitment* commitment : commitments) AddValues(*commitment, values);
  db::InsertRows(tx,
                 {.into = kInsert,
                  .columns = kColumnCount,
                  .conflict = R"sql(ON CONFLICT (budget, id) DO UPDATE
         SET period = excluded.period, category = excluded.category, partner = excluded.partner,
             kind = excluded.kind, display_name = excluded.display_name,
             supplier_reference = excluded.supplier_reference, amount = excluded.amount,
             currency_code = excluded.currency_code, effective_date = excluded.effective_date,
             expire_date = excluded.expire_date, reserved = excluded.reserved,
             liquidated = excluded.liquidated, released = excluded.released,
             remaining = excluded.remaining, paid = excluded.paid,
             original_remaining = excluded.original_remaining, conversion = excluded.conversion,
             state = excluded.state, requester = excluded.requester,
             requester_for = excluded.requester_for, approver = excluded.approver,
             approver_for = excluded.approver_for, refusal = excluded.refusal,
             mobility = excluded.mobility, attachments = excluded.attachments,
             create_time = excluded.create_time, update_time = excluded.update_time,
             revision = excluded.revision, demo = excluded.demo,
             thesis = excluded.thesis, answer = excluded.answer,
             credited = excluded.credited)sql"},
                 std::move(values));
}

absl::StatusOr<int> CountDrafts(db::Tx& tx, const std::string& budget, const std::string& period) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT (SELECT COUNT(*) FROM commitment
               WHERE budget = $1 AND period = $2 AND state = 'requested')
           + (SELECT COUNT(*) FROM line_transfer
               WHERE budget = $1 AND period = $2
                 AND state IN ('requested', 'auto_approved', 'pending_funder', 'approved'))
           + (SELECT COUNT(*) FROM claim
               WHERE claim.budget = $1 AND claim.state IN ('submitted', 'certified')
                 AND EXISTS (SELECT 1 FROM commitment
                              WHERE commitment.budget = $1 AND commitment.id = claim.commitment
                                AND commitment.period = $2))
             AS drafts)sql",
                                                 {budget, period}));
  return static_cast<int>(rows.front().Int("drafts"));
}

}  // namespace jointly::budgets::store
