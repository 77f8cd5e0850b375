#pragma once

#include <string_view>

#include "common/workflow/workflow.h"
#include "services/theses/domain/facts.h"

// The guards of a thesis's workflow. Each looks at loaded facts only and answers with the values
// that it saw and what to do. Those of French law have their article in the title.
namespace jointly::theses {

using ThesisGuard = workflow::Guard<ThesisFacts>;

namespace check {
workflow::Verdict DateSound(const ThesisFacts& facts);
workflow::Verdict BothFavourable(const ThesisFacts& facts);
workflow::Verdict AgreementInForce(const ThesisFacts& facts);
workflow::Verdict AgreementGone(const ThesisFacts& facts);
workflow::Verdict BothEnrolled(const ThesisFacts& facts);

workflow::Verdict SuspensionSound(const ThesisFacts& facts);
workflow::Verdict SuspensionFree(const ThesisFacts& facts);
workflow::Verdict CesureOnce(const ThesisFacts& facts);
workflow::Verdict ResumesWithin(const ThesisFacts& facts);
workflow::Verdict AskedInTime(const ThesisFacts& facts);
workflow::Verdict EndsLater(const ThesisFacts& facts);
workflow::Verdict OpinionsOnExtension(const ThesisFacts& facts);

workflow::Verdict YearKnown(const ThesisFacts& facts);
workflow::Verdict YearStepsBefore(const ThesisFacts& facts);
workflow::Verdict YearBefore(const ThesisFacts& facts);
workflow::Verdict YearDate(const ThesisFacts& facts);
workflow::Verdict AgreementBeforeSecondYear(const ThesisFacts& facts);
workflow::Verdict StepOfDefence(const ThesisFacts& facts);

workflow::Verdict DefenceFeasible(const ThesisFacts& facts);
workflow::Verdict AgreementCoversDefence(const ThesisFacts& facts);
workflow::Verdict JurySize(const ThesisFacts& facts);
workflow::Verdict JuryExternals(const ThesisFacts& facts);
workflow::Verdict JuryRank(const ThesisFacts& facts);
workflow::Verdict JuryPresident(const ThesisFacts& facts);
workflow::Verdict JuryDirector(const ThesisFacts& facts);
workflow::Verdict JuryReviewers(const ThesisFacts& facts);
workflow::Verdict JuryIndependence(const ThesisFacts& facts);
workflow::Verdict ReviewerKnown(const ThesisFacts& facts);
workflow::Verdict ReportsFavourable(const ThesisFacts& facts);
workflow::Verdict DepositCertified(const ThesisFacts& facts);
workflow::Verdict Preexamined(const ThesisFacts& facts);
workflow::Verdict HeldAsPlanned(const ThesisFacts& facts);
workflow::Verdict Quorum(const ThesisFacts& facts);
workflow::Verdict PresidentSat(const ThesisFacts& facts);

workflow::Verdict DefencePassed(const ThesisFacts& facts);
workflow::Verdict DiplomaOpen(const ThesisFacts& facts);
workflow::Verdict Conferred(const ThesisFacts& facts);
workflow::Verdict ListedInFrance(const ThesisFacts& facts);
workflow::Verdict Published(const ThesisFacts& facts);
}  // namespace check

inline constexpr ThesisGuard kDateSound{"DATE", "The date is possible", &check::DateSound};
inline constexpr ThesisGuard kBothFavourable{"OPINIONS", "Both schools are favourable (art. 11)",
                                             &check::BothFavourable};
inline constexpr ThesisGuard kAgreementInForce{"AGREEMENT_IN_FORCE",
                                               "A cotutelle agreement is in force on that date",
                                               &check::AgreementInForce};
inline constexpr ThesisGuard kAgreementGone{
    "AGREEMENT_GONE", "No cotutelle agreement is in force on that date", &check::AgreementGone};
inline constexpr ThesisGuard kBothEnrolled{
    "ENROLLED", "The first enrolments of both sides are proved", &check::BothEnrolled};

inline constexpr ThesisGuard kSuspensionSound{
    "SUSPENSION", "A legal basis, and a first day before the last", &check::SuspensionSound};
inline constexpr ThesisGuard kSuspensionFree{"SUSPENSION_OVERLAP", "No other suspension overlaps",
                                             &check::SuspensionFree};
inline constexpr ThesisGuard kCesureOnce{
    "CESURE", "Arrete 25-05-2016 art. 14: a cesure once, of at most a year", &check::CesureOnce};
inline constexpr ThesisGuard kResumesWithin{"RESUMES", "It resumes after it was suspended",
                                            &check::ResumesWithin};
inline constexpr ThesisGuard kAskedInTime{"EXTENSION_IN_TIME",
                                          "Arrete 25-05-2016 art. 14: asked for before the end",
                                          &check::AskedInTime};
inline constexpr ThesisGuard kEndsLater{"EXTENSION_LATER", "The new end is later",
                                        &check::EndsLater};
inline constexpr ThesisGuard kOpinionsOnExtension{
    "EXTENSION_OPINIONS",
    "Arrete 25-05-2016 art. 14: after the opinions of the director and of the CSI",
    &check::OpinionsOnExtension};

inline constexpr ThesisGuard kYearKnown{"YEAR", "The academic year is one of the side's calendar",
                                        &check::YearKnown};
inline constexpr ThesisGuard kYearStepsBefore{
    "YEAR_STEP_MISSING", "The steps before it are there (art. 11 and 13)", &check::YearStepsBefore};
inline constexpr ThesisGuard kYearBefore{"YEAR_BEFORE", "The year before it was enrolled",
                                         &check::YearBefore};
inline constexpr ThesisGuard kYearDate{"YEAR_DATE", "The date belongs to the year",
                                       &check::YearDate};
inline constexpr ThesisGuard kAgreementBeforeSecondYear{
    "AGREEMENT_BEFORE_YEAR_2", "The agreement is final before the second enrolment",
    &check::AgreementBeforeSecondYear};
inline constexpr ThesisGuard kStepOfDefence{"DEFENCE_STEP", "The step belongs to this state",
                                            &check::StepOfDefence};

inline constexpr ThesisGuard kDefenceFeasible{
    "DEFENCE_NOT_FEASIBLE", "Both sides' rules allow the day", &check::DefenceFeasible};
inline constexpr ThesisGuard kAgreementCoversDefence{
    "AGREEMENT_COVERS_DEFENCE", "The agreement is in force on the day of the defence",
    &check::AgreementCoversDefence};
inline constexpr ThesisGuard kJurySize{"FR-18.size", "Arrete 25-05-2016 art. 18: 4 to 8 members",
                                       &check::JurySize};
inline constexpr ThesisGuard kJuryExternals{"FR-18.externals",
                                            "Arrete 25-05-2016 art. 18: at least half are external",
                                            &check::JuryExternals};
inline constexpr ThesisGuard kJuryRank{
    "FR-18.rank", "Arrete 25-05-2016 art. 18: at least half are professors or equivalent",
    &check::JuryRank};
inline constexpr ThesisGuard kJuryPresident{"FR-18.president",
                                            "Arrete 25-05-2016 art. 18: the president is of rank A",
                                            &check::JuryPresident};
inline constexpr ThesisGuard kJuryDirector{
    "FR-18.director", "Arrete 25-05-2016 art. 18: the director does not decide",
    &check::JuryDirector};
inline constexpr ThesisGuard kJuryReviewers{
    "FR-17.reviewers", "Arrete 25-05-2016 art. 17: at least two reviewers with an HDR",
    &check::JuryReviewers};
inline constexpr ThesisGuard kJuryIndependence{
    "FR-17.independence", "Arrete 25-05-2016 art. 17: reviewers are external and were not involved",
    &check::JuryIndependence};
inline constexpr ThesisGuard kReviewerKnown{"REVIEWER", "Reports come from the reviewers, once",
                                            &check::ReviewerKnown};
inline constexpr ThesisGuard kReportsFavourable{
    "FR-17.reports", "Arrete 25-05-2016 art. 17: all reports are in, favourable, and in time",
    &check::ReportsFavourable};
inline constexpr ThesisGuard kDepositCertified{
    "FR-24", "Arrete 25-05-2016 art. 24: the deposit is certified", &check::DepositCertified};
inline constexpr ThesisGuard kPreexamined{
    "PREEXAMINATION", "The pre-examination of the Japanese side is passed", &check::Preexamined};
inline constexpr ThesisGuard kHeldAsPlanned{"DEFENCE_DAY", "Held on the authorised day",
                                            &check::HeldAsPlanned};
inline constexpr ThesisGuard kQuorum{"QUORUM", "The jury that sat can decide", &check::Quorum};
inline constexpr ThesisGuard kPresidentSat{
    "PRESIDENT", "Arrete 25-05-2016 art. 18: a president of rank A presided", &check::PresidentSat};

inline constexpr ThesisGuard kDefencePassed{"PASSED", "The thesis was defended",
                                            &check::DefencePassed};
inline constexpr ThesisGuard kDiplomaOpen{"DIPLOMA", "The side has not issued its diploma yet",
                                          &check::DiplomaOpen};
inline constexpr ThesisGuard kConferred{"CONFERRED", "The degree was conferred", &check::Conferred};
inline constexpr ThesisGuard kListedInFrance{
    "THESES_FR", "theses.fr shows the thesis: its number is known", &check::ListedInFrance};
inline constexpr ThesisGuard kPublished{
    "JP-8/9", "Degree Regulations art. 8 and 9: abstract and full text are published",
    &check::Published};

}  // namespace jointly::theses
