#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "services/budgets/domain/guards.h"

// The life of a commitment: a reservation on one line, used up by several invoices. A commitment
// that a close carried on, or whose line could not absorb a higher rate, is still an active one.
// What was recognised is paid in any state: a payment is a step that leaves the state as it is.
// A wrong payment or document is taken back by the accountant, with the exact mirror of its entry:
// the document's part is reserved again, so that the right one can be entered. That holds also for
// an expired commitment; its timer is armed again, for tomorrow when its last day is over, and
// gives back what is left then. What is wrong in a closed period is corrected by credit notes, each
// a step too.
namespace jointly::budgets {

using CommitmentMove = workflow::Move<CommitmentState, CommitmentAction, Role, CommitmentFacts>;

namespace commitment_rows {
using enum CommitmentState;
using enum CommitmentAction;
using enum Role;

inline constexpr CommitmentGuard kActive{kBudgetNotActive.name, "The budget is active",
                                         &check::BudgetActive};
inline constexpr CommitmentGuard kPeriod{kPeriodNotOpen.name, "The period takes entries",
                                         &check::PeriodOpen};
inline constexpr CommitmentGuard kDate{
    kDateOutsideBudget.name, "The date is in the line's period, not before the commitment's",
    &check::DateInside};
inline constexpr CommitmentGuard kSupplier{"SUPPLIER_REFERENCE", "An order or contract is named",
                                           &check::SupplierKnown};
inline constexpr CommitmentGuard kCategory{kCategoryRefused.name, "The funder pays this category",
                                           &check::CategoryEligible};
inline constexpr CommitmentGuard kAnother{
    kSelfApproval.name, "Somebody else than the requester approves", &check::AnotherApproves};
inline constexpr CommitmentGuard kDelegated{"DELEGATION", "Who stands in was asked to",
                                            &check::StandIn};
inline constexpr CommitmentGuard kCovered{kAmountNotAvailable.name, "The line covers the amount",
                                          &check::LineCovers};
inline constexpr CommitmentGuard kRemains{kMoreThanRemains.name, "The remainder covers the amount",
                                          &check::RemainderCovers};
inline constexpr CommitmentGuard kExcess{
    kAmountNotAvailable.name, "The line covers what exceeds the remainder", &check::ExcessCovered};
inline constexpr CommitmentGuard kAbsorbed{
    kAmountNotAvailable.name, "The line absorbs the new rate", &check::RevaluationCovered};
inline constexpr CommitmentGuard kLate{"EXPIRY_REACHED", "Its last day is over",
                                       &check::ExpiryReached};

inline constexpr CommitmentGuard kOtherPays{
    kSelfApproval.name, "Nobody pays what they requested or approved", &check::AnotherPays};
inline constexpr CommitmentGuard kOwed{kMoreThanRemains.name, "It was recognised before",
                                       &check::StillOwed};
inline constexpr CommitmentGuard kPaidBefore{"PAYMENT", "Something is paid", &check::SomethingPaid};

inline constexpr CommitmentGuard kAfter{kDateOutsideBudget.name,
                                        "The date is not before what is taken back",
                                        &check::NotBeforeOriginal};
inline constexpr CommitmentGuard kOwnLine{"DOCUMENT_LINE", "It was not carried since",
                                          &check::OnItsLine};
inline constexpr CommitmentGuard kAgain{
    kAmountNotAvailable.name, "The line covers what was given back", &check::ReservedAgain};
inline constexpr CommitmentGuard kUnpaid{kStillPaid.name, "What stays covers what is paid",
                                         &check::NotPaid};

inline constexpr std::array kToApprove = {&kActive,   &kPeriod,  &kDate,      &kSupplier,
                                          &kCategory, &kAnother, &kDelegated, &kCovered};
inline constexpr std::array kToLiquidate = {&kActive, &kPeriod, &kDate, &kRemains, &kExcess};
inline constexpr std::array kToRelease = {&kPeriod, &kDate, &kRemains};
inline constexpr std::array kToExpire = {&kLate};
inline constexpr std::array kToRevalue = {&kPeriod, &kDate, &kAbsorbed};
inline constexpr std::array kToPay = {&kActive, &kOtherPays, &kOwed};
inline constexpr std::array kToPayBack = {&kPaidBefore, &kAfter};
inline constexpr std::array kToReverse = {&kActive,  &kPeriod, &kDate, &kAfter,
                                          &kOwnLine, &kUnpaid, &kAgain};
inline constexpr std::array kToCredit = {&kActive, &kAfter};

using From = workflow::Set<CommitmentState>;
inline constexpr From kHolds{kApproved, kPartiallyLiquidated, kCarried, kUndercovered};
inline constexpr From kUsed{kApproved, kPartiallyLiquidated, kLiquidated, kExpired,
                            kCarried,  kUndercovered};
inline constexpr From kCoverable{kApproved, kUndercovered};
inline constexpr workflow::Set<Role> kOffice{kManager, kAccountant};
inline constexpr workflow::Set<Role> kReleasers{kManager, kTimer};

inline constexpr CommitmentState kPartly = kPartiallyLiquidated;
inline constexpr std::string_view kPaidBack = "payment_reversed";
inline constexpr std::string_view kReversed = "liquidation_reversed";
inline constexpr CommitmentAction kReverseOnly = kReverseOnlyLiquidation;

// clang-format off
inline constexpr auto kTable = std::to_array<CommitmentMove>({
    // action           from           to             by           event           guards
    {kApprove,          kRequested,    kApproved,     kManager,    "reserved",     kToApprove},
    // A grant that its stay asks for again.
    {kReconsider,       kRefused,      kApproved,     kTimer,      "reserved",     kToApprove},
    {kRefuse,           kRequested,    kRefused,      kReleasers,  "refused",      {}},
    {kLiquidate,        kHolds,        kPartly,       kOffice,     "liquidated",   kToLiquidate},
    {kLiquidateAll,     kHolds,        kLiquidated,   kOffice,     "liquidated",   kToLiquidate},
    {kRelease,          kApproved,     kApproved,     kReleasers,  "released",     kToRelease},
    {kRelease,          kPartly,       kPartly,       kReleasers,  "released",     kToRelease},
    {kRelease,          kCarried,      kCarried,      kReleasers,  "released",     kToRelease},
    {kRelease,          kUndercovered, kUndercovered, kReleasers,  "released",     kToRelease},
    {kReleaseAll,       kHolds,        kCancelled,    kReleasers,  "released",     kToRelease},
    {kReleaseRest,      kHolds,        kLiquidated,   kReleasers,  "released",     kToRelease},
    {kExpire,           kHolds,        kExpired,      kTimer,      "expired",      kToExpire},
    {kCarry,            kHolds,        kCarried,      kAccountant, "carried",      {}},
    {kRevalue,          kCoverable,    kApproved,     kAccountant, "revalued",     kToRevalue},
    {kRevalue,          kPartly,       kPartly,       kAccountant, "revalued",     kToRevalue},
    {kRevalue,          kCarried,      kCarried,      kAccountant, "revalued",     kToRevalue},
    {kFindUndercovered, kHolds,        kUndercovered, kAccountant, "undercovered", {}},
    {kPay,              kApproved,     kApproved,     kAccountant, "paid",         kToPay},
    {kPay,              kPartly,       kPartly,       kAccountant, "paid",         kToPay},
    {kPay,              kLiquidated,   kLiquidated,   kAccountant, "paid",         kToPay},
    {kPay,              kExpired,      kExpired,      kAccountant, "paid",         kToPay},
    {kPay,              kCarried,      kCarried,      kAccountant, "paid",         kToPay},
    {kPay,              kUndercovered, kUndercovered, kAccountant, "paid",         kToPay},
    {kReversePayment,   kApproved,     kApproved,     kAccountant, kPaidBack,      kToPayBack},
    {kReversePayment,   kPartly,       kPartly,       kAccountant, kPaidBack,      kToPayBack},
    {kReversePayment,   kLiquidated,   kLiquidated,   kAccountant, kPaidBack,      kToPayBack},
    {kReversePayment,   kExpired,      kExpired,      kAccountant, kPaidBack,      kToPayBack},
    {kReversePayment,   kCarried,      kCarried,      kAccountant, kPaidBack,      kToPayBack},
    {kReversePayment,   kUndercovered, kUndercovered, kAccountant, kPaidBack,      kToPayBack},
    {kReverseLiquidation, kUsed,       kPartly,       kAccountant, kReversed,      kToReverse},
    {kReverseOnly,      kUsed,         kApproved,     kAccountant, kReversed,      kToReverse},
    {kCredit,           kApproved,     kApproved,     kAccountant, "credited",     kToCredit},
    {kCredit,           kPartly,       kPartly,       kAccountant, "credited",     kToCredit},
    {kCredit,           kLiquidated,   kLiquidated,   kAccountant, "credited",     kToCredit},
    {kCredit,           kExpired,      kExpired,      kAccountant, "credited",     kToCredit},
    {kCredit,           kCarried,      kCarried,      kAccountant, "credited",     kToCredit},
    {kCredit,           kUndercovered, kUndercovered, kAccountant, "credited",     kToCredit},
});
// clang-format on
}  // namespace commitment_rows

inline constexpr const auto& kCommitmentWorkflow = commitment_rows::kTable;
static_assert(workflow::Deterministic(kCommitmentWorkflow));
static_assert(workflow::Connected(kCommitmentWorkflow, CommitmentState::kRequested));

std::vector<workflow::Edge> CommitmentEdges();

}  // namespace jointly::budgets
