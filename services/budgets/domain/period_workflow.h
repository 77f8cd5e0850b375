#pragma once

#include <array>
#include <vector>

#include "services/budgets/domain/guards.h"

// The life of a period. A close carries balances and open commitments by the funder's rule; what a
// closed period said is never changed but by two persons who open it again.
namespace jointly::budgets {

using PeriodMove = workflow::Move<PeriodState, PeriodAction, Role, PeriodFacts>;

namespace period_rows {
using enum PeriodState;
using enum PeriodAction;
using enum Role;

inline constexpr PeriodGuard kRuns{kBudgetNotActive.name, "The budget is active",
                                   &check::BudgetRuns};
inline constexpr PeriodGuard kNotClosed{kBudgetNotActive.name, "The budget is not closed",
                                        &check::BudgetNotClosed};
inline constexpr PeriodGuard kPredecessor{
    "PREDECESSOR", "The period before is closed or soft closed, or the overlap is explained",
    &check::PredecessorClosed};
inline constexpr PeriodGuard kOver{"PERIOD_OVER", "The period has come to its last day",
                                   &check::PeriodOver};
inline constexpr PeriodGuard kDecided{
    "NO_DRAFTS", "No request, claim, transfer or carry-over waits", &check::NoDrafts};
inline constexpr PeriodGuard kSettled{"ALL_SETTLED",
                                      "Every reservation is liquidated, released or may be carried",
                                      &check::AllSettled};
inline constexpr PeriodGuard kRequested{"REOPEN_REQUESTED", "Somebody asked to open it again",
                                        &check::ReopenRequested};
inline constexpr PeriodGuard kAnother{
    kSelfApproval.name, "Somebody else than who asked opens it again", &check::AnotherReopens};

inline constexpr std::array kToOpen = {&kRuns, &kPredecessor};
inline constexpr std::array kToClose = {&kNotClosed, &kOver, &kDecided, &kSettled};
inline constexpr std::array kToAsk = {&kNotClosed};
inline constexpr std::array kToReopen = {&kNotClosed, &kRequested, &kAnother};

inline constexpr workflow::Set<PeriodState> kClosable{kSoftClosed, kReopened};
inline constexpr workflow::Set<Role> kOffice{kManager, kAccountant};

// clang-format off
inline constexpr auto kTable = std::to_array<PeriodMove>({
    // action        from         to           by           event               guards
    {kOpenPeriod,    kPlanned,    kOpen,       kOffice,     "opened",           kToOpen},
    {kRemind,        kOpen,       kOpen,       kTimer,      "close_due",        {}},
    {kRemind,        kSoftClosed, kSoftClosed, kTimer,      "close_due",        {}},
    {kSoftClose,     kOpen,       kSoftClosed, kOffice,     "soft_closed",      {}},
    {kClose,         kClosable,   kClosed,     kAccountant, "closed",           kToClose},
    {kRequestReopen, kClosed,     kClosed,     kOffice,     "reopen_requested", kToAsk},
    {kReopen,        kClosed,     kReopened,   kOffice,     "reopened",         kToReopen},
});
// clang-format on
}  // namespace period_rows

inline constexpr const auto& kPeriodWorkflow = period_rows::kTable;
static_assert(workflow::Deterministic(kPeriodWorkflow));
static_assert(workflow::Connected(kPeriodWorkflow, PeriodState::kPlanned));

std::vector<workflow::Edge> PeriodEdges();

}  // namespace jointly::budgets
