#include "services/theses/store/figures_store.h"

#include <algorithm>

#include "common/error/macros.h"
#include "services/theses/store/thesis_store.h"

namespace jointly::theses::store {

std::string PartnersOf(const std::vector<std::string>& partners) {
  std::vector<std::string> sorted = partners;
  std::sort(sorted.begin(), sorted.end());
  std::string text;
  for (const std::string& name : sorted) text += (text.empty() ? "" : "+") + name;
  return text;
}

absl::StatusOr<ThesisFigures> CountTheses(db::Tx& tx, const Scope& scope,
                                          const std::vector<std::string>& partners,
                                          const std::string& since) {
  Condition condition = ScopeCondition(scope, 3);
  db::Values parameters = {PartnersOf(partners), since};
  std::move(condition.parameters.begin(), condition.parameters.end(),
            std::back_inserter(parameters));
  const std::string phase(kPhaseSql);
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query("SELECT thesis.state AS state, COUNT(*) AS theses,"
               " SUM(CASE WHEN " +
                   phase +
                   " = 'in_progress' AND thesis.start_date >= $2 THEN 1 ELSE 0 END) AS running,"
                   " SUM(CASE WHEN thesis.defended_date >= $2 THEN 1 ELSE 0 END) AS defended"
                   " FROM thesis WHERE " +
                   std::string(kPartnersSql) + " = $1 AND " + condition.sql +
                   " GROUP BY thesis.state ORDER BY thesis.state",
               std::move(parameters)));
  ThesisFigures figures;
  for (const db::Row& row : rows) {
    figures.states.push_back({row.Text("state"), static_cast<int>(row.Int("theses"))});
    figures.in_progress += static_cast<int>(row.Int("running"));
    figures.defended += static_cast<int>(row.Int("defended"));
  }
  return figures;
}

absl::StatusOr<std::vector<Thesis>> ThesesOfInstitution(db::Tx& tx, const Scope& scope,
                                                        const std::string& institution, int limit) {
  const std::string number = "$" + std::to_string(ScopeCondition(scope, 1).next);
  return ListTheses(tx, scope,
                    {.where = " AND (thesis.institution_a = " + number +
                              " OR thesis.institution_b = " + number + ")",
                     .order_and_limit = " ORDER BY thesis.id LIMIT " + std::to_string(limit),
                     .parameters = {institution}});
}

}  // namespace jointly::theses::store
