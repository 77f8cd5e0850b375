#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "services/budgets/domain/converted.h"

// A statement as CSV (RFC 4180). The tables stand below each other, parted by an empty line; the
// first column of each names it. The same statement gives the same bytes.
namespace jointly::budgets {

inline constexpr Reason kInvalidCsvOption{"INVALID_CSV_OPTION"};  // option, value

struct CsvOptions {
  char separator = ',';
  char decimal_mark = '.';
  bool byte_order_mark = false;  // Excel takes a file without one for Windows-1252.
};
// Separator "," (also when empty), ";" or a tab, decimal mark "." (also when empty) or ",".
// Errors: INVALID_ARGUMENT INVALID_CSV_OPTION, also when both are the same.
absl::StatusOr<CsvOptions> ParseCsvOptions(std::string_view separator,
                                           std::string_view decimal_mark, bool byte_order_mark);

std::string StatementCsv(const Statement& statement, const CsvOptions& options,
                         const ConvertedActuals& converted = {});

}  // namespace jointly::budgets
