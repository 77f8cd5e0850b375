#include "services/budgets/store/payable_store.h"

#include <algorithm>

#include "common/error/macros.h"
#include "services/budgets/store/ledger_store.h"

namespace jointly::budgets::store {

absl::StatusOr<std::int64_t> OwedWithoutCommitment(db::Tx& tx, const std::string& budget,
                                                   const std::string& partner) {
  ASSIGN_OR_RETURN(const std::optional<Balance> payable,
                   LoadBalance(tx, budget, PayableAccount(partner)));
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT COALESCE(SUM(liquidated - credited - paid), 0) AS owed FROM commitment
       WHERE budget = $1 AND partner = $2)sql",
                                                 {budget, partner}));
  return (payable.has_value() ? PostedCredit(*payable) : 0) - rows.front().Int("owed");
}

absl::StatusOr<Standing> StandingOf(db::Tx& tx, const std::string& budget,
                                    const std::string& partner) {
  Standing standing{.partner = partner};
  ASSIGN_OR_RETURN(const std::optional<Balance> payable,
                   LoadBalance(tx, budget, PayableAccount(partner)));
  if (payable.has_value()) standing.owed = PostedCredit(*payable);
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT COUNT(*) AS commitments, COALESCE(SUM(remaining), 0) AS committed FROM commitment
       WHERE budget = $1 AND partner = $2
         AND state IN ('requested', 'approved', 'partially_liquidated', 'carried',
                       'undercovered'))sql",
                                                 {budget, partner}));
  standing.commitments = static_cast<int>(rows.front().Int("commitments"));
  standing.committed = rows.front().Int("committed");
  return standing;
}

absl::StatusOr<std::int64_t> OwnOwedWithoutCommitment(db::Tx& tx, const std::string& budget,
                                                      const std::string& partner,
                                                      const std::string& actor) {
  // A reversed journal counts for nobody; a credit note takes its part from who recognised it.
  constexpr std::string_view kKept =
      " AND NOT EXISTS (SELECT 1 FROM journal AS mirror"
      " WHERE mirror.budget = journal.budget AND mirror.reverses <> ''"
      " AND mirror.reverses = journal.id)";
  ASSIGN_OR_RETURN(const db::Rows own, tx.Query(R"sql(
      SELECT COALESCE(SUM(posting.amount), 0) AS recognised,
             COALESCE(SUM((SELECT SUM(back.amount)
                             FROM journal AS note JOIN posting AS back
                               ON back.budget = note.budget AND back.sequence = note.sequence
                            WHERE note.budget = journal.budget AND note.document <> ''
                              AND note.document = 'journals/' || journal.sequence
                              AND note.movement = 'correct' AND back.path = $2)), 0) AS corrected
        FROM journal JOIN posting
          ON posting.budget = journal.budget AND posting.sequence = journal.sequence
       WHERE journal.budget = $1 AND journal.actor = $3 AND journal.document = ''
         AND journal.movement = 'recognise' AND posting.path = $2)sql" +
                                                    std::string(kKept),
                                                {budget, PayableAccount(partner), actor}));
  const std::int64_t recognised = own.front().Int("recognised") - own.front().Int("corrected");
  if (recognised <= 0) return 0;
  ASSIGN_OR_RETURN(const db::Rows others, tx.Query(R"sql(
      SELECT COALESCE(SUM(posting.amount), 0) AS paid
        FROM journal JOIN posting
          ON posting.budget = journal.budget AND posting.sequence = journal.sequence
       WHERE journal.budget = $1 AND journal.actor <> $3 AND journal.document = ''
         AND journal.movement = 'pay' AND posting.path = $2)sql" +
                                                       std::string(kKept),
                                                   {budget, PayableAccount(partner), actor}));
  return std::max<std::int64_t>(0, recognised - others.front().Int("paid"));
}

}  // namespace jointly::budgets::store
