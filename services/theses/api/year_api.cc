#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/name.h"
#include "services/theses/api/answer.h"
#include "services/theses/api/convert.h"
#include "services/theses/api/theses_api.h"
#include "services/theses/store/thesis_store.h"

// What one side's procedure records: the steps of its years, and its milestones.
namespace jointly::theses {
namespace {

// Who records what of a side: its doctoral office; the director's opinion its director too; the
// proof of an enrolment whoever received it, which is the other side.
absl::Status CheckRecorder(const rpc::Call& call, const Thesis& thesis,
                           const std::string& institution, std::string_view step) {
  const Side* side = FindSide(thesis, institution);
  const Relation relation = RelationTo(call.principal, thesis);
  if (side != nullptr) {
    if (step == "director_opinion" && side->director == call.principal.name) {
      return absl::OkStatus();
    }
    if (step == "proof_received" && !relation.sides.empty()) return absl::OkStatus();
  }
  if (relation.sides.empty() && relation.Has(Role::kDirector)) {
    // Decide says who takes this step.
    return side != nullptr ? absl::OkStatus() : ActingSide(relation, thesis, institution).status();
  }
  // Who may only look is told so by the table.
  if (relation.sides.empty() && side != nullptr) return absl::OkStatus();
  return ActingSide(relation, thesis, institution).status();
}

}  // namespace

absl::StatusOr<pb::Thesis> Api::RecordYear(rpc::Call& call, const pb::RecordYearRequest& request) {
  Violations violations;
  CheckWord(kYearSteps, request.step(), "step", violations);
  violations.Require(AcademicYearPeriod(request.academic_year(), 1).has_value(), "academic_year",
                     "must be two consecutive years: \"2026/2027\"");
  violations.Require(!request.institution().empty(), "institution", "is required: whose year");
  Step step{.name = request.name(),
            .etag = request.etag(),
            .action = "record",
            .input = {},
            .validate_only = false};
  step.input.date = ReadDate(request.has_date(), request.date(), true, "date", violations);
  step.input.institution = request.institution();
  step.input.academic_year = request.academic_year();
  step.input.step = request.step();
  RETURN_IF_ERROR(violations.ToStatus());
  return RunSideStep(call, request, step, &CheckRecorder);
}

absl::StatusOr<pb::Thesis> Api::RecordMilestone(rpc::Call& call,
                                                const pb::RecordMilestoneRequest& request) {
  Violations violations;
  violations.Require(!request.institution().empty(), "institution", "is required: of which side");
  Step step{.name = request.name(),
            .etag = request.etag(),
            .action = "record",
            .input = {},
            .validate_only = false};
  step.input.milestone = ReadMilestone(request.milestone(), "milestone", violations);
  step.input.date = step.input.milestone->date;
  step.input.institution = request.institution();
  RETURN_IF_ERROR(violations.ToStatus());
  return RunSideStep(call, request, step, &CheckRecorder);
}

}  // namespace jointly::theses
