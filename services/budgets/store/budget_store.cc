#include "services/budgets/store/budget_store.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "common/error/macros.h"
#include "services/budgets/store/commitment_store.h"

namespace jointly::budgets::store {
namespace {

constexpr std::string_view kColumns =
    "id, display_name, institution, unit, partners, currency_code, contract_amount, sources,"
    " start_date, end_date, agreement_reference, funding_reference, terms, categories, grants,"
    " time_zone, state, state_reason, authorised_version, requester, requester_for, approver,"
    " approver_for, create_time, update_time, revision, demo, exercices";
constexpr std::size_t kColumnCount = 28;

Budget ReadBudget(const db::Row& row) {
  Reader reader(row);
  Budget budget;
  budget.id = reader.Text();
  budget.display_name = reader.Text();
  budget.institution = reader.Text();
  budget.unit = reader.Text();
  budget.partners = UnpackTexts(reader.Text());
  budget.currency = UnpackCurrency(reader.Text());
  budget.contract_amount = reader.Integer();
  budget.sources = UnpackSources(reader.Text());
  budget.start_date = reader.ADate();
  budget.end_date = reader.ADate();
  budget.agreement_reference = reader.Text();
  budget.funding_reference = reader.Text();
  budget.terms = UnpackTerms(reader.Text());
  budget.categories = UnpackCategories(reader.Text());
  budget.grants = UnpackGrants(reader.Text());
  budget.time_zone = reader.Text();
  budget.state = reader.One<BudgetState>();
  budget.state_reason = reader.Text();
  budget.authorised_version = reader.Integer();
  budget.requester = reader.AHand();
  budget.approver = reader.AHand();
  budget.create_time = reader.At();
  budget.update_time = reader.At();
  budget.revision = reader.Integer();
  budget.demo = reader.Bool();
  budget.exercices = UnpackExercices(reader.Text());
  return budget;
}

db::Values ValuesOf(const Budget& budget) {
  return {budget.id,
          budget.display_name,
          budget.institution,
          budget.unit,
          Pack(budget.partners),
          budget.currency.code,
          budget.contract_amount,
          Pack(budget.sources),
          FormatDate(budget.start_date),
          FormatDate(budget.end_date),
          budget.agreement_reference,
          budget.funding_reference,
          Pack(budget.terms),
          Pack(budget.categories),
          Pack(budget.grants),
          budget.time_zone,
          Name(budget.state),
          budget.state_reason,
          budget.authorised_version,
          budget.requester.person,
          budget.requester.in_place_of,
          budget.approver.person,
          budget.approver.in_place_of,
          budget.create_time,
          budget.update_time,
          budget.revision,
          budget.demo,
          Pack(budget.exercices)};
}

// Every condition has the one parameter, so that a slice's numbers do not depend on the caller.
std::string ScopeSql(const Scope& scope) {
  if (scope.everywhere) return "(1 = 1 OR budget.institution {any $1})";
  return "(budget.institution {any $1} OR budget.unit {any $1} OR EXISTS (SELECT 1 FROM"
         " budget_partner WHERE budget_partner.budget = budget.id AND"
         " budget_partner.partner {any $1}))";
}

// The rows by which budgets are found.
void WriteKeys(db::Tx& tx, const Budget& budget) {
  for (const std::string& partner : budget.partners) {
    tx.Execute(
        "INSERT INTO budget_partner (budget, partner) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        {budget.id, partner});
  }
  for (const GrantScheme& grant : budget.grants) {
    if (grant.call.empty()) continue;
    tx.Execute("INSERT INTO budget_call (budget, call) VALUES ($1, $2) ON CONFLICT DO NOTHING",
               {budget.id, grant.call});
  }
}

std::vector<std::string> CallsOf(const Budget& budget) {
  std::vector<std::string> calls;
  for (const GrantScheme& grant : budget.grants) calls.push_back(grant.call);
  return calls;
}

constexpr std::string_view kPeriodColumns =
    "budget, id, start_date, end_date, state, digest, digest_signature, reopen_requester,"
    " reopen_requester_for, reopen_reason, closing_sequence, update_time, revision";

Period ReadPeriod(const db::Row& row) {
  Reader reader(row);
  Period period;
  period.budget = reader.Text();
  period.id = reader.Text();
  period.start_date = reader.ADate();
  period.end_date = reader.ADate();
  period.state = reader.One<PeriodState>();
  period.digest = reader.Text();
  period.digest_signature = reader.Text();
  period.reopen_requester = reader.AHand();
  period.reopen_reason = reader.Text();
  period.closing_sequence = reader.Integer();
  period.update_time = reader.At();
  period.revision = reader.Integer();
  return period;
}

db::Question PeriodsOf(const std::string& budget, Lock lock) {
  return {"SELECT " + std::string(kPeriodColumns) +
              " FROM period WHERE budget = $1 ORDER BY start_date, id" + LockToken(lock),
          {budget}};
}

constexpr std::string_view kLineColumns =
    "period, category, partner, kind, initial, transferred, thresholds";

LineRow ReadLine(const db::Row& row) {
  Reader reader(row);
  LineRow line;
  line.history.key.period = reader.Text();
  line.history.key.category = reader.Text();
  line.history.key.partner = reader.Text();
  line.history.key.kind = reader.One<Kind>();
  line.history.initial = reader.Integer();
  line.history.transferred = reader.Integer();
  line.thresholds = UnpackThresholds(reader.Text());
  return line;
}

}  // namespace

bool Sees(const Scope& scope, const Budget& budget) {
  const auto within = [&](const std::string& office) {
    return std::find(scope.offices.begin(), scope.offices.end(), office) != scope.offices.end();
  };
  return scope.everywhere || within(budget.institution) || within(budget.unit) ||
         std::any_of(budget.partners.begin(), budget.partners.end(), within);
}

absl::Status NoSuchBudget(const std::string& id) {
  return NotFound(kBudgetNotFound, "no such budget, or none that you may see",
                  {{"budget", "budgets/" + id}});
}

absl::StatusOr<Budget> LoadBudget(db::Tx& tx, const std::string& id, const Scope& scope,
                                  Lock lock) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kColumns) + " FROM budget WHERE " +
                                ScopeSql(scope) + " AND id = $2" + LockToken(lock),
                            {db::TextList{scope.offices}, id}));
  if (!rows.empty()) return ReadBudget(rows.front());
  return NoSuchBudget(id);
}

absl::StatusOr<Dossier> LoadDossier(db::Tx& tx, const std::string& budget,
                                    std::vector<std::string> commitments) {
  const std::string lines = R"sql(
         AND EXISTS (SELECT 1 FROM commitment
                      WHERE commitment.id {any $2} AND commitment.budget || '' = $1
                        AND commitment.period = budget_line.period
                        AND commitment.category = budget_line.category
                        AND commitment.partner = budget_line.partner
                        AND commitment.kind = budget_line.kind))sql";
  std::vector<db::Question> questions = {
      {"SELECT " + std::string(kColumns) + " FROM budget WHERE id = $1 {for_update}", {budget}},
      PeriodsOf(budget, Lock::kYes)};
  if (!commitments.empty()) {
    questions.push_back(
        {"SELECT " + std::string(kLineColumns) + " FROM budget_line WHERE budget = $1" + lines,
         {budget, db::TextList{commitments}}});
    questions.push_back(CommitmentsOf(budget, std::move(commitments), Lock::kYes));
  }
  ASSIGN_OR_RETURN(const std::vector<db::Rows> answers, tx.QueryAll(std::move(questions)));
  if (answers[0].empty()) return NoSuchBudget(budget);
  Dossier dossier{.budget = ReadBudget(answers[0].front())};
  for (const db::Row& row : answers[1]) dossier.periods.push_back(ReadPeriod(row));
  if (answers.size() == 2) return dossier;
  for (Commitment& commitment : ReadCommitments(answers[3])) {
    dossier.lines[commitment.line].history.key = commitment.line;
    std::string id = commitment.id;
    dossier.commitments.emplace(std::move(id), std::move(commitment));
  }
  for (const db::Row& row : answers[2]) {
    LineRow line = ReadLine(row);
    const LineKey key = line.history.key;
    dossier.lines[key] = std::move(line);
  }
  return dossier;
}

absl::StatusOr<bool> BudgetExists(db::Tx& tx, const std::string& id) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT 1 AS found FROM budget WHERE id = $1", {id}));
  return !rows.empty();
}

absl::StatusOr<std::vector<Budget>> ListBudgets(db::Tx& tx, const Scope& scope,
                                                const Slice& slice) {
  db::Values parameters = {db::TextList{scope.offices}};
  parameters.insert(parameters.end(), slice.parameters.begin(), slice.parameters.end());
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kColumns) + " FROM budget WHERE " +
                                ScopeSql(scope) + slice.where + slice.order_and_limit,
                            parameters));
  std::vector<Budget> budgets;
  for (const db::Row& row : rows) budgets.push_back(ReadBudget(row));
  return budgets;
}

absl::StatusOr<std::vector<Budget>> SharedBudgets(db::Tx& tx, const Scope& scope,
                                                  const std::vector<std::string>& partners) {
  const std::set<std::string> different(partners.begin(), partners.end());
  return ListBudgets(tx, scope,
                     {.where = " AND (SELECT COUNT(*) FROM budget_partner WHERE"
                               " budget_partner.budget = budget.id AND"
                               " budget_partner.partner {any $2}) = $3",
                      .order_and_limit = " ORDER BY budget.start_date, budget.id LIMIT " +
                                         std::to_string(kSharedBudgets),
                      .parameters = {db::TextList{partners}, std::ssize(different)}});
}

void InsertBudget(db::Tx& tx, const Budget& budget) {
  tx.Execute(
      "INSERT INTO budget (" + std::string(kColumns) + ") VALUES " + Placeholders(kColumnCount),
      ValuesOf(budget));
  WriteKeys(tx, budget);
}

void SaveBudget(db::Tx& tx, const Budget& budget) {
  tx.Execute(R"sql(
      UPDATE budget
         SET display_name = $2, institution = $3, unit = $4, partners = $5, currency_code = $6,
             contract_amount = $7, sources = $8, start_date = $9, end_date = $10,
             agreement_reference = $11, funding_reference = $12, terms = $13, categories = $14,
             grants = $15, time_zone = $16, state = $17, state_reason = $18,
             authorised_version = $19, requester = $20, requester_for = $21, approver = $22,
             approver_for = $23, create_time = $24, update_time = $25, revision = $26, demo = $27,
             exercices = $28
       WHERE id = $1)sql",
             ValuesOf(budget));
  // A partner that leaves sees it no more.
  tx.Execute("DELETE FROM budget_partner WHERE budget = $1 AND NOT (partner {any $2})",
             {budget.id, db::TextList{budget.partners}});
  tx.Execute("DELETE FROM budget_call WHERE budget = $1 AND NOT (call {any $2})",
             {budget.id, db::TextList{CallsOf(budget)}});
  WriteKeys(tx, budget);
}

absl::StatusOr<std::optional<Budget>> FindPayer(db::Tx& tx, const std::string& call,
                                                const std::string& funding_reference) {
  const auto oldest = [&](std::string_view where,
                          const std::string& key) -> absl::StatusOr<std::optional<Budget>> {
    if (key.empty()) return std::nullopt;
    ASSIGN_OR_RETURN(
        const db::Rows rows,
        tx.Query("SELECT " + std::string(kColumns) + " FROM budget WHERE state = 'active' AND " +
                     std::string(where) + " ORDER BY create_time, id LIMIT 1",
                 {key}));
    if (rows.empty()) return std::nullopt;
    return ReadBudget(rows.front());
  };
  ASSIGN_OR_RETURN(std::optional<Budget> named,
                   oldest("id IN (SELECT budget FROM budget_call WHERE call = $1)", call));
  if (named.has_value()) return named;
  constexpr std::string_view kBudgets = "budgets/";
  if (funding_reference.starts_with(kBudgets)) {
    return oldest("id = $1", funding_reference.substr(kBudgets.size()));
  }
  return oldest("funding_reference = $1", funding_reference);
}

void SaveOpening(db::Tx& tx, const std::string& budget, const OpeningFiles& files) {
  tx.Execute("INSERT INTO opening (budget, lines_csv, commitments_csv) VALUES ($1, $2, $3)",
             {budget, files.lines_csv, files.commitments_csv});
}

absl::StatusOr<std::optional<OpeningFiles>> FindOpening(db::Tx& tx, const std::string& budget) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query("SELECT lines_csv, commitments_csv FROM opening WHERE budget = $1", {budget}));
  if (rows.empty()) return std::nullopt;
  return OpeningFiles{rows.front().Text("lines_csv"), rows.front().Text("commitments_csv")};
}

void DeleteOpening(db::Tx& tx, const std::string& budget) {
  tx.Execute("DELETE FROM opening WHERE budget = $1", {budget});
}

absl::StatusOr<std::vector<Period>> LoadPeriods(db::Tx& tx, const std::string& budget, Lock lock) {
  db::Question question = PeriodsOf(budget, lock);
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(question.sql, std::move(question.parameters)));
  std::vector<Period> periods;
  for (const db::Row& row : rows) periods.push_back(ReadPeriod(row));
  return periods;
}

absl::StatusOr<Period> LoadPeriod(db::Tx& tx, const std::string& budget, const std::string& id,
                                  Lock lock) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kPeriodColumns) +
                                " FROM period WHERE budget = $1 AND id = $2" + LockToken(lock),
                            {budget, id}));
  if (!rows.empty()) return ReadPeriod(rows.front());
  return NotFound(kPeriodNotFound, "the budget has no such period",
                  {{"period", "budgets/" + budget + "/periods/" + id}});
}

void SavePeriod(db::Tx& tx, const Period& period) {
  tx.Execute(
      "INSERT INTO period (" + std::string(kPeriodColumns) + ") VALUES " + Placeholders(13) + R"sql(
      ON CONFLICT (budget, id) DO UPDATE
         SET start_date = excluded.start_date, end_date = excluded.end_date,
             state = excluded.state, digest = excluded.digest,
             digest_signature = excluded.digest_signature,
             reopen_requester = excluded.reopen_requester,
             reopen_requester_for = excluded.reopen_requester_for,
             reopen_reason = excluded.reopen_reason,
             closing_sequence = excluded.closing_sequence, update_time = excluded.update_time,
             revision = excluded.revision)sql",
      {period.budget, period.id, FormatDate(period.start_date), FormatDate(period.end_date),
       Name(period.state), period.digest, period.digest_signature, period.reopen_requester.person,
       period.reopen_requester.in_place_of, period.reopen_reason, period.closing_sequence,
       period.update_time, period.revision});
}

void DeletePeriods(db::Tx& tx, const std::string& budget) {
  tx.Execute("DELETE FROM period WHERE budget = $1", {budget});
}

absl::StatusOr<std::vector<LineRow>> LoadLines(db::Tx& tx, const std::string& budget,
                                               const std::string& period) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kLineColumns) +
                                " FROM budget_line WHERE budget = $1 AND ($2 = '' OR period = $2)"
                                " ORDER BY period, category, partner, kind",
                            {budget, period}));
  std::vector<LineRow> lines;
  for (const db::Row& row : rows) lines.push_back(ReadLine(row));
  return lines;
}

absl::StatusOr<LineRow> LoadLine(db::Tx& tx, const std::string& budget, const LineKey& line) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kLineColumns) +
                                " FROM budget_line WHERE budget = $1 AND period = $2"
                                " AND category = $3 AND partner = $4 AND kind = $5",
                            {budget, line.period, line.category, line.partner, Name(line.kind)}));
  if (!rows.empty()) return ReadLine(rows.front());
  LineRow fresh;
  fresh.history.key = line;
  return fresh;
}

void SaveLine(db::Tx& tx, const std::string& budget, const LineRow& line) {
  const LineKey& key = line.history.key;
  tx.Execute("INSERT INTO budget_line (budget, " + std::string(kLineColumns) + ") VALUES " +
                 Placeholders(8) + R"sql(
      ON CONFLICT (budget, period, category, partner, kind) DO UPDATE
         SET initial = excluded.initial, transferred = excluded.transferred,
             thresholds = excluded.thresholds)sql",
             {budget, key.period, key.category, key.partner, Name(key.kind), line.history.initial,
              line.history.transferred, Pack(line.thresholds)});
}

}  // namespace jointly::budgets::store
