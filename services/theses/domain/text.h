#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/time/civil.h"

// How evidence spells values: short, exact, the same everywhere.
namespace jointly::theses {

std::string Join(const std::vector<std::string>& parts, std::string_view between);
std::string Join(const std::vector<std::string_view>& parts, std::string_view between);
// "2026-11-03 14:00:00 Europe/Paris".
std::string Text(const CivilTime& civil);
// "2026-11-03"; `otherwise` when there is none.
std::string Text(const std::optional<Date>& date, std::string_view otherwise = "none");

}  // namespace jointly::theses
