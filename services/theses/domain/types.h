#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/time/civil.h"
#include "common/time/clock.h"
#include "common/workflow/workflow.h"

// The values of a jointly supervised thesis. Ids of the service's own aggregates are bare,
// foreign resources are full names ("people/x", "institutions/uga", "budgets/b").
namespace jointly::theses {

// The numbers are those of the wire.
enum class ThesisState {
  kProposed = 1,
  kApprovedInPrinciple,
  kAgreementPending,
  kActive,
  kSuspended,
  kExtensionRequested,
  kDefencePlanned,
  kAuthorised,
  kDefended,
  kCorrectionsDue,
  kDeposited,
  kDiplomasIssued,
  kClosed,
  kAbandoned,
  kTransferred,
  kAgreementLost,
};

enum class ThesisAction {
  kUpdate,
  kFavour,
  kApprove,  // The second favourable opinion: a caller says "favour".
  kDisfavour,
  kRefuse,
  kOpenAgreement,
  kActivate,
  kSuspend,
  kResume,
  kRequestExtension,
  kExtend,
  kRefuseExtension,
  kPlanDefence,
  kUnplanDefence,
  kReport,
  kAuthorise,
  kDefend,              // Passed as it is.
  kRequireCorrections,  // Passed, with corrections.
  kFail,
  kCorrect,
  kRecord,  // A year's step, a milestone, or a dated step of the defence.
  kDeposit,
  kIssueDiploma,      // The first of the two.
  kIssueLastDiploma,  // A caller issues a diploma; which of the two it is, the thesis knows.
  kClose,
  kAbandon,
  kTransfer,
  kLoseAgreement,
};

// Who acts on a thesis. The office in charge is the doctoral office of the side where the defence
// is held; it is an office as well.
enum class Role { kStudent, kDirector, kOffice, kOfficeInCharge, kService };

enum class FundingState { kNone = 0, kAsked, kReserved, kRefused, kReleased };

// snake_case names as they are stored, shown in allowed_actions and written in events.
std::string_view Name(ThesisState value);
std::string_view Name(ThesisAction value);
std::string_view Name(Role value);
std::string_view Name(FundingState value);  // "", "asked", "reserved", "refused", "released".

std::optional<ThesisState> ParseThesisState(std::string_view name);
std::optional<ThesisAction> ParseThesisAction(std::string_view name);
std::optional<FundingState> ParseFundingState(std::string_view name);

inline constexpr std::array<std::string_view, 3> kAwardModes = {"joint_diploma", "two_diplomas",
                                                                "home_degree_with_note"};
inline constexpr std::array<std::string_view, 6> kYearSteps = {
    "csi_held", "csi_report", "director_opinion", "school_proposal", "enrolled", "proof_received"};
inline constexpr std::array<std::string_view, 6> kMilestones = {"progress_presentation_1",
                                                                "progress_presentation_2",
                                                                "preexamination",
                                                                "thesis_submitted",
                                                                "presentation",
                                                                "training_hours"};
// A Japanese leave of absence is a "kyugaku"; the others are those of arrete 25-05-2016 art. 14.
inline constexpr std::array<std::string_view, 9> kSuspensionBases = {
    "cesure",   "maternity",     "paternity",  "adoption", "parental",
    "sickness", "work_accident", "disability", "kyugaku"};
inline constexpr std::array<std::string_view, 5> kRanks = {"professor", "professor_equivalent",
                                                           "associate", "researcher", "other"};
inline constexpr std::array<std::string_view, 4> kJuryRoles = {"reviewer", "examiner", "president",
                                                               "director"};
inline constexpr std::array<std::string_view, 8> kDefenceSteps = {
    "declared",           "manuscript",         "deposit",
    "final_deposit",      "corrections",        "conferral",
    "abstract_published", "full_text_published"};
inline constexpr std::array<std::string_view, 3> kOutcomes = {"passed", "passed_with_corrections",
                                                              "failed"};

// The yearly cycle of one side. Its number and completeness follow from the side: see years.h.
struct Year {
  std::string academic_year;  // "2026/2027" of the side's own calendar.
  std::optional<Date> csi_held;
  std::optional<Date> csi_report;
  std::optional<Date> director_opinion;
  std::optional<Date> school_proposal;
  std::optional<Date> enrolled;
  std::optional<Date> proof_received;
  friend bool operator==(const Year&, const Year&) = default;
};
// The date of a step of kYearSteps; null for another word.
std::optional<Date>* StepOf(Year& year, std::string_view step);
const std::optional<Date>* StepOf(const Year& year, std::string_view step);

struct Milestone {
  std::string kind;
  std::optional<Date> date;
  std::int64_t value = 0;  // Of "training_hours".
  friend bool operator==(const Milestone&, const Milestone&) = default;
};

struct Side {
  std::string institution;
  std::string school;     // "institutions/uga/units/edcsv".
  std::string programme;  // In its own words.
  std::string director;
  bool in_charge = false;
  std::string opinion;  // "", "favourable", "unfavourable".
  std::optional<Date> opinion_date;
  std::optional<Date> diploma_date;
  std::vector<Year> years;  // By academic year.
  std::vector<Milestone> milestones;
  friend bool operator==(const Side&, const Side&) = default;
};
std::optional<Date> FirstEnrolment(const Side& side);
const Milestone* FindMilestone(const Side& side, std::string_view kind);

struct Suspension {
  std::string basis;
  Date first;
  Date last;  // Included.
  friend bool operator==(const Suspension&, const Suspension&) = default;
};

struct JuryMember {
  std::string id;
  std::string display_name;
  std::string institution_name;
  std::string country_code;
  std::string rank;
  bool hdr = false;
  bool external = false;
  std::vector<std::string> roles;
  bool involved = false;
  std::string gender;
  std::optional<Date> report_date;
  std::string report_opinion;
  friend bool operator==(const JuryMember&, const JuryMember&) = default;
};
bool HasRole(const JuryMember& member, std::string_view role);

struct DefencePlan {
  CivilTime time;
  std::string place;
  std::vector<JuryMember> jury;
  std::optional<Date> declared;
  std::optional<Date> manuscript;
  std::optional<Date> deposit;
  bool deposit_certified = false;
  std::optional<Date> authorised;
  std::optional<Date> held;
  std::string outcome;
  std::vector<std::string> present;  // Ids of the members who sat.
  std::optional<Date> corrections_accepted;
  std::optional<Date> final_deposit;
  std::optional<Date> conferral;
  std::optional<Date> abstract_published;
  std::optional<Date> full_text_published;
};

// An extension that was asked for and is not decided yet.
struct ExtensionRequest {
  Date end_date;
  Date requested;
  std::string reason;
};

struct ThesisFunding {
  FundingState state = FundingState::kNone;
  std::string commitment;  // "budgets/b/commitments/x", once reserved.
  std::string note;        // Why not: a reason code.
  friend bool operator==(const ThesisFunding&, const ThesisFunding&) = default;
};

struct Thesis {
  std::string id;
  std::string title;
  std::string student;
  std::array<Side, 2> sides;
  std::string award_mode;
  bool single_defence = false;
  std::string language_code;
  std::string defence_language_code;
  std::vector<std::string> themes;
  std::string funding_reference;
  bool full_time = true;
  ThesisState state = ThesisState::kProposed;
  std::vector<Suspension> suspensions;
  std::optional<ExtensionRequest> extension_request;
  std::optional<Date> extension_end;
  std::optional<DefencePlan> defence;
  std::string cotutelle;  // Bare id of the one in force, or of the last one.
  ThesisFunding funding;
  std::string theses_fr_number;
  std::string end_reason;
  std::optional<Date> ended;  // Closed, abandoned, transferred or lost.
  std::vector<std::string> open_obligations;
  Time create_time;
  Time update_time;
  std::int64_t revision = 0;
  bool demo = false;
};

Side* FindSide(Thesis& thesis, std::string_view institution);
const Side* FindSide(const Thesis& thesis, std::string_view institution);
const Side& SideInCharge(const Thesis& thesis);
const Side& OtherSide(const Thesis& thesis, const Side& side);
const JuryMember* FindMember(const DefencePlan& plan, std::string_view id);
// The earlier of the two first enrolments.
std::optional<Date> StartDate(const Thesis& thesis);
// The last day of three years (six when not full time) from the start.
std::optional<Date> PlainEnd(const Thesis& thesis);
// Whether the defence took place and was passed.
bool Passed(const Thesis& thesis);
// Nothing more is to happen.
bool Ended(ThesisState state);

// Adds calendar months; the end of the month is clamped.
Date AddMonths(Date date, int months);
// Days from `first` to `last`, both included; 0 when there are none.
int DaysIn(Date first, Date last);

}  // namespace jointly::theses
