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
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::VerifyBudgetResponse> {
        ASSIGN_OR_RETURN(const SeenBudget seen, SeeBudget(tx, ScopeOf(call), request.name()));
        ASSIGN_OR_RETURN(store::ViewsProof views, store::ViewsProof::Begin(tx, seen.budget.id));
        ASSIGN_OR_RETURN(const store::Verification ledger,
                         store::VerifyLedger(tx, seen.budget.id,
                                             [&](const Journal& journal) { views.Add(journal); }));
        ASSIGN_OR_RETURN(const std::vector<Finding> findings,
                         views.Finish(tx, seen.budget, seen.periods));
        pb::VerifyBudgetResponse response;
        for (const auto* found : {&findings, &ledger.findings}) {
          for (const Finding& finding : *found) {
            response.add_findings(finding.invariant + " " + finding.subject + ": " + finding.text);
          }
        }
        response.set_entries(ledger.journals);
        response.set_chain_head(ledger.head_hash);
        return response;
      },
      call.transact_options());
}

}  // namespace jointly::budgets
