#include "services/mobility/domain/guards.h"
#include "services/mobility/domain/text.h"

// The guards of mobilities and calls.
namespace jointly::mobility::check {
namespace {

using workflow::Verdict;

bool Same(const CivilTime& a, const CivilTime& b) {
  return a.date == b.date && a.clock == b.clock && a.zone == b.zone;
}

bool Same(const std::optional<CivilTime>& a, const std::optional<CivilTime>& b) {
  return a.has_value() == b.has_value() && (!a.has_value() || Same(*a, *b));
}

// Fields of a published call that never change, by name.
std::vector<std::string> ChangedTerms(const Call& before, const Call& after) {
  std::vector<std::string> changed;
  const auto compare = [&](bool same, const char* field) {
    if (!same) changed.emplace_back(field);
  };
  compare(before.display_name == after.display_name, "display_name");
  compare(before.home_institution == after.home_institution, "home_institution");
  compare(before.agreement == after.agreement, "agreement");
  compare(before.academic_year == after.academic_year, "academic_year");
  compare(Same(before.open_time, after.open_time), "open_time");
  compare(before.minimum_choices == after.minimum_choices, "minimum_choices");
  compare(before.maximum_choices == after.maximum_choices, "maximum_choices");
  compare(before.required_documents == after.required_documents, "required_documents");
  compare(before.offer_validity_hours == after.offer_validity_hours, "offer_validity_hours");
  compare(before.appeal_working_days == after.appeal_working_days, "appeal_working_days");
  compare(before.priority == after.priority, "priority");
  compare(before.linked_group == after.linked_group, "linked_group");
  compare(Same(before.nomination_open_time, after.nomination_open_time), "nomination_open_time");
  compare(Same(before.nomination_close_time, after.nomination_close_time), "nomination_close_time");
  compare(before.funding_reference == after.funding_reference, "funding_reference");
  return changed;
}

// Whether `after` is `before` or later; false as well when a zone is unknown.
bool NotEarlier(const CivilTime& before, const CivilTime& after) {
  const auto old_time = ToInstant(before);
  const auto new_time = ToInstant(after);
  return old_time.ok() && new_time.ok() && *new_time >= *old_time;
}

}  // namespace

Verdict ProposalCurrent(const MobilityFacts& facts) {
  const std::string& current = facts.mobility.proposal_id;
  if (facts.input.proposal_id.empty()) return {true, "the current proposal is " + current, ""};
  const bool same = facts.input.proposal_id == current;
  return {same, "given " + facts.input.proposal_id + ", current " + current,
          same ? "" : "Read the corrected nomination and decide on its proposal."};
}

Verdict AgreementInEffect(const CallFacts& facts) {
  if (!facts.agreement_known) {
    return {false, facts.call.agreement + " is not known here",
            "Wait until the agreement has arrived, or correct its name."};
  }
  if (!facts.agreement_effective) {
    return {false, facts.call.agreement + " is not in effect", "Have the agreement approved."};
  }
  if (!facts.sends_students) {
    return {false,
            facts.call.agreement + " has no condition that sends from " +
                facts.call.home_institution + " in " + facts.call.academic_year,
            "Choose another agreement or academic year."};
  }
  return {true, facts.call.agreement + " is in effect", ""};
}

Verdict CloseAhead(const CallFacts& facts) {
  const auto close = ToInstant(facts.call.close_time);
  const bool ahead = close.ok() && facts.now < *close;
  return {ahead,
          "closes " + Text(facts.call.close_time) + ", now " +
              Text(facts.now, facts.call.close_time.zone),
          ahead ? "" : "Set a closing time that is still ahead."};
}

Verdict DecisionMovable(const CallFacts& facts) {
  if (!facts.updated.has_value()) return {true, "no change yet", ""};
  const Call& after = *facts.updated;
  std::vector<std::string> faults = ChangedTerms(facts.call, after);
  for (std::string& fault : faults) fault += " is fixed since the publication";
  if (!NotEarlier(facts.call.close_time, after.close_time)) {
    faults.push_back("close_time " + Text(after.close_time) + " is earlier than " +
                     Text(facts.call.close_time));
  }
  if (!NotEarlier(facts.call.decision_time, after.decision_time)) {
    faults.push_back("decision_time " + Text(after.decision_time) + " is earlier than " +
                     Text(facts.call.decision_time));
  }
  // Offers count their validity from the decision time: moving it now would shorten them unseen.
  if (facts.decisions_exist && (!Same(facts.call.close_time, after.close_time) ||
                                !Same(facts.call.decision_time, after.decision_time))) {
    faults.push_back("places were already decided");
  }
  if (faults.empty()) return {true, "dates move to later only", ""};
  return {false, Join(faults, "; "), "Move the closing or the decision to later only."};
}

Verdict NoLiveMobilities(const CallFacts& facts) {
  const bool passed = !facts.live_mobilities_exist;
  return {passed, passed ? "no live mobility" : "students are nominated through this call",
          passed ? "" : "Cancel their mobilities first."};
}

}  // namespace jointly::mobility::check
