#pragma once

#include <absl/status/statusor.h>
#include <jointly/gateway/v1/overview.grpc.pb.h>

#include "common/time/clock.h"
#include "services/gateway/aggregates/fan_out.h"
#include "services/gateway/calls/peers.h"

namespace jointly::gateway {

namespace pb = jointly::gateway::v1;

// The questions that a partnership's overview is made of. Errors: INVALID_ARGUMENT with all that is
// wrong with the request.
absl::StatusOr<std::vector<Question>> OverviewQuestions(
    const pb::GetPartnershipOverviewRequest& request, const Peers& peers);
// What their answers add up to. An error when a service refused the token or the request.
absl::StatusOr<pb::PartnershipOverview> OverviewOf(const pb::GetPartnershipOverviewRequest& request,
                                                   const std::vector<Question>& answers, Time now);

// The gateway's own service, served to the gateway itself over a socket on no network, so that
// REST, gRPC, limits and metrics treat it as any other.
class OverviewService final : public pb::Overview::CallbackService {
 public:
  OverviewService(const Peers& peers, const Clock& clock) : peers_(peers), clock_(clock) {}
  grpc::ServerUnaryReactor* GetPartnershipOverview(grpc::CallbackServerContext* context,
                                                   const pb::GetPartnershipOverviewRequest* request,
                                                   pb::PartnershipOverview* response) override;

 private:
  const Peers& peers_;
  const Clock& clock_;
};

}  // namespace jointly::gateway
