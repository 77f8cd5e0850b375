#include "services/theses/domain/types.h"

#include <algorithm>

#include "common/text/names.h"

namespace jointly::theses {
namespace {

constexpr Named<ThesisState> kStates[] = {
    {ThesisState::kProposed, "proposed"},
    {ThesisState::kApprovedInPrinciple, "approved_in_principle"},
    {ThesisState::kAgreementPending, "agreement_pending"},
    {ThesisState::kActive, "active"},
    {ThesisState::kSuspended, "suspended"},
    {ThesisState::kExtensionRequested, "extension_requested"},
    {ThesisState::kDefencePlanned, "defence_planned"},
    {ThesisState::kAuthorised, "authorised"},
    {ThesisState::kDefended, "defended"},
    {ThesisState::kCorrectionsDue, "corrections_due"},
    {ThesisState::kDeposited, "deposited"},
    {ThesisState::kDiplomasIssued, "diplomas_issued"},
    {ThesisState::kClosed, "closed"},
    {ThesisState::kAbandoned, "abandoned"},
    {ThesisState::kTransferred, "transferred"},
    {ThesisState::kAgreementLost, "agreement_lost"},
};

constexpr Named<ThesisAction> kActions[] = {
    {ThesisAction::kUpdate, "update"},
    {ThesisAction::kFavour, "favour"},
    {ThesisAction::kApprove, "approve"},
    {ThesisAction::kDisfavour, "disfavour"},
    {ThesisAction::kRefuse, "refuse"},
    {ThesisAction::kOpenAgreement, "open_agreement"},
    {ThesisAction::kActivate, "activate"},
    {ThesisAction::kSuspend, "suspend"},
    {ThesisAction::kResume, "resume"},
    {ThesisAction::kRequestExtension, "request_extension"},
    {ThesisAction::kExtend, "extend"},
    {ThesisAction::kRefuseExtension, "refuse_extension"},
    {ThesisAction::kPlanDefence, "plan_defence"},
    {ThesisAction::kUnplanDefence, "unplan_defence"},
    {ThesisAction::kReport, "report"},
    {ThesisAction::kAuthorise, "authorise"},
    {ThesisAction::kDefend, "defend"},
    {ThesisAction::kRequireCorrections, "require_corrections"},
    {ThesisAction::kFail, "fail"},
    {ThesisAction::kCorrect, "correct"},
    {ThesisAction::kRecord, "record"},
    {ThesisAction::kDeposit, "deposit"},
    {ThesisAction::kIssueDiploma, "issue_diploma"},
    {ThesisAction::kIssueLastDiploma, "issue_last_diploma"},
    {ThesisAction::kClose, "close"},
    {ThesisAction::kAbandon, "abandon"},
    {ThesisAction::kTransfer, "transfer"},
    {ThesisAction::kLoseAgreement, "lose_agreement"},
};

constexpr Named<Role> kRoles[] = {{Role::kStudent, "student"},
                                  {Role::kDirector, "director"},
                                  {Role::kOffice, "doctoral_office"},
                                  {Role::kOfficeInCharge, "doctoral_office_in_charge"},
                                  {Role::kService, "service"}};

constexpr Named<FundingState> kFundingStates[] = {{FundingState::kNone, ""},
                                                  {FundingState::kAsked, "asked"},
                                                  {FundingState::kReserved, "reserved"},
                                                  {FundingState::kRefused, "refused"},
                                                  {FundingState::kReleased, "released"}};

constexpr int kMonthsFullTime = 36;
constexpr int kMonthsPartTime = 72;

}  // namespace

std::string_view Name(ThesisState value) { return NameOf(kStates, value); }
std::string_view Name(ThesisAction value) { return NameOf(kActions, value); }
std::string_view Name(Role value) { return NameOf(kRoles, value); }
std::string_view Name(FundingState value) { return NameOf(kFundingStates, value); }

std::optional<ThesisState> ParseThesisState(std::string_view name) {
  return ValueOf(kStates, name);
}
std::optional<ThesisAction> ParseThesisAction(std::string_view name) {
  return ValueOf(kActions, name);
}
std::optional<FundingState> ParseFundingState(std::string_view name) {
  return ValueOf(kFundingStates, name);
}

std::optional<Date>* StepOf(Year& year, std::string_view step) {
  if (step == "csi_held") return &year.csi_held;
  if (step == "csi_report") return &year.csi_report;
  if (step == "director_opinion") return &year.director_opinion;
  if (step == "school_proposal") return &year.school_proposal;
  if (step == "enrolled") return &year.enrolled;
  if (step == "proof_received") return &year.proof_received;
  return nullptr;
}

const std::optional<Date>* StepOf(const Year& year, std::string_view step) {
  return StepOf(const_cast<Year&>(year), step);
}

std::optional<Date> FirstEnrolment(const Side& side) {
  std::optional<Date> first;
  for (const Year& year : side.years) {
    if (year.enrolled.has_value() && (!first.has_value() || *year.enrolled < *first)) {
      first = year.enrolled;
    }
  }
  return first;
}

const Milestone* FindMilestone(const Side& side, std::string_view kind) {
  for (const Milestone& milestone : side.milestones) {
    if (milestone.kind == kind) return &milestone;
  }
  return nullptr;
}

bool HasRole(const JuryMember& member, std::string_view role) {
  return std::find(member.roles.begin(), member.roles.end(), role) != member.roles.end();
}

Side* FindSide(Thesis& thesis, std::string_view institution) {
  for (Side& side : thesis.sides) {
    if (side.institution == institution) return &side;
  }
  return nullptr;
}

const Side* FindSide(const Thesis& thesis, std::string_view institution) {
  return FindSide(const_cast<Thesis&>(thesis), institution);
}

const Side& SideInCharge(const Thesis& thesis) {
  return thesis.sides[1].in_charge ? thesis.sides[1] : thesis.sides[0];
}

const Side& OtherSide(const Thesis& thesis, const Side& side) {
  return side.institution == thesis.sides[0].institution ? thesis.sides[1] : thesis.sides[0];
}

const JuryMember* FindMember(const DefencePlan& plan, std::string_view id) {
  for (const JuryMember& member : plan.jury) {
    if (member.id == id) return &member;
  }
  return nullptr;
}

std::optional<Date> StartDate(const Thesis& thesis) {
  std::optional<Date> start;
  for (const Side& side : thesis.sides) {
    const auto first = FirstEnrolment(side);
    if (first.has_value() && (!start.has_value() || *first < *start)) start = first;
  }
  return start;
}

std::optional<Date> PlainEnd(const Thesis& thesis) {
  const auto start = StartDate(thesis);
  if (!start.has_value()) return std::nullopt;
  return AddDays(AddMonths(*start, thesis.full_time ? kMonthsFullTime : kMonthsPartTime), -1);
}

bool Passed(const Thesis& thesis) {
  return thesis.defence.has_value() && thesis.defence->held.has_value() &&
         (thesis.defence->outcome == "passed" ||
          thesis.defence->outcome == "passed_with_corrections");
}

bool Ended(ThesisState state) {
  switch (state) {
    case ThesisState::kClosed:
    case ThesisState::kAbandoned:
    case ThesisState::kTransferred:
    case ThesisState::kAgreementLost:
      return true;
    default:
      return false;
  }
}

Date AddMonths(Date date, int months) {
  const auto moved = date + std::chrono::months(months);
  return moved.ok() ? moved : Date(moved.year() / moved.month() / std::chrono::last);
}

int DaysIn(Date first, Date last) {
  const auto days = std::chrono::sys_days(last) - std::chrono::sys_days(first);
  return days.count() < 0 ? 0 : static_cast<int>(days.count()) + 1;
}

}  // namespace jointly::theses
