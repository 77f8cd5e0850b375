#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/bus/subscription.h"
#include "common/timers/timers.h"
#include "services/budgets/api/engine.h"

namespace jointly::budgets {

// What budgets follow of other services: institutions, who holds which office, and stays that ask
// for their grant.
std::vector<bus::Subscription> Subscriptions(Engine& engine);
std::map<std::string, timers::Handler> TimerHandlers(Engine& engine);

}  // namespace jointly::budgets
