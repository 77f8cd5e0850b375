#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "services/budgets/domain/converted.h"

// A statement as tables of texts and numbers: what CSV and spreadsheets write, each in its way.
namespace jointly::budgets {

// A number in units of 10^-decimals: an amount's minor units, a percentage's tenths.
struct Decimal {
  std::int64_t units = 0;
  int decimals = 0;
  friend bool operator==(const Decimal&, const Decimal&) = default;
};
// "24828.27".
std::string FormatDecimal(const Decimal& decimal, char decimal_mark = '.');

using Cell = std::variant<std::string, Decimal>;

struct SheetTable {
  std::string name;  // "rows", "by_period", ...
  std::vector<std::string> header;
  std::vector<std::vector<Cell>> rows;
};

// In the order of views.proto. Tables without rows stay, with their header; converted actuals are
// columns behind the others.
std::vector<SheetTable> TablesOf(const Statement& statement,
                                 const ConvertedActuals& converted = {});

}  // namespace jointly::budgets
