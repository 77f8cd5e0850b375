#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error/error.h"
#include "common/time/civil.h"
#include "common/time/clock.h"
#include "common/workflow/workflow.h"

// The values of the mobility service. Ids of the service's own aggregates are bare ("01890..."),
// foreign resources are full names ("people/x", "agreements/a", "institutions/uga").
namespace jointly::mobility {

enum class CallState { kDraft = 1, kPublished, kCancelled };
enum class CallAction { kUpdate, kPublish, kCancel };

enum class ApplicationState {
  kDraft = 1,
  kSubmitted,
  kIncomplete,
  kEligible,
  kIneligible,
  kRanked,
  kOffered,
  kWaitlisted,
  kRejected,
  kConfirmed,
  kDeclined,
  kExpired,
  kAppealed,
  kRejectedFinal,
  kWithdrawn,
  kNominated,
};

enum class ApplicationAction {
  kUpdate,
  kSubmit,
  kResubmit,
  kFindEligible,
  kFindIneligible,
  kFindIncomplete,
  kScore,
  kOffer,
  kWaitlist,
  kPromote,
  kReject,
  kAccept,
  kDecline,
  kExpire,
  kAppeal,
  kGrantToRanked,
  kGrantToEligible,
  kRefuseAppeal,
  kWithdraw,
  kNominate,
};

enum class MobilityState { kNominated = 1, kApproved, kNominationRejected, kCancelled };
enum class MobilityAction {
  kApprove,
  kReject,
  kCorrect,
  kFund,
  kRefuseFunding,
  kReleaseFunding,
  kRequestFunding,
  kCancel
};

enum class FundingState { kNone = 0, kRequested, kFunded, kUnfunded, kReleased };

// Who acts on a case. Home and host office are relations of the case to an international office;
// the timer is the service itself (expiry, promotion of the waiting list).
enum class Role { kStudent, kHomeOffice, kHostOffice, kTimer };

enum class Term { kUnspecified = 0, kFirst = 1, kSecond = 2, kFullYear = 3 };
enum class Measure { kPersons = 1, kSemesters = 2 };
enum class IscedMatch { kExact = 1, kNarrowField = 2, kAny = 3 };
enum class Cefr { kNone = 0, kA1, kA2, kB1, kB2, kC1, kC2 };

// snake_case names as they are stored, shown in allowed_actions and written in events.
std::string_view Name(CallState value);
std::string_view Name(CallAction value);
std::string_view Name(ApplicationState value);
std::string_view Name(ApplicationAction value);
std::string_view Name(MobilityState value);
std::string_view Name(MobilityAction value);
std::string_view Name(FundingState value);
std::string_view Name(Role value);
std::string_view Name(Term value);        // "unspecified", "first", "second", "full_year".
std::string_view Name(Measure value);     // "persons", "semesters".
std::string_view Name(IscedMatch value);  // "exact", "narrow_field", "any".
std::string_view Name(Cefr value);        // "none", "A1" to "C2".

std::optional<CallState> ParseCallState(std::string_view name);
std::optional<ApplicationState> ParseApplicationState(std::string_view name);
std::optional<ApplicationAction> ParseApplicationAction(std::string_view name);
std::optional<MobilityState> ParseMobilityState(std::string_view name);
std::optional<MobilityAction> ParseMobilityAction(std::string_view name);
std::optional<FundingState> ParseFundingState(std::string_view name);
std::optional<Role> ParseRole(std::string_view name);
std::optional<Term> ParseTerm(std::string_view name);
std::optional<Measure> ParseMeasure(std::string_view name);
std::optional<IscedMatch> ParseIscedMatch(std::string_view name);
std::optional<Cefr> ParseCefr(std::string_view name);

// Kinds of documents that a call may require.
inline constexpr std::string_view kDocumentKinds[] = {"transcript",
                                                      "passport",
                                                      "language_certificate",
                                                      "motivation_letter",
                                                      "photo",
                                                      "enrolment_certificate",
                                                      "other"};
bool KnownDocumentKind(std::string_view kind);

struct Call {
  std::string id;
  std::string display_name;
  std::string home_institution;  // "institutions/uga"; immutable.
  std::string agreement;         // "agreements/a".
  std::string academic_year;     // Of the receiving side.
  CivilTime open_time;
  CivilTime close_time;
  CivilTime decision_time;  // What the allocation decided is hidden from students before it.
  int minimum_choices = 1;
  int maximum_choices = 5;
  std::vector<std::string> required_documents;
  int offer_validity_hours = 168;
  int appeal_working_days = 10;
  int priority = 0;          // Among linked calls the lower number goes first.
  std::string linked_group;  // Empty: linked with no other call.
  std::optional<CivilTime> nomination_open_time;
  std::optional<CivilTime> nomination_close_time;
  std::string funding_reference;  // What pays its stays; empty: nobody here.
  CallState state = CallState::kDraft;
  std::string cancel_reason;
  Time create_time;
  Time update_time;
  std::int64_t revision = 0;
  bool demo = false;
};

struct Choice {
  std::string condition;  // "agreements/a/conditions/c".
  Term term = Term::kUnspecified;
  friend bool operator==(const Choice&, const Choice&) = default;
};

struct LanguageEvidence {
  std::string language_code;
  std::string test;   // "CEFR", "JLPT".
  std::string level;  // "B2", "N2".
  int total = 0;      // JLPT total score.
  bool all_sections_passed = false;
  std::optional<Date> test_date;
  std::optional<Date> expire_date;  // Unset: does not expire.
};

struct StudyProfile {
  std::string home_unit;
  std::string isced_code;
  int eqf_level = 0;
  double grade = 0;
  double grade_scale_maximum = 0;
  int completed_ects = 0;
  int pending_ects = 0;
  int enrolled_ects = 0;
  std::vector<LanguageEvidence> languages;
  int prior_mobility_months = 0;
  int planned_months = 0;
  bool enrolled = false;
};

struct Document {
  std::string id;
  std::string kind;
  std::string file_name;  // Personal.
  std::string media_type;
  std::int64_t size_bytes = 0;
  std::string sha256;
  Time create_time;
};

struct Offer {
  Choice choice;
  std::string quota;  // Bare id.
  int places = 1;     // What it takes of the quota: 2 for a full year counted in semesters.
  // From when it stands. Later than the command while the call's decision time is ahead: whoever
  // tells the student waits for it.
  Time offer_time;
  Time expire_time;
  std::optional<Time> answer_time;  // Accepted or declined.
};

struct Application {
  std::string id;
  std::string call;              // Bare id.
  std::string student;           // "people/x".
  std::string home_institution;  // "institutions/uga".
  std::vector<Choice> choices;
  StudyProfile profile;
  std::vector<Document> documents;
  ApplicationState state = ApplicationState::kDraft;
  std::optional<double> score;
  // On the waiting list of one quota: a ticket that only grows per quota. The position that people
  // see is the number of smaller tickets waiting there plus one, so nobody is renumbered.
  std::int64_t waitlist_ticket = 0;
  std::optional<Choice> waitlist_choice;
  std::string waitlist_quota;  // Bare id.
  std::optional<Offer> offer;  // The last one, kept after its end.
  std::vector<workflow::Finding> reasons;
  std::string decision_note;                 // The office's words to the student.
  std::string appeal_grounds;                // The student's words to the office.
  std::optional<Time> decision_time;         // From when the student may know the decision.
  std::optional<CivilTime> complete_until;   // While incomplete and afterwards.
  std::optional<CivilTime> appeal_until;     // Since a rejection or ineligibility.
  std::optional<ApplicationState> appealed;  // The decision under appeal.
  std::string mobility;                      // Bare id, once nominated.
  Time create_time;
  std::optional<Time> submit_time;  // The first submission: it breaks ties.
  Time update_time;
  std::int64_t revision = 0;
  bool demo = false;
};

// What a host needs to know of a nominee. All of it is personal.
struct Nominee {
  std::optional<Date> birth_date;
  std::string nationality;  // ISO 3166-1 alpha-2.
  int gender = -1;          // ISO 5218: 0, 1, 2, 9; -1: not given.
  std::string email;
  std::string european_student_identifier;  // Optional outside EWP.
  std::string given_name;
  std::string family_name;
};

// Whether a stay has its grant: the budget's answer to an approved nomination.
struct Funding {
  FundingState state = FundingState::kNone;
  std::string reference;   // The call's, when the host approved.
  std::string commitment;  // "budgets/b/commitments/c".
  std::string amount;      // "2100.00"
  std::string currency_code;
  // Of a refusal: the budget's reason, what was wrong and what to do, and its figures.
  std::string reason;
  std::string message;
  Facts facts;
  int request_number = 0;  // How often the budget was asked; of an answer: which it answers.
};

struct MobilityCase {
  std::string id;
  std::string application;  // Bare id.
  std::string student;
  std::string sending_institution;
  std::string receiving_institution;
  std::string agreement;
  std::string condition;
  std::string quota;  // Bare id.
  int places = 1;
  Term term = Term::kUnspecified;
  std::string sending_academic_year;
  std::string receiving_academic_year;
  std::string isced_code;
  int eqf_level = 0;
  MobilityState state = MobilityState::kNominated;
  std::string proposal_id;
  std::optional<Nominee> nominee;  // As loaded for the offices; stored encrypted.
  std::string host_comment;
  std::string cancel_reason;
  std::optional<Date> planned_start;
  std::optional<Date> planned_end;  // The last day.
  Funding funding;
  Time create_time;
  Time update_time;
  std::int64_t revision = 0;
  bool demo = false;
};

struct LanguageRequirement {
  std::string language_code;
  Cefr level = Cefr::kNone;
  int alternative_group = 0;  // 0: required by itself; else one of the group is enough.
};

// The replica of one condition with what its agreement and its two institutions say about it.
struct AgreementCondition {
  std::string name;       // "agreements/a/conditions/c".
  std::string agreement;  // "agreements/a".
  bool agreement_effective = false;
  Date agreement_start{};
  std::optional<Date> agreement_end;  // The earlier of the end and the termination; unset: open.
  std::string sending_institution;
  std::string receiving_institution;
  std::string sending_unit;
  std::string receiving_unit;
  std::string first_academic_year;
  std::string last_academic_year;
  int places_per_year = 0;
  Measure measure = Measure::kPersons;
  Term term = Term::kUnspecified;        // kUnspecified: the student chooses.
  std::vector<int> eqf_levels;           // Empty: any.
  std::vector<std::string> isced_codes;  // Empty: any.
  IscedMatch isced_match = IscedMatch::kExact;
  std::vector<LanguageRequirement> languages;
  double minimum_grade = 0;                 // On a scale of 0-20; 0: none.
  int maximum_months = 0;                   // 0: 12.
  bool accepts_bare_jlpt = false;           // Takes a JLPT level that carries no CEFR indication.
  unsigned sending_year_start_month = 9;    // 1-12.
  unsigned receiving_year_start_month = 9;  // 1-12.
};

// The stay that a term of the receiving institution's academic year means: its first six months,
// its last six, or all of it. Nothing when the year's text is not one.
std::optional<Period> StayPeriod(std::string_view academic_year, unsigned start_month, Term term);

// Whether a student who has one may not open another application in the same call.
bool IsLive(ApplicationState state);

// Whose turn it is: "student", "home_office", "host_office" or "nobody". `mobility` is the state of
// the application's mobility, when there is one.
std::string_view WaitingFor(ApplicationState state, std::optional<MobilityState> mobility);
std::string_view WaitingFor(MobilityState state);

// The instant before which the student does not see what the allocation decided.
bool Embargoed(const Application& application, const Call& call, Time now);
// The state as `role` may see it: an embargoed offer, waiting place or rejection looks "ranked" to
// the student. Whoever answers a student hides offer, waiting list, reasons and note with it.
ApplicationState StateFor(const Application& application, const Call& call, Role role, Time now);

}  // namespace jointly::mobility
