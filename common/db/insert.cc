#include "common/db/insert.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <type_traits>
#include <utility>

#include "common/error/check.h"

namespace jointly::db {
namespace {

constexpr std::size_t kValuesMax = 64;
constexpr std::size_t kArrayMax = 512;

using From = std::move_iterator<Values::iterator>;

// "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) ON CONFLICT ...".
std::string ValuesText(const Insert& insert, std::size_t rows) {
  std::string text(insert.into);
  text += " VALUES ";
  std::size_t parameter = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    text += row == 0 ? "(" : ", (";
    for (std::size_t column = 0; column < insert.columns; ++column) {
      if (column > 0) text += ", ";
      text += '$';
      text += std::to_string(++parameter);
    }
    text += ')';
  }
  if (!insert.conflict.empty()) text.append(" ").append(insert.conflict);
  return text;
}

// The number of rows per statement is a power of two, so that a connection prepares a handful of
// texts, not one per count.
void InsertValues(Tx& tx, const Insert& insert, From from, std::size_t rows) {
  for (std::size_t chunk = kValuesMax; rows > 0; chunk /= 2) {
    for (; rows >= chunk; rows -= chunk) {
      const From end = from + static_cast<std::ptrdiff_t>(chunk * insert.columns);
      tx.Execute(ValuesText(insert, chunk), Values(from, end));
      from = end;
    }
  }
}

// One column of rows that lie one after the other, as an array.
template <typename List, typename Element>
Value TakeColumn(From from, std::size_t columns, std::size_t rows) {
  List list;
  list.values.reserve(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    Value& value = from.base()[static_cast<std::ptrdiff_t>(row * columns)];
    auto* element = std::get_if<Element>(&value.variant());
    Check(element != nullptr, "a column has one type in all rows: a number, text or bytes");
    if constexpr (std::is_same_v<Element, Blob>) {
      list.values.push_back(std::move(element->bytes));
    } else {
      list.values.push_back(std::move(*element));
    }
  }
  return Value(std::move(list));
}

struct ArrayColumn {
  std::string_view type;
  Value (*take)(From from, std::size_t columns, std::size_t rows);
};

ArrayColumn ArrayColumnOf(const Value& first) {
  if (std::holds_alternative<std::int64_t>(first.variant())) {
    return {"BIGINT[]", &TakeColumn<IntegerList, std::int64_t>};
  }
  if (std::holds_alternative<Blob>(first.variant())) {
    return {"BYTEA[]", &TakeColumn<BlobList, Blob>};
  }
  return {"TEXT[]", &TakeColumn<TextList, std::string>};
}

// PostgreSQL sets up each parameter of VALUES at every execution; a column as one array costs a
// fraction of it, in one text whatever the number of rows.
void InsertArrays(Tx& tx, const Insert& insert, From from, std::size_t rows) {
  std::string arrays;
  std::vector<ArrayColumn> columns;
  for (std::size_t column = 0; column < insert.columns; ++column) {
    columns.push_back(ArrayColumnOf(from.base()[static_cast<std::ptrdiff_t>(column)]));
    arrays += (column == 0 ? "CAST($" : ", CAST($") + std::to_string(column + 1) + " AS ";
    arrays.append(columns.back().type).append(")");
  }
  std::string text(insert.into);
  text += " SELECT * FROM unnest(" + arrays + ")";
  if (!insert.conflict.empty()) text.append(" ").append(insert.conflict);
  while (rows > 0) {
    const std::size_t chunk = std::min(rows, kArrayMax);
    Values lists;
    lists.reserve(insert.columns);
    for (std::size_t column = 0; column < insert.columns; ++column) {
      lists.push_back(
          columns[column].take(from + static_cast<std::ptrdiff_t>(column), insert.columns, chunk));
    }
    tx.Execute(text, std::move(lists));
    from += static_cast<std::ptrdiff_t>(chunk * insert.columns);
    rows -= chunk;
  }
}

}  // namespace

void InsertRows(Tx& tx, const Insert& insert, Values values) {
  Check(insert.columns > 0 && values.size() % insert.columns == 0, "rows of another width");
  const std::size_t rows = values.size() / insert.columns;
  const From from = std::make_move_iterator(values.begin());
  if (tx.is_postgres() && rows > 1) {
    InsertArrays(tx, insert, from, rows);
  } else {
    InsertValues(tx, insert, from, rows);
  }
}

}  // namespace jointly::db
