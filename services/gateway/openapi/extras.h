#pragma once

#include "services/gateway/openapi/schema.h"

// What the OpenAPI document has beside the routes of the protos.
namespace jointly::gateway {

// Upload and download of documents, the live feed, health and metrics.
void AddExtraPaths(Schemas& schemas, Json& document);

// Parameters, headers, answers and schemes that operations refer to.
Json SharedComponents();

}  // namespace jointly::gateway
