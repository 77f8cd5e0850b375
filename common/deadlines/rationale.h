#pragma once

#include <string>
#include <vector>

#include "common/deadlines/instance.h"
#include "common/deadlines/plan.h"

// Private to common/deadlines: the way to a due as data.
namespace jointly::deadlines {

std::vector<Step> RationaleOf(const Instances& instances, const Outcome& outcome);
std::vector<std::string> AnchorRefsOf(const Instances& instances, const Outcome& outcome);

}  // namespace jointly::deadlines
