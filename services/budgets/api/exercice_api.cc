#include "common/error/macros.h"
#include "common/rpc/name.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/domain/calendar.h"
#include "services/budgets/domain/provisional.h"
#include "services/budgets/domain/refuse.h"

// The state of French exercices.
namespace jointly::budgets {
namespace {

constexpr workflow::Set<Role> kOffice{Role::kManager, Role::kAccountant};

std::int64_t ReadPrevious(bool given, const pb::Amount& amount, const Budget& budget,
                          const std::string& path, std::int64_t otherwise, Violations& violations) {
  if (!given) return otherwise;
  return ReadAmountIn(amount, budget.currency, Sign::kNotNegative, path, violations);
}

absl::StatusOr<DeclaredExercice> ReadExercice(const pb::Exercice& message, const Budget& budget) {
  Violations violations;
  const int first = Exercice(budget.start_date);
  const int last = Exercice(budget.end_date);
  DeclaredExercice exercice;
  exercice.year = message.year();
  violations.Require(first <= exercice.year && exercice.year <= last, "exercice.year",
                     "must be from " + std::to_string(first) + " to " + std::to_string(last));
  exercice.provisional = message.state() == pb::Exercice::PROVISIONAL;
  violations.Require(exercice.provisional || message.state() == pb::Exercice::EXECUTORY,
                     "exercice.state", "must be EXECUTORY or PROVISIONAL");
  const auto share = ShareOfYear(budget, exercice.year - 1);
  violations.Require(!exercice.provisional || share.ok() || message.has_previous_commitments(),
                     "exercice.previous_commitments",
                     "is required: the budget has no exercice before this one to take it from");
  exercice.previous_commitments =
      ReadPrevious(message.has_previous_commitments(), message.previous_commitments(), budget,
                   "exercice.previous_commitments", share.ok() ? *share : 0, violations);
  exercice.previous_payments =
      ReadPrevious(message.has_previous_payments(), message.previous_payments(), budget,
                   "exercice.previous_payments", exercice.previous_commitments, violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return exercice;
}

}  // namespace

absl::StatusOr<pb::Budget> Api::SetExercice(rpc::Call& call,
                                            const pb::SetExerciceRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.name()));
  return Run<pb::Budget>(
      call, request, request.validate_only(), [&](db::Tx& tx) -> absl::StatusOr<pb::Budget> {
        ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, WhoOf(call), id, ScopeOf(call)));
        const Budget before = desk.budget();
        RETURN_IF_ERROR(
            RequireRole(RolesOn(call.principal, before), kOffice, "set_exercice").status());
        RETURN_IF_ERROR(rpc::MatchEtag(request.etag(), before.revision));
        if (before.state == BudgetState::kClosed || before.state == BudgetState::kArchived) {
          return FailedPrecondition(kBudgetNotActive, "the budget is closed",
                                    {{"state", std::string(Name(before.state))}});
        }
        ASSIGN_OR_RETURN(DeclaredExercice exercice, ReadExercice(request.exercice(), before));
        exercice.actor = call.principal.name;
        Budget after = before;
        Declare(exercice, after);
        after.revision += 1;
        after.update_time = call.now;
        desk.Save(after);
        const std::string_view action =
            exercice.provisional ? "exercice_provisional" : "exercice_executory";
        engine_.outbox().Append(
            tx,
            BudgetChanged(desk.who(), &before, after,
                          {.action = action, .from = Name(before.state), .to = Name(after.state)},
                          {}, nullptr));
        return AnswerBudget(desk, call.principal);
      });
}

}  // namespace jointly::budgets
