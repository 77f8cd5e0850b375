#pragma once

#include <absl/status/statusor.h>
#include <google/protobuf/message.h>

#include <functional>
#include <string>

#include "common/rpc/call.h"

namespace jointly::simulation {

// One command of a client, which keeps its request id: when the answer does not come, it may ask
// again, at once or much later.
struct Command {
  enum class Outcome { kUnknown, kAcknowledged, kRefused };

  std::string service;
  std::string method;  // "jointly.mobility.v1.Mobility.AcceptOffer"
  auth::Principal caller;
  std::string request_id;
  std::string about;  // What the request names, for the trace.
  bool request_id_given = true;
  bool changes = true;  // Not a read, not a rehearsal.
  std::function<absl::StatusOr<std::string>(rpc::Call&)> attempt;
  // What a reply teaches the clients; gives the name of the resource in it, if it is one.
  std::function<std::string(const std::string& reply)> learn;

  int attempts = 0;  // Calls that may have reached the service.
  Time first_time;
  Outcome outcome = Outcome::kUnknown;
  std::string reply;    // Of the first acknowledgement.
  std::string subject;  // The resource of the reply, if it is one.
};

// The method that takes the request: request types are unique in a service.
const google::protobuf::MethodDescriptor& MethodOf(const google::protobuf::Descriptor& request,
                                                   const std::string& service);
// Whether the runtime would let the caller in: audience and roles of the method's policy.
absl::Status CheckPolicy(const google::protobuf::MethodDescriptor& method,
                         const auth::Principal& caller);
// Sets the request_id field; false when there is none: a read.
bool SetRequestId(google::protobuf::Message& request, const std::string& request_id);
bool IsRehearsal(const google::protobuf::Message& request);
// The name of a resource; empty when the message is none.
std::string NameIn(const google::protobuf::Message& message);
std::string SubjectIn(const google::protobuf::Message& request);

}  // namespace jointly::simulation
