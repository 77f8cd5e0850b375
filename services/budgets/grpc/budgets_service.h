#pragma once

#include <jointly/budgets/v1/budgets.grpc.pb.h>

#include <functional>

#include "common/rpc/service.h"
#include "services/budgets/api/budgets_api.h"

namespace jointly::budgets {

// The generated service class: the runtime checks the caller and runs the method of Api on its
// pool. The two streams are in attachment_streams.cc.
class Service final : public pb::Budgets::CallbackService, private rpc::Adapter<Api> {
 public:
  Service(rpc::Runtime& runtime, Api& api) : Adapter(runtime, api) {}

  grpc::ServerUnaryReactor* CreateBudget(grpc::CallbackServerContext* context,
                                         const pb::CreateBudgetRequest* request,
                                         pb::Budget* response) override {
    return Serve(context, request, response, &Api::CreateBudget);
  }
  grpc::ServerUnaryReactor* GetBudget(grpc::CallbackServerContext* context,
                                      const pb::GetBudgetRequest* request,
                                      pb::Budget* response) override {
    return Serve(context, request, response, &Api::GetBudget);
  }
  grpc::ServerUnaryReactor* ListBudgets(grpc::CallbackServerContext* context,
                                        const pb::ListBudgetsRequest* request,
                                        pb::ListBudgetsResponse* response) override {
    return Serve(context, request, response, &Api::ListBudgets);
  }
  grpc::ServerUnaryReactor* SummariseBudgets(grpc::CallbackServerContext* context,
                                             const pb::SummariseBudgetsRequest* request,
                                             pb::SummariseBudgetsResponse* response) override {
    return Serve(context, request, response, &Api::SummariseBudgets);
  }
  grpc::ServerUnaryReactor* UpdateBudget(grpc::CallbackServerContext* context,
                                         const pb::UpdateBudgetRequest* request,
                                         pb::Budget* response) override {
    return Serve(context, request, response, &Api::UpdateBudget);
  }
  grpc::ServerUnaryReactor* MoveBudget(grpc::CallbackServerContext* context,
                                       const pb::MoveBudgetRequest* request,
                                       pb::Budget* response) override {
    return Serve(context, request, response, &Api::MoveBudget);
  }
  grpc::ServerUnaryReactor* SetExercice(grpc::CallbackServerContext* context,
                                        const pb::SetExerciceRequest* request,
                                        pb::Budget* response) override {
    return Serve(context, request, response, &Api::SetExercice);
  }
  grpc::ServerUnaryReactor* AllocateBudget(grpc::CallbackServerContext* context,
                                           const pb::AllocateBudgetRequest* request,
                                           pb::PostingReply* response) override {
    return Serve(context, request, response, &Api::AllocateBudget);
  }
  grpc::ServerUnaryReactor* ReceiveInstalment(grpc::CallbackServerContext* context,
                                              const pb::ReceiveInstalmentRequest* request,
                                              pb::PostingReply* response) override {
    return Serve(context, request, response, &Api::ReceiveInstalment);
  }
  grpc::ServerUnaryReactor* RecogniseCost(grpc::CallbackServerContext* context,
                                          const pb::RecogniseCostRequest* request,
                                          pb::PostingReply* response) override {
    return Serve(context, request, response, &Api::RecogniseCost);
  }
  grpc::ServerUnaryReactor* PayCost(grpc::CallbackServerContext* context,
                                    const pb::PayCostRequest* request,
                                    pb::PostingReply* response) override {
    return Serve(context, request, response, &Api::PayCost);
  }
  grpc::ServerUnaryReactor* ReturnUnspent(grpc::CallbackServerContext* context,
                                          const pb::ReturnUnspentRequest* request,
                                          pb::PostingReply* response) override {
    return Serve(context, request, response, &Api::ReturnUnspent);
  }
  grpc::ServerUnaryReactor* RecordInKind(grpc::CallbackServerContext* context,
                                         const pb::RecordInKindRequest* request,
                                         pb::PostingReply* response) override {
    return Serve(context, request, response, &Api::RecordInKind);
  }
  grpc::ServerUnaryReactor* ReverseJournal(grpc::CallbackServerContext* context,
                                           const pb::ReverseJournalRequest* request,
                                           pb::PostingReply* response) override {
    return Serve(context, request, response, &Api::ReverseJournal);
  }
  grpc::ServerUnaryReactor* RevalueBudget(grpc::CallbackServerContext* context,
                                          const pb::RevalueBudgetRequest* request,
                                          pb::RevalueBudgetResponse* response) override {
    return Serve(context, request, response, &Api::RevalueBudget);
  }
  grpc::ServerUnaryReactor* ListLines(grpc::CallbackServerContext* context,
                                      const pb::ListLinesRequest* request,
                                      pb::ListLinesResponse* response) override {
    return Serve(context, request, response, &Api::ListLines);
  }
  grpc::ServerUnaryReactor* ListPeriods(grpc::CallbackServerContext* context,
                                        const pb::ListPeriodsRequest* request,
                                        pb::ListPeriodsResponse* response) override {
    return Serve(context, request, response, &Api::ListPeriods);
  }
  grpc::ServerUnaryReactor* MovePeriod(grpc::CallbackServerContext* context,
                                       const pb::MovePeriodRequest* request,
                                       pb::MovePeriodResponse* response) override {
    return Serve(context, request, response, &Api::MovePeriod);
  }
  grpc::ServerUnaryReactor* CreateCommitment(grpc::CallbackServerContext* context,
                                             const pb::CreateCommitmentRequest* request,
                                             pb::Commitment* response) override {
    return Serve(context, request, response, &Api::CreateCommitment);
  }
  grpc::ServerUnaryReactor* GetCommitment(grpc::CallbackServerContext* context,
                                          const pb::GetCommitmentRequest* request,
                                          pb::Commitment* response) override {
    return Serve(context, request, response, &Api::GetCommitment);
  }
  grpc::ServerUnaryReactor* ListCommitments(grpc::CallbackServerContext* context,
                                            const pb::ListCommitmentsRequest* request,
                                            pb::ListCommitmentsResponse* response) override {
    return Serve(context, request, response, &Api::ListCommitments);
  }
  grpc::ServerUnaryReactor* ApproveCommitment(grpc::CallbackServerContext* context,
                                              const pb::ApproveCommitmentRequest* request,
                                              pb::Commitment* response) override {
    return Serve(context, request, response, &Api::ApproveCommitment);
  }
  grpc::ServerUnaryReactor* RefuseCommitment(grpc::CallbackServerContext* context,
                                             const pb::RefuseCommitmentRequest* request,
                                             pb::Commitment* response) override {
    return Serve(context, request, response, &Api::RefuseCommitment);
  }
  grpc::ServerUnaryReactor* LiquidateCommitment(grpc::CallbackServerContext* context,
                                                const pb::LiquidateCommitmentRequest* request,
                                                pb::Commitment* response) override {
    return Serve(context, request, response, &Api::LiquidateCommitment);
  }
  grpc::ServerUnaryReactor* ReleaseCommitment(grpc::CallbackServerContext* context,
                                              const pb::ReleaseCommitmentRequest* request,
                                              pb::Commitment* response) override {
    return Serve(context, request, response, &Api::ReleaseCommitment);
  }
  grpc::ServerUnaryReactor* CreateClaim(grpc::CallbackServerContext* context,
                                        const pb::CreateClaimRequest* request,
                                        pb::ExpenseClaim* response) override {
    return Serve(context, request, response, &Api::CreateClaim);
  }
  grpc::ServerUnaryReactor* GetClaim(grpc::CallbackServerContext* context,
                                     const pb::GetClaimRequest* request,
                                     pb::ExpenseClaim* response) override {
    return Serve(context, request, response, &Api::GetClaim);
  }
  grpc::ServerUnaryReactor* ListClaims(grpc::CallbackServerContext* context,
                                       const pb::ListClaimsRequest* request,
                                       pb::ListClaimsResponse* response) override {
    return Serve(context, request, response, &Api::ListClaims);
  }
  grpc::ServerUnaryReactor* UpdateClaim(grpc::CallbackServerContext* context,
                                        const pb::UpdateClaimRequest* request,
                                        pb::ExpenseClaim* response) override {
    return Serve(context, request, response, &Api::UpdateClaim);
  }
  grpc::ServerUnaryReactor* MoveClaim(grpc::CallbackServerContext* context,
                                      const pb::MoveClaimRequest* request,
                                      pb::ExpenseClaim* response) override {
    return Serve(context, request, response, &Api::MoveClaim);
  }
  grpc::ServerUnaryReactor* CreateTransfer(grpc::CallbackServerContext* context,
                                           const pb::CreateTransferRequest* request,
                                           pb::LineTransfer* response) override {
    return Serve(context, request, response, &Api::CreateTransfer);
  }
  grpc::ServerUnaryReactor* ListTransfers(grpc::CallbackServerContext* context,
                                          const pb::ListTransfersRequest* request,
                                          pb::ListTransfersResponse* response) override {
    return Serve(context, request, response, &Api::ListTransfers);
  }
  grpc::ServerUnaryReactor* MoveTransfer(grpc::CallbackServerContext* context,
                                         const pb::MoveTransferRequest* request,
                                         pb::LineTransfer* response) override {
    return Serve(context, request, response, &Api::MoveTransfer);
  }
  grpc::ServerUnaryReactor* CreateAmendment(grpc::CallbackServerContext* context,
                                            const pb::CreateAmendmentRequest* request,
                                            pb::Amendment* response) override {
    return Serve(context, request, response, &Api::CreateAmendment);
  }
  grpc::ServerUnaryReactor* ListAmendments(grpc::CallbackServerContext* context,
                                           const pb::ListAmendmentsRequest* request,
                                           pb::ListAmendmentsResponse* response) override {
    return Serve(context, request, response, &Api::ListAmendments);
  }
  grpc::ServerUnaryReactor* MoveAmendment(grpc::CallbackServerContext* context,
                                          const pb::MoveAmendmentRequest* request,
                                          pb::Amendment* response) override {
    return Serve(context, request, response, &Api::MoveAmendment);
  }
  grpc::ServerUnaryReactor* CreateCarryOver(grpc::CallbackServerContext* context,
                                            const pb::CreateCarryOverRequest* request,
                                            pb::CarryOver* response) override {
    return Serve(context, request, response, &Api::CreateCarryOver);
  }
  grpc::ServerUnaryReactor* GetCarryOver(grpc::CallbackServerContext* context,
                                         const pb::GetCarryOverRequest* request,
                                         pb::CarryOver* response) override {
    return Serve(context, request, response, &Api::GetCarryOver);
  }
  grpc::ServerUnaryReactor* ListCarryOvers(grpc::CallbackServerContext* context,
                                           const pb::ListCarryOversRequest* request,
                                           pb::ListCarryOversResponse* response) override {
    return Serve(context, request, response, &Api::ListCarryOvers);
  }
  grpc::ServerUnaryReactor* MoveCarryOver(grpc::CallbackServerContext* context,
                                          const pb::MoveCarryOverRequest* request,
                                          pb::CarryOver* response) override {
    return Serve(context, request, response, &Api::MoveCarryOver);
  }
  grpc::ServerUnaryReactor* ListReports(grpc::CallbackServerContext* context,
                                        const pb::ListReportsRequest* request,
                                        pb::ListReportsResponse* response) override {
    return Serve(context, request, response, &Api::ListReports);
  }
  grpc::ServerUnaryReactor* MoveReport(grpc::CallbackServerContext* context,
                                       const pb::MoveReportRequest* request,
                                       pb::PeriodicReport* response) override {
    return Serve(context, request, response, &Api::MoveReport);
  }
  grpc::ServerUnaryReactor* CreateDelegation(grpc::CallbackServerContext* context,
                                             const pb::CreateDelegationRequest* request,
                                             pb::Delegation* response) override {
    return Serve(context, request, response, &Api::CreateDelegation);
  }
  grpc::ServerUnaryReactor* RevokeDelegation(grpc::CallbackServerContext* context,
                                             const pb::RevokeDelegationRequest* request,
                                             pb::Delegation* response) override {
    return Serve(context, request, response, &Api::RevokeDelegation);
  }
  grpc::ServerUnaryReactor* ListDelegations(grpc::CallbackServerContext* context,
                                            const pb::ListDelegationsRequest* request,
                                            pb::ListDelegationsResponse* response) override {
    return Serve(context, request, response, &Api::ListDelegations);
  }
  grpc::ServerUnaryReactor* ListJournals(grpc::CallbackServerContext* context,
                                         const pb::ListJournalsRequest* request,
                                         pb::ListJournalsResponse* response) override {
    return Serve(context, request, response, &Api::ListJournals);
  }
  grpc::ServerUnaryReactor* GetStatement(grpc::CallbackServerContext* context,
                                         const pb::GetStatementRequest* request,
                                         pb::Statement* response) override {
    return Serve(context, request, response, &Api::GetStatement);
  }
  grpc::ServerUnaryReactor* ExportStatement(grpc::CallbackServerContext* context,
                                            const pb::ExportStatementRequest* request,
                                            pb::ExportedFile* response) override {
    return Serve(context, request, response, &Api::ExportStatement);
  }
  grpc::ServerUnaryReactor* GetForecast(grpc::CallbackServerContext* context,
                                        const pb::GetForecastRequest* request,
                                        pb::Forecast* response) override {
    return Serve(context, request, response, &Api::GetForecast);
  }
  grpc::ServerUnaryReactor* VerifyBudget(grpc::CallbackServerContext* context,
                                         const pb::VerifyBudgetRequest* request,
                                         pb::VerifyBudgetResponse* response) override {
    return Serve(context, request, response, &Api::VerifyBudget);
  }
  grpc::ServerUnaryReactor* ImportRates(grpc::CallbackServerContext* context,
                                        const pb::ImportRatesRequest* request,
                                        pb::ImportRatesResponse* response) override {
    return Serve(context, request, response, &Api::ImportRates);
  }
  grpc::ServerUnaryReactor* ListRates(grpc::CallbackServerContext* context,
                                      const pb::ListRatesRequest* request,
                                      pb::ListRatesResponse* response) override {
    return Serve(context, request, response, &Api::ListRates);
  }
  grpc::ServerUnaryReactor* ImportBudget(grpc::CallbackServerContext* context,
                                         const pb::ImportBudgetRequest* request,
                                         pb::ImportBudgetResponse* response) override {
    return Serve(context, request, response, &Api::ImportBudget);
  }

  grpc::ServerReadReactor<pb::UploadAttachmentRequest>* UploadAttachment(
      grpc::CallbackServerContext* context, pb::Attachment* response) override;
  grpc::ServerWriteReactor<pb::DownloadAttachmentResponse>* DownloadAttachment(
      grpc::CallbackServerContext* context, const pb::DownloadAttachmentRequest* request) override;
};

}  // namespace jointly::budgets
