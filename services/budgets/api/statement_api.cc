#include "common/error/macros.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/api/statement_views.h"
#include "services/budgets/store/ledger_store.h"
#include "services/budgets/store/statement_store.h"

namespace jointly::budgets {

absl::StatusOr<pb::ListJournalsResponse> Api::ListJournals(rpc::Call& call,
                                                           const pb::ListJournalsRequest& request) {
  ASSIGN_OR_RETURN(const rpc::Page page, JournalPage(request));
  return database_.Read([&](db::Tx& tx) { return ViewJournals(tx, ScopeOf(call), request, page); },
                        call.transact_options());
}

absl::StatusOr<pb::Statement> Api::GetStatement(rpc::Call& call,
                                                const pb::GetStatementRequest& request) {
  return database_.Read([&](db::Tx& tx) { return ViewStatement(tx, ScopeOf(call), request); },
                        call.transact_options());
}

absl::StatusOr<pb::ExportedFile> Api::ExportStatement(rpc::Call& call,
                                                      const pb::ExportStatementRequest& request) {
  return database_.Read([&](db::Tx& tx) { return ViewExport(tx, ScopeOf(call), request); },
                        call.transact_options());
}

absl::StatusOr<pb::Forecast> Api::GetForecast(rpc::Call& call,
                                              const pb::GetForecastRequest& request) {
  return database_.Read([&](db::Tx& tx) { return ViewForecast(tx, ScopeOf(call), request); },
                        call.transact_options());
}

absl::StatusOr<pb::VerifyBudgetResponse> Api::VerifyBudget(rpc::Call& call,
                                                           const pb::VerifyBudgetRequest& request) {
  pb::VerifyBudgetResponse response;
  const auto add = [&](const std::vector<Finding>& findings) {
    for (const Finding& finding : findings) {
      response.add_findings(finding.invariant + " " + finding.subject + ": " + finding.text);
    }
  };
  std::string budget;
  const absl::Status seen = database_.Read(
      [&](db::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const SeenBudget found, SeeBudget(tx, ScopeOf(call), request.name()));
        budget = found.budget.id;
        ASSIGN_OR_RETURN(const std::vector<Finding> findings,
                         store::VerifyViews(tx, found.budget, found.periods));
        add(findings);
        return absl::OkStatus();
      },
      call.transact_options());
  RETURN_IF_ERROR(seen);
  ASSIGN_OR_RETURN(const store::Verification ledger, store::VerifyLedger(database_, budget));
  add(ledger.findings);
  response.set_entries(ledger.journals);
  response.set_chain_head(ledger.head_hash);
  return response;
}

}  // namespace jointly::budgets
