#include <map>
#include <utility>

#include "common/error/macros.h"
#include "services/budgets/domain/exercice.h"
#include "services/budgets/store/statement_store.h"

namespace jointly::budgets::store {
namespace {

constexpr std::int64_t kPage = 2'000;
constexpr std::size_t kFindingsMax = 100;

// Whose commitment a claim settles or a credit note is about, as journals name them.
absl::StatusOr<std::map<std::string, std::string>> CommitmentsOf(db::Tx& tx,
                                                                 const std::string& budget) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT id, commitment FROM claim WHERE budget = $1", {budget}));
  std::map<std::string, std::string> commitments;
  for (const db::Row& row : rows) {
    const std::string& name = row.Text("commitment");
    commitments.emplace("claims/" + row.Text("id"),
                        "commitments/" + name.substr(name.rfind('/') + 1));
  }
  ASSIGN_OR_RETURN(const db::Rows notes, tx.Query(R"sql(
      SELECT note.document AS note, cost.document AS cost
        FROM journal AS note JOIN journal AS cost
          ON cost.budget = note.budget AND note.document = 'journals/' || cost.sequence
       WHERE note.budget = $1 AND note.movement = 'correct'
         AND cost.document LIKE 'commitments/%')sql",
                                                  {budget}));
  for (const db::Row& row : notes) commitments.emplace(row.Text("note"), row.Text("cost"));
  return commitments;
}

// A total over all rows, in which what was carried counts where it came from.
StatementRow Sum(const std::vector<StatementRow>& rows) {
  StatementRow total;
  for (const StatementRow& row : rows) {
    total.budget += row.budget - row.carried;
    total.committed += row.committed;
    total.actual += row.actual;
    total.returned += row.returned;
  }
  return total;
}

void CheckCalendar(const Statement& statement, std::vector<Finding>& findings) {
  StatementRow life = statement.life_to_date;
  life.paid = 0;
  for (const auto* rows :
       {&statement.rows, &statement.by_period, &statement.by_category, &statement.by_partner}) {
    if (Sum(*rows) == life) continue;
    findings.push_back({.invariant = "B16",
                        .subject = std::string(Name(statement.calendar)),
                        .text = "the rows do not add up to life to date"});
  }
}

absl::Status CheckStatements(db::Tx& tx, const Budget& budget, const std::vector<Period>& periods,
                             std::vector<Finding>& findings) {
  ASSIGN_OR_RETURN(StatementInput input, LoadStatement(tx, budget, periods, {}));
  std::optional<StatementRow> life;
  for (const Calendar calendar :
       {Calendar::kBudget, Calendar::kJapaneseFiscalYear, Calendar::kExercice}) {
    input.calendar = calendar;
    ASSIGN_OR_RETURN(const Statement statement, MakeStatement(input));
    CheckCalendar(statement, findings);
    if (life.has_value() && *life != statement.life_to_date) {
      findings.push_back({.invariant = "B16",
                          .subject = std::string(Name(calendar)),
                          .text = "life to date differs from that of the budget's periods"});
    }
    life = statement.life_to_date;
    if (calendar == Calendar::kBudget && budget.authorised_version > 0 &&
        statement.contract != budget.contract_amount) {
      findings.push_back(
          {.invariant = "B6",
           .subject = budget.id,
           .text = "authorised " + FormatMoney(money::Money{statement.contract, budget.currency}) +
                   "; the contract says " +
                   FormatMoney(money::Money{budget.contract_amount, budget.currency})});
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ViewsProof> ViewsProof::Begin(db::Tx& tx, const std::string& budget) {
  ASSIGN_OR_RETURN(auto commitment_of, CommitmentsOf(tx, budget));
  return ViewsProof(AeCpFold(std::move(commitment_of)));
}

void ViewsProof::Add(const Journal& journal) {
  exercices_.Add(journal);
  sums_.Add(journal);
  annex_entries_ += AnnexEntriesOf(journal);
  for (const Conversion& conversion : journal.conversions) {
    const absl::Status again = VerifyConversion(conversion);
    if (again.ok() || findings_.size() >= kFindingsMax) continue;
    findings_.push_back({.invariant = "B20",
                         .subject = "journal " + std::to_string(journal.sequence),
                         .text = MessageOf(again)});
  }
}

absl::StatusOr<std::vector<Finding>> ViewsProof::Finish(db::Tx& tx, const Budget& budget,
                                                        const std::vector<Period>& periods) {
  for (Finding& finding : exercices_.Inspect()) {
    if (findings_.size() < kFindingsMax) findings_.push_back(std::move(finding));
  }
  ASSIGN_OR_RETURN(const std::vector<MovementSum> read, LoadSums(tx, budget.id, {}));
  if (read != sums_.Finish()) {
    findings_.push_back({.invariant = "B19",
                         .subject = budget.id,
                         .text = "the sums that statements read differ from the journal's"});
  }
  ASSIGN_OR_RETURN(const std::int64_t kept, CountAnnexEntries(tx, budget.id));
  if (kept != annex_entries_) {
    findings_.push_back({.invariant = "B19",
                         .subject = budget.id,
                         .text = "the annexes have " + std::to_string(kept) +
                                 " entries of the journal, the journal says " +
                                 std::to_string(annex_entries_)});
  }
  RETURN_IF_ERROR(CheckStatements(tx, budget, periods, findings_));
  return std::move(findings_);
}

absl::StatusOr<std::vector<Finding>> VerifyViews(db::Tx& tx, const Budget& budget,
                                                 const std::vector<Period>& periods) {
  ASSIGN_OR_RETURN(ViewsProof proof, ViewsProof::Begin(tx, budget.id));
  ASSIGN_OR_RETURN(const std::int64_t last, LastSequence(tx, budget.id));
  for (std::int64_t after = 0; after < last; after += kPage) {
    ASSIGN_OR_RETURN(const std::vector<Journal> journals,
                     LoadJournals(tx, budget.id, after, static_cast<int>(kPage)));
    for (const Journal& journal : journals) proof.Add(journal);
  }
  return proof.Finish(tx, budget, periods);
}

}  // namespace jointly::budgets::store
