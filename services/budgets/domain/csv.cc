#include "services/budgets/domain/csv.h"

#include <algorithm>
#include <utility>

namespace jointly::budgets {
namespace {

std::string Trim(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

char SeparatorOf(std::string_view text) {
  const std::string_view header = text.substr(0, text.find('\n'));
  const auto commas = std::count(header.begin(), header.end(), ',');
  return std::count(header.begin(), header.end(), ';') > commas ? ';' : ',';
}

// Takes a table apart, one character after the other.
class CsvReader {
 public:
  explicit CsvReader(char separator) : separator_(separator) {}

  void Take(char c) {
    if (quoted_) {
      TakeQuoted(c);
    } else if (c == '"' && cell_.empty() && !closed_) {
      quoted_ = true;
    } else if (c == separator_) {
      EndCell();
    } else if (c == '\n') {
      EndRow();
    } else if (c != '\r') {
      cell_ += c;
    }
  }
  CsvTable Finish() {
    if (pending_quote_) quoted_ = false;
    if (quoted_) table_.problem = "a quotation mark opens a cell and none closes it";
    EndRow();
    return std::move(table_);
  }

 private:
  // Two quotation marks in a quoted cell are one; a single one ends it.
  void TakeQuoted(char c) {
    if (pending_quote_) {
      pending_quote_ = false;
      if (c == '"') {
        cell_ += '"';
        return;
      }
      quoted_ = false;
      closed_ = true;
      Take(c);
    } else if (c == '"') {
      pending_quote_ = true;
    } else {
      cell_ += c;
    }
  }
  void EndCell() {
    row_.push_back(Trim(cell_));
    cell_.clear();
    closed_ = false;
    pending_quote_ = false;
  }
  void EndRow() {
    EndCell();
    const bool empty =
        std::all_of(row_.begin(), row_.end(), [](const std::string& cell) { return cell.empty(); });
    if (!empty && table_.header.empty()) {
      table_.header = row_;
    } else if (!empty) {
      table_.rows.push_back(row_);
    }
    row_.clear();
  }

  char separator_;
  CsvTable table_;
  std::vector<std::string> row_;
  std::string cell_;
  bool quoted_ = false;
  bool closed_ = false;         // The cell was quoted and its quotation mark has been closed.
  bool pending_quote_ = false;  // A quotation mark that ends the cell, or is the first of two.
};

}  // namespace

CsvTable ReadCsv(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  CsvReader reader(SeparatorOf(text));
  for (const char c : text) reader.Take(c);
  return reader.Finish();
}

}  // namespace jointly::budgets
