#include "common/db/insert.h"

#include <algorithm>
#include <iterator>
#include <string>
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

// How a column of texts becomes the column's own type again.
std::string Column(const Value& value, const std::string& name) {
  if (std::holds_alternative<std::int64_t>(value.variant())) return "CAST(" + name + " AS BIGINT)";
  if (std::holds_alternative<Blob>(value.variant())) return "decode(" + name + ", 'hex')";
  Check(std::holds_alternative<std::string>(value.variant()),
        "a column is a number, text or bytes");
  return name;
}

std::string Hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0xF];
  }
  return text;
}

std::string TextOf(Value value) {
  if (const auto* number = std::get_if<std::int64_t>(&value.variant())) {
    return std::to_string(*number);
  }
  if (const auto* blob = std::get_if<Blob>(&value.variant())) return Hex(blob->bytes);
  const auto* text = std::get_if<std::string>(&value.variant());
  Check(text != nullptr, "a column has one type in all rows");
  return *text;
}

// PostgreSQL sets up each parameter of VALUES at every execution; a column as one array costs a
// fraction of it, in one text whatever the number of rows.
void InsertArrays(Tx& tx, const Insert& insert, From from, std::size_t rows) {
  std::string names;
  std::string columns;
  std::string arrays;
  for (std::size_t column = 0; column < insert.columns; ++column) {
    const std::string comma = column == 0 ? "" : ", ";
    const std::string name = "c" + std::to_string(column + 1);
    names += comma + name;
    columns += comma + Column(from.base()[static_cast<std::ptrdiff_t>(column)], "u." + name);
    arrays += comma + "CAST($" + std::to_string(column + 1) + " AS TEXT[])";
  }
  std::string text(insert.into);
  text += " SELECT " + columns + " FROM unnest(" + arrays + ") AS u(" + names + ")";
  if (!insert.conflict.empty()) text.append(" ").append(insert.conflict);
  while (rows > 0) {
    const std::size_t chunk = std::min(rows, kArrayMax);
    std::vector<TextList> lists(insert.columns);
    for (std::size_t row = 0; row < chunk; ++row) {
      for (TextList& list : lists) list.values.push_back(TextOf(*from++));
    }
    tx.Execute(
        text, Values(std::make_move_iterator(lists.begin()), std::make_move_iterator(lists.end())));
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
