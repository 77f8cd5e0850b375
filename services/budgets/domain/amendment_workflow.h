#pragma once

#include <array>
#include <vector>

#include "services/budgets/domain/guards.h"

// The life of an amendment: every partner signs one content, then it is put in force and the budget
// has a new authorised version.
namespace jointly::budgets {

using AmendmentMove = workflow::Move<AmendmentState, AmendmentAction, Role, AmendmentFacts>;

namespace amendment_rows {
using enum AmendmentState;
using enum AmendmentAction;
using enum Role;

inline constexpr AmendmentGuard kParty{"SIGNS_FOR_PARTNER", "A partner of the budget signs",
                                       &check::SignsForPartner};
inline constexpr AmendmentGuard kOnce{"NOT_SIGNED_YET", "The partner has not signed yet",
                                      &check::NotSignedYet};
inline constexpr AmendmentGuard kAmendable{kBudgetNotActive.name, "The budget may be amended",
                                           &check::BudgetAmendable};
inline constexpr AmendmentGuard kInTime{"SIGNED_IN_TIME", "Signed while the budget ran",
                                        &check::SignedInTime};
inline constexpr AmendmentGuard kEnd{"END_MOVES", "The new end date fits the amendment's type",
                                     &check::EndMoves};
inline constexpr AmendmentGuard kLastOpen{kLastPeriodClosed.name,
                                          "The period whose end moves, or goes on, is not closed",
                                          &check::LastPeriodOpen};
inline constexpr AmendmentGuard kFree{kPartnerNotFree.name, "Who leaves has nothing left",
                                      &check::LeavingFree};
inline constexpr AmendmentGuard kAmount{"AMOUNT_FITS", "The change of the amount fits its type",
                                        &check::AmountFits};
inline constexpr AmendmentGuard kCovered{kAmountNotAvailable.name,
                                         "Pool and free lines cover what is taken back",
                                         &check::DeobligationCovered};
inline constexpr AmendmentGuard kBalanced{
    "REALLOCATION_BALANCED", "The changes of lines add up to 0", &check::ReallocationBalanced};
inline constexpr AmendmentGuard kDate{kDateOutsideBudget.name,
                                      "What it moves is dated in the budget as it leaves it",
                                      &check::MovementInside};
inline constexpr AmendmentGuard kPeriod{
    kPeriodNotOpen.name, "The period of what it moves is not closed", &check::MovementPeriodOpen};
inline constexpr AmendmentGuard kAnother{kSelfApproval.name,
                                         "Somebody else than the requester puts it in force",
                                         &check::AnotherPutsInForce};

inline constexpr AmendmentGuard kOwnHand{
    kSelfApproval.name, "Somebody else than the requester signs", &check::AnotherSigns};

inline constexpr std::array kToSign = {&kParty,    &kOnce,   &kAmendable, &kEnd,
                                       &kLastOpen, &kAmount, &kBalanced,  &kOwnHand};
inline constexpr std::array kToForce = {&kAmendable, &kInTime,  &kEnd,      &kLastOpen,
                                        &kAmount,    &kCovered, &kBalanced, &kFree,
                                        &kDate,      &kPeriod,  &kAnother};

using From = workflow::Set<AmendmentState>;
inline constexpr From kUnsigned{kDraft, kPartlySigned};
inline constexpr From kPending{kDraft, kPartlySigned, kAllSigned};
inline constexpr workflow::Set<Role> kSigners{kManager, Role::kPartner};

// clang-format off
inline constexpr auto kTable = std::to_array<AmendmentMove>({
    // action        from        to             by        event       guards
    {kSign,          kUnsigned,  kPartlySigned, kSigners, "signed",   kToSign},
    {kSignLast,      kUnsigned,  kAllSigned,    kSigners, "signed",   kToSign},
    {kPutInForce,    kAllSigned, kInForce,      kManager, "in_force", kToForce},
    {kVoidAmendment, kPending,   kVoid,         kManager, "voided",   {}},
});
// clang-format on
}  // namespace amendment_rows

inline constexpr const auto& kAmendmentWorkflow = amendment_rows::kTable;
static_assert(workflow::Deterministic(kAmendmentWorkflow));
static_assert(workflow::Connected(kAmendmentWorkflow, AmendmentState::kDraft));

std::vector<workflow::Edge> AmendmentEdges();

}  // namespace jointly::budgets
