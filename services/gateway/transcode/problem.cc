#include "services/gateway/transcode/problem.h"

#include <google/rpc/error_details.pb.h>

#include <nlohmann/json.hpp>

#include <array>
#include <map>

#include "common/error/error.h"

namespace jointly::gateway {
namespace {

using nlohmann::ordered_json;

struct Code {
  absl::StatusCode code;
  int http_status;
  std::string_view name;
  std::string_view title;
};

constexpr auto kCodes = std::to_array<Code>({
    {absl::StatusCode::kOk, 200, "OK", "OK"},
    {absl::StatusCode::kCancelled, 499, "CANCELLED", "Cancelled"},
    {absl::StatusCode::kUnknown, 500, "UNKNOWN", "Unknown error"},
    {absl::StatusCode::kInvalidArgument, 400, "INVALID_ARGUMENT", "Invalid request"},
    {absl::StatusCode::kDeadlineExceeded, 504, "DEADLINE_EXCEEDED", "No answer in time"},
    {absl::StatusCode::kNotFound, 404, "NOT_FOUND", "Not found"},
    {absl::StatusCode::kAlreadyExists, 409, "ALREADY_EXISTS", "Already exists"},
    {absl::StatusCode::kPermissionDenied, 403, "PERMISSION_DENIED", "Not permitted"},
    {absl::StatusCode::kUnauthenticated, 401, "UNAUTHENTICATED", "Not signed in"},
    {absl::StatusCode::kResourceExhausted, 429, "RESOURCE_EXHAUSTED", "Too many requests"},
    {absl::StatusCode::kFailedPrecondition, 400, "FAILED_PRECONDITION", "Not possible now"},
    {absl::StatusCode::kAborted, 409, "ABORTED", "Changed meanwhile"},
    {absl::StatusCode::kOutOfRange, 400, "OUT_OF_RANGE", "Out of range"},
    {absl::StatusCode::kUnimplemented, 501, "UNIMPLEMENTED", "Not implemented"},
    {absl::StatusCode::kInternal, 500, "INTERNAL", "Internal error"},
    {absl::StatusCode::kUnavailable, 503, "UNAVAILABLE", "Not available now"},
    {absl::StatusCode::kDataLoss, 500, "DATA_LOSS", "Data loss"},
});

const Code& CodeOf(absl::StatusCode code) {
  for (const Code& row : kCodes) {
    if (row.code == code) return row;
  }
  return kCodes[2];
}

template <typename Detail>
bool Extract(const absl::Status& status, Detail& detail) {
  const auto payload =
      status.GetPayload("type.googleapis.com/" + Detail::descriptor()->full_name());
  return payload.has_value() && detail.ParseFromString(std::string(*payload));
}

void AddDetails(const absl::Status& status, ordered_json& body) {
  google::rpc::BadRequest request;
  if (Extract(status, request)) {
    for (const auto& violation : request.field_violations()) {
      body["violations"].push_back(
          {{"field", violation.field()}, {"description", violation.description()}});
    }
  }
  google::rpc::PreconditionFailure failure;
  if (Extract(status, failure)) {
    for (const auto& violation : failure.violations()) {
      body["preconditions"].push_back({{"guard", violation.type()},
                                       {"subject", violation.subject()},
                                       {"description", violation.description()}});
    }
  }
  // Sorted, so that the same error gives the same bytes.
  std::map<std::string, std::string> facts;
  for (const Fact& fact : FactsOf(status)) facts[fact.name] = fact.value;
  for (const auto& [name, value] : facts) body["facts"][name] = value;
}

std::optional<int> RetryAfter(const absl::Status& status) {
  google::rpc::RetryInfo retry;
  if (Extract(status, retry)) {
    const auto& delay = retry.retry_delay();
    const std::int64_t seconds = delay.seconds() + (delay.nanos() > 0 ? 1 : 0);
    return static_cast<int>(std::clamp<std::int64_t>(seconds, 0, 86'400));
  }
  // Overload and absence pass: say so even when the service did not say when.
  const bool passes = status.code() == absl::StatusCode::kUnavailable ||
                      status.code() == absl::StatusCode::kResourceExhausted;
  return passes ? std::optional<int>(1) : std::nullopt;
}

}  // namespace

int HttpStatusOf(absl::StatusCode code) { return CodeOf(code).http_status; }

std::string_view NameOf(absl::StatusCode code) { return CodeOf(code).name; }

Problem ProblemOf(const absl::Status& status, const ProblemContext& context) {
  const Code& code = CodeOf(status.code());
  std::string reason = ReasonOf(status);
  if (reason.empty()) reason = std::string(code.name);
  Problem problem;
  problem.http_status = context.http_status != 0 ? context.http_status : code.http_status;
  problem.retry_after_seconds = RetryAfter(status);
  ordered_json body;
  body["type"] = std::string(kProblemUrn) + reason;
  body["title"] = std::string(code.title);
  body["status"] = problem.http_status;
  body["detail"] = MessageOf(status);
  body["code"] = std::string(code.name);
  body["reason"] = reason;
  body["instance"] = std::string(context.instance);
  if (!context.request_id.empty()) body["requestId"] = std::string(context.request_id);
  AddDetails(status, body);
  if (problem.retry_after_seconds.has_value()) {
    body["retryAfterSeconds"] = *problem.retry_after_seconds;
  }
  // A detail may quote bytes of the request; what is not UTF-8 is replaced, never thrown at.
  problem.body = body.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  return problem;
}

}  // namespace jointly::gateway
