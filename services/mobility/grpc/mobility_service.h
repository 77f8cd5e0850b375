#pragma once

#include <jointly/mobility/v1/mobility.grpc.pb.h>

#include <functional>

#include "common/rpc/service.h"
#include "services/mobility/api/mobility_api.h"

namespace jointly::mobility {

// The generated service class: the runtime checks the caller and runs the method of Api on its
// pool. The two streams are in document_streams.cc.
class Service final : public pb::Mobility::CallbackService, private rpc::Adapter<Api> {
 public:
  Service(rpc::Runtime& runtime, Api& api) : Adapter(runtime, api) {}

  grpc::ServerUnaryReactor* CreateCall(grpc::CallbackServerContext* context,
                                       const pb::CreateCallRequest* request,
                                       pb::Call* response) override {
    return Serve(context, request, response, &Api::CreateCall);
  }
  grpc::ServerUnaryReactor* GetCall(grpc::CallbackServerContext* context,
                                    const pb::GetCallRequest* request,
                                    pb::Call* response) override {
    return Serve(context, request, response, &Api::GetCall);
  }
  grpc::ServerUnaryReactor* ListCalls(grpc::CallbackServerContext* context,
                                      const pb::ListCallsRequest* request,
                                      pb::ListCallsResponse* response) override {
    return Serve(context, request, response, &Api::ListCalls);
  }
  grpc::ServerUnaryReactor* UpdateCall(grpc::CallbackServerContext* context,
                                       const pb::UpdateCallRequest* request,
                                       pb::Call* response) override {
    return Serve(context, request, response, &Api::UpdateCall);
  }
  grpc::ServerUnaryReactor* PublishCall(grpc::CallbackServerContext* context,
                                        const pb::PublishCallRequest* request,
                                        pb::Call* response) override {
    return Serve(context, request, response, &Api::PublishCall);
  }
  grpc::ServerUnaryReactor* CancelCall(grpc::CallbackServerContext* context,
                                       const pb::CancelCallRequest* request,
                                       pb::Call* response) override {
    return Serve(context, request, response, &Api::CancelCall);
  }
  grpc::ServerUnaryReactor* AllocateCall(grpc::CallbackServerContext* context,
                                         const pb::AllocateCallRequest* request,
                                         pb::AllocateCallResponse* response) override {
    return Serve(context, request, response, &Api::AllocateCall);
  }
  grpc::ServerUnaryReactor* ListQuotas(grpc::CallbackServerContext* context,
                                       const pb::ListQuotasRequest* request,
                                       pb::ListQuotasResponse* response) override {
    return Serve(context, request, response, &Api::ListQuotas);
  }
  grpc::ServerUnaryReactor* AdjustQuota(grpc::CallbackServerContext* context,
                                        const pb::AdjustQuotaRequest* request,
                                        pb::Quota* response) override {
    return Serve(context, request, response, &Api::AdjustQuota);
  }
  grpc::ServerUnaryReactor* CreateApplication(grpc::CallbackServerContext* context,
                                              const pb::CreateApplicationRequest* request,
                                              pb::Application* response) override {
    return Serve(context, request, response, &Api::CreateApplication);
  }
  grpc::ServerUnaryReactor* GetApplication(grpc::CallbackServerContext* context,
                                           const pb::GetApplicationRequest* request,
                                           pb::Application* response) override {
    return Serve(context, request, response, &Api::GetApplication);
  }
  grpc::ServerUnaryReactor* ListApplications(grpc::CallbackServerContext* context,
                                             const pb::ListApplicationsRequest* request,
                                             pb::ListApplicationsResponse* response) override {
    return Serve(context, request, response, &Api::ListApplications);
  }
  grpc::ServerUnaryReactor* UpdateApplication(grpc::CallbackServerContext* context,
                                              const pb::UpdateApplicationRequest* request,
                                              pb::Application* response) override {
    return Serve(context, request, response, &Api::UpdateApplication);
  }
  grpc::ServerUnaryReactor* SubmitApplication(grpc::CallbackServerContext* context,
                                              const pb::SubmitApplicationRequest* request,
                                              pb::Application* response) override {
    return Serve(context, request, response, &Api::SubmitApplication);
  }
  grpc::ServerUnaryReactor* ResubmitApplication(grpc::CallbackServerContext* context,
                                                const pb::ResubmitApplicationRequest* request,
                                                pb::Application* response) override {
    return Serve(context, request, response, &Api::ResubmitApplication);
  }
  grpc::ServerUnaryReactor* CheckApplication(grpc::CallbackServerContext* context,
                                             const pb::CheckApplicationRequest* request,
                                             pb::Application* response) override {
    return Serve(context, request, response, &Api::CheckApplication);
  }
  grpc::ServerUnaryReactor* ScoreApplication(grpc::CallbackServerContext* context,
                                             const pb::ScoreApplicationRequest* request,
                                             pb::Application* response) override {
    return Serve(context, request, response, &Api::ScoreApplication);
  }
  grpc::ServerUnaryReactor* OfferApplication(grpc::CallbackServerContext* context,
                                             const pb::OfferApplicationRequest* request,
                                             pb::Application* response) override {
    return Serve(context, request, response, &Api::OfferApplication);
  }
  grpc::ServerUnaryReactor* WaitlistApplication(grpc::CallbackServerContext* context,
                                                const pb::WaitlistApplicationRequest* request,
                                                pb::Application* response) override {
    return Serve(context, request, response, &Api::WaitlistApplication);
  }
  grpc::ServerUnaryReactor* RejectApplication(grpc::CallbackServerContext* context,
                                              const pb::RejectApplicationRequest* request,
                                              pb::Application* response) override {
    return Serve(context, request, response, &Api::RejectApplication);
  }
  grpc::ServerUnaryReactor* AcceptOffer(grpc::CallbackServerContext* context,
                                        const pb::AcceptOfferRequest* request,
                                        pb::Application* response) override {
    return Serve(context, request, response, &Api::AcceptOffer);
  }
  grpc::ServerUnaryReactor* DeclineOffer(grpc::CallbackServerContext* context,
                                         const pb::DeclineOfferRequest* request,
                                         pb::Application* response) override {
    return Serve(context, request, response, &Api::DeclineOffer);
  }
  grpc::ServerUnaryReactor* AppealApplication(grpc::CallbackServerContext* context,
                                              const pb::AppealApplicationRequest* request,
                                              pb::Application* response) override {
    return Serve(context, request, response, &Api::AppealApplication);
  }
  grpc::ServerUnaryReactor* DecideAppeal(grpc::CallbackServerContext* context,
                                         const pb::DecideAppealRequest* request,
                                         pb::Application* response) override {
    return Serve(context, request, response, &Api::DecideAppeal);
  }
  grpc::ServerUnaryReactor* WithdrawApplication(grpc::CallbackServerContext* context,
                                                const pb::WithdrawApplicationRequest* request,
                                                pb::Application* response) override {
    return Serve(context, request, response, &Api::WithdrawApplication);
  }
  grpc::ServerUnaryReactor* NominateApplication(grpc::CallbackServerContext* context,
                                                const pb::NominateApplicationRequest* request,
                                                pb::MobilityCase* response) override {
    return Serve(context, request, response, &Api::NominateApplication);
  }
  grpc::ServerUnaryReactor* ListHistory(grpc::CallbackServerContext* context,
                                        const pb::ListHistoryRequest* request,
                                        pb::ListHistoryResponse* response) override {
    return Serve(context, request, response, &Api::ListHistory);
  }
  grpc::ServerUnaryReactor* DeleteDocument(grpc::CallbackServerContext* context,
                                           const pb::DeleteDocumentRequest* request,
                                           pb::Application* response) override {
    return Serve(context, request, response, &Api::DeleteDocument);
  }
  grpc::ServerUnaryReactor* GetMobility(grpc::CallbackServerContext* context,
                                        const pb::GetMobilityRequest* request,
                                        pb::MobilityCase* response) override {
    return Serve(context, request, response, &Api::GetMobility);
  }
  grpc::ServerUnaryReactor* ListMobilities(grpc::CallbackServerContext* context,
                                           const pb::ListMobilitiesRequest* request,
                                           pb::ListMobilitiesResponse* response) override {
    return Serve(context, request, response, &Api::ListMobilities);
  }
  grpc::ServerUnaryReactor* SummariseMobilities(
      grpc::CallbackServerContext* context, const pb::SummariseMobilitiesRequest* request,
      pb::SummariseMobilitiesResponse* response) override {
    return Serve(context, request, response, &Api::SummariseMobilities);
  }
  grpc::ServerUnaryReactor* ApproveNomination(grpc::CallbackServerContext* context,
                                              const pb::ApproveNominationRequest* request,
                                              pb::MobilityCase* response) override {
    return Serve(context, request, response, &Api::ApproveNomination);
  }
  grpc::ServerUnaryReactor* RejectNomination(grpc::CallbackServerContext* context,
                                             const pb::RejectNominationRequest* request,
                                             pb::MobilityCase* response) override {
    return Serve(context, request, response, &Api::RejectNomination);
  }
  grpc::ServerUnaryReactor* CorrectNomination(grpc::CallbackServerContext* context,
                                              const pb::CorrectNominationRequest* request,
                                              pb::MobilityCase* response) override {
    return Serve(context, request, response, &Api::CorrectNomination);
  }
  grpc::ServerUnaryReactor* CancelMobility(grpc::CallbackServerContext* context,
                                           const pb::CancelMobilityRequest* request,
                                           pb::MobilityCase* response) override {
    return Serve(context, request, response, &Api::CancelMobility);
  }
  grpc::ServerUnaryReactor* RequestFunding(grpc::CallbackServerContext* context,
                                           const pb::RequestFundingRequest* request,
                                           pb::MobilityCase* response) override {
    return Serve(context, request, response, &Api::RequestFunding);
  }

  grpc::ServerReadReactor<pb::UploadDocumentRequest>* UploadDocument(
      grpc::CallbackServerContext* context, pb::Document* response) override;
  grpc::ServerWriteReactor<pb::DownloadDocumentResponse>* DownloadDocument(
      grpc::CallbackServerContext* context, const pb::DownloadDocumentRequest* request) override;
};

}  // namespace jointly::mobility
