#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/deadlines/plan.h"
#include "services/theses/domain/facts.h"

// What must happen next with a thesis, what will go wrong, and what a change would make different.
namespace jointly::theses {

// One line per missing item and side, in "en", "fr" or "ja": the item by its name, for which year,
// by when and on what ground.
std::vector<std::string> NextSteps(const ThesisFacts& facts, std::string_view language);

// What will go wrong unless something is done, with the rule that says so: in English, as they
// travel in the thesis.
std::vector<std::string> Warnings(const Thesis& thesis, const Setting& setting,
                                  const deadlines::Plan& plan);

// A change that a what-if would make.
struct Difference {
  std::string subject;  // An obligation's id, "agreement", "residence/...", "stay/...", "budget".
  std::string before;   // A date and state; empty: it was not there.
  std::string after;
  std::string reason;
};
// What differs between two looks at one thesis: obligations, the agreement's cover of the defence,
// the residence shares, stays that reach beyond the defence, and the money that pays them.
struct LookedAt {
  const Thesis& thesis;
  const Setting& setting;
  const deadlines::Plan& plan;
};
std::vector<Difference> DifferencesOf(const LookedAt& before, const LookedAt& after);

}  // namespace jointly::theses
