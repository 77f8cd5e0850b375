#include "services/mobility/domain/types.h"

#include <algorithm>

#include "common/text/names.h"

namespace jointly::mobility {
namespace {

constexpr Named<CallState> kCallStates[] = {{CallState::kDraft, "draft"},
                                            {CallState::kPublished, "published"},
                                            {CallState::kCancelled, "cancelled"}};

constexpr Named<CallAction> kCallActions[] = {{CallAction::kUpdate, "update"},
                                              {CallAction::kPublish, "publish"},
                                              {CallAction::kCancel, "cancel"}};

constexpr Named<ApplicationState> kApplicationStates[] = {
    {ApplicationState::kDraft, "draft"},
    {ApplicationState::kSubmitted, "submitted"},
    {ApplicationState::kIncomplete, "incomplete"},
    {ApplicationState::kEligible, "eligible"},
    {ApplicationState::kIneligible, "ineligible"},
    {ApplicationState::kRanked, "ranked"},
    {ApplicationState::kOffered, "offered"},
    {ApplicationState::kWaitlisted, "waitlisted"},
    {ApplicationState::kRejected, "rejected"},
    {ApplicationState::kConfirmed, "confirmed"},
    {ApplicationState::kDeclined, "declined"},
    {ApplicationState::kExpired, "expired"},
    {ApplicationState::kAppealed, "appealed"},
    {ApplicationState::kRejectedFinal, "rejected_final"},
    {ApplicationState::kWithdrawn, "withdrawn"},
    {ApplicationState::kNominated, "nominated"},
};

constexpr Named<ApplicationAction> kApplicationActions[] = {
    {ApplicationAction::kUpdate, "update"},
    {ApplicationAction::kSubmit, "submit"},
    {ApplicationAction::kResubmit, "resubmit"},
    {ApplicationAction::kFindEligible, "find_eligible"},
    {ApplicationAction::kFindIneligible, "find_ineligible"},
    {ApplicationAction::kFindIncomplete, "find_incomplete"},
    {ApplicationAction::kScore, "score"},
    {ApplicationAction::kOffer, "offer"},
    {ApplicationAction::kWaitlist, "waitlist"},
    {ApplicationAction::kPromote, "promote"},
    {ApplicationAction::kReject, "reject"},
    {ApplicationAction::kAccept, "accept"},
    {ApplicationAction::kDecline, "decline"},
    {ApplicationAction::kExpire, "expire"},
    {ApplicationAction::kAppeal, "appeal"},
    {ApplicationAction::kGrantToRanked, "grant_appeal_to_ranked"},
    {ApplicationAction::kGrantToEligible, "grant_appeal_to_eligible"},
    {ApplicationAction::kRefuseAppeal, "refuse_appeal"},
    {ApplicationAction::kWithdraw, "withdraw"},
    {ApplicationAction::kNominate, "nominate"},
};

constexpr Named<MobilityState> kMobilityStates[] = {
    {MobilityState::kNominated, "nominated"},
    {MobilityState::kApproved, "approved"},
    {MobilityState::kNominationRejected, "nomination_rejected"},
    {MobilityState::kCancelled, "cancelled"},
};

constexpr Named<MobilityAction> kMobilityActions[] = {
    {MobilityAction::kApprove, "approve"},
    {MobilityAction::kReject, "reject"},
    {MobilityAction::kCorrect, "correct"},
    {MobilityAction::kFund, "fund"},
    {MobilityAction::kRefuseFunding, "refuse_funding"},
    {MobilityAction::kReleaseFunding, "release_funding"},
    {MobilityAction::kRequestFunding, "request_funding"},
    {MobilityAction::kCancel, "cancel"}};

constexpr Named<FundingState> kFundingStates[] = {{FundingState::kNone, "none"},
                                                  {FundingState::kRequested, "requested"},
                                                  {FundingState::kFunded, "funded"},
                                                  {FundingState::kUnfunded, "unfunded"},
                                                  {FundingState::kReleased, "released"}};

constexpr Named<Role> kRoles[] = {{Role::kStudent, "student"},
                                  {Role::kHomeOffice, "home_office"},
                                  {Role::kHostOffice, "host_office"},
                                  {Role::kTimer, "timer"}};

constexpr Named<Term> kTerms[] = {{Term::kUnspecified, "unspecified"},
                                  {Term::kFirst, "first"},
                                  {Term::kSecond, "second"},
                                  {Term::kFullYear, "full_year"}};

constexpr Named<Measure> kMeasures[] = {{Measure::kPersons, "persons"},
                                        {Measure::kSemesters, "semesters"}};

constexpr Named<IscedMatch> kIscedMatches[] = {{IscedMatch::kExact, "exact"},
                                               {IscedMatch::kNarrowField, "narrow_field"},
                                               {IscedMatch::kAny, "any"}};

constexpr Named<Cefr> kCefrLevels[] = {{Cefr::kNone, "none"}, {Cefr::kA1, "A1"}, {Cefr::kA2, "A2"},
                                       {Cefr::kB1, "B1"},     {Cefr::kB2, "B2"}, {Cefr::kC1, "C1"},
                                       {Cefr::kC2, "C2"}};

}  // namespace

std::string_view Name(CallState value) { return NameOf(kCallStates, value); }
std::string_view Name(CallAction value) { return NameOf(kCallActions, value); }
std::string_view Name(ApplicationState value) { return NameOf(kApplicationStates, value); }
std::string_view Name(ApplicationAction value) { return NameOf(kApplicationActions, value); }
std::string_view Name(MobilityState value) { return NameOf(kMobilityStates, value); }
std::string_view Name(MobilityAction value) { return NameOf(kMobilityActions, value); }
std::string_view Name(FundingState value) { return NameOf(kFundingStates, value); }
std::string_view Name(Role value) { return NameOf(kRoles, value); }
std::string_view Name(Term value) { return NameOf(kTerms, value); }
std::string_view Name(Measure value) { return NameOf(kMeasures, value); }
std::string_view Name(IscedMatch value) { return NameOf(kIscedMatches, value); }
std::string_view Name(Cefr value) { return NameOf(kCefrLevels, value); }

std::optional<CallState> ParseCallState(std::string_view name) {
  return ValueOf(kCallStates, name);
}
std::optional<ApplicationState> ParseApplicationState(std::string_view name) {
  return ValueOf(kApplicationStates, name);
}
std::optional<ApplicationAction> ParseApplicationAction(std::string_view name) {
  return ValueOf(kApplicationActions, name);
}
std::optional<MobilityState> ParseMobilityState(std::string_view name) {
  return ValueOf(kMobilityStates, name);
}
std::optional<MobilityAction> ParseMobilityAction(std::string_view name) {
  return ValueOf(kMobilityActions, name);
}
std::optional<FundingState> ParseFundingState(std::string_view name) {
  return ValueOf(kFundingStates, name);
}
std::optional<Role> ParseRole(std::string_view name) { return ValueOf(kRoles, name); }
std::optional<Term> ParseTerm(std::string_view name) { return ValueOf(kTerms, name); }
std::optional<Measure> ParseMeasure(std::string_view name) { return ValueOf(kMeasures, name); }
std::optional<IscedMatch> ParseIscedMatch(std::string_view name) {
  return ValueOf(kIscedMatches, name);
}
std::optional<Cefr> ParseCefr(std::string_view name) { return ValueOf(kCefrLevels, name); }

bool KnownDocumentKind(std::string_view kind) {
  return std::find(std::begin(kDocumentKinds), std::end(kDocumentKinds), kind) !=
         std::end(kDocumentKinds);
}

std::optional<Period> StayPeriod(std::string_view academic_year, unsigned start_month, Term term) {
  const std::optional<Period> year = AcademicYearPeriod(academic_year, start_month);
  if (!year.has_value() || term == Term::kUnspecified || term == Term::kFullYear) return year;
  const Date middle = year->first + std::chrono::months(6);  // The first of a month: always a date.
  if (term == Term::kFirst) return Period{year->first, AddDays(middle, -1)};
  return Period{middle, year->last};
}

bool IsLive(ApplicationState state) {
  switch (state) {
    case ApplicationState::kDeclined:
    case ApplicationState::kExpired:
    case ApplicationState::kRejectedFinal:
    case ApplicationState::kWithdrawn:
      return false;
    default:
      return true;
  }
}

std::string_view WaitingFor(ApplicationState state, std::optional<MobilityState> mobility) {
  switch (state) {
    case ApplicationState::kDraft:
    case ApplicationState::kIncomplete:
    case ApplicationState::kOffered:
      return "student";
    case ApplicationState::kSubmitted:
    case ApplicationState::kEligible:
    case ApplicationState::kRanked:
    case ApplicationState::kConfirmed:
    case ApplicationState::kAppealed:
      return "home_office";
    case ApplicationState::kNominated:
      return mobility.has_value() ? WaitingFor(*mobility) : "host_office";
    default:  // Waitlisted: a place must become free; rejected: an appeal is open, not awaited.
      return "nobody";
  }
}

std::string_view WaitingFor(MobilityState state) {
  switch (state) {
    case MobilityState::kNominated:
      return "host_office";
    case MobilityState::kNominationRejected:
      return "home_office";
    default:
      return "nobody";
  }
}

bool Embargoed(const Application& application, const Call& call, Time now) {
  switch (application.state) {
    case ApplicationState::kOffered:
    case ApplicationState::kWaitlisted:
    case ApplicationState::kRejected: {
      const auto decision = ToInstant(call.decision_time);
      return decision.ok() && now < *decision;
    }
    default:
      return false;
  }
}

ApplicationState StateFor(const Application& application, const Call& call, Role role, Time now) {
  if (role == Role::kStudent && Embargoed(application, call, now)) return ApplicationState::kRanked;
  return application.state;
}

}  // namespace jointly::mobility
