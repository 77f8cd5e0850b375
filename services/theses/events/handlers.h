#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/bus/subscription.h"
#include "common/timers/timers.h"
#include "services/theses/api/engine.h"

// What this service does when something happens elsewhere, or when a time comes. `engine` outlives
// what is returned.
namespace jointly::theses {

// Replicas of institutions, units, people and framework agreements; stays of the mobility service;
// what a budget answers to a thesis that asked for its money; erasure of people.
std::vector<bus::Subscription> Subscriptions(Engine& engine);
std::map<std::string, timers::Handler> TimerHandlers(Engine& engine);

}  // namespace jointly::theses
