#pragma once

#include <array>
#include <vector>

#include "services/budgets/domain/guards.h"

// The life of a carry-over. The close of its period posts an approved one and says of a refused one
// that its money was given back; what goes on by the funder's rule without a decision stays refused
// only. An approved one of which nothing could go on (too little was left) is given back as well.
// No period closes over a proposed one, and a period has one that is proposed or approved.
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
inline constexpr CarryOverGuard kOnly{kCarryOverExists.name, "No other carry-over of its period",
                                      &check::OnlyOne};
inline constexpr CarryOverGuard kAnother{
    kSelfApproval.name, "Somebody else than the requester approves", &check::AnotherApproves};
inline constexpr CarryOverGuard kDelegated{"DELEGATION", "Who stands in was asked to",
                                           &check::StandIn};

inline constexpr CarryOverGuard kGivenBack{
    "GIVEN_BACK", "The close gives back what is left on its lines", &check::GivenBack};

// Of a new one, before it is there: see CheckProposal.
inline constexpr std::array kToPropose = {&kStillOpen, &kOnly};
inline constexpr std::array kToApprove = {&kStillOpen, &kNext,     &kAllowed, &kReason,
                                          &kCap,       &kMinimum,  &kCovered, &kOnly,
                                          &kAnother,   &kDelegated};
inline constexpr std::array kToReturn = {&kGivenBack};

inline constexpr workflow::Set<CarryOverState> kDecided{kApproved, kRefused};

// clang-format off
inline constexpr auto kTable = std::to_array<CarryOverMove>({
    // action  from       to         by           event       guards
    {kApprove, kProposed, kApproved, kManager,    "approved", kToApprove},
    {kRefuse,  kProposed, kRefused,  kManager,    "refused",  {}},
    {kPost,    kApproved, kPosted,   kAccountant, "posted",   {}},
    {kReturn,  kDecided,  kReturned, kAccountant, "returned", kToReturn},
});
// clang-format on
}  // namespace carry_over_rows

inline constexpr const auto& kCarryOverWorkflow = carry_over_rows::kTable;
static_assert(workflow::Deterministic(kCarryOverWorkflow));
static_assert(workflow::Connected(kCarryOverWorkflow, CarryOverState::kProposed));

std::vector<workflow::Edge> CarryOverEdges();

}  // namespace jointly::budgets
