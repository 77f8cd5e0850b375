#pragma once

#include <optional>
#include <string>

#include "common/workflow/workflow.h"
#include "services/mobility/domain/facts.h"

// The guards of the workflows. Each looks at loaded facts only and answers with the values that it
// saw and what to do. G numbers are those of the mobility rules; the others have a plain name.
// Eligibility guards (G2-G7) must hold for every choice, so that any offer made later is a good
// one.
namespace jointly::mobility {

using ApplicationGuard = workflow::Guard<ApplicationFacts>;
using MobilityGuard = workflow::Guard<MobilityFacts>;
using CallGuard = workflow::Guard<CallFacts>;

namespace check {
workflow::Verdict CallOpen(const ApplicationFacts& facts);
workflow::Verdict Documents(const ApplicationFacts& facts);
workflow::Verdict Choices(const ApplicationFacts& facts);
workflow::Verdict CompletionTime(const ApplicationFacts& facts);
workflow::Verdict CompletionTimeOver(const ApplicationFacts& facts);
workflow::Verdict AgreementCovers(const ApplicationFacts& facts);
workflow::Verdict OfferedAgreementCovers(const ApplicationFacts& facts);
workflow::Verdict EqfLevel(const ApplicationFacts& facts);
workflow::Verdict Field(const ApplicationFacts& facts);
workflow::Verdict Language(const ApplicationFacts& facts);
workflow::Verdict Grade(const ApplicationFacts& facts);
workflow::Verdict Months(const ApplicationFacts& facts);
workflow::Verdict Enrolled(const ApplicationFacts& facts);
workflow::Verdict PlaceFree(const ApplicationFacts& facts);
workflow::Verdict OneLiveOffer(const ApplicationFacts& facts);
workflow::Verdict CallPublished(const ApplicationFacts& facts);
workflow::Verdict OfferStands(const ApplicationFacts& facts);
workflow::Verdict OfferOver(const ApplicationFacts& facts);
workflow::Verdict AppealTime(const ApplicationFacts& facts);
workflow::Verdict RejectionAppealed(const ApplicationFacts& facts);
workflow::Verdict IneligibilityAppealed(const ApplicationFacts& facts);
workflow::Verdict NoLiveMobility(const ApplicationFacts& facts);
workflow::Verdict NominationWindow(const ApplicationFacts& facts);
workflow::Verdict NomineeComplete(const ApplicationFacts& facts);

workflow::Verdict ProposalCurrent(const MobilityFacts& facts);
workflow::Verdict FundingRefused(const MobilityFacts& facts);
workflow::Verdict CorrectionWindow(const MobilityFacts& facts);
workflow::Verdict CorrectedNomineeComplete(const MobilityFacts& facts);

workflow::Verdict AgreementInEffect(const CallFacts& facts);
workflow::Verdict CloseAhead(const CallFacts& facts);
workflow::Verdict DecisionMovable(const CallFacts& facts);
workflow::Verdict NoLiveMobilities(const CallFacts& facts);
}  // namespace check

inline constexpr ApplicationGuard kCallOpen{"G1", "The call is open", &check::CallOpen};
inline constexpr ApplicationGuard kDocuments{"G1", "All required documents are there",
                                             &check::Documents};
inline constexpr ApplicationGuard kChoices{
    "G1", "The choices are destinations of the call, in the allowed number", &check::Choices};
inline constexpr ApplicationGuard kCompletionTime{
    "COMPLETION_TIME", "The time given to complete the application is not over",
    &check::CompletionTime};
inline constexpr ApplicationGuard kCompletionTimeOver{
    "COMPLETION_TIME_OVER", "The student's time to complete the application is over",
    &check::CompletionTimeOver};
inline constexpr ApplicationGuard kAgreementCovers{
    "G2", "The agreement is in effect for the whole stay", &check::AgreementCovers};
inline constexpr ApplicationGuard kOfferedAgreementCovers{
    "G2", "The agreement is in effect for the whole stay", &check::OfferedAgreementCovers};
inline constexpr ApplicationGuard kEqfLevel{"G3", "The level of study is one of the agreement's",
                                            &check::EqfLevel};
inline constexpr ApplicationGuard kField{"G4", "The field of study is one of the agreement's",
                                         &check::Field};
inline constexpr ApplicationGuard kLanguage{"G5", "Language level reaches what the agreement asks",
                                            &check::Language};
inline constexpr ApplicationGuard kGrade{"G6", "The average grade reaches what the agreement asks",
                                         &check::Grade};
inline constexpr ApplicationGuard kMonths{"G7", "Months abroad stay within the limits",
                                          &check::Months};
inline constexpr ApplicationGuard kEnrolled{
    "G8", "Enrolled at the home institution through the whole stay", &check::Enrolled};
inline constexpr ApplicationGuard kPlaceFree{"G9", "A place is free", &check::PlaceFree};
inline constexpr ApplicationGuard kOneLiveOffer{"G10", "No other live offer in linked calls",
                                                &check::OneLiveOffer};
inline constexpr ApplicationGuard kCallPublished{"CALL_PUBLISHED", "The call is not cancelled",
                                                 &check::CallPublished};
inline constexpr ApplicationGuard kOfferStands{"OFFER_STANDS", "The offer has not expired",
                                               &check::OfferStands};
inline constexpr ApplicationGuard kOfferOver{"OFFER_OVER", "The offer's time is over",
                                             &check::OfferOver};
inline constexpr ApplicationGuard kAppealTime{"APPEAL_TIME", "The time to appeal is not over",
                                              &check::AppealTime};
inline constexpr ApplicationGuard kRejectionAppealed{
    "REJECTION_APPEALED", "The decision under appeal is a rejection", &check::RejectionAppealed};
inline constexpr ApplicationGuard kIneligibilityAppealed{
    "INELIGIBILITY_APPEALED", "The decision under appeal is an ineligibility",
    &check::IneligibilityAppealed};
inline constexpr ApplicationGuard kNoLiveMobility{"NO_LIVE_MOBILITY", "No live mobility exists",
                                                  &check::NoLiveMobility};
inline constexpr ApplicationGuard kNominationWindow{"G11", "The host's nomination window is open",
                                                    &check::NominationWindow};
inline constexpr ApplicationGuard kNomineeComplete{
    "G11", "The nomination says all that the host must know", &check::NomineeComplete};

inline constexpr MobilityGuard kProposalCurrent{"G12", "The proposal is the current one",
                                                &check::ProposalCurrent};
inline constexpr MobilityGuard kFundingRefused{"FUNDING_REFUSED", "The budget refused the grant",
                                               &check::FundingRefused};
inline constexpr MobilityGuard kCorrectionWindow{"G11", "The host's nomination window is open",
                                                 &check::CorrectionWindow};
inline constexpr MobilityGuard kCorrectedNomineeComplete{
    "G11", "The nomination says all that the host must know", &check::CorrectedNomineeComplete};

inline constexpr CallGuard kAgreementInEffect{
    "AGREEMENT_IN_EFFECT", "The agreement is in effect and sends students from here",
    &check::AgreementInEffect};
inline constexpr CallGuard kCloseAhead{"CLOSE_AHEAD", "The closing time is still ahead",
                                       &check::CloseAhead};
inline constexpr CallGuard kDecisionMovable{
    "DECISION_MOVABLE", "Published dates move to later only, the decision before any is made",
    &check::DecisionMovable};
inline constexpr CallGuard kNoLiveMobilities{
    "NO_LIVE_MOBILITIES", "No live mobility came of the call", &check::NoLiveMobilities};

// The CEFR level that a certificate stands for; kNone when it stands for none. `accept_bare` takes
// a JLPT result from before its CEFR indication (December 2025).
struct LanguageLevel {
  Cefr level = Cefr::kNone;
  std::string why;  // "JLPT N1 141 = B2", "JLPT N1 150: not every section passed".
};
LanguageLevel LevelOf(const LanguageEvidence& evidence, bool accept_bare);

// The grade on the scale of 0-20 on which agreements state theirs; nothing without a sound scale.
std::optional<double> GradeOfTwenty(double grade, double scale_maximum);

// When the offer made now expires: its validity counts from when the student may see it.
Time OfferStart(const Call& call, Time now);
Time OfferEnd(const Call& call, Time now);

}  // namespace jointly::mobility
