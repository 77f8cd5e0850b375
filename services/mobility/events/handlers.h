#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/bus/subscription.h"
#include "common/timers/timers.h"
#include "services/mobility/api/engine.h"

// What this service does when something happens elsewhere, or when a time comes. `engine` outlives
// what is returned.
namespace jointly::mobility {

// Replicas of institutions, agreements and students; places follow the agreement's text.
std::vector<bus::Subscription> Subscriptions(Engine& engine);
std::map<std::string, timers::Handler> TimerHandlers(Engine& engine);

}  // namespace jointly::mobility
