#pragma once

#include <array>
#include <vector>

#include "services/mobility/domain/guards.h"

// The life of a call. It begins as a draft (event "created").
namespace jointly::mobility {

using CallMove = workflow::Move<CallState, CallAction, Role, CallFacts>;

namespace call_rows {
using enum CallState;
using enum Role;
using A = CallAction;  // Its kCancel is not the state's kCancelled, yet one letter away.

inline constexpr workflow::Set<CallState> kNotEnded{kDraft, kPublished};
inline constexpr std::array kLaterOnly = {&kDecisionMovable};
inline constexpr std::array kSound = {&kAgreementInEffect, &kCloseAhead};
inline constexpr std::array kUnused = {&kNoLiveMobilities};

// clang-format off
inline constexpr auto kTable = std::to_array<CallMove>({
    // action     from        to          by           event        guards
    {A::kUpdate,  kDraft,     kDraft,     kHomeOffice, "updated",   {}},
    {A::kUpdate,  kPublished, kPublished, kHomeOffice, "updated",   kLaterOnly},
    {A::kPublish, kDraft,     kPublished, kHomeOffice, "published", kSound},
    {A::kCancel,  kNotEnded,  kCancelled, kHomeOffice, "cancelled", kUnused},
});
// clang-format on
}  // namespace call_rows

inline constexpr const auto& kCallWorkflow = call_rows::kTable;
static_assert(workflow::Deterministic(kCallWorkflow));
static_assert(workflow::Connected(kCallWorkflow, CallState::kDraft));

std::vector<workflow::Edge> CallEdges();

}  // namespace jointly::mobility
