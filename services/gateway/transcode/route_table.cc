#include "services/gateway/transcode/route_table.h"

#include <google/api/annotations.pb.h>
#include <jointly/options/v1/options.pb.h>

#include <algorithm>
#include <set>

#include "common/error/error.h"
#include "common/error/macros.h"
#include "services/gateway/transcode/descriptors.h"
#include "services/gateway/transcode/field_value.h"

namespace jointly::gateway {
namespace {

namespace protobuf = google::protobuf;
using Kind = PathTemplate::Segment::Kind;

inline constexpr Reason kInvalidRoute{"INVALID_ROUTE"};

absl::Status Refuse(const protobuf::MethodDescriptor& method, std::string_view what) {
  return InvalidArgument(kInvalidRoute,
                         "google.api.http of " + method.full_name() + ": " + std::string(what));
}

struct Pattern {
  std::string http_method;
  std::string path;
};

Pattern PatternOf(const google::api::HttpRule& rule) {
  switch (rule.pattern_case()) {
    case google::api::HttpRule::kGet:
      return {"GET", rule.get()};
    case google::api::HttpRule::kPut:
      return {"PUT", rule.put()};
    case google::api::HttpRule::kPost:
      return {"POST", rule.post()};
    case google::api::HttpRule::kDelete:
      return {"DELETE", rule.delete_()};
    case google::api::HttpRule::kPatch:
      return {"PATCH", rule.patch()};
    case google::api::HttpRule::kCustom:
      return {rule.custom().kind(), rule.custom().path()};
    case google::api::HttpRule::PATTERN_NOT_SET:
      break;
  }
  return {};
}

const protobuf::FieldDescriptor* StringField(const protobuf::Descriptor& message,
                                             const std::string& name) {
  const protobuf::FieldDescriptor* field = message.FindFieldByName(name);
  const bool fits = field != nullptr && !field->is_repeated() &&
                    field->cpp_type() == protobuf::FieldDescriptor::CPPTYPE_STRING;
  return fits ? field : nullptr;
}

// The request's own etag, or that of the resource in the body of a PATCH.
FieldPath EtagOf(const Route& route) {
  const protobuf::Descriptor& request = *route.method->input_type();
  if (const auto* field = StringField(request, "etag"); field != nullptr) return {field};
  if (route.http_method != "PATCH" || route.body.empty() || route.body == "*") return {};
  const protobuf::FieldDescriptor* body = request.FindFieldByName(route.body);
  const auto* field = StringField(*body->message_type(), "etag");
  return field == nullptr ? FieldPath() : FieldPath{body, field};
}

Traffic TrafficOf(const Route& route) {
  const auto& policy = route.method->options().GetExtension(options::v1::policy);
  if (route.http_method == "GET") return Traffic::kRead;
  return policy.audience() == options::v1::Policy::ANYONE ? Traffic::kSession : Traffic::kWrite;
}

// The first type that the JSON reader does not know, among those that `type` is made of; empty:
// none.
std::string Unsupported(const protobuf::Descriptor& type,
                        std::set<const protobuf::Descriptor*>& seen) {
  if (!seen.insert(&type).second) return {};
  if (IsUnsupported(type)) return type.full_name();
  for (int i = 0; i < type.field_count(); ++i) {
    const protobuf::Descriptor* field = type.field(i)->message_type();
    if (field == nullptr) continue;
    if (std::string name = Unsupported(*field, seen); !name.empty()) return name;
  }
  return {};
}

absl::StatusOr<std::unique_ptr<Route>> MakeRoute(const protobuf::MethodDescriptor& method,
                                                 const google::api::HttpRule& rule) {
  auto route = std::make_unique<Route>();
  const Pattern pattern = PatternOf(rule);
  if (pattern.path.empty()) return Refuse(method, "has no pattern");
  if (method.client_streaming() || method.server_streaming()) {
    return Refuse(method, "a stream cannot be one JSON document");
  }
  std::set<const protobuf::Descriptor*> seen;
  if (const std::string type = Unsupported(*method.input_type(), seen); !type.empty()) {
    return Refuse(method, "the request holds a " + type + ", which JSON requests cannot carry");
  }
  route->method = &method;
  route->http_method = pattern.http_method;
  ASSIGN_OR_RETURN(route->path, ParsePathTemplate(pattern.path, *method.input_type()));
  route->body = rule.body();
  route->response_body = rule.response_body();
  if (!route->body.empty() && route->body != "*") {
    const auto* field = method.input_type()->FindFieldByName(route->body);
    if (field == nullptr || field->is_repeated() || field->message_type() == nullptr) {
      return Refuse(method, "body names no message field: " + route->body);
    }
  }
  if (!route->response_body.empty()) {
    const auto* field = method.output_type()->FindFieldByName(route->response_body);
    if (field == nullptr || field->is_repeated() || field->message_type() == nullptr) {
      return Refuse(method, "response_body names no message field: " + route->response_body);
    }
  }
  route->rpc_path = "/" + method.service()->full_name() + "/" + method.name();
  route->peer = PeerOf(method.service()->full_name());
  route->request_id = StringField(*method.input_type(), "request_id");
  route->etag = EtagOf(*route);
  route->traffic = TrafficOf(*route);
  return route;
}

}  // namespace

std::unique_ptr<protobuf::Message> Route::NewRequest() const {
  return std::unique_ptr<protobuf::Message>(
      protobuf::MessageFactory::generated_factory()->GetPrototype(method->input_type())->New());
}

std::unique_ptr<protobuf::Message> Route::NewReply() const {
  return std::unique_ptr<protobuf::Message>(
      protobuf::MessageFactory::generated_factory()->GetPrototype(method->output_type())->New());
}

absl::StatusOr<RouteTable> RouteTable::Build(
    const std::vector<const protobuf::ServiceDescriptor*>& services) {
  RouteTable table;
  for (const protobuf::ServiceDescriptor* service : services) {
    for (int i = 0; i < service->method_count(); ++i) {
      const protobuf::MethodDescriptor& method = *service->method(i);
      if (!method.options().HasExtension(google::api::http)) continue;
      const auto& rule = method.options().GetExtension(google::api::http);
      ASSIGN_OR_RETURN(auto route, MakeRoute(method, rule));
      RETURN_IF_ERROR(table.Add(std::move(route)));
      for (const auto& additional : rule.additional_bindings()) {
        ASSIGN_OR_RETURN(auto other, MakeRoute(method, additional));
        RETURN_IF_ERROR(table.Add(std::move(other)));
      }
    }
  }
  return table;
}

absl::Status RouteTable::Add(std::unique_ptr<Route> route) {
  Node* node = root_.get();
  for (const auto& segment : route->path.segments) {
    std::unique_ptr<Node>& next = segment.kind == Kind::kLiteral ? node->literals[segment.literal]
                                  : segment.kind == Kind::kAny   ? node->any
                                                                 : node->rest;
    if (next == nullptr) next = std::make_unique<Node>();
    node = next.get();
  }
  for (const Route* other : node->routes) {
    if (other->http_method == route->http_method && other->path.verb == route->path.verb) {
      return Refuse(*route->method, "shares its path with " + other->method->full_name());
    }
  }
  node->routes.push_back(route.get());
  routes_.push_back(std::move(route));
  return absl::OkStatus();
}

void RouteTable::Collect(const Node& node, const Target& target, std::size_t depth,
                         std::string_view http_method, Match& match) {
  if (match.route != nullptr) return;
  if (depth == target.segments.size()) {
    for (const Route* route : node.routes) {
      if (route->path.verb != target.verb) continue;
      match.allowed.push_back(route->http_method);
      if (route->http_method == http_method) match.route = route;
    }
    return;
  }
  const std::string& segment = target.segments[depth];
  if (segment.empty()) return;
  if (const auto found = node.literals.find(segment); found != node.literals.end()) {
    Collect(*found->second, target, depth + 1, http_method, match);
  }
  if (node.any != nullptr) Collect(*node.any, target, depth + 1, http_method, match);
  if (node.rest != nullptr) {
    Collect(*node.rest, target, target.segments.size(), http_method, match);
  }
}

Match RouteTable::Find(std::string_view http_method, const Target& target) const {
  Match match;
  Collect(*root_, target, 0, http_method == "HEAD" ? "GET" : http_method, match);
  std::sort(match.allowed.begin(), match.allowed.end());
  match.allowed.erase(std::unique(match.allowed.begin(), match.allowed.end()), match.allowed.end());
  return match;
}

std::string PeerOf(std::string_view name) {
  constexpr std::string_view kPrefix = "jointly.";
  if (!name.starts_with(kPrefix)) return {};
  name.remove_prefix(kPrefix.size());
  return std::string(name.substr(0, name.find('.')));
}

std::vector<const protobuf::ServiceDescriptor*> PublicServices() {
  // Static storage registers every linked file; the database of the pool knows their names.
  std::vector<const protobuf::ServiceDescriptor*> services;
  for (const protobuf::FileDescriptor* file : LinkedFiles()) {
    if (PeerOf(file->package()) == "operations") continue;
    for (int i = 0; i < file->service_count(); ++i) services.push_back(file->service(i));
  }
  return services;
}

}  // namespace jointly::gateway
