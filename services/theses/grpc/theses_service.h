#pragma once

#include <jointly/theses/v1/theses.grpc.pb.h>

#include <functional>

#include "common/rpc/service.h"
#include "services/theses/api/theses_api.h"

namespace jointly::theses {

// The generated service class: the runtime checks the caller and runs the method of Api on its
// pool.
class Service final : public pb::Theses::CallbackService, private rpc::Adapter<Api> {
 public:
  Service(rpc::Runtime& runtime, Api& api) : Adapter(runtime, api) {}

  grpc::ServerUnaryReactor* CreateThesis(grpc::CallbackServerContext* context,
                                         const pb::CreateThesisRequest* request,
                                         pb::Thesis* response) override {
    return Serve(context, request, response, &Api::CreateThesis);
  }
  grpc::ServerUnaryReactor* GetThesis(grpc::CallbackServerContext* context,
                                      const pb::GetThesisRequest* request,
                                      pb::Thesis* response) override {
    return Serve(context, request, response, &Api::GetThesis);
  }
  grpc::ServerUnaryReactor* ListTheses(grpc::CallbackServerContext* context,
                                       const pb::ListThesesRequest* request,
                                       pb::ListThesesResponse* response) override {
    return Serve(context, request, response, &Api::ListTheses);
  }
  grpc::ServerUnaryReactor* UpdateThesis(grpc::CallbackServerContext* context,
                                         const pb::UpdateThesisRequest* request,
                                         pb::Thesis* response) override {
    return Serve(context, request, response, &Api::UpdateThesis);
  }
  grpc::ServerUnaryReactor* MoveThesis(grpc::CallbackServerContext* context,
                                       const pb::MoveThesisRequest* request,
                                       pb::Thesis* response) override {
    return Serve(context, request, response, &Api::MoveThesis);
  }
  grpc::ServerUnaryReactor* SuspendThesis(grpc::CallbackServerContext* context,
                                          const pb::SuspendThesisRequest* request,
                                          pb::Thesis* response) override {
    return Serve(context, request, response, &Api::SuspendThesis);
  }
  grpc::ServerUnaryReactor* RequestExtension(grpc::CallbackServerContext* context,
                                             const pb::RequestExtensionRequest* request,
                                             pb::Thesis* response) override {
    return Serve(context, request, response, &Api::RequestExtension);
  }
  grpc::ServerUnaryReactor* RecordYear(grpc::CallbackServerContext* context,
                                       const pb::RecordYearRequest* request,
                                       pb::Thesis* response) override {
    return Serve(context, request, response, &Api::RecordYear);
  }
  grpc::ServerUnaryReactor* RecordMilestone(grpc::CallbackServerContext* context,
                                            const pb::RecordMilestoneRequest* request,
                                            pb::Thesis* response) override {
    return Serve(context, request, response, &Api::RecordMilestone);
  }
  grpc::ServerUnaryReactor* PlanDefence(grpc::CallbackServerContext* context,
                                        const pb::PlanDefenceRequest* request,
                                        pb::PlanDefenceResponse* response) override {
    return Serve(context, request, response, &Api::PlanDefence);
  }
  grpc::ServerUnaryReactor* RecordReport(grpc::CallbackServerContext* context,
                                         const pb::RecordReportRequest* request,
                                         pb::Thesis* response) override {
    return Serve(context, request, response, &Api::RecordReport);
  }
  grpc::ServerUnaryReactor* RecordDefenceStep(grpc::CallbackServerContext* context,
                                              const pb::RecordDefenceStepRequest* request,
                                              pb::Thesis* response) override {
    return Serve(context, request, response, &Api::RecordDefenceStep);
  }
  grpc::ServerUnaryReactor* RecordDefence(grpc::CallbackServerContext* context,
                                          const pb::RecordDefenceRequest* request,
                                          pb::Thesis* response) override {
    return Serve(context, request, response, &Api::RecordDefence);
  }
  grpc::ServerUnaryReactor* IssueDiploma(grpc::CallbackServerContext* context,
                                         const pb::IssueDiplomaRequest* request,
                                         pb::Thesis* response) override {
    return Serve(context, request, response, &Api::IssueDiploma);
  }
  grpc::ServerUnaryReactor* GetPlan(grpc::CallbackServerContext* context,
                                    const pb::GetPlanRequest* request,
                                    pb::GetPlanResponse* response) override {
    return Serve(context, request, response, &Api::GetPlan);
  }
  grpc::ServerUnaryReactor* CheckFeasibility(grpc::CallbackServerContext* context,
                                             const pb::CheckFeasibilityRequest* request,
                                             pb::CheckFeasibilityResponse* response) override {
    return Serve(context, request, response, &Api::CheckFeasibility);
  }
  grpc::ServerUnaryReactor* ListHistory(grpc::CallbackServerContext* context,
                                        const pb::ListHistoryRequest* request,
                                        pb::ListHistoryResponse* response) override {
    return Serve(context, request, response, &Api::ListHistory);
  }
  grpc::ServerUnaryReactor* CreateAnswer(grpc::CallbackServerContext* context,
                                         const pb::CreateAnswerRequest* request,
                                         pb::SealedAnswer* response) override {
    return Serve(context, request, response, &Api::CreateAnswer);
  }
  grpc::ServerUnaryReactor* GetAnswer(grpc::CallbackServerContext* context,
                                      const pb::GetAnswerRequest* request,
                                      pb::SealedAnswer* response) override {
    return Serve(context, request, response, &Api::GetAnswer);
  }
  grpc::ServerUnaryReactor* ListAnswers(grpc::CallbackServerContext* context,
                                        const pb::ListAnswersRequest* request,
                                        pb::ListAnswersResponse* response) override {
    return Serve(context, request, response, &Api::ListAnswers);
  }
  grpc::ServerUnaryReactor* CreateCotutelle(grpc::CallbackServerContext* context,
                                            const pb::CreateCotutelleRequest* request,
                                            pb::Cotutelle* response) override {
    return Serve(context, request, response, &Api::CreateCotutelle);
  }
  grpc::ServerUnaryReactor* GetCotutelle(grpc::CallbackServerContext* context,
                                         const pb::GetCotutelleRequest* request,
                                         pb::Cotutelle* response) override {
    return Serve(context, request, response, &Api::GetCotutelle);
  }
  grpc::ServerUnaryReactor* ListCotutelles(grpc::CallbackServerContext* context,
                                           const pb::ListCotutellesRequest* request,
                                           pb::ListCotutellesResponse* response) override {
    return Serve(context, request, response, &Api::ListCotutelles);
  }
  grpc::ServerUnaryReactor* UpdateCotutelle(grpc::CallbackServerContext* context,
                                            const pb::UpdateCotutelleRequest* request,
                                            pb::Cotutelle* response) override {
    return Serve(context, request, response, &Api::UpdateCotutelle);
  }
  grpc::ServerUnaryReactor* MoveCotutelle(grpc::CallbackServerContext* context,
                                          const pb::MoveCotutelleRequest* request,
                                          pb::Cotutelle* response) override {
    return Serve(context, request, response, &Api::MoveCotutelle);
  }
  grpc::ServerUnaryReactor* ApproveCotutelle(grpc::CallbackServerContext* context,
                                             const pb::ApproveCotutelleRequest* request,
                                             pb::Cotutelle* response) override {
    return Serve(context, request, response, &Api::ApproveCotutelle);
  }
  grpc::ServerUnaryReactor* SignCotutelle(grpc::CallbackServerContext* context,
                                          const pb::SignCotutelleRequest* request,
                                          pb::Cotutelle* response) override {
    return Serve(context, request, response, &Api::SignCotutelle);
  }
  grpc::ServerUnaryReactor* CreateAmendment(grpc::CallbackServerContext* context,
                                            const pb::CreateAmendmentRequest* request,
                                            pb::Amendment* response) override {
    return Serve(context, request, response, &Api::CreateAmendment);
  }
  grpc::ServerUnaryReactor* UpdateAmendment(grpc::CallbackServerContext* context,
                                            const pb::UpdateAmendmentRequest* request,
                                            pb::Amendment* response) override {
    return Serve(context, request, response, &Api::UpdateAmendment);
  }
  grpc::ServerUnaryReactor* GetAmendment(grpc::CallbackServerContext* context,
                                         const pb::GetAmendmentRequest* request,
                                         pb::Amendment* response) override {
    return Serve(context, request, response, &Api::GetAmendment);
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
  grpc::ServerUnaryReactor* ApproveAmendment(grpc::CallbackServerContext* context,
                                             const pb::ApproveAmendmentRequest* request,
                                             pb::Amendment* response) override {
    return Serve(context, request, response, &Api::ApproveAmendment);
  }
  grpc::ServerUnaryReactor* SignAmendment(grpc::CallbackServerContext* context,
                                          const pb::SignAmendmentRequest* request,
                                          pb::Amendment* response) override {
    return Serve(context, request, response, &Api::SignAmendment);
  }
  grpc::ServerUnaryReactor* PublishRuleSet(grpc::CallbackServerContext* context,
                                           const pb::PublishRuleSetRequest* request,
                                           pb::PublishRuleSetResponse* response) override {
    return Serve(context, request, response, &Api::PublishRuleSet);
  }
  grpc::ServerUnaryReactor* GetRuleSet(grpc::CallbackServerContext* context,
                                       const pb::GetRuleSetRequest* request,
                                       pb::RuleSet* response) override {
    return Serve(context, request, response, &Api::GetRuleSet);
  }
  grpc::ServerUnaryReactor* ListRuleSets(grpc::CallbackServerContext* context,
                                         const pb::ListRuleSetsRequest* request,
                                         pb::ListRuleSetsResponse* response) override {
    return Serve(context, request, response, &Api::ListRuleSets);
  }
  grpc::ServerUnaryReactor* ReconcileTheses(grpc::CallbackServerContext* context,
                                            const pb::ReconcileThesesRequest* request,
                                            pb::ReconcileThesesResponse* response) override {
    return Serve(context, request, response, &Api::ReconcileTheses);
  }
  grpc::ServerUnaryReactor* SummariseTheses(grpc::CallbackServerContext* context,
                                            const pb::SummariseThesesRequest* request,
                                            pb::SummariseThesesResponse* response) override {
    return Serve(context, request, response, &Api::SummariseTheses);
  }
};

}  // namespace jointly::theses
