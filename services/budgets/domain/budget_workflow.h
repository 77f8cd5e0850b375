#pragma once

#include <array>
#include <vector>

#include "services/budgets/domain/guards.h"

// The life of a budget. The event names are those of budgets_events.proto. A rejected draft is
// mended by an update, which makes it a draft again.
namespace jointly::budgets {

using BudgetMove = workflow::Move<BudgetState, BudgetAction, Role, BudgetFacts>;

namespace budget_rows {
using enum BudgetState;
using enum BudgetAction;
using enum Role;

inline constexpr BudgetGuard kSourcesAddUp{
    "SOURCES_ADD_UP", "The contract amount is the sum of the cash sources", &check::SourcesAddUp};
inline constexpr BudgetGuard kPeriodsCover{
    "PERIODS_COVER", "Periods follow each other without gap or overlap", &check::PeriodsCover};
inline constexpr BudgetGuard kPartnersExist{"PARTNERS_EXIST", "The partners are known institutions",
                                            &check::PartnersExist};
inline constexpr BudgetGuard kAnother{
    kSelfApproval.name, "Somebody else than the requester approves", &check::AnotherApproves};
inline constexpr BudgetGuard kStarted{"START_REACHED", "The start date is reached",
                                      &check::StartReached};
inline constexpr BudgetGuard kSigned{"AGREEMENT_SIGNED", "A signed agreement is named",
                                     &check::AgreementSigned};
inline constexpr BudgetGuard kAllClosed{"PERIODS_CLOSED", "Every period is closed",
                                        &check::PeriodsClosed};
inline constexpr BudgetGuard kEmpty{"NOTHING_LEFT", "Nothing is reserved, available or in the pool",
                                    &check::NothingLeft};

inline constexpr std::array kSound = {&kSourcesAddUp, &kPeriodsCover, &kPartnersExist};
inline constexpr std::array kOther = {&kAnother};
inline constexpr std::array kToStart = {&kStarted, &kSigned, &kPartnersExist};
inline constexpr std::array kToClose = {&kAllClosed, &kEmpty};

inline constexpr workflow::Set<BudgetState> kMended{kDraft, kRejected};
inline constexpr workflow::Set<BudgetState> kRuns{kActive, kSuspended};
inline constexpr workflow::Set<Role> kOffice{kManager, kAccountant};
inline constexpr workflow::Set<Role> kAnyone{kManager, kAccountant, kTimer};

// clang-format off
inline constexpr auto kTable = std::to_array<BudgetMove>({
    // action       from        to          by           event        guards
    {kUpdate,       kMended,    kDraft,     kManager,    "updated",   {}},
    {kSubmit,       kDraft,     kSubmitted, kManager,    "submitted", kSound},
    {kApprove,      kSubmitted, kApproved,  kManager,    "approved",  kOther},
    {kReject,       kSubmitted, kRejected,  kManager,    "rejected",  {}},
    {kActivate,     kApproved,  kActive,    kOffice,     "activated", kToStart},
    {kSuspend,      kActive,    kSuspended, kOffice,     "suspended", {}},
    {kResume,       kSuspended, kActive,    kOffice,     "resumed",   {}},
    {kBeginClosing, kRuns,      kClosing,   kAnyone,     "closing",   {}},
    {kClose,        kClosing,   kClosed,    kAccountant, "closed",    kToClose},
    {kArchive,      kClosed,    kArchived,  kOffice,     "archived",  {}},
});
// clang-format on
}  // namespace budget_rows

inline constexpr const auto& kBudgetWorkflow = budget_rows::kTable;
static_assert(workflow::Deterministic(kBudgetWorkflow));
static_assert(workflow::Connected(kBudgetWorkflow, BudgetState::kDraft));

// The edges of the diagram, one per state and action, without the moves that stay in a state.
std::vector<workflow::Edge> BudgetEdges();

}  // namespace jointly::budgets
