#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/error/error.h"
#include "common/workflow/workflow.h"
#include "services/theses/domain/types.h"

// How a table is read and how a refusal is worded.
namespace jointly::theses {

inline constexpr Reason kMissingInput{"MISSING_INPUT"};  // action, field

absl::Status MissingInput(std::string_view action, std::string_view field, std::string_view text);
absl::Status IllegalMove(std::string_view subject, std::string_view action, std::string_view state,
                         std::string_view possible);
absl::Status WrongRole(std::string_view subject, std::string_view action,
                       workflow::Set<Role> allowed, Role role);

// One edge per from-state of each row that leaves its state.
template <typename Table>
std::vector<workflow::Edge> LeavingEdges(const Table& table) {
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

}  // namespace jointly::theses
