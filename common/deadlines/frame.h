#pragma once

#include <string_view>
#include <vector>

#include "common/deadlines/compiled.h"

// Private to common/deadlines: facts in slots, and the evaluation of expressions on them.
namespace jointly::deadlines {

struct Slot {
  bool known = false;
  std::int64_t number = 0;          // Day, integer, symbol, 0 or 1.
  const CivilTime* time = nullptr;  // Of a kTime.
  std::string_view text;            // Of a kText.
};

struct OccasionFrame {
  std::string_view id;
  std::vector<Slot> slots;
};

// The row that a selection picks, remembered until the variable moves.
struct Pick {
  bool computed = false;
  bool varies = false;  // Looking for it read the variable.
  std::int32_t row = -1;
};

struct SideFrame {
  std::string_view institution;
  const Side* side = nullptr;
  std::vector<Slot> slots;
  std::vector<std::vector<OccasionFrame>> occasions;  // In the order of the vocabulary.
};

struct DayInterval {
  Day first = 0;
  Day last = 0;
  std::string_view basis;
};

struct Frame {
  const CompiledRules* compiled = nullptr;
  const Facts* facts = nullptr;
  Day today = 0;
  std::vector<Slot> shared;
  std::vector<SideFrame> sides;
  std::vector<std::vector<DayInterval>> intervals;  // In the order of the vocabulary, by first day.
  std::vector<DayInterval> pausing;                 // All that have a basis, by first day.
  // By side, the last one for rules of no side; then by selection.
  mutable std::vector<std::vector<Pick>> picks;
  std::int32_t variable = -1;  // The shared slot that is being tried.
};

// Errors: those of Compute for facts.
absl::StatusOr<Frame> MakeFrame(const CompiledRules& compiled, const Facts& facts);
// Gives the variable a value and forgets the picks that depend on it.
void SetVariable(Frame& frame, Day day);

// From where an expression is seen.
struct View {
  const Frame* frame = nullptr;
  std::int32_t side = -1;  // -1: of no side.
  const OccasionFrame* occasion = nullptr;
  const std::vector<Day>* row = nullptr;  // Of a pick.
  bool varies = false;                    // Set when the variable was read.

  const SideFrame* Own() const;
  const SideFrame* Other() const;  // The first other one by name; null: none.
};

// Not known when the field is not, or the offset leaves the years 1900 to 2200.
Slot ValueOf(View& view, const Operand& operand);
bool Evaluate(View& view, const Expression& expression);
// The row of a selection, -1: none.
std::int32_t PickRow(View& view, std::int32_t selection);

}  // namespace jointly::deadlines
