#pragma once

#include <jointly/partnerships/v1/partnerships.grpc.pb.h>

#include "common/rpc/service.h"
#include "services/partnerships/api/partnerships_api.h"

namespace jointly::partnerships {

// The generated service class, one line per method: the runtime checks the caller and runs the
// method of Api on its pool.
class Service final : public pb::Partnerships::CallbackService, private rpc::Adapter<Api> {
 public:
  Service(rpc::Runtime& runtime, Api& api) : Adapter(runtime, api) {}

  grpc::ServerUnaryReactor* CreateInstitution(grpc::CallbackServerContext* context,
                                              const pb::CreateInstitutionRequest* request,
                                              pb::Institution* response) override {
    return Serve(context, request, response, &Api::CreateInstitution);
  }
  grpc::ServerUnaryReactor* GetInstitution(grpc::CallbackServerContext* context,
                                           const pb::GetInstitutionRequest* request,
                                           pb::Institution* response) override {
    return Serve(context, request, response, &Api::GetInstitution);
  }
  grpc::ServerUnaryReactor* ListInstitutions(grpc::CallbackServerContext* context,
                                             const pb::ListInstitutionsRequest* request,
                                             pb::ListInstitutionsResponse* response) override {
    return Serve(context, request, response, &Api::ListInstitutions);
  }
  grpc::ServerUnaryReactor* UpdateInstitution(grpc::CallbackServerContext* context,
                                              const pb::UpdateInstitutionRequest* request,
                                              pb::Institution* response) override {
    return Serve(context, request, response, &Api::UpdateInstitution);
  }
  grpc::ServerUnaryReactor* CreateUnit(grpc::CallbackServerContext* context,
                                       const pb::CreateUnitRequest* request,
                                       pb::Unit* response) override {
    return Serve(context, request, response, &Api::CreateUnit);
  }
  grpc::ServerUnaryReactor* GetUnit(grpc::CallbackServerContext* context,
                                    const pb::GetUnitRequest* request,
                                    pb::Unit* response) override {
    return Serve(context, request, response, &Api::GetUnit);
  }
  grpc::ServerUnaryReactor* ListUnits(grpc::CallbackServerContext* context,
                                      const pb::ListUnitsRequest* request,
                                      pb::ListUnitsResponse* response) override {
    return Serve(context, request, response, &Api::ListUnits);
  }
  grpc::ServerUnaryReactor* CreateAgreement(grpc::CallbackServerContext* context,
                                            const pb::CreateAgreementRequest* request,
                                            pb::Agreement* response) override {
    return Serve(context, request, response, &Api::CreateAgreement);
  }
  grpc::ServerUnaryReactor* GetAgreement(grpc::CallbackServerContext* context,
                                         const pb::GetAgreementRequest* request,
                                         pb::Agreement* response) override {
    return Serve(context, request, response, &Api::GetAgreement);
  }
  grpc::ServerUnaryReactor* ListAgreements(grpc::CallbackServerContext* context,
                                           const pb::ListAgreementsRequest* request,
                                           pb::ListAgreementsResponse* response) override {
    return Serve(context, request, response, &Api::ListAgreements);
  }
  grpc::ServerUnaryReactor* SummariseAgreements(
      grpc::CallbackServerContext* context, const pb::SummariseAgreementsRequest* request,
      pb::SummariseAgreementsResponse* response) override {
    return Serve(context, request, response, &Api::SummariseAgreements);
  }
  grpc::ServerUnaryReactor* UpdateAgreement(grpc::CallbackServerContext* context,
                                            const pb::UpdateAgreementRequest* request,
                                            pb::Agreement* response) override {
    return Serve(context, request, response, &Api::UpdateAgreement);
  }
  grpc::ServerUnaryReactor* ProposeAgreement(grpc::CallbackServerContext* context,
                                             const pb::ProposeAgreementRequest* request,
                                             pb::Agreement* response) override {
    return Serve(context, request, response, &Api::ProposeAgreement);
  }
  grpc::ServerUnaryReactor* ApproveAgreement(grpc::CallbackServerContext* context,
                                             const pb::ApproveAgreementRequest* request,
                                             pb::Agreement* response) override {
    return Serve(context, request, response, &Api::ApproveAgreement);
  }
  grpc::ServerUnaryReactor* ReturnAgreement(grpc::CallbackServerContext* context,
                                            const pb::ReturnAgreementRequest* request,
                                            pb::Agreement* response) override {
    return Serve(context, request, response, &Api::ReturnAgreement);
  }
  grpc::ServerUnaryReactor* AmendAgreement(grpc::CallbackServerContext* context,
                                           const pb::AmendAgreementRequest* request,
                                           pb::Agreement* response) override {
    return Serve(context, request, response, &Api::AmendAgreement);
  }
  grpc::ServerUnaryReactor* TerminateAgreement(grpc::CallbackServerContext* context,
                                               const pb::TerminateAgreementRequest* request,
                                               pb::Agreement* response) override {
    return Serve(context, request, response, &Api::TerminateAgreement);
  }
};

}  // namespace jointly::partnerships
