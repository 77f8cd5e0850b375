#pragma once

#include <array>
#include <vector>

#include "services/mobility/domain/guards.h"

// The first part of a mobility's life: the nomination between the two offices. It begins with the
// nomination of an application (event "nominated"). Sender, receiver and nominee never change.
namespace jointly::mobility {

using MobilityMove = workflow::Move<MobilityState, MobilityAction, Role, MobilityFacts>;

namespace mobility_rows {
using enum MobilityState;
using enum MobilityAction;
using enum Role;

inline constexpr workflow::Set<MobilityState> kNotEnded{kNominated, kApproved, kNominationRejected};
inline constexpr std::array kCurrent = {&kProposalCurrent};
inline constexpr std::array kUnfunded = {&kFundingRefused};
inline constexpr std::array kComplete = {&kCorrectionWindow, &kCorrectedNomineeComplete};

// clang-format off
inline constexpr auto kTable = std::to_array<MobilityMove>({
    // action  from                 to                   by           event        guards
    {kApprove, kNominated,          kApproved,           kHostOffice, "approved",  kCurrent},
    {kReject,  kNominated,          kNominationRejected, kHostOffice, "rejected",  kCurrent},
    {kCorrect, kNominationRejected, kNominated,          kHomeOffice, "corrected", kComplete},
    {kCancel,  kNotEnded,           kCancelled,          kHomeOffice, "cancelled", {}},
    // What the budget answers.
    {kFund,           kApproved,  kApproved,  kTimer, "funded",           {}},
    {kRefuseFunding,  kApproved,  kApproved,  kTimer, "unfunded",         {}},
    {kReleaseFunding, kApproved,  kApproved,  kTimer, "funding_released", {}},
    {kReleaseFunding, kCancelled, kCancelled, kTimer, "funding_released", {}},
    // What it is asked again, when it refused.
    {kRequestFunding, kApproved, kApproved, kHomeOffice, "funding_requested", kUnfunded},
});
// clang-format on
}  // namespace mobility_rows

inline constexpr const auto& kMobilityWorkflow = mobility_rows::kTable;
static_assert(workflow::Deterministic(kMobilityWorkflow));
static_assert(workflow::Connected(kMobilityWorkflow, MobilityState::kNominated));

std::vector<workflow::Edge> MobilityEdges();

}  // namespace jointly::mobility
