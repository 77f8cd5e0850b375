#include "services/budgets/store/statement_store.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "common/error/macros.h"
#include "services/budgets/domain/statement_tally.h"
#include "services/budgets/store/commitment_store.h"
#include "services/budgets/store/ledger_rows.h"
#include "services/budgets/store/terms_store.h"

namespace jointly::budgets::store {
namespace {

absl::StatusOr<Month> MonthOfSpan(const std::string& span) {
  ASSIGN_OR_RETURN(const Date first, ParseDate(span + "-01"));
  return MonthOf(first);
}

// Journals of these sequences. Looked up one by one by their key: a join from the conditions that
// found them is planned by SQLite as a walk over all postings of the budget.
absl::StatusOr<std::vector<Journal>> LoadChosen(db::Tx& tx, const std::string& budget,
                                                const db::Rows& sequences) {
  constexpr std::size_t kChunk = 500;
  std::vector<Journal> journals;
  for (std::size_t begin = 0; begin < sequences.size(); begin += kChunk) {
    std::string list;
    for (std::size_t i = begin; i < std::min(sequences.size(), begin + kChunk); ++i) {
      list += (list.empty() ? "" : ", ") + std::to_string(sequences[i].Int("sequence"));
    }
    const std::string where = "j.budget = $1 AND j.sequence IN (" + list + ")";
    const std::string range = "p.budget = $1 AND p.sequence IN (" + list + ")";
    ASSIGN_OR_RETURN(std::vector<Journal> chunk,
                     SelectJournals(tx, {.where = where, .range = range, .parameters = {budget}}));
    std::move(chunk.begin(), chunk.end(), std::back_inserter(journals));
  }
  return journals;
}

bool Counts(const Journal& journal, std::int64_t last, const std::optional<Date>& date) {
  return journal.sequence <= last && (!date.has_value() || journal.effective_on <= *date);
}

// The ledger's sums count a reversal's postings on their own sides: a reversed debit is a credit
// there. Here a debit of x becomes a credit of -x: both sides lose x.
absl::Status Mirror(db::Tx& tx, const std::string& budget, const AsOf& as_of, SumFold& fold) {
  ASSIGN_OR_RETURN(const std::int64_t last, LastSequence(tx, budget));
  ASSIGN_OR_RETURN(const db::Rows sequences, tx.Query(R"sql(
      SELECT sequence FROM journal WHERE budget = $1 AND reverses <> '')sql",
                                                      {budget}));
  ASSIGN_OR_RETURN(const std::vector<Journal> reversals, LoadChosen(tx, budget, sequences));
  for (const Journal& journal : reversals) {
    if (!Counts(journal, as_of.sequence.value_or(last), as_of.date)) continue;
    for (const Posting& posting : journal.postings) {
      const bool posted = posting.layer == Layer::kPosted;
      fold.Add(MovementSum{.account = posting.account,
                           .movement = journal.counts_as,
                           .month = MonthOf(journal.effective_on),
                           .currency_code = posting.currency_code,
                           .posted_debit = posted ? -posting.amount : 0,
                           .posted_credit = posted ? -posting.amount : 0,
                           .pending_debit = posted ? 0 : -posting.amount,
                           .pending_credit = posted ? 0 : -posting.amount});
    }
  }
  return absl::OkStatus();
}

std::string IdOf(const std::string& document) {
  return document.substr(document.rfind('/') + 1);  // The whole of it without a slash.
}

// Adds what only the transfers' own documents know.
absl::Status Explain(db::Tx& tx, const std::string& budget, std::vector<TransferRow>& transfers) {
  db::TextList ids;
  for (const TransferRow& row : transfers) ids.values.push_back(IdOf(row.document));
  if (ids.values.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT id, rule, approver, funder_approval FROM line_transfer
       WHERE budget = $1 AND id {any $2})sql",
                                                 {budget, ids}));
  std::map<std::string, const db::Row*> by_id;
  for (const db::Row& row : rows) by_id.emplace(row.Text("id"), &row);
  for (TransferRow& transfer : transfers) {
    const auto found = by_id.find(IdOf(transfer.document));
    if (found == by_id.end()) continue;
    const db::Row& row = *found->second;
    transfer.rule = row.Text("rule");
    transfer.approval = row.Text("approver");
    if (!row.Text("funder_approval").empty()) {
      transfer.approval += "; " + row.Text("funder_approval");
    }
  }
  return absl::OkStatus();
}

absl::Status LoadAnnexes(db::Tx& tx, StatementInput& input) {
  ASSIGN_OR_RETURN(const db::Rows moved, tx.Query(R"sql(
      SELECT sequence FROM journal WHERE budget = $1 AND counts_as = 'transfer'
       ORDER BY sequence)sql",
                                                  {input.budget}));
  ASSIGN_OR_RETURN(const std::vector<Journal> transfers, LoadChosen(tx, input.budget, moved));
  for (const Journal& journal : transfers) {
    if (!Counts(journal, input.as_of_sequence, input.as_of_date)) continue;
    if (auto row = TransferOf(journal)) input.transfers.push_back(*std::move(row));
  }
  RETURN_IF_ERROR(Explain(tx, input.budget, input.transfers));
  ASSIGN_OR_RETURN(const db::Rows foreign, tx.Query(R"sql(
      SELECT DISTINCT sequence FROM conversion WHERE budget = $1 AND sequence <= $2
       ORDER BY sequence)sql",
                                                    {input.budget, input.as_of_sequence}));
  ASSIGN_OR_RETURN(const std::vector<Journal> converted, LoadChosen(tx, input.budget, foreign));
  ExchangeFold exchanges(input.currency.code);
  for (const Journal& journal : converted) {
    if (!Counts(journal, input.as_of_sequence, input.as_of_date)) continue;
    RETURN_IF_ERROR(exchanges.Add(journal));
  }
  input.exchanges = std::move(exchanges).Finish();
  return absl::OkStatus();
}

// The terms of then. A period that was added since had no entries: its statement is an empty one.
void SetTerms(Terms terms, const std::vector<Period>& periods, StatementInput& input) {
  input.authorised_version = terms.authorised_version;
  input.partners = std::move(terms.partners);
  input.periods = std::move(terms.periods);
  const bool known =
      std::any_of(input.periods.begin(), input.periods.end(),
                  [&](const StatementPeriod& period) { return period.id == input.period; });
  for (const Period& period : periods) {
    if (known || period.id != input.period) continue;
    input.periods.push_back({period.id, {period.start_date, period.end_date}});
  }
}

// What holds money on each line.
absl::StatusOr<std::map<LineKey, std::vector<OpenCommitment>>> OpenByLine(db::Tx& tx,
                                                                          const Budget& budget) {
  ASSIGN_OR_RETURN(const std::vector<Commitment> commitments,
                   OpenCommitments(tx, budget.id, "", Lock::kNo));
  std::map<LineKey, std::vector<OpenCommitment>> open;
  for (const Commitment& commitment : commitments) {
    open[commitment.line].push_back({.remaining = commitment.remaining,
                                     .expire_date = commitment.expire_date,
                                     .foreign = commitment.amount.currency != budget.currency});
  }
  return open;
}

}  // namespace

absl::StatusOr<std::int64_t> SequenceOf(db::Tx& tx, const std::string& budget,
                                        const StatementOrder& order) {
  ASSIGN_OR_RETURN(const std::int64_t last, LastSequence(tx, budget));
  if (order.as_of_sequence == 0) return last;
  if (order.as_of_sequence > 0 && order.as_of_sequence <= last) return order.as_of_sequence;
  return NotFound(kSequenceNotFound, "the budget's journal has no such sequence",
                  {{"sequence", std::to_string(order.as_of_sequence)},
                   {"last_sequence", std::to_string(last)}});
}

absl::StatusOr<std::vector<MovementSum>> LoadSums(db::Tx& tx, const std::string& budget,
                                                  const AsOf& as_of) {
  SumFold fold;
  ASSIGN_OR_RETURN(const std::vector<Turnover> turnovers,
                   LoadTurnovers(tx, budget, as_of, Span::kMonth));
  for (const Turnover& turnover : turnovers) {
    ASSIGN_OR_RETURN(const Month month, MonthOfSpan(turnover.span));
    fold.Add(MovementSum{.account = turnover.path,
                         .movement = turnover.movement,
                         .month = month,
                         .currency_code = turnover.currency_code,
                         .posted_debit = turnover.posted_debit,
                         .posted_credit = turnover.posted_credit,
                         .pending_debit = turnover.pending_debit,
                         .pending_credit = turnover.pending_credit});
  }
  RETURN_IF_ERROR(Mirror(tx, budget, as_of, fold));
  return fold.Finish();
}

absl::StatusOr<AeCp> LoadConsumed(db::Tx& tx, const std::string& budget, int exercice) {
  StatementInput input;
  ASSIGN_OR_RETURN(input.sums, LoadSums(tx, budget, AsOf{}));
  const Tally tally = TallyOf(input);
  const auto found = tally.exercices.find(exercice);
  return found == tally.exercices.end() ? AeCp{} : found->second;
}

absl::StatusOr<StatementInput> LoadStatement(db::Tx& tx, const Budget& budget,
                                             const std::vector<Period>& periods,
                                             const StatementOrder& order) {
  StatementInput input{.budget = budget.id,
                       .display_name = budget.display_name,
                       .currency = budget.currency,
                       .as_of_date = order.as_of_date,
                       .calendar = order.calendar,
                       .period = order.period};
  for (const Category& category : budget.categories) input.categories.push_back(category.id);
  ASSIGN_OR_RETURN(input.as_of_sequence, SequenceOf(tx, budget.id, order));
  ASSIGN_OR_RETURN(Terms terms, TermsAt(tx, budget, periods, input.as_of_sequence));
  SetTerms(std::move(terms), periods, input);
  ASSIGN_OR_RETURN(
      input.sums,
      LoadSums(tx, budget.id, {.sequence = input.as_of_sequence, .date = order.as_of_date}));
  RETURN_IF_ERROR(LoadAnnexes(tx, input));
  return input;
}

absl::StatusOr<JournalBook> LoadBook(db::Tx& tx, const Budget& budget,
                                     const std::vector<Period>& periods,
                                     const StatementOrder& order) {
  JournalBook book{.budget = budget.id,
                   .display_name = budget.display_name,
                   .currency = budget.currency,
                   .periods = {},
                   .journals = {}};
  ASSIGN_OR_RETURN(const std::int64_t last, SequenceOf(tx, budget.id, order));
  ASSIGN_OR_RETURN(Terms terms, TermsAt(tx, budget, periods, last));
  book.periods = std::move(terms.periods);
  if (last > kExportJournalsMax) {
    return FailedPrecondition(
        kExportTooLarge, "too many journals for one file: ask for them as of an earlier sequence",
        {{"journals", std::to_string(last)}, {"limit", std::to_string(kExportJournalsMax)}});
  }
  constexpr std::int64_t kPage = 1000;
  std::string hash;
  for (std::int64_t after = 0; after < last; after += kPage) {
    const std::int64_t end = std::min(last, after + kPage);
    ASSIGN_OR_RETURN(std::vector<Journal> journals,
                     LoadJournals(tx, budget.id, after, static_cast<int>(end - after)));
    ASSIGN_OR_RETURN(const auto seals, LoadSeals(tx, budget.id, after, end));
    for (Journal& journal : journals) {
      // The seal, or what it will be: the background's work shows in no file.
      const auto seal = seals.find(journal.sequence);
      hash = seal == seals.end() ? ChainHash(hash, journal) : seal->second;
      if (order.as_of_date.has_value() && journal.effective_on > *order.as_of_date) continue;
      book.journals.push_back({.journal = std::move(journal), .hash = hash});
    }
  }
  return book;
}

absl::StatusOr<std::vector<Journal>> ListJournals(db::Tx& tx, const std::string& budget,
                                                  const Slice& slice) {
  db::Values parameters = {budget};
  parameters.insert(parameters.end(), slice.parameters.begin(), slice.parameters.end());
  ASSIGN_OR_RETURN(const db::Rows sequences,
                   tx.Query("SELECT s.sequence FROM journal AS s WHERE s.budget = $1" +
                                slice.where + slice.order_and_limit,
                            parameters));
  return LoadChosen(tx, budget, sequences);
}

absl::StatusOr<std::vector<ForecastInput>> LoadForecast(db::Tx& tx, const Budget& budget,
                                                        const std::vector<Period>& periods,
                                                        Date as_of) {
  ASSIGN_OR_RETURN(const std::vector<MovementSum> sums,
                   LoadSums(tx, budget.id, {.sequence = std::nullopt, .date = as_of}));
  ASSIGN_OR_RETURN(const auto open, OpenByLine(tx, budget));
  std::vector<ForecastInput> inputs = ForecastInputs(sums, BoundsOf(periods), as_of);
  for (ForecastInput& input : inputs) {
    const auto found = open.find(input.line);
    if (found != open.end()) input.commitments = found->second;
  }
  return inputs;
}

}  // namespace jointly::budgets::store
