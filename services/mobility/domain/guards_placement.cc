#include <algorithm>
#include <cctype>

#include "services/mobility/domain/guards.h"
#include "services/mobility/domain/text.h"

// G9 to G11 and the time limits: what an offer, an answer, an appeal and a nomination need.
namespace jointly::mobility {

Time OfferStart(const Call& call, Time now) {
  const auto decision = ToInstant(call.decision_time);
  return decision.ok() ? std::max(now, *decision) : now;
}

Time OfferEnd(const Call& call, Time now) {
  return OfferStart(call, now) + std::chrono::hours(call.offer_validity_hours);
}

namespace check {
namespace {

using workflow::Verdict;

// A limit in civil time: whether `now` is still in time (the due second included).
Verdict InTime(const std::optional<CivilTime>& limit, Time now, std::string_view remedy) {
  if (!limit.has_value()) return {false, "no time was set", std::string(remedy)};
  const auto due = ToInstant(*limit);
  const std::string seen = "until " + Text(*limit) + ", now " + Text(now, limit->zone);
  const bool passed = due.ok() && now <= *due;
  return {passed, seen, passed ? "" : std::string(remedy)};
}

bool HoldsPlace(const LinkedApplication& other) {
  switch (other.state) {
    case ApplicationState::kOffered:
    case ApplicationState::kConfirmed:
      return true;
    case ApplicationState::kNominated:
      return other.mobility != MobilityState::kCancelled;
    default:
      return false;
  }
}

bool Undecided(ApplicationState state) {
  switch (state) {
    case ApplicationState::kSubmitted:
    case ApplicationState::kIncomplete:
    case ApplicationState::kEligible:
    case ApplicationState::kRanked:
      return true;
    default:
      return false;
  }
}

Verdict WindowOf(const Call& call, Time now) {
  std::string seen;
  bool passed = true;
  if (call.nomination_open_time.has_value()) {
    const auto open = ToInstant(*call.nomination_open_time);
    passed = open.ok() && now >= *open;
    seen += "from " + Text(*call.nomination_open_time) + " ";
  }
  if (call.nomination_close_time.has_value()) {
    const auto close = ToInstant(*call.nomination_close_time);
    passed = passed && close.ok() && now <= *close;
    seen += "until " + Text(*call.nomination_close_time) + " ";
  }
  if (seen.empty()) return {true, "the host set no window", ""};
  seen += "now " + Text(now, call.close_time.zone);
  return {passed, seen,
          passed ? "" : "Nominate within the window, or agree on another with the host."};
}

bool IsRegion(std::string_view code) {
  return code.size() == 2 && code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z';
}

bool IsIsced(std::string_view code) {
  return code.size() == 4 && std::all_of(code.begin(), code.end(),
                                         [](unsigned char c) { return std::isdigit(c) != 0; });
}

// The European Student Identifier compares without case; it is optional outside EWP.
bool IsStudentIdentifier(std::string_view identifier) {
  constexpr std::string_view kPrefix = "urn:schac:personaluniquecode:int:esi:";
  if (identifier.size() <= kPrefix.size() || identifier.size() > 255) return false;
  return std::equal(kPrefix.begin(), kPrefix.end(), identifier.begin(), [](char a, char b) {
    return a == std::tolower(static_cast<unsigned char>(b));
  });
}

// Names of the fields that are missing or wrong: never their values, which are personal.
void FaultsOf(const Nominee& nominee, std::vector<std::string>& faults) {
  const auto require = [&](bool holds, const char* field) {
    if (!holds) faults.emplace_back(field);
  };
  require(nominee.birth_date.has_value() && nominee.birth_date->ok(), "birth_date");
  require(IsRegion(nominee.nationality), "nationality");
  require(nominee.gender == 0 || nominee.gender == 1 || nominee.gender == 2 || nominee.gender == 9,
          "gender");
  const auto at = nominee.email.find('@');
  require(at != std::string::npos && at > 0 && at + 1 < nominee.email.size(), "email");
  require(!nominee.given_name.empty(), "given_name");
  require(!nominee.family_name.empty(), "family_name");
  require(nominee.european_student_identifier.empty() ||
              IsStudentIdentifier(nominee.european_student_identifier),
          "european_student_identifier");
}

Verdict CompletenessOf(const std::optional<Nominee>& nominee, std::string_view isced_code,
                       int eqf_level, bool agreement_known) {
  std::vector<std::string> faults;
  if (nominee.has_value()) FaultsOf(*nominee, faults);
  if (!IsIsced(isced_code)) faults.emplace_back("isced_code");
  if (eqf_level < 1 || eqf_level > 8) faults.emplace_back("eqf_level");
  if (!agreement_known) faults.emplace_back("agreement");
  if (faults.empty()) {
    return {true,
            nominee.has_value() ? "all fields are given"
                                : "the nominee's fields come with the nomination",
            ""};
  }
  return {false, "missing or wrong: " + Join(faults, ", "), "Give or correct these fields."};
}

}  // namespace

Verdict CompletionTime(const ApplicationFacts& facts) {
  return InTime(facts.application.complete_until, facts.now, "Ask the home office for more time.");
}

Verdict CompletionTimeOver(const ApplicationFacts& facts) {
  const Verdict in_time = InTime(facts.application.complete_until, facts.now, "");
  const bool over = !in_time.passed;
  return {over, in_time.evidence, over ? "" : "Wait until the student's time is over."};
}

Verdict PlaceFree(const ApplicationFacts& facts) {
  const std::optional<Choice> choice = EffectiveChoice(facts);
  if (!choice.has_value()) return {false, "no destination is chosen", "Name one."};
  const AgreementCondition* condition = FindCondition(facts, choice->condition);
  const Quota* opened = FindQuota(facts, *choice);
  if (condition == nullptr && opened == nullptr) {
    return {false, Text(*choice) + ": not known here", "Wait until the agreement has arrived."};
  }
  const Quota quota =
      opened != nullptr ? *opened : OpenQuota(*condition, facts.call.academic_year, "");
  const int needed = PlacesTaken(quota.measure, choice->term);
  const std::string seen = Text(*choice) + " takes " + std::to_string(needed) + "; free " +
                           std::to_string(quota.free()) + " = " + std::to_string(quota.capacity()) +
                           " places - " + std::to_string(quota.held) + " held - " +
                           std::to_string(quota.confirmed) + " confirmed";
  const bool passed = quota.free() >= needed;
  return {passed, seen,
          passed ? "" : "Put the application on the waiting list, or add places to the quota."};
}

Verdict OneLiveOffer(const ApplicationFacts& facts) {
  std::vector<std::string> faults;
  std::string remedy = "Wait for the student's answer there.";
  for (const LinkedApplication& other : facts.linked) {
    if (other.application == facts.application.id) continue;
    const std::string label = "applications/" + other.application + " in calls/" + other.call;
    if (HoldsPlace(other)) {
      faults.push_back(label + " is " + std::string(Name(other.state)));
    } else if (other.call_priority < facts.call.priority && Undecided(other.state)) {
      faults.push_back(label + " goes first (priority " + std::to_string(other.call_priority) +
                       " before " + std::to_string(facts.call.priority) + ") and is " +
                       std::string(Name(other.state)));
      remedy = "Decide the call of the smaller priority number first.";
    }
  }
  if (faults.empty()) return {true, "no live offer in a linked call", ""};
  return {false, Join(faults, "; "), remedy};
}

Verdict CallPublished(const ApplicationFacts& facts) {
  const bool published = facts.call.state == CallState::kPublished;
  return {published, "the call is " + std::string(Name(facts.call.state)),
          published ? "" : "Tell the student of another call."};
}

// Accepting and expiring never both pass: at the due instant the offer is over.
Verdict OfferStands(const ApplicationFacts& facts) {
  const auto& offer = facts.application.offer;
  if (!offer.has_value()) return {false, "no offer was made", "Wait for an offer."};
  const std::string& zone = facts.call.close_time.zone;
  const bool stands = facts.now < offer->expire_time;
  return {stands, "expires " + Text(offer->expire_time, zone) + ", now " + Text(facts.now, zone),
          stands ? "" : "Ask the home office for a new offer."};
}

Verdict OfferOver(const ApplicationFacts& facts) {
  const Verdict stands = OfferStands(facts);
  return {!stands.passed, stands.evidence, stands.passed ? "Wait until the offer expires." : ""};
}

Verdict AppealTime(const ApplicationFacts& facts) {
  return InTime(facts.application.appeal_until, facts.now,
                "The decision is final; ask the home office about another call.");
}

Verdict RejectionAppealed(const ApplicationFacts& facts) {
  const bool passed = facts.application.appealed == ApplicationState::kRejected;
  return {passed, passed ? "a rejection was appealed" : "an ineligibility was appealed",
          passed ? "" : "Grant the appeal back to eligible."};
}

Verdict IneligibilityAppealed(const ApplicationFacts& facts) {
  const bool passed = facts.application.appealed == ApplicationState::kIneligible;
  return {passed, passed ? "an ineligibility was appealed" : "a rejection was appealed",
          passed ? "" : "Grant the appeal back to ranked."};
}

Verdict NoLiveMobility(const ApplicationFacts& facts) {
  const bool live = facts.application.state == ApplicationState::kNominated &&
                    facts.mobility != MobilityState::kCancelled;
  if (!live) return {true, "no live mobility exists", ""};
  return {false,
          "mobilities/" + facts.application.mobility + " is " +
              (facts.mobility.has_value() ? std::string(Name(*facts.mobility)) : "live"),
          "Ask the home office to cancel the mobility first."};
}

Verdict NominationWindow(const ApplicationFacts& facts) { return WindowOf(facts.call, facts.now); }

Verdict NomineeComplete(const ApplicationFacts& facts) {
  const StudyProfile& profile = facts.application.profile;
  const bool known = facts.application.offer.has_value() &&
                     FindCondition(facts, facts.application.offer->choice.condition) != nullptr;
  return CompletenessOf(facts.input.nominee, profile.isced_code, profile.eqf_level, known);
}

Verdict FundingRefused(const MobilityFacts& facts) {
  const bool refused = facts.mobility.funding.state == FundingState::kUnfunded;
  return {refused, "the funding is " + std::string(Name(facts.mobility.funding.state)),
          refused ? "" : "Only a grant that the budget refused is asked for again."};
}

Verdict CorrectionWindow(const MobilityFacts& facts) { return WindowOf(facts.call, facts.now); }

Verdict CorrectedNomineeComplete(const MobilityFacts& facts) {
  const MobilityCase& mobility = facts.mobility;
  return CompletenessOf(facts.input.nominee.has_value() ? facts.input.nominee : mobility.nominee,
                        mobility.isced_code, mobility.eqf_level, !mobility.agreement.empty());
}

}  // namespace check
}  // namespace jointly::mobility
