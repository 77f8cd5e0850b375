#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "common/deadlines/frame.h"

// Private to common/deadlines: the rules of a subject side by side and occasion by occasion, and
// the evaluation of one of them without any text.
namespace jointly::deadlines {

struct Instance {
  std::int32_t group = 0;
  std::int32_t side = -1;
  std::int32_t occasion = -1;  // Among the occasions of its kind of the side.
  const OccasionFrame* frame = nullptr;
  bool shared_id = false;  // Both sides have one: the id names the institution.
  std::vector<const CompiledRule*> candidates;  // Those whose scope matches, best first.
};

struct Instances {
  const Frame* frame = nullptr;
  std::vector<Instance> all;
  std::vector<std::vector<std::int32_t>> by_group;
};
// `frame` must outlive them, and its sides must not change.
Instances MakeInstances(const Frame& frame);

struct Outcome {
  const CompiledRule* rule = nullptr;  // The one that applies; null: none.
  bool present = false;                // There is an obligation.
  State state = State::kArmed;
  bool broken = false;
  bool holds = false;              // A condition holds by itself.
  bool outside_calendars = false;  // It should roll, and nobody knows the holidays.
  // The way to the due day.
  Day anchor = kNoDay;
  std::chrono::seconds anchor_clock{-1};  // -1: the anchor is a day.
  std::string_view anchor_zone;
  std::int32_t row = -1;          // Of a session.
  std::int32_t anchored_on = -1;  // Another instance.
  Day clamped = kNoDay;
  Day shifted = kNoDay;
  Day paused = kNoDay;
  Day due = kNoDay;
  std::chrono::seconds clock{0};
  std::string_view zone;
};

// `varies` is set when the variable of the frame was read on the way.
Outcome EvaluateInstance(const Instances& instances, std::int32_t index, bool& varies);

// By how much the intervals of one basis, or of all that `rule` names when it is empty, move a due.
Day PauseLength(const Frame& frame, const CompiledRule& rule, Day anchor, Day due,
                std::string_view basis);

}  // namespace jointly::deadlines
