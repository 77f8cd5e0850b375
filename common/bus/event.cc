#include "common/bus/event.h"

namespace jointly::bus {

std::string EventType(const Event& event) { return "jointly." + RoutingKey(event); }

std::string RoutingKey(const Event& event) {
  return event.aggregate_type + "." + event.action + ".v" + std::to_string(kMajorVersion);
}

}  // namespace jointly::bus
