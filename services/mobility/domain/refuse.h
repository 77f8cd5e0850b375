#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/error/error.h"
#include "common/workflow/workflow.h"
#include "services/mobility/domain/types.h"

// What the three decision functions share: how a table is read and how a refusal is worded.
namespace jointly::mobility {

// Actions that a role may take in a state, in the order of the table.
template <typename Action, typename Table, typename State>
std::vector<Action> ActionsOf(const Table& table, State state, Role role) {
  std::vector<Action> actions;
  for (const auto& move : table) {
    if (move.from.Has(state) && move.by.Has(role)) actions.push_back(move.action);
  }
  return actions;
}

template <typename Action>
absl::Status IllegalMove(std::string_view subject, std::string_view action, std::string_view state,
                         const std::vector<Action>& open) {
  std::string possible;
  for (const Action other : open) {
    if (!possible.empty()) possible += ",";
    possible += Name(other);
  }
  const std::string text = "\"" + std::string(action) + "\" is not possible for " +
                           std::string(subject) + " while it is " + std::string(state) +
                           "; possible for you now: " + (possible.empty() ? "nothing" : possible);
  return FailedPrecondition(kIllegalMove, text,
                            {{"subject", std::string(subject)},
                             {"action", std::string(action)},
                             {"state", std::string(state)},
                             {"possible", possible}});
}

template <typename Move>
absl::Status WrongRole(std::string_view subject, std::string_view action, const Move& move,
                       Role role) {
  std::string allowed;
  for (const Role other : {Role::kStudent, Role::kHomeOffice, Role::kHostOffice, Role::kTimer}) {
    if (!move.by.Has(other)) continue;
    if (!allowed.empty()) allowed += ",";
    allowed += Name(other);
  }
  return PermissionDenied(kWrongRole,
                          "\"" + std::string(action) + "\" for " + std::string(subject) +
                              " is taken by: " + allowed + "; you act as " +
                              std::string(Name(role)),
                          {{"subject", std::string(subject)},
                           {"action", std::string(action)},
                           {"role", std::string(Name(role))},
                           {"allowed", allowed}});
}

inline std::vector<workflow::Finding> Refusing(std::vector<workflow::Finding> findings) {
  std::erase_if(findings, [](const workflow::Finding& finding) { return finding.verdict.passed; });
  return findings;
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

}  // namespace jointly::mobility
