#include "services/gateway/process/keys.h"

#include <grpcpp/grpcpp.h>
#include <jointly/identity/v1/identity.grpc.pb.h>

#include "common/error/error.h"
#include "common/error/macros.h"
#include "common/rpc/runtime.h"
#include "services/gateway/calls/backend_call.h"

namespace jointly::gateway {
namespace {

namespace pb = jointly::identity::v1;

inline constexpr Reason kNoIdentity{"NO_IDENTITY"};
constexpr std::chrono::milliseconds kPatience{3'000};

}  // namespace

auth::FetchKeys FetchKeysFrom(Peer* identity) {
  return [identity]() -> absl::StatusOr<std::vector<auth::PublicKey>> {
    if (identity == nullptr) return Unavailable(kNoIdentity, "peers has no address of identity");
    grpc::ClientContext context;
    Prepare({.timeout = kPatience}, context);
    pb::KeySet reply;
    const auto stub = pb::Identity::NewStub(identity->channel());
    RETURN_IF_ERROR(rpc::FromGrpc(stub->GetKeySet(&context, {}, &reply)));
    std::vector<auth::PublicKey> keys;
    for (const pb::Key& key : reply.keys()) {
      keys.push_back({.kid = key.kid(), .x = key.x(), .y = key.y()});
    }
    return keys;
  };
}

}  // namespace jointly::gateway
