#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/time/civil.h"
#include "services/mobility/domain/types.h"

// How evidence spells values: short, exact, the same everywhere.
namespace jointly::mobility {

// "2024-11-14 12:00:00 Europe/Paris".
std::string Text(const CivilTime& civil);
// The instant as a civil time of `zone`, whole seconds; UTC when the zone is unknown.
std::string Text(Time time, std::string_view zone);
// At most four decimals, none that says nothing: "14.5", "2.3333", "15".
std::string Text(double value);
// "agreements/a/conditions/c (full_year)".
std::string Text(const Choice& choice);
std::string Join(const std::vector<std::string>& parts, std::string_view between);

}  // namespace jointly::mobility
