#include "common/deadlines/rationale.h"

#include "common/error/check.h"

namespace jointly::deadlines {
namespace {

CivilTime OnlyDay(Day day) { return {DateOf(day), std::chrono::seconds(0), ""}; }

const SessionTable& TableOf(const Instances& instances, const Anchor& anchor) {
  const CompiledRules& compiled = *instances.frame->compiled;
  const auto& selection = compiled.selections[static_cast<std::size_t>(anchor.index)];
  return compiled.tables[static_cast<std::size_t>(selection.table)].table;
}

Step AnchorStep(const Instances& instances, const Outcome& outcome) {
  const Anchor& anchor = outcome.rule->anchor;
  Step step;
  step.name = anchor.name;
  step.at = OnlyDay(outcome.anchor);
  if (outcome.anchor_clock.count() >= 0) {
    step.at.clock = outcome.anchor_clock;
    step.at.zone = outcome.anchor_zone;
  }
  switch (anchor.kind) {
    case AnchorKind::kField:
      step.kind = StepKind::kAnchor;
      step.label = anchor.label;
      return step;
    case AnchorKind::kSession: {
      const SessionTable& table = TableOf(instances, anchor);
      step.kind = StepKind::kSession;
      step.name = table.id;
      step.detail = table.columns[static_cast<std::size_t>(anchor.column)];
      step.session = table.rows[static_cast<std::size_t>(outcome.row)].label;
      return step;
    }
    case AnchorKind::kDeadline: {
      const Instance& other = instances.all[static_cast<std::size_t>(outcome.anchored_on)];
      step.kind = StepKind::kDeadline;
      step.label = other.candidates.front()->info.title;
      return step;
    }
    case AnchorKind::kInterval:
      step.kind = StepKind::kInterval;
      return step;
  }
  Die("an anchor of no kind");
}

Step DayStep(StepKind kind, std::string name, Day day) {
  Step step;
  step.kind = kind;
  step.name = std::move(name);
  step.at = OnlyDay(day);
  return step;
}

void AddPauses(const Instances& instances, const Outcome& outcome, std::vector<Step>& steps) {
  Day reached = outcome.shifted;
  for (const std::string& basis : outcome.rule->pause) {
    const Day length =
        PauseLength(*instances.frame, *outcome.rule, outcome.anchor, outcome.shifted, basis);
    if (length == 0) continue;
    reached += length;
    Step step = DayStep(StepKind::kPause, basis, reached);
    step.days = length;
    steps.push_back(std::move(step));
  }
}

void AddRoll(const Instances& instances, const Outcome& outcome, std::vector<Step>& steps) {
  if (outcome.due == outcome.paused) return;
  const CompiledRules& compiled = *instances.frame->compiled;
  const Rolling& rolling = compiled.rollings[static_cast<std::size_t>(outcome.rule->rolling)];
  Step step = DayStep(StepKind::kRoll, "", outcome.due);
  step.detail = rolling.forward ? "next" : "previous";
  for (const std::int32_t part : rolling.parts) {
    const Closed& closed = compiled.closed[static_cast<std::size_t>(part)];
    if (!closed.days.Has(outcome.paused)) continue;
    step.name += (step.name.empty() ? "" : ", ") + closed.name;
  }
  steps.push_back(std::move(step));
}

void AddState(const Outcome& outcome, std::vector<Step>& steps) {
  const CompiledRule& rule = *outcome.rule;
  Step step;
  if (outcome.holds) {
    step.kind = StepKind::kHolds;
    step.name = rule.holds.text;
  } else if (outcome.state == State::kMet) {
    step.kind = StepKind::kMet;
    step.name = rule.met.text;
  } else if (outcome.state == State::kWaived) {
    step.kind = StepKind::kWaived;
    step.name = rule.waive.text;
  } else if (rule.info.constraint == ConstraintKind::kHolds) {
    step.kind = StepKind::kBroken;
    step.name = rule.holds.text;
  } else {
    return;
  }
  steps.push_back(std::move(step));
}

}  // namespace

std::vector<Step> RationaleOf(const Instances& instances, const Outcome& outcome) {
  std::vector<Step> steps;
  steps.reserve(6);
  steps.push_back(AnchorStep(instances, outcome));
  const CompiledRule& rule = *outcome.rule;
  if (!rule.offset.Nothing()) {
    steps.push_back(DayStep(StepKind::kOffset, rule.offset_text, outcome.shifted));
  }
  if (outcome.clamped != kNoDay) {
    steps.push_back(DayStep(StepKind::kClamp, "", outcome.clamped));
  }
  AddPauses(instances, outcome, steps);
  AddRoll(instances, outcome, steps);
  Step due;
  due.kind = StepKind::kDue;
  due.at = {DateOf(outcome.due), outcome.clock, std::string(outcome.zone)};
  steps.push_back(std::move(due));
  AddState(outcome, steps);
  return steps;
}

std::vector<std::string> AnchorRefsOf(const Instances& instances, const Outcome& outcome) {
  const Anchor& anchor = outcome.rule->anchor;
  switch (anchor.kind) {
    case AnchorKind::kField:
      return {anchor.name};
    case AnchorKind::kSession: {
      const SessionTable& table = TableOf(instances, anchor);
      return {"table:" + table.id + "/" + table.rows[static_cast<std::size_t>(outcome.row)].label +
              "/" + table.columns[static_cast<std::size_t>(anchor.column)]};
    }
    case AnchorKind::kDeadline:
      return {"rule:" + anchor.name};
    case AnchorKind::kInterval:
      return {"interval:" + anchor.name};
  }
  Die("an anchor of no kind");
}

}  // namespace jointly::deadlines
