#pragma once

#include <string_view>

#include "common/deadlines/facts.h"

// What people call the items that a thesis can lack, in three languages.
namespace jointly::theses {

// Of a year's step, a milestone, a defence step, or one of: "opinion", "open_agreement",
// "agreement_in_force", "report", "authorisation", "defence", "diploma", "theses_fr",
// "decision_on_extension", "return", "plan_defence". Another word stands for itself.
deadlines::Text WordFor(std::string_view item);

}  // namespace jointly::theses
