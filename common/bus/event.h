#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/time/clock.h"

namespace jointly::bus {

// What a change of one aggregate says to the other services. One command on one aggregate makes
// one revision and one event; the body is the aggregate's event message (ApplicationEvent) with
// personal fields already cleared.
struct Event {
  std::string aggregate_type;  // "mobility.application": service and noun.
  std::string aggregate_id;    // The id alone, without the collection.
  std::int64_t revision = 0;   // 1, 2, 3 ... without gaps per aggregate.
  std::string action;          // "submitted"; with the type it makes the routing key.
  std::string subject;         // "applications/{id}".
  std::string message_name;    // "jointly.mobility.v1.ApplicationEvent".
  std::string body;            // Serialized, at most 256 KiB.
  std::string from;            // State before and after, for the audit row and the activity feed.
  std::string to;
  std::string actor;       // people/{id}, "service:x" or "timer".
  std::string request_id;  // Of the command; empty for timers.
  std::string traceparent;
  std::string correlation_id;  // The request that started it all.
  std::string causation_id;    // The message id whose handler made this, if one did.
  // Institutions and people who may see a hint of it: "institutions/uga", "people/{id}".
  std::vector<std::string> audience;
  std::string before_digest;  // Hex SHA-256 of the aggregate before and after; for the audit.
  std::string after_digest;
};

// The wire's version of every type: part of the routing key and the type attribute.
inline constexpr int kMajorVersion = 1;
inline constexpr std::size_t kBodyBytesMax = 256 * 1024;

// "jointly.mobility.application.submitted.v1"; the routing key is the same without "jointly.".
std::string EventType(const Event& event);
std::string RoutingKey(const Event& event);

// A received or logged event: headers as on the wire, already checked.
struct Message {
  std::string message_id;
  std::string event_type;
  std::string aggregate_type;
  std::string aggregate_id;
  std::int64_t revision = 0;
  std::string subject;
  std::string action;
  std::string source;  // "mobility": the producing service.
  Time time;           // When the command was committed.
  std::string traceparent;
  std::string correlation_id;
  std::string causation_id;
  std::map<std::string, std::string> headers;
  std::string body;
};

}  // namespace jointly::bus
