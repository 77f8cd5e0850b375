#pragma once

#include <array>
#include <vector>

#include "services/budgets/domain/guards.h"

// The life of a periodic report. Its numbers are frozen at a sequence of the journal and computed
// anew before anybody puts their name under them.
namespace jointly::budgets {

using ReportMove = workflow::Move<ReportState, ReportAction, Role, ReportFacts>;

namespace report_rows {
using enum ReportState;
using enum ReportAction;
using enum Role;

inline constexpr ReportGuard kReached{"DUE_REACHED", "Its due date comes near", &check::DueReached};
inline constexpr ReportGuard kPassed{"DUE_PASSED", "Its due date is over", &check::DuePassed};
inline constexpr ReportGuard kFrozen{"SEQUENCE_FROZEN", "A sequence of the journal is frozen",
                                     &check::SequenceFrozen};
inline constexpr ReportGuard kSameNumbers{"NUMBERS_REPRODUCE", "The numbers come out the same",
                                          &check::NumbersReproduce};
inline constexpr ReportGuard kAnother{
    kSelfApproval.name, "Somebody else than who prepared it certifies", &check::AnotherCertifies};

inline constexpr std::array kToFallDue = {&kReached};
inline constexpr std::array kToMiss = {&kPassed};
inline constexpr std::array kToPrepare = {&kFrozen};
inline constexpr std::array kToCertify = {&kSameNumbers, &kAnother};
inline constexpr std::array kToSend = {&kSameNumbers};

using From = workflow::Set<ReportState>;
inline constexpr From kUnprepared{kScheduled, kDue, kOverdue, kRevision};
inline constexpr From kMendable{kPrepared, kCertified, kSent};
inline constexpr workflow::Set<Role> kOffice{kManager, kAccountant};

// clang-format off
inline constexpr auto kTable = std::to_array<ReportMove>({
    // action      from         to          by           event        guards
    {kFallDue,     kScheduled,  kDue,       kTimer,      "due",       kToFallDue},
    {kFindOverdue, kDue,        kOverdue,   kTimer,      "overdue",   kToMiss},
    {kPrepare,     kUnprepared, kPrepared,  kOffice,     "prepared",  kToPrepare},
    {kCertify,     kPrepared,   kCertified, kAccountant, "certified", kToCertify},
    {kSend,        kCertified,  kSent,      kOffice,     "sent",      kToSend},
    {kAccept,      kSent,       kAccepted,  kOffice,     "accepted",  {}},
    {kRevise,      kMendable,   kRevision,  kOffice,     "revised",   {}},
});
// clang-format on
}  // namespace report_rows

inline constexpr const auto& kReportWorkflow = report_rows::kTable;
static_assert(workflow::Deterministic(kReportWorkflow));
static_assert(workflow::Connected(kReportWorkflow, ReportState::kScheduled));

std::vector<workflow::Edge> ReportEdges();

}  // namespace jointly::budgets
