#include "services/budgets/domain/export_csv.h"

#include <algorithm>

#include "services/budgets/domain/export_table.h"

namespace jointly::budgets {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

absl::Status RefuseOption(std::string_view option, std::string_view value,
                          std::string_view wanted) {
  return InvalidArgument(
      kInvalidCsvOption, wanted,
      {{"option", std::string(option)}, {"value", std::string(value.substr(0, 40))}});
}

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

// A spreadsheet takes a text that begins like a formula for one, even in quotes; a leading
// apostrophe keeps it a text.
std::string Harmless(const std::string& text) {
  return text.find_first_of("=+-@\t\r") == 0 ? "'" + text : text;
}

std::string Shown(const Cell& cell, const CsvOptions& options) {
  if (const auto* number = std::get_if<Decimal>(&cell)) {
    return FormatDecimal(*number, options.decimal_mark);
  }
  const std::string text = Harmless(std::get<std::string>(cell));
  const bool special = text.find_first_of("\"\r\n;,\t") != std::string::npos;
  return special ? Quoted(text) : text;
}

// The rate between two currencies is a quotient of two numbers, which a cell has as a text.
bool IsQuotient(const std::string& column, const Cell& cell) {
  return column.ends_with("rate") && std::holds_alternative<std::string>(cell);
}

std::string Quotient(const Cell& cell, const CsvOptions& options) {
  std::string text = std::get<std::string>(cell);
  std::replace(text.begin(), text.end(), '.', options.decimal_mark);
  return text;
}

}  // namespace

absl::StatusOr<CsvOptions> ParseCsvOptions(std::string_view separator,
                                           std::string_view decimal_mark, bool byte_order_mark) {
  if (!separator.empty() && separator != "," && separator != ";" && separator != "\t") {
    return RefuseOption("separator", separator, "a separator is a comma, a semicolon or a tab");
  }
  if (!decimal_mark.empty() && decimal_mark != "." && decimal_mark != ",") {
    return RefuseOption("decimal_mark", decimal_mark, "a decimal mark is a point or a comma");
  }
  const CsvOptions options{.separator = separator.empty() ? ',' : separator[0],
                           .decimal_mark = decimal_mark.empty() ? '.' : decimal_mark[0],
                           .byte_order_mark = byte_order_mark};
  if (options.separator == options.decimal_mark) {
    return RefuseOption("decimal_mark", ",",
                        "a decimal comma needs another separator: use a semicolon");
  }
  return options;
}

std::string StatementCsv(const Statement& statement, const CsvOptions& options,
                         const ConvertedActuals& converted) {
  std::string csv = options.byte_order_mark ? "\xEF\xBB\xBF" : "";
  bool first = true;
  for (const SheetTable& table : TablesOf(statement, converted)) {
    if (!first) csv += kLineEnd;
    first = false;
    csv += "table";
    for (const std::string& column : table.header) csv += options.separator + column;
    csv += kLineEnd;
    for (const std::vector<Cell>& row : table.rows) {
      csv += table.name;
      for (std::size_t i = 0; i < row.size(); ++i) {
        csv += options.separator;
        csv += IsQuotient(table.header[i], row[i]) ? Quotient(row[i], options)
                                                   : Shown(row[i], options);
      }
      csv += kLineEnd;
    }
  }
  return csv;
}

}  // namespace jointly::budgets
