#include "common/rpc/server_admission.h"

#include <grpc/support/time.h>

#include <algorithm>

#include "common/rpc/runtime.h"
#include "common/telemetry/trace.h"

namespace jointly::rpc {
namespace {

constexpr std::size_t kCorrelationBytesMax = 128;
constexpr std::string_view kBearer = "bearer ";

// The value of a metadata entry; empty when there is none, or more than one: which would count?
std::string_view Metadata(const grpc::CallbackServerContext& context, const char* name) {
  const auto [first, last] = context.client_metadata().equal_range(name);
  if (first == last || std::next(first) != last) return "";
  return {first->second.data(), first->second.size()};
}

bool IsCorrelation(std::string_view text) {
  return !text.empty() && text.size() <= kCorrelationBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

std::chrono::steady_clock::time_point Admission::DeadlineOf(
    const grpc::CallbackServerContext& context) const {
  const auto now = clock_.Monotonic();
  const gpr_timespec deadline = context.raw_deadline();
  if (gpr_time_cmp(deadline, gpr_inf_future(deadline.clock_type)) >= 0) {
    return now + default_timeout_;
  }
  const gpr_timespec left = gpr_time_sub(deadline, gpr_now(deadline.clock_type));
  return now + std::chrono::seconds(left.tv_sec) + std::chrono::nanoseconds(left.tv_nsec);
}

absl::StatusOr<auth::Principal> Admission::Authenticate(
    const grpc::CallbackServerContext& context) {
  const std::string_view value = Metadata(context, "authorization");
  const bool bearer =
      value.size() > kBearer.size() &&
      std::equal(kBearer.begin(), kBearer.end(), value.begin(), [](char wanted, char given) {
        return wanted == (given >= 'A' && given <= 'Z' ? given - 'A' + 'a' : given);
      });
  if (!bearer) {
    return Unauthenticated(kTokenMissing,
                           "sign in, and send the access token once, as metadata "
                           "\"authorization: Bearer <token>\"");
  }
  return verifier_.Verify(value.substr(kBearer.size()));
}

absl::Status Admission::Admit(const grpc::CallbackServerContext& context, const Method& method,
                              Call& call) {
  call.method = method.name();
  call.now = clock_.Now();
  call.request_id = ids_.Next();
  const std::string_view correlation = Metadata(context, "x-correlation-id");
  call.correlation_id = IsCorrelation(correlation) ? std::string(correlation) : call.request_id;
  call.traceparent = telemetry::ChildTraceparent(Metadata(context, "traceparent"), rng_);
  // A method for anyone looks at no token: an outdated one must not keep its owner from signing in.
  if (method.policy().audience() == jointly::options::v1::Policy::ANYONE) return absl::OkStatus();
  ASSIGN_OR_RETURN(call.principal, Authenticate(context));
  return method.Admits(call.principal);
}

}  // namespace jointly::rpc
