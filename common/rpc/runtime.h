#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/grpcpp.h>
#include <jointly/options/v1/options.pb.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/auth/token.h"
#include "common/rpc/call.h"
#include "common/time/ids.h"

// The gRPC server of a process: callback API outside, plain blocking handlers on a bounded pool
// inside. Enforces the policy option, tokens, deadlines and request ids in one place.
namespace jointly::rpc {

inline constexpr Reason kTokenMissing{"TOKEN_MISSING"};
inline constexpr Reason kRoleMissing{"ROLE_MISSING"};
inline constexpr Reason kServiceRefused{"SERVICE_REFUSED"};
inline constexpr Reason kOverloaded{"OVERLOADED"};
inline constexpr Reason kBacklogFull{"BACKLOG_FULL"};
inline constexpr Reason kCancelled{"CANCELLED"};

inline constexpr int kMessageBytesMax = 4 * 1024 * 1024;
inline constexpr int kMetadataBytesMax = 16 * 1024;  // A token of at most 8 KiB, and room.

struct RuntimeOptions {
  std::string service;         // "mobility".
  std::string listen_address;  // "127.0.0.1:7103"; port 0 picks one.
  int pool_threads = 64;
  int pool_queue = 1024;
  std::chrono::milliseconds default_timeout{10'000};  // For callers without a deadline.
  std::chrono::milliseconds drain{5'000};
};

class Runtime {
 public:
  Runtime(RuntimeOptions options, auth::Verifier& verifier, const Clock& clock, IdSource& ids,
          Rng& rng);
  ~Runtime();

  // One line per RPC override. `handler` is `absl::StatusOr<Response>(Call&, const Request&)`; it
  // runs on the pool. Request types are unique per method, so the request names the method and its
  // policy.
  template <typename Request, typename Response, typename Handler>
  grpc::ServerUnaryReactor* Serve(grpc::CallbackServerContext* context, const Request* request,
                                  Response* response, Handler handler) {
    auto work = [request, response, handler = std::move(handler)](Call& call) -> absl::Status {
      ASSIGN_OR_RETURN(*response, handler(call, *request));
      return absl::OkStatus();
    };
    return ServeErased(context, *request, std::move(work));
  }

  // For streaming methods: authenticates and checks the policy of the method whose request type is
  // `request_descriptor`; then the reactor posts its own work with Post. May ask identity for keys,
  // so call it in posted work. The request id is made; AdoptRequestId takes the message's.
  absl::StatusOr<Call> Admit(const grpc::CallbackServerContext& context,
                             const google::protobuf::Descriptor& request_descriptor);
  // False when the queue is full: answer with Overloaded().
  bool Post(std::function<void()> work);

  // Starts listening with health and reflection. Ends the process when a method of `services` has
  // no policy, or two methods share a request type. Returns the port.
  int Start(const std::vector<grpc::Service*>& services);
  void SetReady(bool ready, const std::string& why = "");  // Health: SERVING or NOT_SERVING.
  // While true, methods that change something (those with a request id) answer RESOURCE_EXHAUSTED
  // BACKLOG_FULL: the broker has been away for so long that the disk is at stake.
  void SetBacklogFull(bool full);
  // Calls that run or wait, smoothed; 0 when none came for a moment.
  double Load() const;
  // Health NOT_SERVING, no new calls, drains the pool within the options' time.
  void Stop();

 private:
  grpc::ServerUnaryReactor* ServeErased(grpc::CallbackServerContext* context,
                                        const google::protobuf::Message& request,
                                        std::function<absl::Status(Call&)> work);
  struct State;
  std::unique_ptr<State> state_;
};

// UNAVAILABLE OVERLOADED with RetryInfo.
absl::Status Overloaded();

// absl::Status <-> grpc::Status with google.rpc.Status in the binary details.
grpc::Status ToGrpc(const absl::Status& status);
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace jointly::rpc
