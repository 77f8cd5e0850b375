#pragma once

#include <array>
#include <vector>

#include "services/budgets/domain/guards.h"

// The life of an expense claim: a mission's costs, certified (service fait), approved and paid by
// three different persons, none of whom is the claimant. The approval recognises the cost against
// the mission's commitment; a failed payment comes back to it. A wrong approval that is not paid is
// taken back with its entry (ReverseJournal), for the claimant to change the claim.
namespace jointly::budgets {

using ClaimMove = workflow::Move<ClaimState, ClaimAction, Role, ClaimFacts>;

namespace claim_rows {
using enum ClaimState;
using enum ClaimAction;
using enum Role;

inline constexpr ClaimGuard kItems{"ITEMS", "Something is claimed", &check::HasItems};
inline constexpr ClaimGuard kReceipts{"RECEIPTS", "A receipt is attached", &check::HasReceipts};
inline constexpr ClaimGuard kDates{kDateOutsideBudget.name, "Dates are inside mission and period",
                                   &check::DatesInside};
inline constexpr ClaimGuard kMission{"COMMITMENT_OPEN", "The mission's commitment holds money",
                                     &check::CommitmentOpen};
inline constexpr ClaimGuard kActive{kBudgetNotActive.name, "The budget is active",
                                    &check::BudgetActive};
inline constexpr ClaimGuard kPeriod{kPeriodNotOpen.name, "The period takes entries",
                                    &check::ClaimPeriodOpen};
inline constexpr ClaimGuard kRemains{
    kMoreThanRemains.name, "The commitment's remainder covers the claim", &check::ClaimCovered};
inline constexpr ClaimGuard kOtherCertifies{
    kSelfApproval.name, "Somebody else than the claimant certifies", &check::AnotherCertifies};
inline constexpr ClaimGuard kOtherApproves{
    kSelfApproval.name, "Neither the claimant nor the certifier approves", &check::AnotherApproves};
inline constexpr ClaimGuard kOtherPays{kSelfApproval.name,
                                       "Nobody pays what they claimed, certified or approved",
                                       &check::AnotherPays};
inline constexpr ClaimGuard kDelegated{"DELEGATION", "Who stands in was asked to", &check::StandIn};

inline constexpr std::array kToSubmit = {&kItems, &kReceipts, &kDates, &kMission, &kRemains};
inline constexpr std::array kToCertify = {&kOtherCertifies, &kDelegated, &kReceipts, &kDates};
inline constexpr std::array kToApprove = {&kActive,  &kPeriod,        &kMission,
                                          &kRemains, &kOtherApproves, &kDelegated};
// The cost is in the ledger already: only who opens its payment again is judged.
inline constexpr std::array kReopens = {&kOtherApproves, &kDelegated};
inline constexpr std::array kToPay = {&kOtherPays, &kDelegated};

using From = workflow::Set<ClaimState>;
inline constexpr From kOwn{kDraft, kChangesRequested};
inline constexpr From kJudged{kSubmitted, kCertified};
inline constexpr From kUnpaid{kApproved, kPaymentFailed};
inline constexpr workflow::Set<Role> kOffice{kManager, kAccountant};

inline constexpr ClaimState kSentBack = kChangesRequested;

// clang-format off
inline constexpr auto kTable = std::to_array<ClaimMove>({
    // action         from            to              by           event                guards
    {kUpdate,         kDraft,         kDraft,         kClaimant,   "updated",           {}},
    {kUpdate,         kSentBack,      kSentBack,      kClaimant,   "updated",           {}},
    {kSubmit,         kOwn,           kSubmitted,     kClaimant,   "submitted",         kToSubmit},
    {kCertify,        kSubmitted,     kCertified,     kManager,    "certified",         kToCertify},
    {kRequestChanges, kJudged,        kSentBack,      kOffice,     "changes_requested", {}},
    {kDecline,        kJudged,        kDeclined,      kManager,    "declined",          {}},
    {kApprove,        kCertified,     kApproved,      kManager,    "approved",          kToApprove},
    {kPay,            kApproved,      kPaid,          kAccountant, "paid",              kToPay},
    {kFailPayment,    kPaid,          kPaymentFailed, kAccountant, "payment_failed",    {}},
    {kApprove,        kPaymentFailed, kApproved,      kOffice,     "approved",          kReopens},
    {kReverseApproval, kUnpaid,       kSentBack,      kAccountant, "approval_reversed", {}},
});
// clang-format on
}  // namespace claim_rows

inline constexpr const auto& kClaimWorkflow = claim_rows::kTable;
static_assert(workflow::Deterministic(kClaimWorkflow));
static_assert(workflow::Connected(kClaimWorkflow, ClaimState::kDraft));

std::vector<workflow::Edge> ClaimEdges();

}  // namespace jointly::budgets
