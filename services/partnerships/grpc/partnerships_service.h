#pragma once

#include <jointly/partnerships/v1/partnerships.grpc.pb.h>

#include "common/rpc/runtime.h"
#include "services/partnerships/api/partnerships_api.h"

namespace jointly::partnerships {

// The generated service class, one line per method: the runtime checks the caller and runs the
// method of Api on its pool.
class Service final : public pb::Partnerships::CallbackService {
 public:
  Service(rpc::Runtime& runtime, Api& api) : runtime_(runtime), api_(api) {}

  grpc::ServerUnaryReactor* CreateInstitution(grpc::CallbackServerContext* context,
                                              const pb::CreateInstitutionRequest* request,
                                              pb::Institution* response) override {
    return runtime_.Serve(context, request, response,
                          std::bind_front(&Api::CreateInstitution, &api_));
  }
  grpc::ServerUnaryReactor* GetInstitution(grpc::CallbackServerContext* context,
                                           const pb::GetInstitutionRequest* request,
                                           pb::Institution* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::GetInstitution, &api_));
  }
  grpc::ServerUnaryReactor* ListInstitutions(grpc::CallbackServerContext* context,
                                             const pb::ListInstitutionsRequest* request,
                                             pb::ListInstitutionsResponse* response) override {
    return runtime_.Serve(context, request, response,
                          std::bind_front(&Api::ListInstitutions, &api_));
  }
  grpc::ServerUnaryReactor* UpdateInstitution(grpc::CallbackServerContext* context,
                                              const pb::UpdateInstitutionRequest* request,
                                              pb::Institution* response) override {
    return runtime_.Serve(context, request, response,
                          std::bind_front(&Api::UpdateInstitution, &api_));
  }
  grpc::ServerUnaryReactor* CreateUnit(grpc::CallbackServerContext* context,
                                       const pb::CreateUnitRequest* request,
                                       pb::Unit* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::CreateUnit, &api_));
  }
  grpc::ServerUnaryReactor* GetUnit(grpc::CallbackServerContext* context,
                                    const pb::GetUnitRequest* request,
                                    pb::Unit* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::GetUnit, &api_));
  }
  grpc::ServerUnaryReactor* ListUnits(grpc::CallbackServerContext* context,
                                      const pb::ListUnitsRequest* request,
                                      pb::ListUnitsResponse* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::ListUnits, &api_));
  }
  grpc::ServerUnaryReactor* CreateAgreement(grpc::CallbackServerContext* context,
                                            const pb::CreateAgreementRequest* request,
                                            pb::Agreement* response) override {
    return runtime_.Serve(context, request, response,
                          std::bind_front(&Api::CreateAgreement, &api_));
  }
  grpc::ServerUnaryReactor* GetAgreement(grpc::CallbackServerContext* context,
                                         const pb::GetAgreementRequest* request,
                                         pb::Agreement* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::GetAgreement, &api_));
  }
  grpc::ServerUnaryReactor* ListAgreements(grpc::CallbackServerContext* context,
                                           const pb::ListAgreementsRequest* request,
                                           pb::ListAgreementsResponse* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::ListAgreements, &api_));
  }
  grpc::ServerUnaryReactor* SummariseAgreements(
      grpc::CallbackServerContext* context, const pb::SummariseAgreementsRequest* request,
      pb::SummariseAgreementsResponse* response) override {
    return runtime_.Serve(context, request, response,
                          std::bind_front(&Api::SummariseAgreements, &api_));
  }
  grpc::ServerUnaryReactor* UpdateAgreement(grpc::CallbackServerContext* context,
                                            const pb::UpdateAgreementRequest* request,
                                            pb::Agreement* response) override {
    return runtime_.Serve(context, request, response,
                          std::bind_front(&Api::UpdateAgreement, &api_));
  }
  grpc::ServerUnaryReactor* ProposeAgreement(grpc::CallbackServerContext* context,
                                             const pb::ProposeAgreementRequest* request,
                                             pb::Agreement* response) override {
    return runtime_.Serve(context, request, response,
                          std::bind_front(&Api::ProposeAgreement, &api_));
  }
  grpc::ServerUnaryReactor* ApproveAgreement(grpc::CallbackServerContext* context,
                                             const pb::ApproveAgreementRequest* request,
                                             pb::Agreement* response) override {
    return runtime_.Serve(context, request, response,
                          std::bind_front(&Api::ApproveAgreement, &api_));
  }
  grpc::ServerUnaryReactor* ReturnAgreement(grpc::CallbackServerContext* context,
                                            const pb::ReturnAgreementRequest* request,
                                            pb::Agreement* response) override {
    return runtime_.Serve(context, request, response,
                          std::bind_front(&Api::ReturnAgreement, &api_));
  }
  grpc::ServerUnaryReactor* AmendAgreement(grpc::CallbackServerContext* context,
                                           const pb::AmendAgreementRequest* request,
                                           pb::Agreement* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::AmendAgreement, &api_));
  }
  grpc::ServerUnaryReactor* TerminateAgreement(grpc::CallbackServerContext* context,
                                               const pb::TerminateAgreementRequest* request,
                                               pb::Agreement* response) override {
    return runtime_.Serve(context, request, response,
                          std::bind_front(&Api::TerminateAgreement, &api_));
  }

 private:
  rpc::Runtime& runtime_;
  Api& api_;
};

}  // namespace jointly::partnerships
