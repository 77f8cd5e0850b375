#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/name.h"
#include "services/theses/api/answer.h"
#include "services/theses/api/convert.h"
#include "services/theses/api/theses_api.h"
#include "services/theses/store/thesis_store.h"

// The defence: its plan and what it would change, reports, what is recorded before and after it,
// and the diplomas.
namespace jointly::theses {
namespace {

constexpr std::array<std::string_view, 2> kOpinions = {"favourable", "unfavourable"};
constexpr int kPresentMax = 20;

}  // namespace

absl::StatusOr<pb::PlanDefenceResponse> Api::PlanDefence(rpc::Call& call,
                                                         const pb::PlanDefenceRequest& request) {
  Violations violations;
  violations.Require(request.has_defence(), "defence", "is required");
  Step step{.name = request.name(),
            .etag = request.etag(),
            .action = "plan_defence",
            .input = {},
            .validate_only = request.validate_only()};
  step.input.defence = ReadDefence(request.defence(), "defence", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return Run<pb::PlanDefenceResponse>(
      call, request, step.validate_only,
      [&](db::Tx& tx) -> absl::StatusOr<pb::PlanDefenceResponse> {
        ASSIGN_OR_RETURN(const Seen before, Find(tx, call, step.name));
        ASSIGN_OR_RETURN(const Seen after, TakeStep(tx, call, step));
        pb::PlanDefenceResponse response;
        *response.mutable_thesis() = AnswerTo(call, after);
        const auto rows = DifferencesOf({before.thesis, before.setting, before.plan},
                                        {after.thesis, after.setting, after.plan});
        for (const Difference& row : rows) *response.add_differences() = ToProto(row);
        return response;
      });
}

absl::StatusOr<pb::Thesis> Api::RecordReport(rpc::Call& call,
                                             const pb::RecordReportRequest& request) {
  Violations violations;
  violations.Require(!request.member().empty(), "member", "is required: the reviewer's id");
  CheckWord(kOpinions, request.opinion(), "opinion", violations);
  Step step{.name = request.name(),
            .etag = request.etag(),
            .action = "report",
            .input = {},
            .validate_only = false};
  step.input.date = ReadDate(request.has_date(), request.date(), false, "date", violations);
  step.input.member = request.member();
  step.input.opinion = request.opinion();
  RETURN_IF_ERROR(violations.ToStatus());
  return RunStep(call, request, step);
}

absl::StatusOr<pb::Thesis> Api::RecordDefenceStep(rpc::Call& call,
                                                  const pb::RecordDefenceStepRequest& request) {
  Violations violations;
  CheckWord(kDefenceSteps, request.step(), "step", violations);
  violations.Require(!request.certified() || request.step() == "deposit", "certified",
                     "is for the step \"deposit\"");
  const bool corrects = request.step() == "corrections";
  const bool deposits = request.step() == "final_deposit";
  Step step{.name = request.name(),
            .etag = request.etag(),
            .action = corrects   ? "correct"
                      : deposits ? "deposit"
                                 : "record",
            .input = {},
            .validate_only = false};
  step.input.date = ReadDate(request.has_date(), request.date(), false, "date", violations);
  step.input.certified = request.certified();
  if (!corrects && !deposits) step.input.step = request.step();
  RETURN_IF_ERROR(violations.ToStatus());
  return RunStep(call, request, step);
}

absl::StatusOr<pb::Thesis> Api::RecordDefence(rpc::Call& call,
                                              const pb::RecordDefenceRequest& request) {
  Violations violations;
  CheckWord(kOutcomes, request.outcome(), "outcome", violations);
  violations.Require(request.present_size() > 0, "present", "is required: the members who sat");
  violations.Require(request.present_size() <= kPresentMax, "present", "has too many entries");
  for (int i = 0; i < request.present_size(); ++i) {
    for (int j = 0; j < i; ++j) {
      violations.Require(request.present(i) != request.present(j),
                         "present[" + std::to_string(i) + "]", "is named twice");
    }
  }
  Step step{.name = request.name(),
            .etag = request.etag(),
            .action = request.outcome(),
            .input = {},
            .validate_only = false};
  step.input.date = ReadDate(request.has_date(), request.date(), false, "date", violations);
  step.input.present = {request.present().begin(), request.present().end()};
  RETURN_IF_ERROR(violations.ToStatus());
  return RunStep(call, request, step);
}

absl::StatusOr<pb::Thesis> Api::IssueDiploma(rpc::Call& call,
                                             const pb::IssueDiplomaRequest& request) {
  Violations violations;
  Step step{.name = request.name(),
            .etag = request.etag(),
            .action = "issue_diploma",
            .input = {},
            .validate_only = false};
  step.input.date = ReadDate(request.has_date(), request.date(), false, "date", violations);
  step.input.institution = request.institution();
  RETURN_IF_ERROR(violations.ToStatus());
  return RunStep(call, request, step);
}

}  // namespace jointly::theses
