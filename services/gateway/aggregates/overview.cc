#include "services/gateway/aggregates/overview.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>

#include "common/error/error.h"
#include "common/error/macros.h"
#include "common/rpc/runtime.h"
#include "common/telemetry/log.h"

namespace jointly::gateway {
namespace {

using std::chrono::milliseconds;

// Long enough for every service that is well, short enough for a person who waits for a page.
constexpr milliseconds kPatience{2'000};
// What a service that is asked needs less than its caller, to be waited for at all.
constexpr milliseconds kMargin{50};

milliseconds TimeLeft(const grpc::CallbackServerContext& context) {
  const gpr_timespec given = gpr_convert_clock_type(context.raw_deadline(), GPR_CLOCK_MONOTONIC);
  const gpr_timespec left = gpr_time_sub(given, gpr_now(GPR_CLOCK_MONOTONIC));
  const milliseconds most(std::max<std::int64_t>(1, gpr_time_to_millis(left)));
  return std::clamp(most - kMargin, milliseconds(1), kPatience);
}

std::string Metadata(const grpc::CallbackServerContext& context, const char* name) {
  const auto found = context.client_metadata().find(name);
  if (found == context.client_metadata().end()) return {};
  return {found->second.data(), found->second.size()};
}

}  // namespace

grpc::ServerUnaryReactor* OverviewService::GetPartnershipOverview(
    grpc::CallbackServerContext* context, const pb::GetPartnershipOverviewRequest* request,
    pb::PartnershipOverview* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  auto questions = OverviewQuestions(*request, peers_);
  if (!questions.ok()) {
    reactor->Finish(rpc::ToGrpc(questions.status()));
    return reactor;
  }
  const CallFacts facts = {.authorization = Metadata(*context, "authorization"),
                           .traceparent = Metadata(*context, "traceparent"),
                           .request_id = Metadata(*context, "x-correlation-id"),
                           .timeout = TimeLeft(*context)};
  FanOut(facts, *std::move(questions), [this, request, response, reactor](auto answers) {
    auto overview = OverviewOf(*request, answers, clock_.Now());
    if (overview.ok()) *response = *std::move(overview);
    reactor->Finish(rpc::ToGrpc(overview.status()));
  });
  return reactor;
}

}  // namespace jointly::gateway
