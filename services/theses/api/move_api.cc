#include <algorithm>

#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/name.h"
#include "services/theses/api/answer.h"
#include "services/theses/api/convert.h"
#include "services/theses/api/theses_api.h"
#include "services/theses/domain/facts_of.h"
#include "services/theses/store/thesis_store.h"

// Moves of a thesis: each request says which row of the workflow table it takes and what it brings.
namespace jointly::theses {
namespace {

using A = ThesisAction;

constexpr std::array<std::string_view, 14> kMoves = {
    "favour", "disfavour", "refuse",           "open_agreement", "activate",
    "resume", "extend",    "refuse_extension", "unplan_defence", "authorise",
    "close",  "abandon",   "transfer",         "lose_agreement"};

// The role in which the caller takes an action: one that a row of the table allows where they have
// several.
absl::StatusOr<Role> ActingRole(const Relation& relation, A action) {
  for (const ThesisMove& move : kThesisWorkflow) {
    if (move.action != action) continue;
    for (const Role role : relation.roles) {
      if (move.by.Has(role)) return role;
    }
  }
  if (!relation.roles.empty()) return relation.roles.front();
  return PermissionDenied(kWrongRole,
                          "you may see this thesis, not act on it: its student, its directors and "
                          "the doctoral offices of its sides do",
                          {{"action", std::string(Name(action))}});
}

bool OfOneSide(A action) {
  return action == A::kFavour || action == A::kApprove || action == A::kDisfavour ||
         action == A::kIssueDiploma || action == A::kIssueLastDiploma;
}

// Days that both sides' rules forbid, asked as of the day of the declaration.
absl::Status Forbid(const deadlines::Catalogue& rules, ThesisFacts& facts) {
  const DefencePlan& plan = *facts.input.defence;
  Setting then = facts.setting;
  if (plan.declared.has_value()) then.today = std::min(then.today, *plan.declared);
  const Thesis planned = WithDefence(facts.thesis, plan);
  ASSIGN_OR_RETURN(const deadlines::Feasibility answer,
                   deadlines::Solve(rules, FactsOf(planned, then),
                                    {.variable = "defence.date",
                                     .first = plan.time.date,
                                     .last = plan.time.date,
                                     .closed = {}}));
  for (const deadlines::Requirement& row : answer.requirements) {
    if (row.feasible.empty()) facts.forbidding.push_back(row);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Seen> Api::TakeStep(db::Tx& tx, rpc::Call& call, const Step& step) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("theses", step.name));
  ASSIGN_OR_RETURN(const Thesis before,
                   store::LoadThesis(tx, id, ScopeOf(call), store::Lock::kYes));
  RETURN_IF_ERROR(rpc::MatchEtag(step.etag, before.revision));
  const Relation relation = RelationTo(call.principal, before);
  ASSIGN_OR_RETURN(const Seen seen, engine_.Look(tx, before, call.now));
  ThesisFacts facts = FactsFor(seen, step.input, call.now);
  ASSIGN_OR_RETURN(A action, ActionFor(facts, step.action));
  ASSIGN_OR_RETURN(const Role role, ActingRole(relation, action));
  if (OfOneSide(action) && role == Role::kOffice) {
    ASSIGN_OR_RETURN(facts.input.institution,
                     ActingSide(relation, before, facts.input.institution));
    // Which of two rows it is may depend on the side.
    ASSIGN_OR_RETURN(action, ActionFor(facts, step.action));
  }
  if (action == A::kPlanDefence && facts.input.defence.has_value()) {
    ASSIGN_OR_RETURN(const auto rules, engine_.Rules(tx));
    RETURN_IF_ERROR(Forbid(*rules, facts));
  }
  ASSIGN_OR_RETURN(const ThesisDecision decision, Decide(facts, action, role));
  return engine_.SaveAndTell(tx, WhoOf(call), &before, decision.after,
                             {.action = decision.move->event,
                              .from = Name(decision.from),
                              .to = Name(decision.after.state),
                              .note = ""});
}

absl::StatusOr<pb::Thesis> Api::StepAndAnswer(db::Tx& tx, rpc::Call& call, const Step& step) {
  ASSIGN_OR_RETURN(const Seen seen, TakeStep(tx, call, step));
  return AnswerTo(call, seen);
}

absl::StatusOr<pb::Thesis> Api::MoveThesis(rpc::Call& call, const pb::MoveThesisRequest& request) {
  Violations violations;
  CheckWord(kMoves, request.action(), "action", violations);
  CheckNote(request.reason(), false, "reason", violations);
  Step step{.name = request.name(),
            .etag = request.etag(),
            .action = request.action(),
            .input = {},
            .validate_only = request.validate_only()};
  step.input.date = ReadDate(request.has_effective_date(), request.effective_date(), false,
                             "effective_date", violations);
  step.input.reason = request.reason();
  step.input.institution = request.institution();
  RETURN_IF_ERROR(violations.ToStatus());
  return RunStep(call, request, step);
}

absl::StatusOr<pb::Thesis> Api::SuspendThesis(rpc::Call& call,
                                              const pb::SuspendThesisRequest& request) {
  Violations violations;
  violations.Require(request.has_suspension(), "suspension", "is required");
  Step step{.name = request.name(),
            .etag = request.etag(),
            .action = "suspend",
            .input = {},
            .validate_only = request.validate_only()};
  step.input.suspension = ReadSuspension(request.suspension(), "suspension", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return RunStep(call, request, step);
}

absl::StatusOr<pb::Thesis> Api::RequestExtension(rpc::Call& call,
                                                 const pb::RequestExtensionRequest& request) {
  Violations violations;
  Step step{.name = request.name(),
            .etag = request.etag(),
            .action = "request_extension",
            .input = {},
            .validate_only = false};
  step.input.end_date =
      ReadDate(request.has_end_date(), request.end_date(), true, "end_date", violations);
  CheckNote(request.reason(), true, "reason", violations);
  step.input.reason = request.reason();
  RETURN_IF_ERROR(violations.ToStatus());
  return RunStep(call, request, step);
}

}  // namespace jointly::theses
