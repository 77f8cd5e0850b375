#pragma once

#include <array>
#include <vector>

#include "services/budgets/domain/guards.h"

// The life of a carry-over. It is posted or given back by the close of its period.
namespace jointly::budgets {

using CarryOverMove = workflow::Move<CarryOverState, CarryOverAction, Role, CarryOverFactsOf>;

namespace carry_over_rows {
using enum CarryOverState;
using enum CarryOverAction;
using enum Role;

inline constexpr CarryOverGuard kStillOpen{kPeriodNotOpen.name, "Its period is not closed yet",
                                           &check::FromStillOpen};
inline constexpr CarryOverGuard kNext{"NOT_LAST_PERIOD", "There is a period after it",
                                      &check::NotLastPeriod};
inline constexpr CarryOverGuard kAllowed{"CARRY_OVER_ALLOWED", "The funder allows carry-overs",
                                         &check::CarryOverAllowed};
inline constexpr CarryOverGuard kReason{"REASON_GIVEN", "The reason that the funder asks for",
                                        &check::ReasonGiven};
inline constexpr CarryOverGuard kCap{"WITHIN_CAP", "No more than the funder's maximum",
                                     &check::WithinCap};
inline constexpr CarryOverGuard kMinimum{"ABOVE_MINIMUM", "No less than the funder's minimum",
                                         &check::AboveMinimum};
inline constexpr CarryOverGuard kCovered{kAmountNotAvailable.name, "The lines have as much left",
                                         &check::LinesCover};
inline constexpr CarryOverGuard kAnother{
    kSelfApproval.name, "Somebody else than the requester approves", &check::AnotherApproves};
inline constexpr CarryOverGuard kDelegated{"DELEGATION", "Who stands in was asked to",
                                           &check::StandIn};

inline constexpr std::array kToApprove = {&kStillOpen, &kNext,    &kAllowed, &kReason,   &kCap,
                                          &kMinimum,   &kCovered, &kAnother, &kDelegated};

// clang-format off
inline constexpr auto kTable = std::to_array<CarryOverMove>({
    // action  from       to         by           event       guards
    {kApprove, kProposed, kApproved, kManager,    "approved", kToApprove},
    {kRefuse,  kProposed, kRefused,  kManager,    "refused",  {}},
    {kPost,    kApproved, kPosted,   kAccountant, "posted",   {}},
    {kReturn,  kRefused,  kReturned, kAccountant, "returned", {}},
});
// clang-format on
}  // namespace carry_over_rows

inline constexpr const auto& kCarryOverWorkflow = carry_over_rows::kTable;
static_assert(workflow::Deterministic(kCarryOverWorkflow));
static_assert(workflow::Connected(kCarryOverWorkflow, CarryOverState::kProposed));

std::vector<workflow::Edge> CarryOverEdges();

}  // namespace jointly::budgets
