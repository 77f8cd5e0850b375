#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/mobility/domain/quota.h"
#include "services/mobility/domain/types.h"

// What decisions look at, loaded beforehand: guards read these and nothing else.
namespace jointly::mobility {

// Another application of the same student, in a call of the same linked group.
struct LinkedApplication {
  std::string application;
  std::string call;
  int call_priority = 0;
  ApplicationState state = ApplicationState::kDraft;
  std::optional<MobilityState> mobility;  // Of a nominated one.
};

// What a command brings along. Absent parts are left as they are.
struct ApplicationInput {
  // update.
  std::optional<std::vector<Choice>> choices;
  std::optional<StudyProfile> profile;
  std::optional<std::vector<Document>> documents;
  // find_ineligible, find_incomplete, reject, grant and refuse: the office's reasons as texts.
  std::vector<std::string> reasons;
  std::string note;                         // To the student.
  std::optional<CivilTime> complete_until;  // find_incomplete.
  std::optional<double> score;              // score: 0-100.
  std::optional<Choice> choice;             // offer, waitlist; unset: see EffectiveChoice.
  std::string appeal_grounds;               // appeal.
  // nominate.
  std::optional<Nominee> nominee;
  std::string mobility_id;
  std::string proposal_id;
  std::optional<Date> planned_start;  // Both, where the call names a funding.
  std::optional<Date> planned_end;
};

struct ApplicationFacts {
  Application application;  // Before.
  Call call;
  Time now;
  // Of the choices, as far as the replica knows them.
  std::vector<AgreementCondition> conditions;
  // Ledgers of the choices for the call's academic year, as far as they were opened.
  std::vector<Quota> quotas;
  std::vector<LinkedApplication> linked;
  std::optional<MobilityState> mobility;  // Of this application's mobility.
  std::int64_t last_waitlist_ticket = 0;  // Of the quota that a waitlist command names.
  ApplicationInput input;
};

const AgreementCondition* FindCondition(const ApplicationFacts& facts, std::string_view name);
// The ledger on which a choice counts; null when none was opened yet.
const Quota* FindQuota(const ApplicationFacts& facts, const Choice& choice);
// The choice that an offer is about: the command's, else the one it waits for, else the first.
std::optional<Choice> EffectiveChoice(const ApplicationFacts& facts);

struct MobilityInput {
  std::string proposal_id;            // approve, reject: the one that the host read.
  std::string comment;                // reject.
  std::string reason;                 // cancel.
  std::optional<Nominee> nominee;     // correct; unset: the one stored.
  std::string new_proposal_id;        // correct.
  std::optional<Date> planned_start;  // correct; unset: as they are.
  std::optional<Date> planned_end;
  Funding funding;  // fund, refuse_funding, release_funding: the budget's answer.
};

struct MobilityFacts {
  MobilityCase mobility;  // Before, with the nominee where the move needs it.
  Call call;
  Time now;
  std::optional<AgreementCondition> condition;
  MobilityInput input;
};

struct CallFacts {
  Call call;  // Before; for an update the text before the change.
  Time now;
  bool agreement_known = false;
  bool agreement_effective = false;
  bool sends_students = false;   // A condition of the agreement sends from the home institution.
  bool decisions_exist = false;  // An application was offered a place, waitlisted or rejected.
  bool live_mobilities_exist = false;
  std::string cancel_reason;
  std::optional<Call> updated;  // The text after an update.
};

}  // namespace jointly::mobility
