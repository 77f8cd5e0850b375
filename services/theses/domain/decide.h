#pragma once

#include <absl/status/statusor.h>

#include <vector>

#include "common/error/error.h"
#include "services/theses/domain/refuse.h"
#include "services/theses/domain/thesis_workflow.h"

// Decisions on a thesis: pure functions of facts, action and role. Order of refusal: ILLEGAL_MOVE
// (FAILED_PRECONDITION, with the state and what is possible now), WRONG_ROLE (PERMISSION_DENIED),
// MISSING_INPUT (INVALID_ARGUMENT), GUARD_REFUSED (all of them).
namespace jointly::theses {

struct ThesisDecision {
  Thesis after;  // With the old revision: the engine counts.
  ThesisState from = ThesisState::kProposed;
  const ThesisMove* move = nullptr;  // Its event names the change.
};

absl::StatusOr<ThesisDecision> Decide(const ThesisFacts& facts, ThesisAction action, Role role);

// Which action a caller's word is: the second favourable opinion approves, the second diploma is
// the last, an outcome is one of three. Other words are the action's own name. Errors:
// INVALID_ARGUMENT for an unknown one.
absl::StatusOr<ThesisAction> ActionFor(const ThesisFacts& facts, std::string_view word);

// The thesis with a defence planned: dates of the plan before that still hold are kept.
Thesis WithDefence(const Thesis& thesis, const DefencePlan& plan);

// An action that the roles may take now, and what it lacks. Inputs that the caller will bring with
// the command are not missing.
struct AllowedThesisAction {
  ThesisAction action;
  std::vector<workflow::Finding> missing;  // The refusing guards only.
};
std::vector<AllowedThesisAction> AllowedActions(const ThesisFacts& facts,
                                                const std::vector<Role>& roles);

// What a thesis leaves to others when it ends early, by name: stays, money, residence permits.
std::vector<std::string> OpenObligationsOf(const Thesis& thesis, const Setting& setting, Date date);

}  // namespace jointly::theses
