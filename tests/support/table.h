#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Tables in tests, as text that somebody who knows the domain can read and check:
//
//   for (const Row& row : Table(R"(
//            from     action   by         result
//            draft    submit   student    submitted
//        )")) {
//     SCOPED_TRACE(row.text());
//     EXPECT_EQ(Move(row["from"], row["action"]), row["result"]);
//   }
//
// The first line names the columns; two blanks or more part the cells, so that a cell may have
// single blanks in it. Empty lines do not count; a cell "-" is an empty text.
namespace jointly::test {

class Row {
 public:
  Row(std::vector<std::string> columns, std::vector<std::string> cells, std::string text)
      : columns_(std::move(columns)), cells_(std::move(cells)), text_(std::move(text)) {}

  const std::string& operator[](std::string_view column) const {
    static const std::string kNone;
    const auto found = std::find(columns_.begin(), columns_.end(), column);
    const auto index = static_cast<std::size_t>(found - columns_.begin());
    if (found == columns_.end() || index >= cells_.size()) {
      ADD_FAILURE() << "no cell \"" << column << "\" in: " << text_;
      return kNone;
    }
    return cells_[index];
  }
  const std::string& text() const { return text_; }

 private:
  std::vector<std::string> columns_;
  std::vector<std::string> cells_;
  std::string text_;
};

inline std::vector<std::string> CellsOf(std::string_view line) {
  std::vector<std::string> cells;
  while (true) {
    const std::size_t begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos) return cells;
    line.remove_prefix(begin);
    std::string_view cell = line.substr(0, line.find("  "));
    line.remove_prefix(cell.size());
    cell = cell.substr(0, cell.find_last_not_of(' ') + 1);
    cells.emplace_back(cell == "-" ? std::string_view() : cell);
  }
}

inline std::vector<Row> Table(std::string_view text) {
  std::vector<Row> rows;
  std::vector<std::string> columns;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    std::vector<std::string> cells = CellsOf(line);
    if (cells.empty()) continue;
    if (columns.empty()) {
      columns = std::move(cells);
    } else {
      EXPECT_EQ(cells.size(), columns.size()) << "cells of: " << line;
      rows.emplace_back(columns, std::move(cells), std::string(line));
    }
  }
  EXPECT_FALSE(rows.empty()) << "a table without rows checks nothing";
  return rows;
}

}  // namespace jointly::test
