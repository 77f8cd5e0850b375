#include "services/budgets/store/terms_store.h"

#include <algorithm>

#include "common/error/macros.h"
#include "services/budgets/store/packed.h"
#include "services/budgets/store/reader.h"

namespace jointly::budgets::store {
absl::Status KeepTerms(db::Tx& tx, const Budget& budget, const std::vector<Period>& periods,
                       std::int64_t until_sequence) {
  ASSIGN_OR_RETURN(const db::Rows kept, tx.Query(R"sql(
      SELECT 1 AS kept FROM past_terms WHERE budget = $1 AND until_sequence = $2)sql",
                                                 {budget.id, until_sequence}));
  // Of several amendments after one entry, that entry knew what the first of them replaced.
  if (!kept.empty()) return absl::OkStatus();
  tx.Execute(R"sql(
      INSERT INTO past_terms (budget, until_sequence, authorised_version, partners)
      VALUES ($1, $2, $3, $4))sql",
             {budget.id, until_sequence, budget.authorised_version, Pack(budget.partners)});
  for (const Period& period : periods) {
    tx.Execute(R"sql(
        INSERT INTO past_period (budget, until_sequence, period, start_date, end_date)
        VALUES ($1, $2, $3, $4, $5))sql",
               {budget.id, until_sequence, period.id, FormatDate(period.start_date),
                FormatDate(period.end_date)});
  }
  return absl::OkStatus();
}

std::vector<StatementPeriod> BoundsOf(const std::vector<Period>& periods) {
  std::vector<StatementPeriod> bounds;
  for (const Period& period : periods) {
    bounds.push_back({period.id, {period.start_date, period.end_date}});
  }
  std::sort(bounds.begin(), bounds.end(), [](const StatementPeriod& a, const StatementPeriod& b) {
    return a.range.first < b.range.first;
  });
  return bounds;
}

absl::StatusOr<Terms> TermsAt(db::Tx& tx, const Budget& budget, const std::vector<Period>& periods,
                              std::int64_t sequence) {
  Terms terms{.authorised_version = sequence == 0 ? 0 : budget.authorised_version,
              .partners = budget.partners,
              .periods = BoundsOf(periods)};
  if (sequence == 0) return terms;
  ASSIGN_OR_RETURN(const db::Rows past, tx.Query(R"sql(
      SELECT until_sequence, authorised_version, partners FROM past_terms
       WHERE budget = $1 AND until_sequence >= $2 ORDER BY until_sequence LIMIT 1)sql",
                                                 {budget.id, sequence}));
  if (past.empty()) return terms;
  terms.authorised_version = past.front().Int("authorised_version");
  terms.partners = UnpackTexts(past.front().Text("partners"));
  terms.periods.clear();
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT period, start_date, end_date FROM past_period
       WHERE budget = $1 AND until_sequence = $2 ORDER BY start_date, period)sql",
                                                 {budget.id, past.front().Int("until_sequence")}));
  for (const db::Row& row : rows) {
    Reader reader(row);
    std::string id = reader.Text();
    const Date first = reader.ADate();
    terms.periods.push_back({std::move(id), {first, reader.ADate()}});
  }
  return terms;
}

}  // namespace jointly::budgets::store
