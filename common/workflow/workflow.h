#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/error/error.h"

// A workflow is one constexpr array of moves: action, from-set, to, role-set, event, guards. One
// action per outcome. Handlers, permissions, allowed_actions, diagrams and tests all read the rows.
namespace jointly::workflow {

// A set of enumerators with values below 64.
template <typename Enum>
class Set {
 public:
  constexpr Set() = default;
  constexpr Set(Enum value) : bits_(Bit(value)) {}
  constexpr Set(std::initializer_list<Enum> values) {
    for (const Enum value : values) bits_ |= Bit(value);
  }
  constexpr bool Has(Enum value) const { return (bits_ & Bit(value)) != 0; }
  constexpr bool Meets(Set other) const { return (bits_ & other.bits_) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr std::uint64_t bits() const { return bits_; }

 private:
  static constexpr std::uint64_t Bit(Enum value) {
    return std::uint64_t{1} << static_cast<unsigned>(value);
  }
  std::uint64_t bits_ = 0;
};

// What a guard answers: whether it lets the move pass, what it looked at, and what to do.
struct Verdict {
  bool passed = true;
  std::string evidence;
  std::string remedy;
};

// A pure function of facts that were loaded beforehand.
template <typename Facts>
struct Guard {
  std::string_view id;     // "G5".
  std::string_view title;  // "Language level reaches what the agreement asks".
  Verdict (*check)(const Facts&) = nullptr;
};

template <typename State, typename Action, typename Role, typename Facts>
struct Move {
  Action action;
  Set<State> from;
  State to;
  Set<Role> by;
  std::string_view event;                        // Past tense, lower case: "submitted".
  std::span<const Guard<Facts>* const> guards{};  // All run; all refusals are named.
};

// The row for an action in a state; null when the move is not open.
template <typename Table, typename State, typename Action>
constexpr const typename Table::value_type* Find(const Table& table, State state, Action action) {
  for (const auto& move : table) {
    if (move.action == action && move.from.Has(state)) return &move;
  }
  return nullptr;
}

// At most one row per (state, action): the table decides, never the order of its rows.
template <typename Table>
constexpr bool Deterministic(const Table& table) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    for (std::size_t j = i + 1; j < table.size(); ++j) {
      if (table[i].action == table[j].action && table[i].from.Meets(table[j].from)) return false;
    }
  }
  return true;
}

// Every state that occurs in the table can be reached from `start`.
template <typename Table, typename State>
constexpr bool Connected(const Table& table, State start) {
  Set<State> all = start;
  Set<State> reached = start;
  std::uint64_t all_bits = all.bits();
  std::uint64_t bits = reached.bits();
  for (const auto& move : table) all_bits |= move.from.bits() | Set<State>(move.to).bits();
  for (std::size_t round = 0; round <= table.size(); ++round) {
    for (const auto& move : table) {
      if ((move.from.bits() & bits) != 0) bits |= Set<State>(move.to).bits();
    }
  }
  return bits == all_bits;
}

// A guard with its verdict, as it is shown to people.
struct Finding {
  std::string guard;
  std::string title;
  Verdict verdict;
};

template <typename AnyMove, typename Facts>
std::vector<Finding> Examine(const AnyMove& move, const Facts& facts) {
  std::vector<Finding> findings;
  for (const auto* guard : move.guards) {
    findings.push_back({std::string(guard->id), std::string(guard->title), guard->check(facts)});
  }
  return findings;
}

// OK, or FAILED_PRECONDITION GUARD_REFUSED that lists every refusing guard with its evidence.
absl::Status RefusalOf(std::string_view action, std::string_view subject,
                       const std::vector<Finding>& findings);

// One edge of a diagram: names as people read them.
struct Edge {
  std::string from;
  std::string to;
  std::string label;
};

// A Mermaid state diagram; the golden test keeps the copies in READMEs current.
std::string Diagram(std::string_view start, const std::vector<Edge>& edges);

}  // namespace jointly::workflow
