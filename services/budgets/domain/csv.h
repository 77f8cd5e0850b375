#pragma once

#include <string>
#include <string_view>
#include <vector>

// Tables that people export from spreadsheets: RFC 4180, with a comma or a semicolon between cells
// (whichever the header has more of), LF or CRLF, with or without a byte order mark.
namespace jointly::budgets {

struct CsvTable {
  std::vector<std::string> header;             // Without blanks around the names.
  std::vector<std::vector<std::string>> rows;  // Empty lines are left out.
  std::string problem;                         // A quote that never ends; empty: none.
};
CsvTable ReadCsv(std::string_view text);

}  // namespace jointly::budgets
