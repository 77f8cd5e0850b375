#pragma once

#include <grpcpp/grpcpp.h>

#include "common/auth/token.h"
#include "common/rpc/call.h"
#include "common/rpc/server_methods.h"
#include "common/time/ids.h"

// From a gRPC context to a Call. Private to common/rpc.
namespace jointly::rpc {

class Admission {
 public:
  Admission(auth::Verifier& verifier, const Clock& clock, IdSource& ids, Rng& rng,
            std::chrono::milliseconds default_timeout)
      : verifier_(verifier),
        clock_(clock),
        ids_(ids),
        rng_(rng),
        default_timeout_(default_timeout) {}

  // Cheap and without waiting: for the thread on which a call arrives.
  std::chrono::steady_clock::time_point DeadlineOf(
      const grpc::CallbackServerContext& context) const;

  // Who calls, whether the policy lets them in, and the rest of the Call but the caller's request
  // id. Fills `call` as far as it gets, so that a refusal can be logged.
  absl::Status Admit(const grpc::CallbackServerContext& context, const Method& method, Call& call);

 private:
  absl::StatusOr<auth::Principal> Authenticate(const grpc::CallbackServerContext& context);

  auth::Verifier& verifier_;
  const Clock& clock_;
  IdSource& ids_;
  Rng& rng_;
  std::chrono::milliseconds default_timeout_;
};

}  // namespace jointly::rpc
