#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/error/error.h"
#include "common/workflow/workflow.h"
#include "services/budgets/domain/types.h"

// What the decision functions share: how a table is read and how a refusal is worded.
namespace jointly::budgets {

absl::Status MissingInput(std::string_view action, std::string_view field, std::string_view text);
absl::Status IllegalMove(std::string_view subject, std::string_view action, std::string_view state,
                         std::string_view possible);
absl::Status WrongRole(std::string_view subject, std::string_view action,
                       workflow::Set<Role> allowed, Role role);
// OK, or the refusal of all guards that did not pass: with the reason of the first money rule among
// them, whose facts are `facts`; else GUARD_REFUSED.
absl::Status RefusalOf(std::string_view action, std::string_view subject,
                       const std::vector<workflow::Finding>& findings, Facts facts);

// Actions that a role may take in a state, in the order of the table.
template <typename Action, typename Table, typename State>
std::vector<Action> ActionsOf(const Table& table, State state, Role role) {
  std::vector<Action> actions;
  for (const auto& move : table) {
    if (move.from.Has(state) && move.by.Has(role)) actions.push_back(move.action);
  }
  return actions;
}

// The row for an action: the move is legal and the role takes it.
template <typename Table, typename State, typename Action>
absl::StatusOr<const typename Table::value_type*> RowFor(const Table& table,
                                                         std::string_view subject, State state,
                                                         Action action, Role role) {
  const auto* move = workflow::Find(table, state, action);
  if (move == nullptr) {
    std::string possible;
    for (const Action other : ActionsOf<Action>(table, state, role)) {
      if (!possible.empty()) possible += ",";
      possible += Name(other);
    }
    return IllegalMove(subject, Name(action), Name(state), possible);
  }
  if (!move->by.Has(role)) return WrongRole(subject, Name(action), move->by, role);
  return move;
}

template <typename Allowed, typename Table, typename Loaded, typename State>
std::vector<Allowed> AllowedIn(const Table& table, const Loaded& facts, State state, Role role) {
  std::vector<Allowed> rows;
  for (const auto& move : table) {
    if (!move.from.Has(state) || !move.by.Has(role)) continue;
    std::vector<workflow::Finding> findings = workflow::Examine(move, facts);
    std::erase_if(findings,
                  [](const workflow::Finding& finding) { return finding.verdict.passed; });
    rows.push_back({move.action, std::move(findings)});
  }
  return rows;
}

// One edge per from-state of each row that leaves its state.
template <typename Table>
std::vector<workflow::Edge> EdgesOf(const Table& table) {
  std::vector<workflow::Edge> edges;
  for (const auto& move : table) {
    for (unsigned bit = 0; bit < 64; ++bit) {
      const auto from = static_cast<decltype(move.to)>(bit);
      if (!move.from.Has(from) || from == move.to) continue;
      edges.push_back(
          {std::string(Name(from)), std::string(Name(move.to)), std::string(Name(move.action))});
    }
  }
  return edges;
}

}  // namespace jointly::budgets
