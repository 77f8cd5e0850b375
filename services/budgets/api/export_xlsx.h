#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "services/budgets/domain/converted.h"

namespace jointly::budgets {

// A statement as an Office Open XML workbook: one sheet per table, numbers as numbers in the
// currency's decimals. The same statement gives the same bytes: the file says no time and no
// author. Errors: INTERNAL when the file cannot be written.
absl::StatusOr<std::string> StatementWorkbook(const Statement& statement,
                                              const ConvertedActuals& converted = {});

}  // namespace jointly::budgets
