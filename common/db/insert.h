#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "common/db/database.h"

namespace jointly::db {

// Many rows of one table, written set-based: few statements whatever their number.
struct Insert {
  std::string_view into;  // "INSERT INTO posting (budget, amount)".
  std::size_t columns = 0;
  std::string_view conflict = {};  // "ON CONFLICT (id) DO UPDATE SET ..."; may be empty.
};

// Adds a row to the values of InsertRows, moving what may be moved.
template <typename... Columns>
void AddRow(Values& values, Columns&&... columns) {
  (values.emplace_back(std::forward<Columns>(columns)), ...);
}

// Queues the rows, which lie one after the other in `values`: numbers, texts and bytes. A column
// has one type in all rows, so no NULL. With a conflict clause no key may occur twice.
void InsertRows(Tx& tx, const Insert& insert, Values values);

}  // namespace jointly::db
