#include "services/gateway/front/facts.h"

#include <algorithm>
#include <charconv>

#include "common/error/error.h"
#include "common/telemetry/trace.h"
#include "services/gateway/http/head.h"
#include "services/gateway/transcode/problem.h"
#include "services/gateway/transcode/uri.h"

namespace jointly::gateway {
namespace {

constexpr std::size_t kRequestIdBytesMax = 128;

inline constexpr Reason kBadRequest{"BAD_REQUEST"};
inline constexpr Reason kBodyTooLarge{"BODY_TOO_LARGE"};
inline constexpr Reason kHeadersTooLarge{"HEADERS_TOO_LARGE"};
inline constexpr Reason kRequestTooSlow{"REQUEST_TOO_SLOW"};
inline constexpr Reason kOverloaded{"OVERLOADED"};
inline constexpr Reason kUnsupportedMediaType{"UNSUPPORTED_MEDIA_TYPE"};

bool IsRequestId(std::string_view text) {
  return !text.empty() && text.size() <= kRequestIdBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

void ReadTimeout(const HttpRequest& request, RequestFacts& facts, Violations& violations) {
  facts.call.timeout = kTimeoutDefault;
  const auto text = request.Find("X-Request-Timeout-Ms");
  if (!text.has_value()) return;
  std::int64_t timeout_ms = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), timeout_ms);
  const bool whole = error == std::errc() && end == text->data() + text->size();
  if (!violations.Require(whole && timeout_ms > 0, "X-Request-Timeout-Ms",
                          "must be a whole number of milliseconds above 0")) {
    return;
  }
  facts.call.timeout = std::min(std::chrono::milliseconds(timeout_ms), kTimeoutMax);
}

}  // namespace

absl::Status ReadFacts(const HttpRequest& request, IdSource& ids, Rng& rng, RequestFacts& facts) {
  Violations violations;
  facts.path = std::string(PathOf(request.target));
  facts.remote = request.remote;
  for (const char* name : {"Authorization", "Content-Type", "Idempotency-Key", "If-Match",
                           "X-Request-Id", "X-Request-Timeout-Ms"}) {
    // Which of the two was meant? Whoever stands before us may have looked at the other one.
    violations.Require(!request.Repeats(name), name, "is given more than once");
  }
  const std::string given = request.Find("X-Request-Id").value_or("");
  facts.call.request_id = IsRequestId(given) ? given : ids.Next();
  violations.Require(given.empty() || IsRequestId(given), "X-Request-Id",
                     "must be at most 128 visible characters");
  facts.call.traceparent =
      telemetry::ChildTraceparent(request.Find("traceparent").value_or(""), rng);
  facts.call.authorization = request.Find("Authorization").value_or("");
  facts.idempotency_key = request.Find("Idempotency-Key");
  facts.if_match = request.Find("If-Match");
  facts.content_type = request.Find("Content-Type");
  ReadTimeout(request, facts, violations);
  // gRPC's metadata takes visible ASCII only, and aborts the process on anything else.
  const bool clean = std::all_of(facts.call.authorization.begin(), facts.call.authorization.end(),
                                 [](char c) { return c >= ' ' && c < 0x7f; });
  if (!violations.Require(clean, "Authorization", "must be visible ASCII characters")) {
    facts.call.authorization.clear();
  }
  return violations.ToStatus();
}

bool IsJson(const std::optional<std::string>& content_type) {
  if (!content_type.has_value()) return false;
  std::string_view type = std::string_view(*content_type).substr(0, content_type->find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return EqualsIgnoringCase(type, "application/json");
}

HttpResponse JsonResponse(const RequestFacts& facts, std::string body) {
  HttpResponse response;
  response.content_type = "application/json";
  response.headers.push_back({"X-Request-Id", facts.call.request_id});
  response.body = std::move(body);
  return response;
}

HttpResponse ProblemResponse(const RequestFacts& facts, const absl::Status& status,
                             int http_status) {
  const Problem problem = ProblemOf(
      status,
      {.instance = facts.path, .request_id = facts.call.request_id, .http_status = http_status});
  HttpResponse response;
  response.status = problem.http_status;
  response.content_type = std::string(kProblemType);
  response.headers.push_back({"X-Request-Id", facts.call.request_id});
  if (problem.retry_after_seconds.has_value()) {
    response.headers.push_back({"Retry-After", std::to_string(*problem.retry_after_seconds)});
  }
  if (problem.http_status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer"});
  response.body = problem.body;
  return response;
}

absl::Status HttpRefusal(int http_status, std::string_view why) {
  switch (http_status) {
    case 408:
      return DeadlineExceeded(kRequestTooSlow, why);
    case 413:
      return InvalidArgument(kBodyTooLarge, why);
    case 415:
      return InvalidArgument(kUnsupportedMediaType, why);
    case 431:
      return InvalidArgument(kHeadersTooLarge, why);
    case 503:
      return WithRetryAfter(Unavailable(kOverloaded, why), std::chrono::seconds(1));
    default:
      return InvalidArgument(kBadRequest, why);
  }
}

}  // namespace jointly::gateway
