#include "common/db/insert.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "common/error/check.h"

namespace jointly::db {
namespace {

constexpr std::size_t kRowsMax = 64;

// "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) ON CONFLICT ...".
std::string Text(const Insert& insert, std::size_t rows) {
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

}  // namespace

void InsertRows(Tx& tx, const Insert& insert, Values values) {
  Check(insert.columns > 0 && values.size() % insert.columns == 0, "rows of another width");
  auto from = std::make_move_iterator(values.begin());
  std::size_t rows = values.size() / insert.columns;
  for (std::size_t chunk = kRowsMax; rows > 0; chunk /= 2) {
    for (; rows >= chunk; rows -= chunk) {
      const auto end = from + static_cast<std::ptrdiff_t>(chunk * insert.columns);
      tx.Execute(Text(insert, chunk), Values(from, end));
      from = end;
    }
  }
}

}  // namespace jointly::db
