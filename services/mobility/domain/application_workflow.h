#pragma once

#include <array>
#include <vector>

#include "services/mobility/domain/guards.h"

// The whole life of an application. The event names are those of mobility_events.proto.
//
// When a mobility is cancelled its application stays NOMINATED: it records what became of the
// application, the mobility says how it ended, and its place is released there. The student may
// then withdraw it (and apply again while the call is open).
namespace jointly::mobility {

using ApplicationMove = workflow::Move<ApplicationState, ApplicationAction, Role, ApplicationFacts>;

namespace application_rows {
using enum ApplicationState;
using enum ApplicationAction;
using enum Role;
using From = workflow::Set<ApplicationState>;

inline constexpr From kScorable{kEligible, kRanked};
inline constexpr From kPlaceable{kRanked, kWaitlisted};
inline constexpr From kAppealable{kRejected, kIneligible};
inline constexpr From kNotEnded{kDraft,    kSubmitted,  kIncomplete, kEligible,
                                kRanked,   kIneligible, kOffered,    kWaitlisted,
                                kRejected, kConfirmed,  kAppealed,   kNominated};

inline constexpr std::array kToSubmit = {&kCallOpen, &kDocuments, &kChoices, &kEnrolled};
inline constexpr std::array kToResubmit = {&kCallPublished, &kCompletionTime, &kDocuments,
                                           &kChoices, &kEnrolled};
inline constexpr std::array kSound = {&kAgreementCovers, &kEqfLevel, &kField,   &kLanguage,
                                      &kGrade,           &kMonths,   &kEnrolled};
inline constexpr std::array kOverdue = {&kCompletionTimeOver};
inline constexpr std::array kVacancy = {&kCallPublished, &kOfferedAgreementCovers, &kPlaceFree,
                                        &kOneLiveOffer};
inline constexpr std::array kPublic = {&kCallPublished};
inline constexpr std::array kStands = {&kOfferStands};
inline constexpr std::array kOver = {&kOfferOver};
inline constexpr std::array kInTime = {&kAppealTime};
inline constexpr std::array kWasRanked = {&kRejectionAppealed};
inline constexpr std::array kWasJudged = {&kIneligibilityAppealed};
inline constexpr std::array kFree = {&kNoLiveMobility};
inline constexpr std::array kComplete = {&kOfferedAgreementCovers, &kNominationWindow,
                                         &kNomineeComplete};

// clang-format off
inline constexpr auto kTable = std::to_array<ApplicationMove>({
    // action          from         to              by           event               guards
    {kUpdate,          kDraft,      kDraft,         kStudent,    "updated",          {}},
    {kUpdate,          kIncomplete, kIncomplete,    kStudent,    "updated",          {}},
    {kSubmit,          kDraft,      kSubmitted,     kStudent,    "submitted",        kToSubmit},
    {kResubmit,        kIncomplete, kSubmitted,     kStudent,    "resubmitted",      kToResubmit},
    {kFindEligible,    kSubmitted,  kEligible,      kHomeOffice, "found_eligible",   kSound},
    {kFindIneligible,  kSubmitted,  kIneligible,    kHomeOffice, "found_ineligible", {}},
    {kFindIneligible,  kIncomplete, kIneligible,    kHomeOffice, "found_ineligible", kOverdue},
    {kFindIncomplete,  kSubmitted,  kIncomplete,    kHomeOffice, "found_incomplete", {}},
    {kScore,           kScorable,   kRanked,        kHomeOffice, "scored",           {}},
    {kOffer,           kPlaceable,  kOffered,       kHomeOffice, "offered",          kVacancy},
    {kWaitlist,        kRanked,     kWaitlisted,    kHomeOffice, "waitlisted",       kPublic},
    {kPromote,         kWaitlisted, kOffered,       kTimer,      "promoted",         kVacancy},
    {kReject,          kPlaceable,  kRejected,      kHomeOffice, "rejected",         {}},
    {kAccept,          kOffered,    kConfirmed,     kStudent,    "accepted",         kStands},
    {kDecline,         kOffered,    kDeclined,      kStudent,    "declined",         {}},
    {kExpire,          kOffered,    kExpired,       kTimer,      "expired",          kOver},
    {kAppeal,          kAppealable, kAppealed,      kStudent,    "appealed",         kInTime},
    {kGrantToRanked,   kAppealed,   kRanked,        kHomeOffice, "appeal_granted",   kWasRanked},
    {kGrantToEligible, kAppealed,   kEligible,      kHomeOffice, "appeal_granted",   kWasJudged},
    {kRefuseAppeal,    kAppealed,   kRejectedFinal, kHomeOffice, "appeal_refused",   {}},
    {kWithdraw,        kNotEnded,   kWithdrawn,     kStudent,    "withdrawn",        kFree},
    {kNominate,        kConfirmed,  kNominated,     kHomeOffice, "nominated",        kComplete},
});
// clang-format on
}  // namespace application_rows

inline constexpr const auto& kApplicationWorkflow = application_rows::kTable;
static_assert(workflow::Deterministic(kApplicationWorkflow));
static_assert(workflow::Connected(kApplicationWorkflow, ApplicationState::kDraft));

// The edges of the diagram, one per state and action, without the moves that stay in a state.
std::vector<workflow::Edge> ApplicationEdges();

}  // namespace jointly::mobility
