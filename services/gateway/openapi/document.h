#pragma once

#include <string>

#include "services/gateway/transcode/descriptors.h"
#include "services/gateway/transcode/route_table.h"

namespace jointly::gateway {

// The OpenAPI 3.0.3 document of everything that the gateway serves: one operation per route, from
// the same descriptors as the routes themselves, with the protos' comments as descriptions; and the
// typed resources (documents, live feed, health) beside them.
std::string OpenApiDocument(const RouteTable& table, const Comments& comments);

// "/v1/applications/{application}:submit" of "/v1/{name=applications/*}:submit": OpenAPI's
// parameters hold no slash, so each wildcard becomes one, named after its collection.
struct OpenApiPath {
  std::string text;
  std::vector<std::string> parameters;  // "application"
};
OpenApiPath OpenApiPathOf(const PathTemplate& path);

}  // namespace jointly::gateway
