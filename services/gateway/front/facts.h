#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>

#include "common/time/ids.h"
#include "common/time/rng.h"
#include "services/gateway/calls/backend_call.h"
#include "services/gateway/http/exchange.h"

namespace jointly::gateway {

inline constexpr std::chrono::milliseconds kTimeoutDefault{10'000};
inline constexpr std::chrono::milliseconds kTimeoutMax{60'000};

// What a request says in its headers, for the call behind it and for the answer.
struct RequestFacts {
  std::string path;    // Without the query, for problem answers and logs.
  std::string remote;  // Address of the client.
  CallFacts call;
  std::optional<std::string> idempotency_key;
  std::optional<std::string> if_match;
  std::optional<std::string> content_type;
};

// `facts` is filled as far as possible in any case, so that a refusal can be answered. Errors:
// INVALID_ARGUMENT naming every header that is wrong or repeated.
absl::Status ReadFacts(const HttpRequest& request, IdSource& ids, Rng& rng, RequestFacts& facts);

// "application/json", with parameters or without.
bool IsJson(const std::optional<std::string>& content_type);

// An answer with X-Request-Id.
HttpResponse JsonResponse(const RequestFacts& facts, std::string body);
// The problem answer of a status, with Retry-After and WWW-Authenticate where they belong.
// `http_status` 0: the one of the status' code.
HttpResponse ProblemResponse(const RequestFacts& facts, const absl::Status& status,
                             int http_status = 0);

// The absl status that stands for a refusal of HTTP itself: 413, 431, 408, ...
absl::Status HttpRefusal(int http_status, std::string_view why);

}  // namespace jointly::gateway
