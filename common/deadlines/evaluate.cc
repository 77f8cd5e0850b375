#include <algorithm>

#include "common/deadlines/frame.h"
#include "common/error/check.h"

namespace jointly::deadlines {
namespace {

Slot SlotOf(const std::vector<Slot>* slots, std::int32_t index) {
  return slots == nullptr ? Slot() : (*slots)[static_cast<std::size_t>(index)];
}

Slot DaySlot(Day day) {
  Slot slot;
  slot.known = day != kNoDay;
  slot.number = day;
  return slot;
}

Slot RawValue(View& view, const Operand& operand) {
  const Frame& frame = *view.frame;
  switch (operand.space) {
    case Space::kLiteral: {
      Slot slot;
      slot.known = true;
      slot.number = operand.number;
      slot.text = operand.text;
      return slot;
    }
    case Space::kToday:
      return DaySlot(frame.today);
    case Space::kShared:
      if (operand.index == frame.variable) view.varies = true;
      return SlotOf(&frame.shared, operand.index);
    case Space::kOwn: {
      const SideFrame* own = view.Own();
      return SlotOf(own == nullptr ? nullptr : &own->slots, operand.index);
    }
    case Space::kOther: {
      const SideFrame* other = view.Other();
      return SlotOf(other == nullptr ? nullptr : &other->slots, operand.index);
    }
    case Space::kOccasion:
      return SlotOf(view.occasion == nullptr ? nullptr : &view.occasion->slots, operand.index);
    case Space::kSelection: {
      const std::int32_t row = PickRow(view, operand.group);
      if (row < 0) return {};
      const auto& selection = frame.compiled->selections[static_cast<std::size_t>(operand.group)];
      const auto& table = frame.compiled->tables[static_cast<std::size_t>(selection.table)];
      return DaySlot(
          table.days[static_cast<std::size_t>(row)][static_cast<std::size_t>(operand.index)]);
    }
    case Space::kColumn:
      return DaySlot((*view.row)[static_cast<std::size_t>(operand.index)]);
  }
  Die("an operand from nowhere");
}

bool Compare(Comparison comparison, std::int64_t a, std::int64_t b) {
  switch (comparison) {
    case Comparison::kEqual:
      return a == b;
    case Comparison::kNotEqual:
      return a != b;
    case Comparison::kLess:
      return a < b;
    case Comparison::kLessOrEqual:
      return a <= b;
    case Comparison::kGreater:
      return a > b;
    case Comparison::kGreaterOrEqual:
      return a >= b;
  }
  Die("a comparison of no kind");
}

bool Compare(View& view, const Node& node) {
  const Slot left = ValueOf(view, node.left_operand);
  const Slot right = ValueOf(view, node.right_operand);
  if (!left.known || !right.known) return false;
  if (node.left_operand.type != Type::kText) {
    return Compare(node.comparison, left.number, right.number);
  }
  return (left.text == right.text) == (node.comparison == Comparison::kEqual);
}

bool Among(View& view, const Node& node) {
  const Slot value = ValueOf(view, node.left_operand);
  if (!value.known) return false;
  return std::any_of(node.choices.begin(), node.choices.end(), [&](const Operand& choice) {
    return node.left_operand.type == Type::kText ? choice.text == value.text
                                                 : choice.number == value.number;
  });
}

bool Covers(View& view, const Node& node) {
  const Slot value = ValueOf(view, node.left_operand);
  if (!value.known) return false;
  const auto& intervals = view.frame->intervals[static_cast<std::size_t>(node.index)];
  return std::any_of(intervals.begin(), intervals.end(), [&](const DayInterval& interval) {
    return interval.first <= value.number && value.number <= interval.last;
  });
}

// The depth is bounded by the parser.
bool EvaluateNode(View& view, const Expression& expression, std::int32_t at) {
  const Node& node = expression.nodes[static_cast<std::size_t>(at)];
  switch (node.kind) {
    case NodeKind::kConstant:
      return node.index != 0;
    case NodeKind::kAnd:
      return EvaluateNode(view, expression, node.left) &&
             EvaluateNode(view, expression, node.right);
    case NodeKind::kOr:
      return EvaluateNode(view, expression, node.left) ||
             EvaluateNode(view, expression, node.right);
    case NodeKind::kNot:
      return !EvaluateNode(view, expression, node.left);
    case NodeKind::kTrue: {
      const Slot value = ValueOf(view, node.left_operand);
      return value.known && value.number != 0;
    }
    case NodeKind::kKnown:
      return ValueOf(view, node.left_operand).known;
    case NodeKind::kCompare:
      return Compare(view, node);
    case NodeKind::kIn:
      return Among(view, node);
    case NodeKind::kCovers:
      return Covers(view, node);
  }
  Die("a node of no kind");
}

}  // namespace

const SideFrame* View::Own() const {
  return side < 0 ? nullptr : &frame->sides[static_cast<std::size_t>(side)];
}

const SideFrame* View::Other() const {
  for (std::size_t i = 0; i < frame->sides.size(); ++i) {
    if (static_cast<std::int32_t>(i) != side) return &frame->sides[i];
  }
  return nullptr;
}

Slot ValueOf(View& view, const Operand& operand) {
  Slot slot = RawValue(view, operand);
  if (operand.offset.Nothing() || !slot.known) return slot;
  slot.number = Shift(static_cast<Day>(slot.number), operand.offset).day;
  slot.known = InRange(static_cast<Day>(slot.number));
  return slot;
}

bool Evaluate(View& view, const Expression& expression) {
  return EvaluateNode(view, expression, expression.root);
}

std::int32_t PickRow(View& view, std::int32_t selection) {
  const Frame& frame = *view.frame;
  const std::size_t side = view.side < 0 ? frame.sides.size() : static_cast<std::size_t>(view.side);
  Pick& pick = frame.picks[side][static_cast<std::size_t>(selection)];
  if (!pick.computed) {
    const auto& chosen = frame.compiled->selections[static_cast<std::size_t>(selection)];
    const auto& rows = frame.compiled->tables[static_cast<std::size_t>(chosen.table)].days;
    // An occasion's fields are no part of a pick, so that one answer serves all occasions.
    View inner{&frame, view.side, nullptr, nullptr, false};
    pick = {true, false, -1};
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t at = chosen.last ? rows.size() - 1 - i : i;
      inner.row = &rows[at];
      if (!Evaluate(inner, chosen.pick)) continue;
      pick.row = static_cast<std::int32_t>(at);
      break;
    }
    pick.varies = inner.varies;
  }
  view.varies = view.varies || pick.varies;
  return pick.row;
}

}  // namespace jointly::deadlines
