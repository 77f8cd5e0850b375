#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/error/error.h"
#include "common/workflow/workflow.h"
#include "services/theses/domain/cotutelle_types.h"

// How the tables of agreements and amendments are read, and how a refusal is worded.
namespace jointly::theses::rows {

template <typename Table>
std::string Possible(const Table& table, CotutelleState state, OfficeRole role) {
  std::string names;
  std::string_view last;
  for (const auto& move : table) {
    if (!move.from.Has(state) || !move.by.Has(role) || Name(move.action) == last) continue;
    last = Name(move.action);
    names += (names.empty() ? "" : ", ") + std::string(last);
  }
  return names.empty() ? "nothing" : names;
}

// The row for an action: the move is legal and the role takes it.
template <typename Table, typename Action>
absl::StatusOr<const typename Table::value_type*> Find(const Table& table, std::string_view subject,
                                                       CotutelleState state, Action action,
                                                       OfficeRole role) {
  const auto* move = workflow::Find(table, state, action);
  if (move == nullptr) {
    const std::string possible = Possible(table, state, role);
    return FailedPrecondition(kIllegalMove,
                              "\"" + std::string(Name(action)) + "\" is not possible for " +
                                  std::string(subject) + " while it is " +
                                  std::string(Name(state)) + "; possible now: " + possible,
                              {{"subject", std::string(subject)},
                               {"action", std::string(Name(action))},
                               {"state", std::string(Name(state))},
                               {"possible", possible}});
  }
  if (!move->by.Has(role)) {
    return PermissionDenied(
        kWrongRole,
        "\"" + std::string(Name(action)) + "\" comes with time alone for " + std::string(subject),
        {{"subject", std::string(subject)}, {"action", std::string(Name(action))}});
  }
  return move;
}

template <typename Allowed, typename Table, typename Facts>
std::vector<Allowed> AllowedIn(const Table& table, CotutelleState state, const Facts& facts) {
  std::vector<Allowed> allowed;
  for (const auto& move : table) {
    if (!move.from.Has(state) || !move.by.Has(OfficeRole::kOffice)) continue;
    const bool known = std::any_of(allowed.begin(), allowed.end(), [&](const Allowed& row) {
      return Name(row.action) == Name(move.action);
    });
    if (known) continue;  // To sign has several outcomes, and one name.
    std::vector<workflow::Finding> findings = workflow::Examine(move, facts);
    std::erase_if(findings, [](const auto& finding) { return finding.verdict.passed; });
    allowed.push_back({move.action, std::move(findings)});
  }
  return allowed;
}

template <typename Table>
std::vector<workflow::Edge> EdgesOf(const Table& table) {
  std::vector<workflow::Edge> edges;
  for (const auto& move : table) {
    for (unsigned bit = 1; bit <= 12; ++bit) {
      const auto from = static_cast<CotutelleState>(bit);
      if (!move.from.Has(from) || from == move.to) continue;
      edges.push_back(
          {std::string(Name(from)), std::string(Name(move.to)), std::string(Name(move.action))});
    }
  }
  return edges;
}

}  // namespace jointly::theses::rows
