#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/mobility/domain/application_workflow.h"
#include "services/mobility/domain/call_workflow.h"
#include "services/mobility/domain/mobility_workflow.h"

// Decisions: pure functions of facts, action and role. The caller brings the time (facts.now) and
// the role. Order of refusal: ILLEGAL_MOVE (FAILED_PRECONDITION, with the state and what is
// possible now), WRONG_ROLE (PERMISSION_DENIED), a missing input (INVALID_ARGUMENT), GUARD_REFUSED
// (all of them).
namespace jointly::mobility {

inline constexpr Reason kMissingInput{"MISSING_INPUT"};
inline constexpr Reason kNotAChoice{"NOT_A_CHOICE"};
inline constexpr Reason kStaleProposal{"STALE_PROPOSAL"};  // ABORTED: G12's conflict.
inline constexpr Reason kCallNotOpen{"CALL_NOT_OPEN"};
inline constexpr Reason kApplicationExists{"APPLICATION_EXISTS"};

// A timer of common/timers to arm or cancel: kind "offer_expires", subject the application's id.
inline constexpr std::string_view kOfferExpires = "offer_expires";
struct TimerEffect {
  bool arm = false;  // Else cancel.
  std::string kind;
  std::string subject;
  Time due;
  std::int64_t generation = 0;  // The revision after the command.
};

// What a decision does, as data: the caller writes all of it in one transaction.
struct ApplicationDecision {
  Application after;  // With revision + 1 and update_time.
  ApplicationState from = ApplicationState::kDraft;
  const ApplicationMove* move = nullptr;  // Its event names the change.
  std::vector<QuotaCommand> quota;        // To apply on the ledger named in each.
  std::vector<TimerEffect> timers;
  std::optional<MobilityCase> mobility;  // Created by "nominate", revision 1, event "nominated".
  // A ledger whose waiting list must be looked at after its commands: places became free there.
  std::string promote_quota;
};

struct MobilityDecision {
  MobilityCase after;
  MobilityState from = MobilityState::kNominated;
  const MobilityMove* move = nullptr;
  std::vector<QuotaCommand> quota;  // cancel releases the place.
  std::string promote_quota;
};

struct CallDecision {
  Call after;
  CallState from = CallState::kDraft;
  const CallMove* move = nullptr;
};

// A student's new draft. `facts.application` holds id, call, student, home institution and what the
// student wrote; `live_exists` says that the student has another live one in this call. Event
// "created", revision 1. Errors: CALL_NOT_OPEN, APPLICATION_EXISTS (ALREADY_EXISTS).
absl::StatusOr<Application> CreateApplication(const ApplicationFacts& facts, bool live_exists);

absl::StatusOr<ApplicationDecision> Decide(const ApplicationFacts& facts, ApplicationAction action,
                                           Role role);
absl::StatusOr<MobilityDecision> Decide(const MobilityFacts& facts, MobilityAction action,
                                        Role role);
absl::StatusOr<CallDecision> Decide(const CallFacts& facts, CallAction action, Role role);

// The guards of an action with what each saw, refused or not: for validate_only of a check. Empty
// when the action is not open in this state.
std::vector<workflow::Finding> Findings(const ApplicationFacts& facts, ApplicationAction action);

// Which appeal decision is open: to the state before the decision.
ApplicationAction GrantAppealAction(const Application& application);

// An action that the role may take now, and what it lacks. Inputs that the caller will bring with
// the command (reasons, a nominee, a proposal id) are not missing.
template <typename Action>
struct Allowed {
  Action action;
  std::vector<workflow::Finding> missing;  // The refusing guards only.
  bool ready() const { return missing.empty(); }
};
std::vector<Allowed<ApplicationAction>> AllowedActions(const ApplicationFacts& facts, Role role);
std::vector<Allowed<MobilityAction>> AllowedActions(const MobilityFacts& facts, Role role);
std::vector<Allowed<CallAction>> AllowedActions(const CallFacts& facts, Role role);

// By state and role alone, for lists: no guard is looked at.
std::vector<ApplicationAction> OpenActions(ApplicationState state, Role role);
std::vector<MobilityAction> OpenActions(MobilityState state, Role role);
std::vector<CallAction> OpenActions(CallState state, Role role);

}  // namespace jointly::mobility
