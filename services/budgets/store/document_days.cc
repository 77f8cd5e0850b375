#include "services/budgets/store/document_days.h"

#include <algorithm>

#include "common/error/macros.h"

namespace jointly::budgets::store {

// The budget is compared as an expression, so that the document's own index is used.
absl::StatusOr<std::optional<Date>> LastRevaluation(db::Tx& tx, const std::string& budget,
                                                    const std::string& commitment) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT MAX(j.effective_on) AS day FROM journal AS j
       WHERE j.document = $2 AND j.document <> '' AND j.budget || '' = $1
         AND j.movement = 'revalue')sql",
                                                 {budget, "commitments/" + commitment}));
  if (rows.front().IsNull("day")) return std::nullopt;
  ASSIGN_OR_RETURN(const Date day, ParseDate(rows.front().Text("day")));
  return day;
}

absl::StatusOr<std::int64_t> LeastOwed(db::Tx& tx, const std::string& budget,
                                       const std::string& commitment, Date from) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(R"sql(
      SELECT j.effective_on AS day,
             SUM(CASE p.side WHEN 'credit' THEN p.amount ELSE -p.amount END) AS change
        FROM journal AS j JOIN posting AS p ON p.budget = j.budget AND p.sequence = j.sequence
       WHERE j.document IN (SELECT CAST($2 AS TEXT)
                             UNION ALL
                            SELECT 'claims/' || claim.id FROM claim
                             WHERE claim.budget = $1 AND claim.commitment = $3)
         AND j.document <> '' AND j.budget || '' = $1
         AND p.path LIKE 'payable/%' AND p.layer = 'posted'
       GROUP BY j.effective_on ORDER BY j.effective_on)sql",
                            {budget, "commitments/" + commitment, commitment}));
  const std::string first = FormatDate(from);  // ISO dates compare as texts.
  std::int64_t owed = 0;
  std::optional<std::int64_t> least;
  for (const db::Row& row : rows) {
    // Until the next entry it is what it was before.
    if (row.Text("day") > first) least = std::min(owed, least.value_or(owed));
    owed += row.Int("change");
  }
  return std::min(owed, least.value_or(owed));
}

}  // namespace jointly::budgets::store
