#include "common/deadlines/instance.h"

#include <algorithm>

#include "common/error/check.h"

namespace jointly::deadlines {
namespace {

constexpr std::chrono::seconds kEndOfDay{86399};

bool Fits(const std::string& wanted, std::string_view actual) {
  return wanted.empty() || wanted == actual;
}

bool Matches(const Scope& scope, const SideFrame& side, const Facts& facts) {
  return Fits(scope.region, side.side->region) && Fits(scope.institution, side.institution) &&
         Fits(scope.school, side.side->school) && Fits(scope.programme, side.side->programme) &&
         Fits(scope.agreement, facts.agreement);
}

// The instances of one group.
class GroupMaker {
 public:
  GroupMaker(Instances& instances, std::int32_t group) : instances_(instances), group_(group) {}

  void Run() {
    const Frame& frame = *instances_.frame;
    std::vector<Instance> found;
    for (std::size_t i = 0; i < frame.sides.size(); ++i) {
      Instance instance{group_, static_cast<std::int32_t>(i)};
      instance.candidates = Candidates(&frame.sides[i]);
      if (!instance.candidates.empty()) found.push_back(std::move(instance));
    }
    for (Instance& instance : found) instance.shared_id = found.size() > 1;
    if (found.empty()) {
      Instance instance{group_};
      instance.candidates = Candidates(nullptr);
      if (!instance.candidates.empty()) found.push_back(std::move(instance));
    }
    for (Instance& instance : found) AddOccasions(std::move(instance));
  }

 private:
  std::vector<const CompiledRule*> Candidates(const SideFrame* side) const {
    const Frame& frame = *instances_.frame;
    std::vector<const CompiledRule*> candidates;
    for (const std::int32_t at : frame.compiled->groups[static_cast<std::size_t>(group_)].rules) {
      const CompiledRule& rule = frame.compiled->rules[static_cast<std::size_t>(at)];
      const Scope& scope = rule.info.scope;
      if (scope.OfASide() != (side != nullptr)) continue;
      const bool matches = side != nullptr ? Matches(scope, *side, *frame.facts)
                                           : Fits(scope.agreement, frame.facts->agreement);
      if (matches) candidates.push_back(&rule);
    }
    return candidates;
  }

  void AddOccasions(Instance instance) {
    const std::string& kind = instance.candidates.front()->occasion;
    if (kind.empty()) {
      Add(std::move(instance));
      return;
    }
    const Frame& frame = *instances_.frame;
    const SideFrame& side = frame.sides[static_cast<std::size_t>(instance.side)];
    for (std::size_t i = 0; i < frame.compiled->occasions.size(); ++i) {
      if (frame.compiled->occasions[i].first != kind) continue;
      for (const OccasionFrame& occasion : side.occasions[i]) {
        instance.occasion = static_cast<std::int32_t>(&occasion - side.occasions[i].data());
        instance.frame = &occasion;
        Add(instance);
      }
    }
  }

  void Add(Instance instance) {
    instances_.by_group[static_cast<std::size_t>(group_)].push_back(
        static_cast<std::int32_t>(instances_.all.size()));
    instances_.all.push_back(std::move(instance));
  }

  Instances& instances_;
  const std::int32_t group_;
};

class Evaluator {
 public:
  Evaluator(const Instances& instances, std::int32_t index)
      : instances_(instances),
        frame_(*instances.frame),
        instance_(instances.all[static_cast<std::size_t>(index)]),
        view_{&frame_, instance_.side, instance_.frame, nullptr, false} {}

  Outcome Run(bool& varies) {
    Choose();
    if (outcome_.rule != nullptr && outcome_.anchor != kNoDay) Judge();
    varies = varies || view_.varies;
    return outcome_;
  }

 private:
  // The first candidate that is in effect on its anchor's date; an unknown one is judged by today.
  void Choose() {
    for (const CompiledRule* candidate : instance_.candidates) {
      outcome_ = {};
      ResolveAnchor(*candidate);
      const Day day = outcome_.anchor == kNoDay ? frame_.today : outcome_.anchor;
      if (candidate->first != kNoDay && day < candidate->first) continue;
      if (candidate->last != kNoDay && day > candidate->last) continue;
      outcome_.rule = candidate;
      return;
    }
    outcome_ = {};
  }

  void ResolveAnchor(const CompiledRule& rule) {
    const Anchor& anchor = rule.anchor;
    switch (anchor.kind) {
      case AnchorKind::kField: {
        const Slot slot = ValueOf(view_, anchor.field);
        if (!slot.known) return;
        outcome_.anchor = static_cast<Day>(slot.number);
        if (slot.time == nullptr) return;
        outcome_.anchor_clock = slot.time->clock;
        outcome_.anchor_zone = slot.time->zone;
        return;
      }
      case AnchorKind::kSession: {
        outcome_.row = PickRow(view_, anchor.index);
        if (outcome_.row < 0) return;
        const auto selection = static_cast<std::size_t>(anchor.index);
        const auto table = static_cast<std::size_t>(frame_.compiled->selections[selection].table);
        outcome_.anchor =
            frame_.compiled->tables[table].days[static_cast<std::size_t>(outcome_.row)]
                                               [static_cast<std::size_t>(anchor.column)];
        return;
      }
      case AnchorKind::kDeadline:
        ResolveDeadline(anchor.index);
        return;
      case AnchorKind::kInterval:
        for (const DayInterval& one : frame_.intervals[static_cast<std::size_t>(anchor.index)]) {
          outcome_.anchor = std::max(outcome_.anchor, one.last);
        }
        return;
    }
    Die("an anchor of no kind");
  }

  // The other rule of the same side and occasion, else of the side, else of no side.
  void ResolveDeadline(std::int32_t group) {
    std::int32_t best = -1;
    int best_fit = 0;
    for (const std::int32_t at : instances_.by_group[static_cast<std::size_t>(group)]) {
      const Instance& other = instances_.all[static_cast<std::size_t>(at)];
      int fit = 0;
      if (other.side == -1) fit = 1;
      if (other.side == instance_.side && other.occasion == -1) fit = 2;
      if (other.side == instance_.side && other.occasion == instance_.occasion) fit = 3;
      if (fit <= best_fit) continue;
      best = at;
      best_fit = fit;
    }
    if (best < 0) return;
    const Outcome other = EvaluateInstance(instances_, best, view_.varies);
    if (!other.present) return;
    outcome_.anchored_on = best;
    outcome_.anchor = other.due;
    outcome_.anchor_clock = other.clock;
    outcome_.anchor_zone = other.zone;
  }

  void Judge() {
    const CompiledRule& rule = *outcome_.rule;
    if (!rule.when.empty() && !Evaluate(view_, rule.when)) return;
    if (!Place(rule)) return;
    outcome_.present = true;
    outcome_.holds = rule.info.constraint == ConstraintKind::kHolds && Evaluate(view_, rule.holds);
    if (outcome_.holds || (!rule.met.empty() && Evaluate(view_, rule.met))) {
      outcome_.state = State::kMet;
    } else if (!rule.waive.empty() && Evaluate(view_, rule.waive)) {
      outcome_.state = State::kWaived;
    }
    if (outcome_.state != State::kArmed) return;
    outcome_.broken =
        rule.info.constraint == ConstraintKind::kHolds ||
        (rule.info.constraint == ConstraintKind::kNotPast && outcome_.due < frame_.today);
  }

  // False: the due would leave the years that exist for us.
  bool Place(const CompiledRule& rule) {
    const Shifted shifted = Shift(outcome_.anchor, rule.offset);
    if (!InRange(shifted.day)) return false;
    outcome_.clamped = shifted.clamped_from_month_end;
    outcome_.shifted = shifted.day;
    outcome_.paused = shifted.day + PauseLength(frame_, rule, outcome_.anchor, shifted.day, {});
    outcome_.due = outcome_.paused;
    if (rule.rolling >= 0) Roll(frame_.compiled->rollings[static_cast<std::size_t>(rule.rolling)]);
    const bool timed = outcome_.anchor_clock.count() >= 0;
    outcome_.clock = rule.clock.value_or(timed ? outcome_.anchor_clock : kEndOfDay);
    outcome_.zone = ZoneOf(rule);
    return InRange(outcome_.due);
  }

  void Roll(const Rolling& rolling) {
    Day day = outcome_.paused;
    while (day >= rolling.known_first && day <= rolling.known_last) {
      if (!rolling.closed.Has(day)) {
        outcome_.due = day;
        return;
      }
      day += rolling.forward ? 1 : -1;
    }
    outcome_.outside_calendars = true;
  }

  std::string_view ZoneOf(const CompiledRule& rule) const {
    const SideFrame* own = view_.Own();
    switch (rule.zone_kind) {
      case ZoneKind::kFixed:
        return rule.zone;
      case ZoneKind::kOfRole: {
        const std::string_view zone = ZoneOfRole(rule.role);
        if (!zone.empty()) return zone;
        break;
      }
      case ZoneKind::kOfAnchor:
        if (!outcome_.anchor_zone.empty()) return outcome_.anchor_zone;
        break;
      case ZoneKind::kOfOwn:
        break;
    }
    if (own != nullptr && !own->side->zone.empty()) return own->side->zone;
    const std::vector<std::string>& roles = frame_.compiled->vocabulary.zones;
    const std::string_view zone = roles.empty() ? "" : ZoneOfRole(roles.front());
    return zone.empty() ? "UTC" : zone;
  }

  std::string_view ZoneOfRole(std::string_view role) const {
    const auto found = frame_.facts->zones.find(role);
    return found == frame_.facts->zones.end() ? std::string_view() : found->second;
  }

  const Instances& instances_;
  const Frame& frame_;
  const Instance& instance_;
  View view_;
  Outcome outcome_;
};

// Days of the intervals after the anchor that begin by the due, each counted once.
Day CountPaused(const Frame& frame, const CompiledRule& rule, Day anchor, Day due,
                std::string_view basis) {
  Day total = 0;
  Day counted = anchor;
  for (const DayInterval& interval : frame.pausing) {
    if (interval.first > due) break;
    if (std::find(rule.pause.begin(), rule.pause.end(), interval.basis) == rule.pause.end()) {
      continue;
    }
    const Day first = std::max(interval.first, counted + 1);
    if (interval.last < first) continue;
    if (basis.empty() || basis == interval.basis) total += interval.last - first + 1;
    counted = interval.last;
  }
  return total;
}

}  // namespace

Instances MakeInstances(const Frame& frame) {
  Instances instances{&frame, {}, {}};
  instances.by_group.resize(frame.compiled->groups.size());
  for (std::size_t i = 0; i < frame.compiled->groups.size(); ++i) {
    GroupMaker(instances, static_cast<std::int32_t>(i)).Run();
  }
  return instances;
}

Outcome EvaluateInstance(const Instances& instances, std::int32_t index, bool& varies) {
  return Evaluator(instances, index).Run(varies);
}

Day PauseLength(const Frame& frame, const CompiledRule& rule, Day anchor, Day due,
                std::string_view basis) {
  if (rule.pause.empty() || due <= anchor) return 0;
  // Each pause may move the due into the next one; there are finitely many, so this ends.
  Day total = 0;
  while (true) {
    const Day next = CountPaused(frame, rule, anchor, due + total, {});
    if (next == total) break;
    total = next;
  }
  return basis.empty() ? total : CountPaused(frame, rule, anchor, due + total, basis);
}

}  // namespace jointly::deadlines
