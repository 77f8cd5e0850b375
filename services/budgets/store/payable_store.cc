#include "services/budgets/store/payable_store.h"

#include "common/error/macros.h"
#include "services/budgets/store/ledger_store.h"

namespace jointly::budgets::store {

absl::StatusOr<std::int64_t> OwedWithoutCommitment(db::Tx& tx, const std::string& budget,
                                                   const std::string& partner) {
  ASSIGN_OR_RETURN(const std::optional<Balance> payable,
                   LoadBalance(tx, budget, PayableAccount(partner)));
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT COALESCE(SUM(liquidated - paid), 0) AS owed FROM commitment
       WHERE budget = $1 AND partner = $2)sql",
                                                 {budget, partner}));
  return (payable.has_value() ? PostedCredit(*payable) : 0) - rows.front().Int("owed");
}

}  // namespace jointly::budgets::store
