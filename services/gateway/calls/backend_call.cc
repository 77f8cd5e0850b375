#include "services/gateway/calls/backend_call.h"

#include <grpcpp/alarm.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "common/error/error.h"
#include "common/rpc/runtime.h"
#include "common/telemetry/log.h"

namespace jointly::gateway {
namespace {

using google::protobuf::Message;
using std::chrono::milliseconds;
using GenericStub = grpc::TemplatedGenericStub<Message, Message>;

inline constexpr Reason kServiceAway{"SERVICE_UNAVAILABLE"};

// Long enough for a restart of a service (under two seconds), short enough not to pile up callers.
constexpr milliseconds kPatience{3'000};
constexpr milliseconds kFirstPause{40};
constexpr milliseconds kLongestPause{400};

gpr_timespec After(milliseconds delay) {
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                      gpr_time_from_millis(delay.count(), GPR_TIMESPAN));
}

milliseconds Until(gpr_timespec deadline) {
  return milliseconds(gpr_time_to_millis(gpr_time_sub(deadline, gpr_now(deadline.clock_type))));
}

// One call with its attempts. Kept alive by the callback that it waits for.
class Attempts : public std::enable_shared_from_this<Attempts> {
 public:
  Attempts(UnaryCall call, std::function<void(absl::Status)> done)
      : call_(std::move(call)),
        done_(std::move(done)),
        stub_(call_.peer->channel()),
        deadline_(After(call_.facts.timeout)) {}

  void Try() {
    context_.emplace();
    Prepare(call_.facts, *context_);
    context_->set_deadline(deadline_);
    call_.reply->Clear();
    stub_.UnaryCall(&*context_, call_.rpc_path, {}, call_.request, call_.reply,
                    [self = shared_from_this()](grpc::Status status) { self->OnDone(status); });
  }

 private:
  void OnDone(const grpc::Status& status) {
    const absl::Status result = rpc::FromGrpc(status);
    const bool away = result.code() == absl::StatusCode::kUnavailable && ReasonOf(result).empty();
    if (!away) {
      call_.peer->Answered();
      done_(Explain(result, call_.peer->name(), call_.repeatable));
      return;
    }
    const milliseconds failing = call_.peer->Failed();
    if (call_.repeatable && failing < kPatience && Until(deadline_) > pause_) {
      const milliseconds pause = pause_;
      pause_ = std::min(2 * pause_, kLongestPause);
      return TryAfter(pause);
    }
    telemetry::Debug("a service cannot be reached",
                     {{"peer", call_.peer->name()}, {"error", status.error_message()}});
    done_(Explain(result, call_.peer->name(), call_.repeatable));
  }

  // An alarm keeps its callback until it is destroyed, so what the callback holds is moved out of
  // it.
  void TryAfter(milliseconds pause) {
    const auto alarm = std::make_shared<grpc::Alarm>();
    alarm->Set(After(pause), [self = shared_from_this(), held = alarm](bool) mutable {
      const auto own = std::move(self);
      const auto last = std::move(held);
      own->Try();
    });
  }

  const UnaryCall call_;
  const std::function<void(absl::Status)> done_;
  GenericStub stub_;
  const gpr_timespec deadline_;
  milliseconds pause_ = kFirstPause;
  std::optional<grpc::ClientContext> context_;
};

}  // namespace

void Prepare(const CallFacts& facts, grpc::ClientContext& context) {
  if (!facts.authorization.empty()) context.AddMetadata("authorization", facts.authorization);
  if (!facts.traceparent.empty()) context.AddMetadata("traceparent", facts.traceparent);
  if (!facts.request_id.empty()) context.AddMetadata("x-correlation-id", facts.request_id);
  context.set_deadline(After(facts.timeout));
}

void CallUnary(UnaryCall call, std::function<void(absl::Status)> done) {
  std::make_shared<Attempts>(std::move(call), std::move(done))->Try();
}

absl::Status Explain(const absl::Status& status, const std::string& peer, bool repeatable) {
  if (status.ok() || !ReasonOf(status).empty()) return status;
  const std::string again =
      repeatable ? " Repeat it, with the same Idempotency-Key if it changes something."
                 : " Whether it took effect is not known.";
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
      return WithRetryAfter(
          Unavailable(kServiceAway, "The service " + peer + " cannot be reached now." + again,
                      {{"service", peer}}),
          std::chrono::seconds(1));
    case absl::StatusCode::kDeadlineExceeded:
      return DeadlineExceeded(kDeadlineExceeded,
                              "The service " + peer + " did not answer in time." + again,
                              {{"service", peer}});
    case absl::StatusCode::kUnimplemented:
      return absl::UnimplementedError("The service " + peer + " does not know this method.");
    case absl::StatusCode::kResourceExhausted:
      return ResourceExhausted(kInternal, "The answer of " + peer + " is larger than can be sent.",
                               {{"service", peer}});
    case absl::StatusCode::kCancelled:
      return Unavailable(kServiceAway, "The service " + peer + " broke the call off." + again,
                         {{"service", peer}});
    default:
      return Internal(kInternal, "The service " + peer + " failed in an unexpected way.",
                      {{"service", peer}});
  }
}

}  // namespace jointly::gateway
