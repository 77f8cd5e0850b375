#include "services/gateway/openapi/document.h"
#include "common/text/text.h"

#include <jointly/options/v1/options.pb.h>

#include <nlohmann/json.hpp>

#include <algorithm>

#include "services/gateway/openapi/extras.h"
#include "services/gateway/openapi/schema.h"
#include "services/gateway/transcode/field_value.h"

namespace jointly::gateway {
namespace {

namespace protobuf = google::protobuf;
using Kind = PathTemplate::Segment::Kind;
using options::v1::Policy;

// "mobilities" -> "mobility", "people" -> "person", "calls" -> "call".
std::string Singular(const std::string& collection) {
  if (collection == "people") return "person";
  if (collection.ends_with("ies")) return collection.substr(0, collection.size() - 3) + "y";
  return collection.ends_with('s') ? collection.substr(0, collection.size() - 1) : collection;
}

bool InPath(const Route& route, const protobuf::FieldDescriptor& field) {
  return std::any_of(route.path.variables.begin(), route.path.variables.end(),
                     [&](const auto& variable) { return variable.field == FieldPath{&field}; });
}

// Fields that headers carry better; they may still be given in the body or the query.
bool InHeader(const Route& route, const protobuf::FieldDescriptor& field) {
  return &field == route.request_id || route.etag == FieldPath{&field};
}

std::string FirstSentence(std::string_view text) {
  const std::size_t end = text.find_first_of(".\n");
  return std::string(text.substr(0, end));
}

Json Parameter(const std::string& name) { return {{"$ref", "#/components/parameters/" + name}}; }

class Builder {
 public:
  Builder(const RouteTable& table, const Comments& comments)
      : table_(table), comments_(comments), schemas_(comments) {}

  std::string Build();

 private:
  Json Operation(const Route& route, const OpenApiPath& path);
  Json Parameters(const Route& route, const OpenApiPath& path);
  Json RequestBody(const Route& route);
  Json Replies(const Route& route);
  void Describe(const Route& route, Json& operation);
  void AddTags(Json& document) const;

  const RouteTable& table_;
  const Comments& comments_;
  Schemas schemas_;
  std::map<std::string, int> operation_ids_;
};

Json Builder::Parameters(const Route& route, const OpenApiPath& path) {
  Json parameters = Json::array();
  for (const std::string& name : path.parameters) {
    parameters.push_back({{"name", name},
                          {"in", "path"},
                          {"required", true},
                          {"description", "Id of the " + name + "."},
                          {"schema", {{"type", "string"}}}});
  }
  const protobuf::Descriptor& request = *route.method->input_type();
  for (int i = 0; i < request.field_count() && route.body != "*"; ++i) {
    const protobuf::FieldDescriptor& field = *request.field(i);
    if (field.name() == route.body || InPath(route, field) || InHeader(route, field)) continue;
    Json schema = schemas_.OfField(field);
    Json parameter = {{"name", field.json_name()}, {"in", "query"}};
    if (schema.contains("description")) {
      parameter["description"] = schema["description"];
      schema.erase("description");
    }
    parameter["schema"] = std::move(schema);
    parameters.push_back(std::move(parameter));
  }
  if (route.request_id != nullptr) parameters.push_back(Parameter("IdempotencyKey"));
  if (!route.etag.empty()) parameters.push_back(Parameter("IfMatch"));
  parameters.push_back(Parameter("RequestTimeout"));
  parameters.push_back(Parameter("RequestId"));
  return parameters;
}

Json Builder::RequestBody(const Route& route) {
  const protobuf::Descriptor& request = *route.method->input_type();
  Json schema;
  if (route.body == "*") {
    schema["type"] = "object";
    for (int i = 0; i < request.field_count(); ++i) {
      const protobuf::FieldDescriptor& field = *request.field(i);
      if (InPath(route, field) || InHeader(route, field)) continue;
      schema["properties"][field.json_name()] = schemas_.OfField(field);
    }
  } else {
    schema = schemas_.OfMessage(*request.FindFieldByName(route.body)->message_type());
  }
  return {{"required", route.body != "*"},
          {"content", {{"application/json", {{"schema", schema}}}}}};
}

Json Builder::Replies(const Route& route) {
  const protobuf::Descriptor* reply = route.method->output_type();
  if (!route.response_body.empty()) {
    reply = reply->FindFieldByName(route.response_body)->message_type();
  }
  Json ok = {{"description", "The " + reply->name() + "."}};
  if (route.method->output_type()->FindFieldByName("etag") != nullptr) {
    ok["headers"] = {{"ETag", {{"$ref", "#/components/headers/ETag"}}}};
  }
  ok["content"] = {{"application/json", {{"schema", schemas_.OfMessage(*reply)}}}};
  return {{"200", std::move(ok)}, {"default", {{"$ref", "#/components/responses/Problem"}}}};
}

void Builder::Describe(const Route& route, Json& operation) {
  const std::string_view comment = comments_.Of(route.method->full_name());
  if (!comment.empty()) {
    operation["summary"] = FirstSentence(comment);
    operation["description"] = std::string(comment);
  }
  const auto& policy = route.method->options().GetExtension(options::v1::policy);
  if (policy.audience() == Policy::ANYONE) operation["security"] = Json::array();
  for (const int role : policy.roles()) {
    operation["x-jointly-roles"].push_back(
        options::v1::Role_Name(static_cast<options::v1::Role>(role)));
  }
}

Json Builder::Operation(const Route& route, const OpenApiPath& path) {
  Json operation;
  operation["tags"] = {route.method->service()->name()};
  std::string id = route.method->service()->name() + "_" + route.method->name();
  // A method with several bindings is several operations.
  if (const int nth = ++operation_ids_[id]; nth > 1) id += "_" + std::to_string(nth);
  operation["operationId"] = id;
  Describe(route, operation);
  operation["parameters"] = Parameters(route, path);
  if (!route.body.empty()) operation["requestBody"] = RequestBody(route);
  operation["responses"] = Replies(route);
  return operation;
}

void Builder::AddTags(Json& document) const {
  std::vector<const protobuf::ServiceDescriptor*> services;
  for (const auto& route : table_.routes()) {
    const auto* service = route->method->service();
    if (std::find(services.begin(), services.end(), service) == services.end()) {
      services.push_back(service);
    }
  }
  for (const auto* service : services) {
    document["tags"].push_back({{"name", service->name()},
                                {"description", std::string(comments_.Of(service->full_name()))}});
  }
}

std::string Builder::Build() {
  Json document;
  document["openapi"] = "3.0.3";
  document["info"] = {{"title", "Jointly"},
                      {"version", "1"},
                      {"description",
                       "Workflows and grant tracking of university partnerships. Every method is "
                       "also a gRPC method, with the same messages."}};
  document["servers"] = Json::array({{{"url", "/"}}});
  document["security"] = Json::array({{{"bearer", Json::array()}}});
  AddTags(document);
  for (const auto& route : table_.routes()) {
    const OpenApiPath path = OpenApiPathOf(route->path);
    const std::string method = LowerCase(route->http_method);
    document["paths"][path.text][method] = Operation(*route, path);
  }
  AddExtraPaths(schemas_, document);
  document["components"] = SharedComponents();
  document["components"]["schemas"].update(schemas_.Components());
  return document.dump(1);
}

}  // namespace

OpenApiPath OpenApiPathOf(const PathTemplate& path) {
  OpenApiPath result;
  std::string collection = "id";
  for (const auto& segment : path.segments) {
    if (segment.kind == Kind::kLiteral) {
      collection = segment.literal;
      result.text += "/" + segment.literal;
      continue;
    }
    std::string name = Singular(collection);
    while (std::find(result.parameters.begin(), result.parameters.end(), name) !=
           result.parameters.end()) {
      name += "2";
    }
    result.text += "/{" + name + "}";
    result.parameters.push_back(std::move(name));
  }
  if (!path.verb.empty()) result.text += ":" + path.verb;
  return result;
}

std::string OpenApiDocument(const RouteTable& table, const Comments& comments) {
  return Builder(table, comments).Build();
}

}  // namespace jointly::gateway
