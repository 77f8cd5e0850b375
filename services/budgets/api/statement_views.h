#pragma once

#include <absl/status/statusor.h>
#include <jointly/budgets/v1/requests.pb.h>
#include <jointly/budgets/v1/views.pb.h>

#include <string>
#include <vector>

#include "common/db/database.h"
#include "common/rpc/list.h"
#include "services/budgets/store/budget_store.h"
#include "services/budgets/store/statement_store.h"

// What the views answer, inside one snapshot of the database. The Api's methods (statement_api.cc)
// add the transaction.
namespace jointly::budgets {

namespace pb = jointly::budgets::v1;

inline constexpr Reason kUnknownExportFormat{"UNKNOWN_EXPORT_FORMAT"};  // format

struct SeenBudget {
  Budget budget;
  std::vector<Period> periods;
};
// By its resource name. Errors: INVALID_ARGUMENT; NOT_FOUND BUDGET_NOT_FOUND.
absl::StatusOr<SeenBudget> SeeBudget(db::Tx& tx, const store::Scope& scope,
                                     const std::string& name);

absl::StatusOr<pb::Statement> ViewStatement(db::Tx& tx, const store::Scope& scope,
                                            const pb::GetStatementRequest& request);
absl::StatusOr<pb::ExportedFile> ViewExport(db::Tx& tx, const store::Scope& scope,
                                            const pb::ExportStatementRequest& request);
absl::StatusOr<pb::Forecast> ViewForecast(db::Tx& tx, const store::Scope& scope,
                                          const pb::GetForecastRequest& request);
absl::StatusOr<rpc::Page> JournalPage(const pb::ListJournalsRequest& request);
absl::StatusOr<pb::ListJournalsResponse> ViewJournals(db::Tx& tx, const store::Scope& scope,
                                                      const pb::ListJournalsRequest& request,
                                                      const rpc::Page& page);
absl::StatusOr<pb::ListRatesResponse> ViewRates(db::Tx& tx, const pb::ListRatesRequest& request);

}  // namespace jointly::budgets
