#pragma once

#include <absl/status/statusor.h>
#include <google/protobuf/message.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "services/gateway/transcode/route_table.h"

// An HTTP request into the RPC's request message, and the reply's message into JSON.
namespace jointly::gateway {

struct RequestParts {
  const Target& target;
  std::string_view body;  // The JSON document; may be empty.
  std::optional<std::string> idempotency_key;
  std::optional<std::string> if_match;
};

// Fills the request from the path, the query, the body, Idempotency-Key (request_id) and If-Match
// (etag). Errors: INVALID_ARGUMENT with every violation at once; those of headers are under the
// header's name. A key is ignored by a method that has no request_id; If-Match is refused by one
// that has no etag, because an ignored condition would be a lost update.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> MakeRequest(const Route& route,
                                                                       const RequestParts& parts);

// Gives the request `id` unless the caller chose one, so that the gateway's own second try is the
// same request. Returns whether the method has request ids.
bool EnsureRequestId(const Route& route, google::protobuf::Message& request, const std::string& id);

// The reply, or its field `response_body`, in proto3's JSON form: lowerCamelCase, with fields of
// default value (a client need not know that an absent count is zero), without unset messages.
std::string WriteJson(const Route& route, const google::protobuf::Message& reply);
std::string WriteJson(const google::protobuf::Message& message);

// The value for the ETag header: the reply's own `etag`, if it has one that is an entity tag.
std::string EtagOf(const google::protobuf::Message& reply);

}  // namespace jointly::gateway
