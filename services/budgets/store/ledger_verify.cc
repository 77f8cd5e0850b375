#include <utility>

#include "common/error/macros.h"
#include "common/time/civil.h"
#include "services/budgets/store/ledger_rows.h"
#include "services/budgets/store/ledger_store.h"
#include "services/budgets/store/ledger_turnover.h"

// The proof of a ledger: its journal applied from zero, against all that was kept beside it.
namespace jointly::budgets::store {
namespace {

constexpr int kPage = 2'000;
constexpr std::size_t kFindingsMax = 100;

class Verifier {
 public:
  Verifier(db::Tx& tx, const std::string& budget, const JournalVisitor& visit)
      : tx_(tx), budget_(budget), visit_(visit) {}

  absl::StatusOr<Verification> Run() {
    ASSIGN_OR_RETURN(const db::Rows ledger, tx_.Query(R"sql(
        SELECT currency_code, last_sequence FROM ledger WHERE budget = $1)sql",
                                                      {budget_}));
    if (ledger.empty()) {
      return NotFound(kBudgetNotFound, "the budget has no ledger", {{"budget", budget_}});
    }
    currency_code_ = ledger.front().Text("currency_code");
    RETURN_IF_ERROR(Walk());
    const std::int64_t last = ledger.front().Int("last_sequence");
    if (last != expected_ - 1) {
      Find("B13", budget_,
           "the ledger was at " + std::to_string(last) + ", the journal ends at " +
               std::to_string(expected_ - 1));
    }
    for (Finding& finding : Inspect(verification_.balances, currency_code_)) {
      Find(finding.invariant, finding.subject, finding.text);
    }
    RETURN_IF_ERROR(CompareBalances());
    for (const From from : {From::kNearest, From::kChunks}) {
      RETURN_IF_ERROR(CompareTurnover(Span::kDay, from, days_));
      RETURN_IF_ERROR(CompareTurnover(Span::kMonth, from, months_));
    }
    RETURN_IF_ERROR(CountParts());
    return std::move(verification_);
  }

 private:
  absl::Status Walk() {
    std::int64_t after = 0;
    while (true) {
      ASSIGN_OR_RETURN(const std::vector<Journal> journals, SelectPage(after));
      if (journals.empty()) return absl::OkStatus();
      RETURN_IF_ERROR(LoadChain(after, journals.back().sequence));
      for (const Journal& journal : journals) Judge(journal);
      after = journals.back().sequence;
    }
  }

  // The next entries, wherever they are: a gap must not end the walk.
  absl::StatusOr<std::vector<Journal>> SelectPage(std::int64_t after) {
    ASSIGN_OR_RETURN(const db::Rows rows, tx_.Query(R"sql(
        SELECT MAX(sequence) AS last FROM (
            SELECT sequence FROM journal WHERE budget = $1 AND sequence > $2
             ORDER BY sequence LIMIT $3) AS page)sql",
                                                    {budget_, after, kPage}));
    if (rows.front().IsNull("last")) return std::vector<Journal>();
    return SelectJournals(tx_, {.where = "j.budget = $1 AND j.sequence > $2 AND j.sequence <= $3",
                                .range = "p.budget = $1 AND p.sequence > $2 AND p.sequence <= $3",
                                .parameters = {budget_, after, rows.front().Int("last")}});
  }

  absl::Status LoadChain(std::int64_t after, std::int64_t last) {
    ASSIGN_OR_RETURN(const db::Rows rows, tx_.Query(R"sql(
        SELECT sequence, previous_hash, hash FROM journal_seal
         WHERE budget = $1 AND sequence > $2 AND sequence <= $3)sql",
                                                    {budget_, after, last}));
    chain_.clear();
    for (const db::Row& row : rows) {
      chain_[row.Int("sequence")] = {row.Text("previous_hash"), row.Text("hash")};
    }
    return absl::OkStatus();
  }

  void Judge(const Journal& journal) {
    ++verification_.journals;
    const std::string subject = "journal " + std::to_string(journal.sequence);
    if (journal.sequence != expected_) {
      Find("B13", subject, "follows " + std::to_string(expected_ - 1));
    }
    expected_ = journal.sequence + 1;
    if (journal.payload_hash != PayloadHash(journal)) {
      Find("B12", subject, "is not what was posted: its payload hash differs");
    }
    JudgeSeal(journal, subject);
    const absl::Status applied = Apply(verification_.balances, journal);
    if (!applied.ok()) Find("B19", subject, "cannot be applied: " + MessageOf(applied));
    AddJournal(days_, journal, Span::kDay);
    AddJournal(months_, journal, Span::kMonth);
    if (visit_ != nullptr) visit_(journal);
  }

  void JudgeSeal(const Journal& journal, const std::string& subject) {
    const auto link = chain_.find(journal.sequence);
    if (link == chain_.end()) {
      unsealed_ = true;
      return;
    }
    if (unsealed_) Find("B12", subject, "is sealed behind one that is not: a link is missing");
    unsealed_ = false;
    ++verification_.sealed;
    const auto& [previous, hash] = link->second;
    if (previous != verification_.head_hash) {
      Find("B12", subject, "its link does not follow its predecessor");
    }
    if (hash != ChainHash(previous, journal)) Find("B12", subject, "is not what was sealed");
    verification_.head_hash = hash;
  }

  absl::Status CompareBalances() {
    ASSIGN_OR_RETURN(const Balances stored, LoadBalances(tx_, budget_));
    for (const auto& [path, balance] : stored) {
      if (!verification_.balances.contains(path) && balance.version != 0) {
        Find("B19", path, "is stored, and no journal made it");
      }
    }
    for (auto& [path, folded] : verification_.balances) {
      const auto found = stored.find(path);
      if (found == stored.end()) {
        Find("B19", path, "is not stored");
        continue;
      }
      folded.closed = found->second.closed;  // Not the journal's matter.
      if (found->second != folded) {
        Find("B19", path,
             "is stored as " + Text(found->second) + ", the journal says " + Text(folded));
      }
    }
    return absl::OkStatus();
  }

  static std::string Text(const Balance& balance) {
    std::string text = balance.currency_code;
    for (const std::int64_t sum : {balance.posted_debit, balance.posted_credit,
                                   balance.pending_debit, balance.pending_credit}) {
      text += ' ' + std::to_string(sum);
    }
    return text + " version " + std::to_string(balance.version);
  }

  absl::Status CompareTurnover(Span span, From from, const TurnoverSums& folded) {
    ASSIGN_OR_RETURN(const TurnoverSums stored, ReadTurnovers(tx_, budget_, {}, span, from));
    TurnoverSums difference = folded;
    for (const auto& [key, turnover] : stored) AddTurnover(difference, turnover, -1);
    for (const auto& [key, turnover] : difference) {
      if (!IsNothing(turnover)) {
        Find("B19", turnover.path,
             "the sums of " + turnover.span + " " + std::string(Name(turnover.movement)) +
                 " are not those of the journal");
      }
    }
    return absl::OkStatus();
  }

  // A posting without its journal is in no page.
  absl::Status CountParts() {
    ASSIGN_OR_RETURN(const db::Rows rows, tx_.Query(R"sql(
        SELECT COUNT(*) AS lost FROM posting AS p LEFT JOIN journal AS j
            ON j.budget = p.budget AND j.sequence = p.sequence
         WHERE p.budget = $1 AND j.sequence IS NULL)sql",
                                                    {budget_}));
    const std::int64_t lost = rows.front().Int("lost");
    if (lost != 0) Find("B12", budget_, std::to_string(lost) + " postings have no journal");
    return absl::OkStatus();
  }

  void Find(std::string invariant, std::string subject, std::string text) {
    if (verification_.findings.size() >= kFindingsMax) return;
    verification_.findings.push_back({std::move(invariant), std::move(subject), std::move(text)});
  }

  db::Tx& tx_;
  const std::string& budget_;
  const JournalVisitor& visit_;
  std::string currency_code_;
  std::int64_t expected_ = 1;
  bool unsealed_ = false;
  std::map<std::int64_t, std::pair<std::string, std::string>> chain_;
  TurnoverSums days_;
  TurnoverSums months_;
  Verification verification_;
};

}  // namespace

absl::StatusOr<Verification> VerifyLedger(db::Tx& tx, const std::string& budget,
                                          const JournalVisitor& visit) {
  return Verifier(tx, budget, visit).Run();
}

absl::StatusOr<Verification> VerifyLedger(db::Database& database, const std::string& budget,
                                          const db::TransactOptions& options) {
  return database.Read([&](db::Tx& tx) { return VerifyLedger(tx, budget); }, options);
}

}  // namespace jointly::budgets::store
