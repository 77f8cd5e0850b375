#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/budgets/domain/types.h"

// How evidence spells values: short, exact, the same everywhere.
namespace jointly::budgets {

// "5171.73 EUR".
std::string Text(std::int64_t minor, const money::Currency& currency);
// "p1/EQUIP/tsukuba/cash".
std::string Text(const LineKey& line);
// "people/x", "people/x for people/y".
std::string Text(const Hand& hand);
std::string Join(const std::vector<std::string>& parts, std::string_view between);

}  // namespace jointly::budgets
