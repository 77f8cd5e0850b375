#include <algorithm>

#include "common/deadlines/expression.h"

namespace jointly::deadlines {
namespace {

std::int32_t IndexOf(const std::vector<Field>& fields, std::string_view name) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == name) return static_cast<std::int32_t>(i);
  }
  return -1;
}

Operand FieldOperand(Space space, const std::vector<Field>& fields, std::int32_t index,
                     std::string_view name) {
  Operand operand;
  operand.space = space;
  operand.type = fields[static_cast<std::size_t>(index)].type;
  operand.index = index;
  operand.text = name;
  return operand;
}

Operand DateOperand(Space space, std::int32_t group, std::int32_t index, std::string_view name) {
  Operand operand;
  operand.space = space;
  operand.type = Type::kDate;
  operand.group = group;
  operand.index = index;
  operand.text = name;
  return operand;
}

std::int32_t ColumnOf(const std::vector<std::string>& columns, std::string_view name) {
  const auto found = std::find(columns.begin(), columns.end(), name);
  return found == columns.end() ? -1 : static_cast<std::int32_t>(found - columns.begin());
}

std::vector<std::string> AllNames(const Names& names) {
  std::vector<std::string> all = {"today"};
  for (const Field& field : names.vocabulary->shared) all.push_back(field.name);
  if (names.sides) {
    for (const Field& field : names.vocabulary->side) {
      all.push_back("own." + field.name);
      all.push_back("other." + field.name);
    }
  }
  const auto occasion = names.vocabulary->occasions.find(names.occasion);
  if (occasion != names.vocabulary->occasions.end()) {
    for (const Field& field : occasion->second) all.push_back(field.name);
  }
  for (const NamedSelection& selection : names.selections) {
    for (const std::string& column : *selection.columns) {
      all.push_back(selection.name + "." + column);
    }
  }
  if (names.columns != nullptr) all.insert(all.end(), names.columns->begin(), names.columns->end());
  return all;
}

// The text follows in Explain: a word that is no field is most often a symbol.
std::optional<Operand> Unknown(Fault& fault) {
  fault = {std::string(kUnknownField.name), "", ""};
  return std::nullopt;
}

std::optional<Operand> FindOfSide(const Names& names, std::string_view name, Fault& fault) {
  const bool own = name.starts_with("own.");
  const std::int32_t index = IndexOf(names.vocabulary->side, name.substr(own ? 4 : 6));
  if (index < 0) return Unknown(fault);
  if (!names.sides) {
    fault = {std::string(kScopeTooWide.name), "",
             "\"" + std::string(name) +
                 "\" is a field of one side, and the rule's scope names none; give the scope a "
                 "region or an institution"};
    return std::nullopt;
  }
  return FieldOperand(own ? Space::kOwn : Space::kOther, names.vocabulary->side, index, name);
}

std::optional<Operand> FindOfOccasion(const Names& names, std::string_view kind,
                                      const std::vector<Field>& fields, std::string_view name,
                                      Fault& fault) {
  const std::int32_t index = IndexOf(fields, name);
  if (index < 0) return Unknown(fault);
  if (names.occasion != kind) {
    fault = {std::string(kUnknownOccasion.name), "",
             "\"" + std::string(name) + "\" is a field of each " + std::string(kind) +
                 ", and the rule is not one per " + std::string(kind) +
                 "; give it \"occasion\": \"own." + std::string(kind) + "\""};
    return std::nullopt;
  }
  return FieldOperand(Space::kOccasion, fields, index, name);
}

}  // namespace

std::optional<Operand> Names::Find(std::string_view name, Fault& fault) const {
  if (columns != nullptr) {
    const std::int32_t column = ColumnOf(*columns, name);
    if (column >= 0) return DateOperand(Space::kColumn, 0, column, name);
  }
  if (name == "today") return DateOperand(Space::kToday, 0, 0, name);
  const std::int32_t index = IndexOf(vocabulary->shared, name);
  if (index >= 0) return FieldOperand(Space::kShared, vocabulary->shared, index, name);
  if (name.starts_with("own.") || name.starts_with("other.")) {
    return FindOfSide(*this, name, fault);
  }
  const std::size_t dot = name.find('.');
  const std::string_view prefix = name.substr(0, dot);
  const auto kind = vocabulary->occasions.find(prefix);
  if (dot != std::string_view::npos && kind != vocabulary->occasions.end()) {
    return FindOfOccasion(*this, prefix, kind->second, name, fault);
  }
  for (const NamedSelection& selection : selections) {
    if (dot == std::string_view::npos || selection.name != prefix) continue;
    const std::int32_t column = ColumnOf(*selection.columns, name.substr(dot + 1));
    if (column >= 0) return DateOperand(Space::kSelection, selection.index, column, name);
    const std::string nearest = Nearest(name.substr(dot + 1), *selection.columns);
    fault = {std::string(kUnknownColumn.name), "",
             "the table of \"" + selection.name + "\" has no column \"" +
                 std::string(name.substr(dot + 1)) + "\"" +
                 (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?")};
    return std::nullopt;
  }
  return Unknown(fault);
}

void Names::Explain(std::string_view name, Fault& fault) const {
  if (!fault.text.empty()) return;
  const std::string nearest = Nearest(name, AllNames(*this));
  fault.text =
      "there is no field \"" + std::string(name) + "\"" +
      (nearest.empty() ? "; use a field of the vocabulary" : "; did you mean \"" + nearest + "\"?");
}

const Field* Names::FieldOf(const Operand& operand) const {
  const auto at = static_cast<std::size_t>(operand.index);
  switch (operand.space) {
    case Space::kShared:
      return &vocabulary->shared[at];
    case Space::kOwn:
    case Space::kOther:
      return &vocabulary->side[at];
    case Space::kOccasion:
      return &vocabulary->occasions.find(occasion)->second[at];
    case Space::kLiteral:
    case Space::kToday:
    case Space::kSelection:
    case Space::kColumn:
      return nullptr;
  }
  return nullptr;
}

}  // namespace jointly::deadlines
