#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/deadlines/days.h"
#include "common/deadlines/facts.h"
#include "common/deadlines/faults.h"

// Private to common/deadlines: a predicate after it is parsed, typed and bound to slots.
namespace jointly::deadlines {

// Where a value comes from.
enum class Space : std::uint8_t {
  kLiteral,
  kToday,
  kShared,
  kOwn,
  kOther,
  kOccasion,
  kSelection,  // group = selection, index = column.
  kColumn,     // Of the row that a pick looks at.
};

struct Operand {
  Space space = Space::kLiteral;
  Type type = Type::kText;
  std::int32_t group = 0;
  std::int32_t index = 0;
  Offset offset;
  std::int64_t number = 0;  // Of a literal: day, integer, symbol, 0 or 1.
  std::string text;         // Of a literal text; of a field its name.
};

// What a predicate or an anchor may name, and the slots of the names.
struct NamedSelection {
  std::string name;
  std::int32_t index = 0;  // Among the selections of the catalogue.
  const std::vector<std::string>* columns = nullptr;
};
struct Names {
  const Vocabulary* vocabulary = nullptr;
  bool sides = false;
  std::string occasion;
  std::vector<NamedSelection> selections;
  const std::vector<std::string>* columns = nullptr;  // Of a pick.

  // The operand of a field; nothing, with a fault whose path is empty, for a name that is none.
  std::optional<Operand> Find(std::string_view name, Fault& fault) const;
  // Gives the fault of an unknown name its text, with the nearest known one.
  void Explain(std::string_view name, Fault& fault) const;
  const Field* FieldOf(const Operand& operand) const;  // Null for a date that has no Field.
};

enum class Comparison : std::uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual
};
enum class NodeKind : std::uint8_t {
  kConstant,
  kAnd,
  kOr,
  kNot,
  kTrue,     // left_operand is a boolean field.
  kKnown,    // left_operand.
  kCompare,  // left_operand, right_operand.
  kIn,       // left_operand among choices.
  kCovers,   // left_operand within an interval named `index`.
};

struct Node {
  NodeKind kind = NodeKind::kConstant;
  Comparison comparison = Comparison::kEqual;
  std::int32_t left = 0;   // Nodes.
  std::int32_t right = 0;  //
  std::int32_t index = 0;  // Of an interval; of a constant 0 or 1.
  Operand left_operand;
  Operand right_operand;
  std::vector<Operand> choices;
};

struct Expression {
  std::string text;  // As written; empty: there is none.
  std::vector<Node> nodes;
  std::int32_t root = 0;
  bool empty() const { return text.empty(); }
};

// Parses and binds; every fault goes to `faults` with `path`, and the expression is then unusable.
Expression ParseExpression(std::string_view text, const Names& names, std::string_view path,
                           std::vector<Fault>& faults);

}  // namespace jointly::deadlines
