#pragma once

#include <absl/status/status.h>

#include <optional>
#include <string>
#include <string_view>

// Errors as application/problem+json (RFC 9457) with everything that google.rpc's details say.
namespace jointly::gateway {

inline constexpr std::string_view kProblemType = "application/problem+json";

inline constexpr std::string_view kProblemUrn = "urn:jointly:problem:";

struct ProblemContext {
  std::string_view instance;    // The path of the request.
  std::string_view request_id;  // X-Request-Id: what to quote to an operator.
  int http_status = 0;          // 0: the one of the status' code.
};

struct Problem {
  int http_status = 500;
  std::string body;
  std::optional<int> retry_after_seconds;
};

// The table of google/rpc/code.proto.
int HttpStatusOf(absl::StatusCode code);
// "INVALID_ARGUMENT".
std::string_view NameOf(absl::StatusCode code);

// {type, title, status, detail, code, reason, instance, requestId} and, where the status has them,
// violations: [{field, description}], preconditions: [{guard, subject, description}], facts: {} and
// retryAfterSeconds. Paths of fields are in proto names, as every service writes them.
Problem ProblemOf(const absl::Status& status, const ProblemContext& context);

}  // namespace jointly::gateway
