#include "services/budgets/store/change_store.h"

#include "common/error/macros.h"

namespace jointly::budgets::store {
namespace {

constexpr std::string_view kTransferColumns =
    "budget, id, from_line, to_line, period, amount, effective_date, reason, state, rule, "
    "rationale, funder_approval, refusal, requester, requester_for, approver, "
    "approver_for, create_time, update_time, revision";

LineTransfer ReadTransfer(const db::Row& row) {
  Reader reader(row);
  LineTransfer transfer;
  transfer.budget = reader.Text();
  transfer.id = reader.Text();
  transfer.from = UnpackLine(reader.Text());
  transfer.to = UnpackLine(reader.Text());
  reader.Text();  // The period of both lines.
  transfer.amount = reader.Integer();
  transfer.effective_date = reader.ADate();
  transfer.reason = reader.Text();
  transfer.state = reader.One<TransferState>();
  transfer.rule = reader.Text();
  transfer.rationale = reader.Text();
  transfer.funder_approval = reader.Text();
  transfer.refusal = reader.Text();
  transfer.requester = reader.AHand();
  transfer.approver = reader.AHand();
  transfer.create_time = reader.At();
  transfer.update_time = reader.At();
  transfer.revision = reader.Integer();
  return transfer;
}

db::Values ValuesOf(const LineTransfer& transfer) {
  return {transfer.budget,
          transfer.id,
          Pack(transfer.from),
          Pack(transfer.to),
          transfer.from.period,
          transfer.amount,
          FormatDate(transfer.effective_date),
          transfer.reason,
          Name(transfer.state),
          transfer.rule,
          transfer.rationale,
          transfer.funder_approval,
          transfer.refusal,
          transfer.requester.person,
          transfer.requester.in_place_of,
          transfer.approver.person,
          transfer.approver.in_place_of,
          transfer.create_time,
          transfer.update_time,
          transfer.revision};
}

constexpr std::string_view kAmendmentColumns =
    "budget, id, type, reason, signed_date, new_end_date, change, new_sources, "
    "new_partners, reallocations, state, signed_by, signers, content_hash, "
    "authorised_version, requester, requester_for, create_time, update_time, revision, "
    "leaving_partners";

Amendment ReadAmendment(const db::Row& row) {
  Reader reader(row);
  Amendment amendment;
  amendment.budget = reader.Text();
  amendment.id = reader.Text();
  amendment.type = reader.One<AmendmentType>();
  amendment.reason = reader.Text();
  amendment.signed_date = reader.ADate();
  amendment.new_end_date = reader.MaybeDate();
  amendment.change = reader.Integer();
  amendment.new_sources = UnpackSources(reader.Text());
  amendment.new_partners = UnpackTexts(reader.Text());
  amendment.reallocations = UnpackReallocations(reader.Text());
  amendment.state = reader.One<AmendmentState>();
  amendment.signed_by = UnpackTexts(reader.Text());
  amendment.signers = UnpackHands(reader.Text());
  amendment.content_hash = reader.Text();
  amendment.authorised_version = reader.Integer();
  amendment.requester = reader.AHand();
  amendment.create_time = reader.At();
  amendment.update_time = reader.At();
  amendment.revision = reader.Integer();
  amendment.leaving_partners = UnpackTexts(reader.Text());
  return amendment;
}

db::Values ValuesOf(const Amendment& amendment) {
  return {amendment.budget,
          amendment.id,
          Name(amendment.type),
          amendment.reason,
          FormatDate(amendment.signed_date),
          Pack(amendment.new_end_date),
          amendment.change,
          Pack(amendment.new_sources),
          Pack(amendment.new_partners),
          Pack(amendment.reallocations),
          Name(amendment.state),
          Pack(amendment.signed_by),
          Pack(amendment.signers),
          amendment.content_hash,
          amendment.authorised_version,
          amendment.requester.person,
          amendment.requester.in_place_of,
          amendment.create_time,
          amendment.update_time,
          amendment.revision,
          Pack(amendment.leaving_partners)};
}

constexpr std::string_view kCarryOverColumns =
    "budget, id, from_period, to_period, lines, reason, state, requester, requester_for, "
    "approver, approver_for, create_time, update_time, revision, carried, returned";

CarryOver ReadCarryOver(const db::Row& row) {
  Reader reader(row);
  CarryOver carry_over;
  carry_over.budget = reader.Text();
  carry_over.id = reader.Text();
  carry_over.from_period = reader.Text();
  carry_over.to_period = reader.Text();
  carry_over.lines = UnpackReallocations(reader.Text());
  carry_over.reason = reader.Text();
  carry_over.state = reader.One<CarryOverState>();
  carry_over.requester = reader.AHand();
  carry_over.approver = reader.AHand();
  carry_over.create_time = reader.At();
  carry_over.update_time = reader.At();
  carry_over.revision = reader.Integer();
  carry_over.carried = reader.Integer();
  carry_over.returned = reader.Integer();
  return carry_over;
}

db::Values ValuesOf(const CarryOver& carry_over) {
  return {carry_over.budget,
          carry_over.id,
          carry_over.from_period,
          carry_over.to_period,
          Pack(carry_over.lines),
          carry_over.reason,
          Name(carry_over.state),
          carry_over.requester.person,
          carry_over.requester.in_place_of,
          carry_over.approver.person,
          carry_over.approver.in_place_of,
          carry_over.create_time,
          carry_over.update_time,
          carry_over.revision,
          carry_over.carried,
          carry_over.returned};
}

constexpr std::string_view kReportColumns =
    "budget, id, period, state, due_date, as_of_sequence, content_hash, preparer, "
    "preparer_for, certifier, certifier_for, create_time, update_time, revision";

PeriodicReport ReadReport(const db::Row& row) {
  Reader reader(row);
  PeriodicReport report;
  report.budget = reader.Text();
  report.id = reader.Text();
  report.period = reader.Text();
  report.state = reader.One<ReportState>();
  report.due_date = reader.ADate();
  report.as_of_sequence = reader.Integer();
  report.content_hash = reader.Text();
  report.preparer = reader.AHand();
  report.certifier = reader.AHand();
  report.create_time = reader.At();
  report.update_time = reader.At();
  report.revision = reader.Integer();
  return report;
}

db::Values ValuesOf(const PeriodicReport& report) {
  return {report.budget,
          report.id,
          report.period,
          Name(report.state),
          FormatDate(report.due_date),
          report.as_of_sequence,
          report.content_hash,
          report.preparer.person,
          report.preparer.in_place_of,
          report.certifier.person,
          report.certifier.in_place_of,
          report.create_time,
          report.update_time,
          report.revision};
}

constexpr std::string_view kDelegationColumns =
    "budget, id, delegator, delegate, start_date, end_date, revoked, revision";

Delegation ReadDelegation(const db::Row& row) {
  Reader reader(row);
  Delegation delegation;
  delegation.budget = reader.Text();
  delegation.id = reader.Text();
  delegation.delegator = reader.Text();
  delegation.delegate = reader.Text();
  delegation.start_date = reader.ADate();
  delegation.end_date = reader.ADate();
  delegation.revoked = reader.Bool();
  delegation.revision = reader.Integer();
  return delegation;
}

db::Values ValuesOf(const Delegation& delegation) {
  return {delegation.budget,
          delegation.id,
          delegation.delegator,
          delegation.delegate,
          FormatDate(delegation.start_date),
          FormatDate(delegation.end_date),
          delegation.revoked,
          delegation.revision};
}

// The row of one document, or nothing.
absl::StatusOr<db::Rows> One(db::Tx& tx, std::string_view table, std::string_view columns,
                             const std::string& budget, const std::string& id, Lock lock) {
  return tx.Query("SELECT " + std::string(columns) + " FROM " + std::string(table) +
                      " WHERE budget = $1 AND id = $2" + LockToken(lock),
                  {budget, id});
}

absl::Status Missing(Reason reason, const std::string& name) {
  return NotFound(reason, "the budget has no such document", {{"name", name}});
}

}  // namespace

absl::StatusOr<LineTransfer> LoadTransfer(db::Tx& tx, const std::string& budget,
                                          const std::string& id, Lock lock) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   One(tx, "line_transfer", kTransferColumns, budget, id, lock));
  if (!rows.empty()) return ReadTransfer(rows.front());
  return Missing(kTransferNotFound, "budgets/" + budget + "/transfers/" + id);
}

void SaveTransfer(db::Tx& tx, const LineTransfer& transfer) {
  tx.Execute("INSERT INTO line_transfer (" + std::string(kTransferColumns) + ") VALUES " +
                 Placeholders(20) + R"sql(
      ON CONFLICT (budget, id) DO UPDATE
         SET from_line = excluded.from_line, to_line = excluded.to_line, period =
             excluded.period, amount = excluded.amount, effective_date = excluded.effective_date,
             reason = excluded.reason, state = excluded.state, rule = excluded.rule, rationale =
             excluded.rationale, funder_approval = excluded.funder_approval, refusal =
             excluded.refusal, requester = excluded.requester, requester_for =
             excluded.requester_for, approver = excluded.approver, approver_for =
             excluded.approver_for, create_time = excluded.create_time, update_time =
             excluded.update_time, revision = excluded.revision)sql",
             ValuesOf(transfer));
}

absl::StatusOr<Amendment> LoadAmendment(db::Tx& tx, const std::string& budget,
                                        const std::string& id, Lock lock) {
  ASSIGN_OR_RETURN(const db::Rows rows, One(tx, "amendment", kAmendmentColumns, budget, id, lock));
  if (!rows.empty()) return ReadAmendment(rows.front());
  return Missing(kAmendmentNotFound, "budgets/" + budget + "/amendments/" + id);
}

void SaveAmendment(db::Tx& tx, const Amendment& amendment) {
  tx.Execute("INSERT INTO amendment (" + std::string(kAmendmentColumns) + ") VALUES " +
                 Placeholders(21) + R"sql(
      ON CONFLICT (budget, id) DO UPDATE
         SET type = excluded.type, reason = excluded.reason, signed_date = excluded.signed_date,
             new_end_date = excluded.new_end_date, change = excluded.change, new_sources =
             excluded.new_sources, new_partners = excluded.new_partners, reallocations =
             excluded.reallocations, state = excluded.state, signed_by = excluded.signed_by,
             signers = excluded.signers, content_hash = excluded.content_hash, authorised_version
             = excluded.authorised_version, requester = excluded.requester, requester_for =
             excluded.requester_for, create_time = excluded.create_time, update_time =
             excluded.update_time, revision = excluded.revision, leaving_partners =
             excluded.leaving_partners)sql",
             ValuesOf(amendment));
}

absl::StatusOr<CarryOver> LoadCarryOver(db::Tx& tx, const std::string& budget,
                                        const std::string& id, Lock lock) {
  ASSIGN_OR_RETURN(const db::Rows rows, One(tx, "carry_over", kCarryOverColumns, budget, id, lock));
  if (!rows.empty()) return ReadCarryOver(rows.front());
  return Missing(kCarryOverNotFound, "budgets/" + budget + "/carryOvers/" + id);
}

void SaveCarryOver(db::Tx& tx, const CarryOver& carry_over) {
  tx.Execute("INSERT INTO carry_over (" + std::string(kCarryOverColumns) + ") VALUES " +
                 Placeholders(16) + R"sql(
      ON CONFLICT (budget, id) DO UPDATE
         SET from_period = excluded.from_period, to_period = excluded.to_period, lines =
             excluded.lines, reason = excluded.reason, state = excluded.state, requester =
             excluded.requester, requester_for = excluded.requester_for, approver =
             excluded.approver, approver_for = excluded.approver_for, create_time =
             excluded.create_time, update_time = excluded.update_time, revision =
             excluded.revision, carried = excluded.carried, returned =
             excluded.returned)sql",
             ValuesOf(carry_over));
}

absl::StatusOr<PeriodicReport> LoadReport(db::Tx& tx, const std::string& budget,
                                          const std::string& id, Lock lock) {
  ASSIGN_OR_RETURN(const db::Rows rows, One(tx, "report", kReportColumns, budget, id, lock));
  if (!rows.empty()) return ReadReport(rows.front());
  return Missing(kReportNotFound, "budgets/" + budget + "/reports/" + id);
}

void SaveReport(db::Tx& tx, const PeriodicReport& report) {
  tx.Execute(
      "INSERT INTO report (" + std::string(kReportColumns) + ") VALUES " + Placeholders(14) + R"sql(
      ON CONFLICT (budget, id) DO UPDATE
         SET period = excluded.period, state = excluded.state, due_date = excluded.due_date,
             as_of_sequence = excluded.as_of_sequence, content_hash = excluded.content_hash,
             preparer = excluded.preparer, preparer_for = excluded.preparer_for, certifier =
             excluded.certifier, certifier_for = excluded.certifier_for, create_time =
             excluded.create_time, update_time = excluded.update_time, revision =
             excluded.revision)sql",
      ValuesOf(report));
}

absl::StatusOr<Delegation> LoadDelegation(db::Tx& tx, const std::string& budget,
                                          const std::string& id, Lock lock) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   One(tx, "delegation", kDelegationColumns, budget, id, lock));
  if (!rows.empty()) return ReadDelegation(rows.front());
  return Missing(kDelegationNotFound, "budgets/" + budget + "/delegations/" + id);
}

void SaveDelegation(db::Tx& tx, const Delegation& delegation) {
  tx.Execute("INSERT INTO delegation (" + std::string(kDelegationColumns) + ") VALUES " +
                 Placeholders(8) + R"sql(
      ON CONFLICT (budget, id) DO UPDATE
         SET delegator = excluded.delegator, delegate = excluded.delegate, start_date =
             excluded.start_date, end_date = excluded.end_date, revoked = excluded.revoked,
             revision = excluded.revision)sql",
             ValuesOf(delegation));
}

absl::StatusOr<std::vector<LineTransfer>> ListTransfers(db::Tx& tx, const std::string& budget,
                                                        const Slice& slice) {
  db::Values parameters = {budget};
  parameters.insert(parameters.end(), slice.parameters.begin(), slice.parameters.end());
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query("SELECT " + std::string(kTransferColumns) +
                                                     " FROM line_transfer WHERE budget = $1" +
                                                     slice.where + slice.order_and_limit,
                                                 parameters));
  std::vector<LineTransfer> transfers;
  for (const db::Row& row : rows) transfers.push_back(ReadTransfer(row));
  return transfers;
}

absl::StatusOr<std::vector<Amendment>> ListAmendments(db::Tx& tx, const std::string& budget) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kAmendmentColumns) +
                                " FROM amendment WHERE budget = $1 ORDER BY create_time, id",
                            {budget}));
  std::vector<Amendment> amendments;
  for (const db::Row& row : rows) amendments.push_back(ReadAmendment(row));
  return amendments;
}

absl::StatusOr<std::vector<PeriodicReport>> ListReports(db::Tx& tx, const std::string& budget) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kReportColumns) +
                                " FROM report WHERE budget = $1 ORDER BY due_date, id",
                            {budget}));
  std::vector<PeriodicReport> reports;
  for (const db::Row& row : rows) reports.push_back(ReadReport(row));
  return reports;
}

absl::StatusOr<std::vector<CarryOver>> ListCarryOvers(db::Tx& tx, const std::string& budget,
                                                      const Slice& slice) {
  db::Values parameters = {budget};
  parameters.insert(parameters.end(), slice.parameters.begin(), slice.parameters.end());
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query("SELECT " + std::string(kCarryOverColumns) +
                                                     " FROM carry_over WHERE budget = $1" +
                                                     slice.where + slice.order_and_limit,
                                                 parameters));
  std::vector<CarryOver> carry_overs;
  for (const db::Row& row : rows) carry_overs.push_back(ReadCarryOver(row));
  return carry_overs;
}

absl::StatusOr<std::vector<CarryOver>> CarryOversFrom(db::Tx& tx, const std::string& budget,
                                                      const std::string& from_period, Lock lock) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kCarryOverColumns) +
                                " FROM carry_over WHERE budget = $1 AND from_period = $2"
                                " ORDER BY create_time, id" +
                                LockToken(lock),
                            {budget, from_period}));
  std::vector<CarryOver> carry_overs;
  for (const db::Row& row : rows) carry_overs.push_back(ReadCarryOver(row));
  return carry_overs;
}

absl::StatusOr<std::vector<Delegation>> DelegationsTo(db::Tx& tx, const std::string& budget,
                                                      const std::string& delegate) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kDelegationColumns) +
                                " FROM delegation WHERE budget = $1 AND delegate = $2"
                                " AND revoked = 0 ORDER BY id",
                            {budget, delegate}));
  std::vector<Delegation> delegations;
  for (const db::Row& row : rows) delegations.push_back(ReadDelegation(row));
  return delegations;
}

absl::StatusOr<std::vector<Delegation>> ListDelegations(db::Tx& tx, const std::string& budget) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kDelegationColumns) +
                                " FROM delegation WHERE budget = $1 ORDER BY id",
                            {budget}));
  std::vector<Delegation> delegations;
  for (const db::Row& row : rows) delegations.push_back(ReadDelegation(row));
  return delegations;
}

}  // namespace jointly::budgets::store
