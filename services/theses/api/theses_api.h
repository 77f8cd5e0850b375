#pragma once

#include <absl/status/statusor.h>
#include <jointly/theses/v1/theses.pb.h>

#include <string>

#include "common/auth/cipher.h"
#include "common/bus/outbox.h"
#include "common/db/database.h"
#include "common/rpc/call.h"
#include "common/time/ids.h"
#include "common/time/rng.h"
#include "services/theses/api/engine.h"
#include "services/theses/api/relation.h"
#include "services/theses/api/rule_book.h"
#include "services/theses/domain/facts.h"

namespace jointly::theses {

namespace pb = jointly::theses::v1;

// One method per RPC; the contracts are in theses.proto. Without gRPC, so that tests and the
// simulator call it directly. Thread-safe.
class Api {
 public:
  struct Parts {
    db::Database& database;
    bus::Outbox& outbox;
    const Clock& clock;
    IdSource& ids;
    Rng& rng;
    auth::SecretKey master_key;
  };
  explicit Api(Parts parts)
      : database_(parts.database),
        ids_(parts.ids),
        rng_(parts.rng),
        master_key_(std::move(parts.master_key)),
        engine_(parts.outbox, parts.clock, rules_) {}

  // Theses: thesis_api.cc.
  absl::StatusOr<pb::Thesis> CreateThesis(rpc::Call& call, const pb::CreateThesisRequest& request);
  absl::StatusOr<pb::Thesis> GetThesis(rpc::Call& call, const pb::GetThesisRequest& request);
  absl::StatusOr<pb::ListThesesResponse> ListTheses(rpc::Call& call,
                                                    const pb::ListThesesRequest& request);
  absl::StatusOr<pb::Thesis> UpdateThesis(rpc::Call& call, const pb::UpdateThesisRequest& request);
  absl::StatusOr<pb::ListHistoryResponse> ListHistory(rpc::Call& call,
                                                      const pb::ListHistoryRequest& request);

  // Moves between states: move_api.cc.
  absl::StatusOr<pb::Thesis> MoveThesis(rpc::Call& call, const pb::MoveThesisRequest& request);
  absl::StatusOr<pb::Thesis> SuspendThesis(rpc::Call& call,
                                           const pb::SuspendThesisRequest& request);
  absl::StatusOr<pb::Thesis> RequestExtension(rpc::Call& call,
                                              const pb::RequestExtensionRequest& request);

  // The yearly cycle and what else a side asks for: year_api.cc.
  absl::StatusOr<pb::Thesis> RecordYear(rpc::Call& call, const pb::RecordYearRequest& request);
  absl::StatusOr<pb::Thesis> RecordMilestone(rpc::Call& call,
                                             const pb::RecordMilestoneRequest& request);

  // The defence and what comes after it: defence_api.cc.
  absl::StatusOr<pb::PlanDefenceResponse> PlanDefence(rpc::Call& call,
                                                      const pb::PlanDefenceRequest& request);
  absl::StatusOr<pb::Thesis> RecordReport(rpc::Call& call, const pb::RecordReportRequest& request);
  absl::StatusOr<pb::Thesis> RecordDefenceStep(rpc::Call& call,
                                               const pb::RecordDefenceStepRequest& request);
  absl::StatusOr<pb::Thesis> RecordDefence(rpc::Call& call,
                                           const pb::RecordDefenceRequest& request);
  absl::StatusOr<pb::Thesis> IssueDiploma(rpc::Call& call, const pb::IssueDiplomaRequest& request);

  // What must happen when, and why: plan_api.cc.
  absl::StatusOr<pb::GetPlanResponse> GetPlan(rpc::Call& call, const pb::GetPlanRequest& request);
  absl::StatusOr<pb::CheckFeasibilityResponse> CheckFeasibility(
      rpc::Call& call, const pb::CheckFeasibilityRequest& request);

  // Sealed answers: answer_api.cc.
  absl::StatusOr<pb::SealedAnswer> CreateAnswer(rpc::Call& call,
                                                const pb::CreateAnswerRequest& request);
  absl::StatusOr<pb::SealedAnswer> GetAnswer(rpc::Call& call, const pb::GetAnswerRequest& request);
  absl::StatusOr<pb::ListAnswersResponse> ListAnswers(rpc::Call& call,
                                                      const pb::ListAnswersRequest& request);

  // Agreements: cotutelle_api.cc.
  absl::StatusOr<pb::Cotutelle> CreateCotutelle(rpc::Call& call,
                                                const pb::CreateCotutelleRequest& request);
  absl::StatusOr<pb::Cotutelle> GetCotutelle(rpc::Call& call,
                                             const pb::GetCotutelleRequest& request);
  absl::StatusOr<pb::ListCotutellesResponse> ListCotutelles(
      rpc::Call& call, const pb::ListCotutellesRequest& request);
  absl::StatusOr<pb::Cotutelle> UpdateCotutelle(rpc::Call& call,
                                                const pb::UpdateCotutelleRequest& request);
  absl::StatusOr<pb::Cotutelle> MoveCotutelle(rpc::Call& call,
                                              const pb::MoveCotutelleRequest& request);
  absl::StatusOr<pb::Cotutelle> ApproveCotutelle(rpc::Call& call,
                                                 const pb::ApproveCotutelleRequest& request);
  absl::StatusOr<pb::Cotutelle> SignCotutelle(rpc::Call& call,
                                              const pb::SignCotutelleRequest& request);

  // Amendments: amendment_api.cc.
  absl::StatusOr<pb::Amendment> CreateAmendment(rpc::Call& call,
                                                const pb::CreateAmendmentRequest& request);
  absl::StatusOr<pb::Amendment> GetAmendment(rpc::Call& call,
                                             const pb::GetAmendmentRequest& request);
  absl::StatusOr<pb::ListAmendmentsResponse> ListAmendments(
      rpc::Call& call, const pb::ListAmendmentsRequest& request);
  absl::StatusOr<pb::Amendment> UpdateAmendment(rpc::Call& call,
                                                const pb::UpdateAmendmentRequest& request);
  absl::StatusOr<pb::Amendment> MoveAmendment(rpc::Call& call,
                                              const pb::MoveAmendmentRequest& request);
  absl::StatusOr<pb::Amendment> ApproveAmendment(rpc::Call& call,
                                                 const pb::ApproveAmendmentRequest& request);
  absl::StatusOr<pb::Amendment> SignAmendment(rpc::Call& call,
                                              const pb::SignAmendmentRequest& request);

  // Rules: rules_api.cc.
  absl::StatusOr<pb::PublishRuleSetResponse> PublishRuleSet(
      rpc::Call& call, const pb::PublishRuleSetRequest& request);
  absl::StatusOr<pb::RuleSet> GetRuleSet(rpc::Call& call, const pb::GetRuleSetRequest& request);
  absl::StatusOr<pb::ListRuleSetsResponse> ListRuleSets(rpc::Call& call,
                                                        const pb::ListRuleSetsRequest& request);

  // Figures: reconcile_api.cc, summary_api.cc.
  absl::StatusOr<pb::ReconcileThesesResponse> ReconcileTheses(
      rpc::Call& call, const pb::ReconcileThesesRequest& request);
  absl::StatusOr<pb::SummariseThesesResponse> SummariseTheses(
      rpc::Call& call, const pb::SummariseThesesRequest& request);

  // For foreign events and background work.
  Engine& engine() { return engine_; }
  RuleBook& rules() { return rules_; }

 private:
  // One move of the workflow, as its request says it.
  struct Step {
    std::string name;
    std::string etag;
    std::string action;  // As the caller names it.
    ThesisInput input;
    bool validate_only = false;
  };
  // Whether the caller records a step of a side; see year_api.cc.
  using MayRecord = absl::Status (*)(const rpc::Call& call, const Thesis& thesis,
                                     const std::string& institution, std::string_view step);

  // Runs a body as a mutation, or rehearses it.
  template <typename Reply, typename Request, typename Body>
  absl::StatusOr<Reply> Run(rpc::Call& call, const Request& request, bool validate_only,
                            const Body& body) {
    return validate_only ? rpc::Rehearse(database_, call, body)
                         : rpc::Mutate<Reply>(database_, call, request, body);
  }
  // A step as a whole command: locks, decides, saves, tells, answers.
  template <typename Request>
  absl::StatusOr<pb::Thesis> RunStep(rpc::Call& call, const Request& request, const Step& step) {
    return Run<pb::Thesis>(
        call, request, step.validate_only,
        [&](db::Tx& tx) -> absl::StatusOr<pb::Thesis> { return StepAndAnswer(tx, call, step); });
  }
  template <typename Request>
  absl::StatusOr<pb::Thesis> RunSideStep(rpc::Call& call, const Request& request, const Step& step,
                                         MayRecord may_record) {
    return Run<pb::Thesis>(call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::Thesis> {
      ASSIGN_OR_RETURN(const Seen seen, Find(tx, call, step.name));
      RETURN_IF_ERROR(may_record(call, seen.thesis, step.input.institution, step.input.step));
      return StepAndAnswer(tx, call, step);
    });
  }
  absl::StatusOr<Seen> TakeStep(db::Tx& tx, rpc::Call& call, const Step& step);
  absl::StatusOr<pb::Thesis> StepAndAnswer(db::Tx& tx, rpc::Call& call, const Step& step);
  // A thesis that the caller sees, with its plan. Errors: NOT_FOUND.
  absl::StatusOr<Seen> Find(db::Tx& tx, const rpc::Call& call, const std::string& name);

  db::Database& database_;
  IdSource& ids_;
  Rng& rng_;
  auth::SecretKey master_key_;
  RuleBook rules_;
  Engine engine_;
};

}  // namespace jointly::theses
