#include "services/gateway/openapi/extras.h"

#include <nlohmann/json.hpp>

#include <jointly/mobility/v1/mobility.pb.h>

namespace jointly::gateway {
namespace {

Json Text() { return {{"type", "string"}}; }

Json InPath(const std::string& name) {
  return {{"name", name},
          {"in", "path"},
          {"required", true},
          {"description", "Id of the " + name + "."},
          {"schema", Text()}};
}

Json InQuery(const std::string& name, const std::string& description, bool required) {
  return {{"name", name},
          {"in", "query"},
          {"required", required},
          {"description", description},
          {"schema", Text()}};
}

Json InHeader(const std::string& name, const std::string& description, Json schema) {
  return {{"name", name},
          {"in", "header"},
          {"description", description},
          {"schema", std::move(schema)}};
}

Json Problem() { return {{"$ref", "#/components/responses/Problem"}}; }

Json Bytes(const std::string& media_type) {
  return {{media_type, {{"schema", {{"type", "string"}, {"format", "binary"}}}}}};
}

Json Plain(const std::string& id, const std::string& summary, const std::string& media_type) {
  Json ok = {{"description", "The answer."},
             {"content", {{media_type, {{"schema", Json::object()}}}}}};
  return {{"tags", {"Gateway"}},
          {"operationId", id},
          {"summary", summary},
          {"security", Json::array()},
          {"responses", {{"200", ok}, {"default", Problem()}}}};
}

Json Upload(Schemas& schemas) {
  const auto& document = *mobility::v1::Document::descriptor();
  Json ok = {{"description", "The Document."},
             {"content", {{"application/json", {{"schema", schemas.OfMessage(document)}}}}}};
  return {{"tags", {"Mobility"}},
          {"operationId", "Mobility_UploadDocument"},
          {"summary", "Adds a document to an application"},
          {"description",
           "The raw bytes, at most 10 MiB. The content must be what its name and kind say."},
          {"parameters",
           Json::array({InPath("application"),
                        InQuery("kind", "What the document is: see mobility.Document.", true),
                        InQuery("fileName", "The name that a reader sees.", true),
                        InQuery("sha256", "Hex; checked when given.", false),
                        {{"$ref", "#/components/parameters/IdempotencyKey"}}})},
          {"requestBody", {{"required", true}, {"content", Bytes("application/octet-stream")}}},
          {"responses", {{"200", ok}, {"default", Problem()}}}};
}

Json Download() {
  Json ok = {{"description", "The bytes, as an attachment."},
             {"content", Bytes("application/octet-stream")}};
  return {{"tags", {"Mobility"}},
          {"operationId", "Mobility_DownloadDocument"},
          {"summary", "The content of a document"},
          {"parameters", Json::array({InPath("application"), InPath("document")})},
          {"responses", {{"200", ok}, {"default", Problem()}}}};
}

Json Events() {
  Json ok = {{"description",
              "Server-sent events until the token expires: `hint` {name, revision, type} for each "
              "change that the caller may see, `resync` when hints may have been lost, `end` with "
              "the reason. Hints may repeat or be missing: read the resource again."},
             {"content", {{"text/event-stream", {{"schema", Text()}}}}}};
  return {{"tags", {"Gateway"}},
          {"operationId", "Gateway_WatchEvents"},
          {"summary", "The live feed"},
          {"responses", {{"200", ok}, {"default", Problem()}}}};
}

Json ProblemSchema() {
  const Json violation = {{"type", "object"},
                          {"properties", {{"field", Text()}, {"description", Text()}}}};
  const Json precondition = {
      {"type", "object"},
      {"properties", {{"guard", Text()}, {"subject", Text()}, {"description", Text()}}}};
  Json schema = {{"type", "object"},
                 {"description", "RFC 9457, with the details of google.rpc.Status."},
                 {"required", {"type", "title", "status", "detail", "code", "reason", "instance"}}};
  schema["properties"] = {
      {"type", Text()},
      {"title", Text()},
      {"status", {{"type", "integer"}}},
      {"detail", Text()},
      {"code", {{"type", "string"}, {"description", "google.rpc.Code, for example NOT_FOUND."}}},
      {"reason", {{"type", "string"}, {"description", "Stable, in UPPER_SNAKE; translate this."}}},
      {"instance", Text()},
      {"requestId", Text()},
      {"violations", {{"type", "array"}, {"items", violation}}},
      {"preconditions", {{"type", "array"}, {"items", precondition}}},
      {"facts", {{"type", "object"}, {"additionalProperties", Text()}}},
      {"retryAfterSeconds", {{"type", "integer"}}}};
  return schema;
}

}  // namespace

void AddExtraPaths(Schemas& schemas, Json& document) {
  Json& paths = document["paths"];
  paths["/v1/applications/{application}/documents"]["post"] = Upload(schemas);
  paths["/v1/applications/{application}/documents/{document}:download"]["get"] = Download();
  paths["/v1/events"]["get"] = Events();
  paths["/healthz"]["get"] =
      Plain("Gateway_Health", "Whether the process lives", "application/json");
  paths["/readyz"]["get"] =
      Plain("Gateway_Ready", "Whether every service can be reached", "application/json");
  paths["/metrics"]["get"] = Plain("Gateway_Metrics", "Metrics in Prometheus' form", "text/plain");
  paths["/openapi.json"]["get"] = Plain("Gateway_OpenApi", "This document", "application/json");
  document["tags"].push_back(
      {{"name", "Gateway"}, {"description", "What the gateway itself answers."}});
}

Json SharedComponents() {
  Json components;
  components["securitySchemes"]["bearer"] = {
      {"type", "http"},
      {"scheme", "bearer"},
      {"bearerFormat", "JWT"},
      {"description", "accessToken of POST /v1/sessions:signIn."}};
  Json& parameters = components["parameters"];
  parameters["IdempotencyKey"] = InHeader(
      "Idempotency-Key", "A UUID. The same key again gives the first reply and no second effect.",
      {{"type", "string"}, {"format", "uuid"}});
  parameters["IfMatch"] = InHeader(
      "If-Match", "The ETag that was read: a resource changed meanwhile is refused (409).", Text());
  parameters["RequestTimeout"] =
      InHeader("X-Request-Timeout-Ms", "How long to wait for the answer. Default 10000.",
               {{"type", "integer"}, {"minimum", 1}, {"maximum", 60000}});
  parameters["RequestId"] =
      InHeader("X-Request-Id", "Names the request in logs; returned with the answer.", Text());
  components["headers"]["ETag"] = {{"description", "The revision, in quotes."}, {"schema", Text()}};
  components["responses"]["Problem"] = {
      {"description", "The request was refused or failed."},
      {"content",
       {{"application/problem+json", {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}}}};
  components["schemas"]["Problem"] = ProblemSchema();
  return components;
}

}  // namespace jointly::gateway
