#pragma once

#include <array>
#include <vector>

#include "services/budgets/domain/guards.h"

// The life of a line transfer. The funder's rule judges the request at once; what it leaves free
// still needs one internal approver, what it does not needs the funder's letter as well.
namespace jointly::budgets {

using TransferMove = workflow::Move<TransferState, TransferAction, Role, TransferFacts>;

namespace transfer_rows {
using enum TransferState;
using enum TransferAction;
using enum Role;

inline constexpr TransferGuard kActive{kBudgetNotActive.name, "The budget is active",
                                       &check::BudgetActive};
inline constexpr TransferGuard kSame{"SAME_PERIOD", "Two cash lines of one period",
                                     &check::SamePeriod};
inline constexpr TransferGuard kKnown{kCategoryRefused.name, "The categories are the budget's",
                                      &check::CategoriesKnown};
inline constexpr TransferGuard kPeriod{kPeriodNotOpen.name, "The period is open",
                                       &check::TransferPeriodOpen};
inline constexpr TransferGuard kCovered{kAmountNotAvailable.name, "The line covers the amount",
                                        &check::SourceCovers};
inline constexpr TransferGuard kFree{kTransferBound.name, "The funder's rule leaves it free",
                                     &check::RuleSaysFree};
inline constexpr TransferGuard kBound{"TRANSFER_IS_FREE", "The funder's rule asks for approval",
                                      &check::RuleSaysBound};
inline constexpr TransferGuard kLetter{kTransferBound.name, "The funder's approval is named",
                                       &check::FunderLetter};
inline constexpr TransferGuard kAnother{
    kSelfApproval.name, "Somebody else than the requester approves", &check::AnotherApproves};
inline constexpr TransferGuard kDelegated{"DELEGATION", "Who stands in was asked to",
                                          &check::StandIn};
inline constexpr TransferGuard kOwn{"REQUESTER", "The requester withdraws",
                                    &check::RequesterWithdraws};

inline constexpr std::array kToFree = {&kActive, &kSame, &kKnown, &kPeriod, &kCovered, &kFree};
inline constexpr std::array kToBind = {&kActive, &kSame, &kKnown, &kPeriod, &kCovered, &kBound};
inline constexpr std::array kToHear = {&kLetter};
// The rule is judged again when it is posted, because others may have been posted meanwhile.
inline constexpr std::array kToPost = {&kActive, &kPeriod,  &kCovered,
                                       &kLetter, &kAnother, &kDelegated};
inline constexpr std::array kToWithdraw = {&kOwn};

inline constexpr workflow::Set<TransferState> kDecided{kAutoApproved, kPendingFunder, kApproved};

// clang-format off
inline constexpr auto kTable = std::to_array<TransferMove>({
    // action        from            to              by        event              guards
    {kFindFree,      kRequested,     kAutoApproved,  kManager, "requested",       kToFree},
    {kFindBound,     kRequested,     kPendingFunder, kManager, "needs_funder",    kToBind},
    {kFunderApprove, kPendingFunder, kApproved,      kManager, "funder_approved", kToHear},
    {kApprove,       kDecided,       kPosted,        kManager, "posted",          kToPost},
    {kRefuse,        kDecided,       kRefused,       kManager, "refused",         {}},
    {kWithdraw,      kDecided,       kWithdrawn,     kManager, "withdrawn",       kToWithdraw},
});
// clang-format on
}  // namespace transfer_rows

inline constexpr const auto& kTransferWorkflow = transfer_rows::kTable;
static_assert(workflow::Deterministic(kTransferWorkflow));
static_assert(workflow::Connected(kTransferWorkflow, TransferState::kRequested));

std::vector<workflow::Edge> TransferEdges();

}  // namespace jointly::budgets
