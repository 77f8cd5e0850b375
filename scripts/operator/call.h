#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "scripts/operator/installation.h"

// `call`, `list` and `describe`: any method of any server, by reflection.
namespace jointly::tool {

struct CallSpec {
  std::string address;
  std::string method;  // "jointly.mobility.v1.Mobility/ListCalls"; also "Mobility/ListCalls".
  std::string json;    // The request; empty means {}.
  std::string token;
  int timeout_seconds = 10;
};

// The reply as JSON. Errors: what the server answered, with its details.
absl::StatusOr<std::string> CallByReflection(const CallSpec& spec);

// Every service of the server with its methods and their request and reply types.
absl::StatusOr<std::string> ListMethods(const std::string& address, int timeout_seconds);

// The definition of a message, a service or a method, as in its proto file.
absl::StatusOr<std::string> Describe(const std::string& address, const std::string& symbol,
                                     int timeout_seconds);

// The error as a person reads it: code, text, and every detail on a line of its own.
std::string Explain(const absl::Status& status);

}  // namespace jointly::tool
