#pragma once

#include <iterator>
#include <optional>
#include <string_view>

#include "common/error/check.h"

// The names of an enumeration stand in one table, which both directions read.
namespace jointly {

template <typename Enum>
struct Named {
  Enum value;
  std::string_view name;
};

// Ends the process for an enumerator that the table does not have.
template <typename Table, typename Enum>
std::string_view NameOf(const Table& table, Enum value) {
  for (const auto& row : table) {
    if (row.value == value) return row.name;
  }
  Die("an enumerator without a name");
}

// Nothing for a name that the table does not have.
template <typename Table>
auto ValueOf(const Table& table, std::string_view name)
    -> std::optional<decltype(std::begin(table)->value)> {
  for (const auto& row : table) {
    if (row.name == name) return row.value;
  }
  return std::nullopt;
}

}  // namespace jointly
