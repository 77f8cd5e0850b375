#pragma once

#include <absl/status/statusor.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "services/gateway/transcode/path_template.h"
#include "services/gateway/transcode/uri.h"

// Which RPC a method and a path mean, read from google.api.http of the linked descriptors.
namespace jointly::gateway {

// Kinds of traffic; each has its own rate limit.
enum class Traffic { kSession, kRead, kWrite };

struct Route {
  std::string http_method;  // "POST"
  PathTemplate path;
  std::string body;           // "": none; "*": all other fields; else the field's proto name.
  std::string response_body;  // "": the whole reply.
  const google::protobuf::MethodDescriptor* method = nullptr;
  std::string rpc_path;  // "/jointly.mobility.v1.Mobility/SubmitApplication"
  std::string peer;      // "mobility": the service that answers.
  Traffic traffic = Traffic::kRead;
  const google::protobuf::FieldDescriptor* request_id = nullptr;  // Null: none.
  FieldPath etag;  // Where If-Match goes; empty: the method has no optimistic lock.

  // Whether a call may be sent again when nobody knows whether the first arrived.
  bool repeatable() const { return traffic == Traffic::kRead || request_id != nullptr; }
  std::unique_ptr<google::protobuf::Message> NewRequest() const;
  std::unique_ptr<google::protobuf::Message> NewReply() const;
};

struct Match {
  const Route* route = nullptr;      // Null: nothing there, or not with this method.
  std::vector<std::string> allowed;  // Methods that the path takes; empty: no such path.
};

class RouteTable {
 public:
  // Every method with google.api.http of `services`. Errors: INVALID_ARGUMENT for a rule that is
  // wrong or that two methods share.
  static absl::StatusOr<RouteTable> Build(
      const std::vector<const google::protobuf::ServiceDescriptor*>& services);

  // A literal segment wins over a wildcard; HEAD is served as GET.
  Match Find(std::string_view http_method, const Target& target) const;
  const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }

 private:
  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> any;
    std::unique_ptr<Node> rest;
    std::vector<const Route*> routes;
  };

  absl::Status Add(std::unique_ptr<Route> route);
  static void Collect(const Node& node, const Target& target, std::size_t depth,
                      std::string_view http_method, Match& match);

  std::vector<std::unique_ptr<Route>> routes_;
  std::unique_ptr<Node> root_ = std::make_unique<Node>();
};

// The public services of the product that are linked into this binary: jointly.*.v1 except
// operations, which is for operators on the services' own ports.
std::vector<const google::protobuf::ServiceDescriptor*> PublicServices();

// "mobility" of "jointly.mobility.v1.Mobility"; empty for a foreign name.
std::string PeerOf(std::string_view service_full_name);

}  // namespace jointly::gateway
