#include "common/deadlines/plan.h"

#include <algorithm>

#include "common/deadlines/instance.h"
#include "common/deadlines/rationale.h"
#include "common/error/macros.h"

namespace jointly::deadlines {
namespace {

auto Key(const CivilTime& civil) { return std::tie(civil.date, civil.clock, civil.zone); }

std::string_view BareId(std::string_view name) { return name.substr(name.rfind('/') + 1); }

std::string IdOf(const Instances& instances, const Instance& instance) {
  const Frame& frame = *instances.frame;
  std::string id = frame.compiled->groups[static_cast<std::size_t>(instance.group)].id;
  if (instance.shared_id) {
    id += "@";
    id += BareId(frame.sides[static_cast<std::size_t>(instance.side)].institution);
  }
  if (instance.frame != nullptr) {
    id += "/";
    id += instance.frame->id;
  }
  return id;
}

absl::StatusOr<Obligation> ToObligation(const Instances& instances, const Instance& instance,
                                        const Outcome& outcome) {
  const RuleInfo& info = outcome.rule->info;
  Obligation obligation;
  obligation.id = IdOf(instances, instance);
  obligation.rule_id = info.id;
  obligation.rule_version = info.version;
  obligation.scope = info.scope;
  if (instance.side >= 0) {
    obligation.institution =
        instances.frame->sides[static_cast<std::size_t>(instance.side)].institution;
  }
  if (instance.frame != nullptr) obligation.occasion = instance.frame->id;
  obligation.due = {DateOf(outcome.due), outcome.clock, std::string(outcome.zone)};
  ASSIGN_OR_RETURN(obligation.due_time, ToInstant(obligation.due));
  obligation.state = outcome.state;
  obligation.severity = info.severity;
  obligation.constraint = info.constraint;
  obligation.broken = outcome.broken;
  obligation.audience = outcome.rule->audience;
  obligation.basis = info.basis;
  obligation.title = info.title;
  obligation.rationale = RationaleOf(instances, outcome);
  obligation.anchor_refs = AnchorRefsOf(instances, outcome);
  return obligation;
}

void CheckCalendars(const Obligation& obligation, const Outcome& outcome,
                    std::vector<Fault>& faults) {
  if (!outcome.outside_calendars || outcome.state != State::kArmed) return;
  faults.push_back({std::string(kOutsideCalendars.name), obligation.id,
                    "rule " + obligation.rule_id + " version " +
                        std::to_string(obligation.rule_version) + " gives " +
                        FormatDate(DateOf(outcome.paused)) +
                        " and rolls over days that are closed, and the holidays of that year are "
                        "not known; choose a date within the calendars"});
}

}  // namespace

bool operator==(const Step& a, const Step& b) {
  return a.kind == b.kind && a.name == b.name && a.detail == b.detail && a.session == b.session &&
         a.label == b.label && Key(a.at) == Key(b.at) && a.days == b.days;
}

bool operator==(const Obligation& a, const Obligation& b) {
  return a.id == b.id && a.rule_id == b.rule_id && a.rule_version == b.rule_version &&
         a.scope == b.scope && a.institution == b.institution && a.occasion == b.occasion &&
         Key(a.due) == Key(b.due) && a.due_time == b.due_time && a.state == b.state &&
         a.severity == b.severity && a.constraint == b.constraint && a.broken == b.broken &&
         a.audience == b.audience && a.basis == b.basis && a.title == b.title &&
         a.rationale == b.rationale && a.anchor_refs == b.anchor_refs;
}

const Obligation* Plan::Find(std::string_view id) const {
  const auto found = std::find_if(obligations.begin(), obligations.end(),
                                  [&](const Obligation& one) { return one.id == id; });
  return found == obligations.end() ? nullptr : &*found;
}

absl::StatusOr<Plan> Compute(const Catalogue& catalogue, const Facts& facts) {
  ASSIGN_OR_RETURN(const Frame frame, MakeFrame(catalogue.compiled(), facts));
  const Instances instances = MakeInstances(frame);
  Plan plan;
  std::vector<Fault> faults;
  for (std::size_t i = 0; i < instances.all.size(); ++i) {
    bool varies = false;
    const Outcome outcome = EvaluateInstance(instances, static_cast<std::int32_t>(i), varies);
    if (!outcome.present) continue;
    ASSIGN_OR_RETURN(Obligation obligation, ToObligation(instances, instances.all[i], outcome));
    CheckCalendars(obligation, outcome, faults);
    plan.obligations.push_back(std::move(obligation));
  }
  if (!faults.empty()) return ToStatus(faults);
  std::sort(plan.obligations.begin(), plan.obligations.end(),
            [](const Obligation& a, const Obligation& b) {
              return std::tie(a.due_time, a.id) < std::tie(b.due_time, b.id);
            });
  return plan;
}

std::vector<Change> Diff(const Plan& before, const Plan& after) {
  std::map<std::string_view, std::pair<const Obligation*, const Obligation*>> pairs;
  for (const Obligation& one : before.obligations) pairs[one.id].first = &one;
  for (const Obligation& one : after.obligations) pairs[one.id].second = &one;
  std::vector<Change> changes;
  for (const auto& [id, pair] : pairs) {
    const auto [old, young] = pair;
    if (old != nullptr && young != nullptr && *old == *young) continue;
    Change& change = changes.emplace_back();
    change.id = id;
    if (old == nullptr) change.kind = ChangeKind::kAdded;
    if (young == nullptr) change.kind = ChangeKind::kRemoved;
    if (old != nullptr) change.before = *old;
    if (young != nullptr) change.after = *young;
    if (old == nullptr || young == nullptr) continue;
    change.moved = Key(old->due) != Key(young->due);
    change.state_changed = old->state != young->state;
    change.days = DayOf(young->due.date) - DayOf(old->due.date);
  }
  return changes;
}

}  // namespace jointly::deadlines
