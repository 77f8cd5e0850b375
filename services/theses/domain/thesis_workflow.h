#pragma once

#include <array>
#include <vector>

#include "services/theses/domain/guards.h"

// The whole life of a thesis. The event names are those of theses_events.proto.
//
// A failed defence makes the thesis active again: another one may be planned. What is recorded (a
// year's step, a milestone, a step of the defence) leaves the state as it is.
namespace jointly::theses {

using ThesisMove = workflow::Move<ThesisState, ThesisAction, Role, ThesisFacts>;

namespace thesis_rows {
using enum ThesisState;
using enum ThesisAction;
using enum Role;
using From = workflow::Set<ThesisState>;
using By = workflow::Set<Role>;

inline constexpr From kDraft{kProposed, kApprovedInPrinciple, kAgreementPending};
inline constexpr From kPlannable{kActive, kDefencePlanned, kAuthorised};
inline constexpr From kPlanned{kDefencePlanned, kAuthorised};
inline constexpr From kAgreed{kAgreementPending,   kActive,         kSuspended,
                              kExtensionRequested, kDefencePlanned, kAuthorised};
// Short names keep a row of the table on one line.
inline constexpr auto kPrinciple = kApprovedInPrinciple;
inline constexpr auto kPending = kAgreementPending;
inline constexpr auto kExtending = kExtensionRequested;
inline constexpr auto kIssued = kDiplomasIssued;
inline constexpr auto kPlanning = kDefencePlanned;
inline constexpr auto kCorrecting = kCorrectionsDue;
inline constexpr auto kLost = kAgreementLost;
inline constexpr auto kCharge = kOfficeInCharge;
inline constexpr auto kCorrections = kRequireCorrections;
inline constexpr auto kAskMore = kRequestExtension;
inline constexpr auto kDenyMore = kRefuseExtension;
inline constexpr auto kIssueLast = kIssueLastDiploma;
inline constexpr From kLive{kProposed,  kApprovedInPrinciple, kAgreementPending, kActive,
                            kSuspended, kExtensionRequested,  kDefencePlanned,   kAuthorised};
inline constexpr By kAny{kStudent, kDirector, kOffice};
inline constexpr By kProposer{kStudent, kDirector};
inline constexpr By kPlanner{kDirector, kOffice};
inline constexpr By kLeaver{kStudent, kOffice};
inline constexpr By kKeeper{kOffice, kService};

inline constexpr std::array kDated = {&kDateSound};
inline constexpr std::array kToApprove = {&kDateSound, &kBothFavourable};
inline constexpr std::array kToActivate = {&kDateSound, &kAgreementInForce, &kBothEnrolled};
inline constexpr std::array kToSuspend = {&kSuspensionSound, &kSuspensionFree, &kCesureOnce};
inline constexpr std::array kToResume = {&kDateSound, &kResumesWithin};
inline constexpr std::array kToAskMore = {&kDateSound, &kAskedInTime, &kEndsLater};
inline constexpr std::array kToExtend = {&kDateSound, &kOpinionsOnExtension};
inline constexpr std::array kToPlan = {
    &kDefenceFeasible, &kAgreementCoversDefence, &kJurySize,      &kJuryExternals,   &kJuryRank,
    &kJuryPresident,   &kJuryDirector,           &kJuryReviewers, &kJuryIndependence};
inline constexpr std::array kToReport = {&kDateSound, &kReviewerKnown};
inline constexpr std::array kToAuthorise = {&kDateSound, &kReportsFavourable, &kDepositCertified,
                                            &kPreexamined, &kAgreementCoversDefence};
inline constexpr std::array kToDefend = {&kDateSound, &kHeldAsPlanned, &kQuorum, &kPresidentSat};
inline constexpr std::array kToRecord = {&kDateSound,    &kYearKnown, &kYearStepsBefore,
                                         &kYearBefore,   &kYearDate,  &kAgreementBeforeSecondYear,
                                         &kStepOfDefence};
inline constexpr std::array kToDeposit = {&kDateSound, &kDefencePassed};
inline constexpr std::array kToIssue = {&kDateSound, &kDiplomaOpen, &kConferred};
inline constexpr std::array kToClose = {&kDateSound, &kListedInFrance, &kPublished};
inline constexpr std::array kToLose = {&kDateSound, &kAgreementGone};

// clang-format off
inline constexpr auto kTable = std::to_array<ThesisMove>({
    // action        from         to            by         event                     guards
    {kUpdate,        kProposed,   kProposed,    kAny,      "updated",              {}},
    {kFavour,        kProposed,   kProposed,    kOffice,   "opinion_given",        kDated},
    {kDisfavour,     kProposed,   kProposed,    kOffice,   "opinion_given",        kDated},
    {kApprove,       kProposed,   kPrinciple,   kOffice,   "approved",             kToApprove},
    {kRefuse,        kDraft,      kAbandoned,   kOffice,   "refused",              kDated},
    {kOpenAgreement, kPrinciple,  kPending,     kOffice,   "agreement_opened",     kDated},
    {kActivate,      kPending,    kActive,      kOffice,   "activated",            kToActivate},
    {kSuspend,       kActive,     kSuspended,   kOffice,   "suspended",            kToSuspend},
    {kResume,        kSuspended,  kActive,      kOffice,   "resumed",              kToResume},
    {kAskMore,       kActive,     kExtending,   kProposer, "extension_requested",  kToAskMore},
    {kExtend,        kExtending,  kActive,      kOffice,   "extended",             kToExtend},
    {kDenyMore,      kExtending,  kActive,      kOffice,   "extension_refused",    kDated},
    {kPlanDefence,   kPlannable,  kPlanning,    kPlanner,  "defence_planned",      kToPlan},
    {kUnplanDefence, kPlanned,    kActive,      kPlanner,  "defence_unplanned",    kDated},
    {kReport,        kPlanning,   kPlanning,    kCharge,   "report_received",      kToReport},
    {kAuthorise,     kPlanning,   kAuthorised,  kCharge,   "authorised",           kToAuthorise},
    {kDefend,        kAuthorised, kDefended,    kCharge,   "defended",             kToDefend},
    {kCorrections,   kAuthorised, kCorrecting,  kCharge,   "corrections_required", kToDefend},
    {kFail,          kAuthorised, kActive,      kCharge,   "defence_failed",       kToDefend},
    {kCorrect,       kCorrecting, kDefended,    kOffice,   "corrected",            kToDeposit},
    {kDeposit,       kDefended,   kDeposited,   kOffice,   "deposited",            kToDeposit},
    {kIssueDiploma,  kDeposited,  kDeposited,   kOffice,   "diploma_issued",       kToIssue},
    {kIssueLast,     kDeposited,  kIssued,      kOffice,   "diplomas_issued",      kToIssue},
    {kClose,         kIssued,     kClosed,      kOffice,   "closed",               kToClose},
    {kAbandon,       kLive,       kAbandoned,   kLeaver,   "abandoned",            kDated},
    {kTransfer,      kLive,       kTransferred, kOffice,   "transferred",          kDated},
    {kLoseAgreement, kAgreed,     kLost,        kKeeper,   "agreement_lost",       kToLose},
    // What is recorded stays in its state.
    {kRecord,        kPrinciple,  kPrinciple,   kPlanner,  "recorded",             kToRecord},
    {kRecord,        kPending,    kPending,     kPlanner,  "recorded",             kToRecord},
    {kRecord,        kActive,     kActive,      kPlanner,  "recorded",             kToRecord},
    {kRecord,        kSuspended,  kSuspended,   kPlanner,  "recorded",             kToRecord},
    {kRecord,        kExtending,  kExtending,   kPlanner,  "recorded",             kToRecord},
    {kRecord,        kPlanning,   kPlanning,    kPlanner,  "recorded",             kToRecord},
    {kRecord,        kAuthorised, kAuthorised,  kPlanner,  "recorded",             kToRecord},
    {kRecord,        kDefended,   kDefended,    kPlanner,  "recorded",             kToRecord},
    {kRecord,        kCorrecting, kCorrecting,  kPlanner,  "recorded",             kToRecord},
    {kRecord,        kDeposited,  kDeposited,   kPlanner,  "recorded",             kToRecord},
    {kRecord,        kIssued,     kIssued,      kPlanner,  "recorded",             kToRecord},
});
// clang-format on
}  // namespace thesis_rows

inline constexpr const auto& kThesisWorkflow = thesis_rows::kTable;
static_assert(workflow::Deterministic(kThesisWorkflow));
static_assert(workflow::Connected(kThesisWorkflow, ThesisState::kProposed));

// The edges of the diagram, without the moves that stay in a state.
std::vector<workflow::Edge> ThesisEdges();

}  // namespace jointly::theses
