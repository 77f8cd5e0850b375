#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/bus/amqp.h"

// What every process declares (messaging.md section 2), as data: amqp_connection.cc declares it,
// the simulator's broker routes by it, and a test compares deploy/rabbitmq/definitions.json with
// it.
namespace jointly::bus {

inline constexpr const char* kEventsExchange = "jointly.events";
inline constexpr const char* kDeadExchange = "jointly.dead";

struct QueueArgument {
  std::string name;
  std::variant<bool, std::int64_t, std::string> value;
};
struct QueueSpec {
  std::string name;
  std::vector<QueueArgument> arguments;
};
struct BindingSpec {
  std::string exchange;
  std::string queue;
  std::string routing_key;
};

std::string QueueOf(std::string_view service);        // "jointly.mobility"
std::string ParkedQueueOf(std::string_view service);  // "jointly.mobility.parked"

// Durable topic exchanges.
std::vector<std::string> ExchangeNames();
std::vector<QueueSpec> QueueSpecs();
std::vector<BindingSpec> BindingSpecs();

// Whether a queue takes the aggregate's events. What nobody takes is done when it was sent: the
// broker returns it, and the gateway's hint queue has seen it.
bool HasConsumer(std::string_view aggregate_type);
// Whether the service's queue takes the aggregate's events.
bool IsBound(std::string_view service, std::string_view aggregate_type);

}  // namespace jointly::bus
