#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "common/workflow/workflow.h"
#include "services/theses/domain/cotutelle_types.h"
#include "services/theses/domain/types.h"

// The lives of a cotutelle agreement and of its amendments, as tables. Any edit of a text that was
// frozen returns it to negotiating and voids what was approved and signed.
namespace jointly::theses {

// What the guards look at; loaded beforehand.
struct CotutelleFacts {
  Cotutelle cotutelle;
  Thesis thesis;
  std::vector<Cotutelle> siblings;     // The other agreements of the thesis.
  std::optional<Cotutelle> successor;  // The one that a renewal names, if it exists.
  Date on{};                           // The day on which the act takes effect.
  Date today{};                        // In the zone of the side in charge.
  bool by_time = false;
};

struct AmendmentFacts {
  Amendment amendment;
  Cotutelle cotutelle;
  Thesis thesis;
  std::vector<Cotutelle> siblings;
  Date on{};
  Date today{};
};

namespace check {
workflow::Verdict TextComplete(const CotutelleFacts& facts);
workflow::Verdict MatchesThesis(const CotutelleFacts& facts);
workflow::Verdict NoOverlap(const CotutelleFacts& facts);
workflow::Verdict ApprovedByBoth(const CotutelleFacts& facts);
workflow::Verdict OriginalsBack(const CotutelleFacts& facts);
workflow::Verdict WithinTerm(const CotutelleFacts& facts);
workflow::Verdict AfterStart(const CotutelleFacts& facts);
workflow::Verdict NoticeLongEnough(const CotutelleFacts& facts);
workflow::Verdict SuccessorReady(const CotutelleFacts& facts);
workflow::Verdict NoDependants(const CotutelleFacts& facts);
workflow::Verdict NoticeRun(const CotutelleFacts& facts);
workflow::Verdict EndPassed(const CotutelleFacts& facts);
workflow::Verdict WasInForce(const CotutelleFacts& facts);
workflow::Verdict NeverInForce(const CotutelleFacts& facts);

workflow::Verdict ChangesSound(const AmendmentFacts& facts);
workflow::Verdict BaseCurrent(const AmendmentFacts& facts);
workflow::Verdict ChangesApproved(const AmendmentFacts& facts);
workflow::Verdict ChangesBack(const AmendmentFacts& facts);
workflow::Verdict AgreementHolds(const AmendmentFacts& facts);
workflow::Verdict EffectiveReached(const AmendmentFacts& facts);
workflow::Verdict EndMovable(const AmendmentFacts& facts);
}  // namespace check

using CotutelleGuard = workflow::Guard<CotutelleFacts>;
using AmendmentGuard = workflow::Guard<AmendmentFacts>;
using CotutelleMove = workflow::Move<CotutelleState, CotutelleAction, OfficeRole, CotutelleFacts>;
using AmendmentMove = workflow::Move<CotutelleState, AmendmentAction, OfficeRole, AmendmentFacts>;

namespace cotutelle_rows {
using enum CotutelleState;
using enum CotutelleAction;
using enum OfficeRole;
using From = workflow::Set<CotutelleState>;
using By = workflow::Set<OfficeRole>;

inline constexpr CotutelleGuard kComplete{"TEXT_COMPLETE", "The text says all that it must",
                                          &check::TextComplete};
inline constexpr CotutelleGuard kMatches{"MATCHES_THESIS", "The text fits its thesis",
                                         &check::MatchesThesis};
inline constexpr CotutelleGuard kNoOverlap{
    "NO_OVERLAP", "No other agreement of the thesis holds at the same time", &check::NoOverlap};
inline constexpr CotutelleGuard kApproved{
    "APPROVED_BY_BOTH", "Both sides approved exactly this text", &check::ApprovedByBoth};
inline constexpr CotutelleGuard kOriginals{"ORIGINALS_BACK", "The signed originals are back",
                                           &check::OriginalsBack};
inline constexpr CotutelleGuard kWithinTerm{
    "WITHIN_TERM", "The day lies within the agreement's term", &check::WithinTerm};
inline constexpr CotutelleGuard kAfterStart{"AFTER_START", "The day lies after what it ends",
                                            &check::AfterStart};
inline constexpr CotutelleGuard kNotice{"NOTICE_LONG_ENOUGH", "The text's notice is kept",
                                        &check::NoticeLongEnough};
inline constexpr CotutelleGuard kSuccessor{
    "SUCCESSOR_READY", "A signed successor follows without a gap", &check::SuccessorReady};
inline constexpr CotutelleGuard kNoDependants{"NO_DEPENDANTS", "No running thesis depends on it",
                                              &check::NoDependants};
inline constexpr CotutelleGuard kNoticeRun{
    "NOTICE_RUN", "The notice has run, or no running thesis depends on it", &check::NoticeRun};
inline constexpr CotutelleGuard kEndPassed{"END_PASSED", "Its last day has passed",
                                           &check::EndPassed};
inline constexpr CotutelleGuard kWasInForce{"WAS_IN_FORCE", "It was in force before the review",
                                            &check::WasInForce};
inline constexpr CotutelleGuard kNeverInForce{
    "NEVER_IN_FORCE", "It was not in force before the review", &check::NeverInForce};

inline constexpr std::array kToFreeze = {&kComplete, &kMatches, &kNoOverlap};
inline constexpr std::array kToSign = {&kApproved};
inline constexpr std::array kToForce = {&kOriginals, &kWithinTerm, &kMatches, &kNoOverlap};
inline constexpr std::array kInTerm = {&kWithinTerm};
inline constexpr std::array kToNotice = {&kNotice};
inline constexpr std::array kToRenew = {&kSuccessor};
inline constexpr std::array kToEnd = {&kAfterStart, &kNoticeRun};
inline constexpr std::array kToExpire = {&kEndPassed, &kNoDependants};
inline constexpr std::array kPassed = {&kEndPassed};
inline constexpr std::array kBackInForce = {&kWasInForce};
inline constexpr std::array kBackToTable = {&kNeverInForce};

inline constexpr From kFixed{kNegotiating, kTextFrozen, kSigning, kSigned};
inline constexpr From kAgreed{kTextFrozen, kSigning, kSigned};
inline constexpr From kHolds{kInForce, kNoticeWindow};
inline constexpr From kDrafts{kIdea, kNegotiating, kTextFrozen, kSigning, kSigned};
inline constexpr From kWasHeld{kInForce, kNoticeWindow, kSuspended, kDormantReview};
inline constexpr From kReviewable{kIdea,   kNegotiating, kTextFrozen,  kSigning,
                                  kSigned, kInForce,     kNoticeWindow};
inline constexpr By kBoth{kOffice, kTimer};

// clang-format off
inline constexpr auto kTable = std::to_array<CotutelleMove>({
    // action          from            to              by       event               guards
    {kNegotiate,       kIdea,          kNegotiating,   kOffice, "negotiating",      {}},
    {kNegotiate,       kDormantReview, kNegotiating,   kOffice, "negotiating",      kBackToTable},
    {kUpdate,          kIdea,          kIdea,          kOffice, "updated",          {}},
    {kUpdate,          kFixed,         kNegotiating,   kOffice, "updated",          {}},
    {kFreeze,          kNegotiating,   kTextFrozen,    kOffice, "frozen",           kToFreeze},
    {kReturn,          kAgreed,        kNegotiating,   kOffice, "returned",         {}},
    {kApprove,         kTextFrozen,    kTextFrozen,    kOffice, "approved",         {}},
    {kStartSigning,    kTextFrozen,    kSigning,       kOffice, "signing",          kToSign},
    {kSign,            kSigning,       kSigning,       kOffice, "rung_signed",      {}},
    {kSignLast,        kSigning,       kSigned,        kOffice, "signed",           {}},
    {kRecordOriginal,  kSigning,       kSigning,       kOffice, "original_received", {}},
    {kRecordOriginal,  kSigned,        kSigned,        kOffice, "original_received", {}},
    {kPutInForce,      kSigned,        kInForce,       kOffice, "in_force",         kToForce},
    {kSuspend,         kHolds,         kSuspended,     kOffice, "suspended",        kInTerm},
    {kResume,          kSuspended,     kInForce,       kOffice, "resumed",          kInTerm},
    {kResume,          kDormantReview, kInForce,       kOffice, "resumed",          kBackInForce},
    {kGiveNotice,      kInForce,       kNoticeWindow,  kBoth,   "notice",           kToNotice},
    {kRenew,           kHolds,         kRenewed,       kOffice, "renewed",          kToRenew},
    {kTerminate,       kDrafts,        kTerminated,    kOffice, "terminated",       {}},
    {kTerminate,       kWasHeld,       kTerminated,    kBoth,   "terminated",       kToEnd},
    {kExpire,          kWasHeld,       kExpired,       kTimer,  "expired",          kToExpire},
    {kBlockExpiry,     kInForce,       kInForce,       kTimer,  "expiry_blocked",   kPassed},
    {kBlockExpiry,     kNoticeWindow,  kNoticeWindow,  kTimer,  "expiry_blocked",   kPassed},
    {kBlockExpiry,     kSuspended,     kSuspended,     kTimer,  "expiry_blocked",   kPassed},
    {kBlockExpiry,     kDormantReview, kDormantReview, kTimer,  "expiry_blocked",   kPassed},
    {kReview,          kReviewable,    kDormantReview, kBoth,   "reviewed",         {}},
    {kChangeAmendment, kInForce,       kInForce,       kOffice, "amendment_updated", {}},
    {kChangeAmendment, kNoticeWindow,  kNoticeWindow,  kOffice, "amendment_updated", {}},
    {kChangeAmendment, kSuspended,     kSuspended,     kOffice, "amendment_updated", {}},
    {kAmend,           kInForce,       kInForce,       kBoth,   "amended",          {}},
    {kAmend,           kNoticeWindow,  kNoticeWindow,  kBoth,   "amended",          {}},
    {kAmend,           kSuspended,     kSuspended,     kBoth,   "amended",          {}},
});
// clang-format on
}  // namespace cotutelle_rows

inline constexpr const auto& kCotutelleWorkflow = cotutelle_rows::kTable;
static_assert(workflow::Deterministic(kCotutelleWorkflow));
static_assert(workflow::Connected(kCotutelleWorkflow, CotutelleState::kIdea));

namespace amendment_rows {
using enum CotutelleState;
using enum AmendmentAction;
using enum OfficeRole;

inline constexpr AmendmentGuard kSound{"CHANGES_SOUND", "The text with its changes is complete",
                                       &check::ChangesSound};
inline constexpr AmendmentGuard kBase{"BASE_CURRENT", "The agreement is as it was when frozen",
                                      &check::BaseCurrent};
inline constexpr AmendmentGuard kApproved{
    "APPROVED_BY_BOTH", "Both sides approved exactly these changes", &check::ChangesApproved};
inline constexpr AmendmentGuard kOriginals{"ORIGINALS_BACK", "The signed originals are back",
                                           &check::ChangesBack};
inline constexpr AmendmentGuard kHolds{"AGREEMENT_HOLDS", "The agreement is in force",
                                       &check::AgreementHolds};
inline constexpr AmendmentGuard kReached{"EFFECTIVE_DATE", "Its effective date is reached",
                                         &check::EffectiveReached};
inline constexpr AmendmentGuard kEnd{"END_MOVABLE", "The new end fits what depends on it",
                                     &check::EndMovable};
inline constexpr std::array kToFreeze = {&kSound, &kHolds, &kEnd};
inline constexpr std::array kToSign = {&kApproved, &kBase};
inline constexpr std::array kToForce = {&kOriginals, &kHolds, &kBase, &kReached, &kSound, &kEnd};

inline constexpr workflow::Set<CotutelleState> kFixed{kNegotiating, kTextFrozen, kSigning, kSigned};
inline constexpr workflow::Set<CotutelleState> kAgreed{kTextFrozen, kSigning, kSigned};
inline constexpr workflow::Set<OfficeRole> kBoth{kOffice, kTimer};

// The events are those of the agreement, which the amendment is part of.
// clang-format off
inline constexpr auto kTable = std::to_array<AmendmentMove>({
    // action         from          to            by       event                  guards
    {kUpdate,         kFixed,       kNegotiating, kOffice, "amendment_updated",   {}},
    {kFreeze,         kNegotiating, kTextFrozen,  kOffice, "amendment_frozen",    kToFreeze},
    {kReturn,         kAgreed,      kNegotiating, kOffice, "amendment_returned",  {}},
    {kApprove,        kTextFrozen,  kTextFrozen,  kOffice, "amendment_approved",  {}},
    {kStartSigning,   kTextFrozen,  kSigning,     kOffice, "amendment_signing",   kToSign},
    {kSign,           kSigning,     kSigning,     kOffice, "amendment_updated",   {}},
    {kSignLast,       kSigning,     kSigned,      kOffice, "amendment_signed",    {}},
    {kRecordOriginal, kSigning,     kSigning,     kOffice, "amendment_updated",   {}},
    {kRecordOriginal, kSigned,      kSigned,      kOffice, "amendment_updated",   {}},
    {kPutInForce,     kSigned,      kInForce,     kBoth,   "amended",             kToForce},
    {kWithdraw,       kFixed,       kTerminated,  kOffice, "amendment_withdrawn", {}},
});
// clang-format on
}  // namespace amendment_rows

inline constexpr const auto& kAmendmentWorkflow = amendment_rows::kTable;
static_assert(workflow::Deterministic(kAmendmentWorkflow));
static_assert(workflow::Connected(kAmendmentWorkflow, CotutelleState::kNegotiating));

// The edges of the diagrams, without the moves that stay in a state.
std::vector<workflow::Edge> CotutelleEdges();
std::vector<workflow::Edge> AmendmentEdges();

}  // namespace jointly::theses
