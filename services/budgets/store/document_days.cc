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
         AND (j.movement = 'revalue'
              OR (j.movement = 'reverse' AND j.counts_as = 'liquidate')))sql",
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
                             WHERE claim.budget = $1 AND claim.commitment = $3
                             UNION ALL
                            SELECT 'journals/' || cost.sequence FROM journal AS cost
                             WHERE cost.document = $2 AND cost.document <> ''
                               AND cost.budget || '' = $1 AND cost.movement = 'liquidate')
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

absl::StatusOr<std::vector<std::int64_t>> StandingPayments(db::Tx& tx, const std::string& budget,
                                                           const std::string& commitment) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(R"sql(
      SELECT j.sequence FROM journal AS j
       WHERE j.document IN (SELECT CAST($2 AS TEXT)
                             UNION ALL
                            SELECT 'claims/' || claim.id FROM claim
                             WHERE claim.budget = $1 AND claim.commitment = $3)
         AND j.document <> '' AND j.budget || '' = $1 AND j.movement = 'pay'
         AND NOT EXISTS (SELECT 1 FROM journal AS mirror
                          WHERE mirror.budget = j.budget AND mirror.reverses <> ''
                            AND mirror.reverses = j.id)
       ORDER BY j.sequence DESC)sql",
                            {budget, "commitments/" + commitment, commitment}));
  std::vector<std::int64_t> sequences;
  for (const db::Row& row : rows) sequences.push_back(row.Int("sequence"));
  return sequences;
}

absl::StatusOr<std::optional<std::string>> MirrorOf(db::Tx& tx, const std::string& budget,
                                                    const std::string& journal) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT id FROM journal WHERE budget = $1 AND reverses = $2 AND reverses <> '')sql",
                                                 {budget, journal}));
  if (rows.empty()) return std::nullopt;
  return rows.front().Text("id");
}

void KeepOriginalUse(db::Tx& tx, const std::string& budget, std::int64_t sequence,
                     std::int64_t original) {
  tx.Execute("INSERT INTO original_use (budget, sequence, original) VALUES ($1, $2, $3)",
             {budget, sequence, original});
}

absl::StatusOr<std::optional<std::int64_t>> OriginalUse(db::Tx& tx, const std::string& budget,
                                                        std::int64_t sequence) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT original FROM original_use WHERE budget = $1 AND sequence = $2)sql",
                                                 {budget, sequence}));
  if (rows.empty()) return std::nullopt;
  return rows.front().Int("original");
}

}  // namespace jointly::budgets::store
