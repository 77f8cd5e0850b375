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
                                                  const AsOf& as_of, Span span) {
  SumFold fold;
  ASSIGN_OR_RETURN(const std::vector<Turnover> turnovers, LoadTurnovers(tx, budget, as_of, span));
  for (const Turnover& turnover : turnovers) {
    Month month{};
    if (span == Span::kMonth) {
      ASSIGN_OR_RETURN(month, MonthOfSpan(turnover.span));
    }
    // The turnover counts a reversal's postings on their own sides: a reversed debit is a credit
    // there. Here a debit of x becomes a credit of -x: both sides lose x.
    fold.Add(MovementSum{.account = turnover.path,
                         .movement = turnover.movement,
                         .month = month,
                         .currency_code = turnover.currency_code,
                         .posted_debit = turnover.posted_debit - turnover.posted_reversed,
                         .posted_credit = turnover.posted_credit - turnover.posted_reversed,
                         .pending_debit = turnover.pending_debit - turnover.pending_reversed,
                         .pending_credit = turnover.pending_credit - turnover.pending_reversed});
  }
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
  RETURN_IF_ERROR(LoadAnnexes(tx, order.annexes, input));
  return input;
}

absl::StatusOr<std::vector<Journal>> ListJournals(db::Tx& tx, const std::string& budget,
                                                  const Slice& slice) {
  db::Values parameters = {budget};
  parameters.insert(parameters.end(), slice.parameters.begin(), slice.parameters.end());
  ASSIGN_OR_RETURN(const db::Rows sequences,
                   tx.Query("SELECT s.sequence FROM journal AS s WHERE s.budget = $1" +
                                slice.where + slice.order_and_limit,
                            parameters));
  std::vector<std::int64_t> chosen;
  for (const db::Row& row : sequences) chosen.push_back(row.Int("sequence"));
  return SelectChosen(tx, budget, chosen);
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
