#include "services/gateway/proxy/proxy.h"

#include <google/api/annotations.pb.h>
#include <grpcpp/grpcpp.h>
#include <jointly/options/v1/options.pb.h>

#include "common/error/error.h"
#include "common/rpc/runtime.h"
#include "common/telemetry/trace.h"
#include "services/gateway/proxy/forward.h"
#include "services/gateway/proxy/reflection.h"
#include "services/gateway/transcode/route_table.h"

namespace jointly::gateway {
namespace {

using options::v1::Policy;

inline constexpr Reason kNotPublic{"NOT_PUBLIC"};
inline constexpr Reason kServiceAway{"SERVICE_UNAVAILABLE"};
inline constexpr Reason kTooManyRequests{"TOO_MANY_REQUESTS"};

std::string Metadata(const grpc::GenericCallbackServerContext& context, const char* name) {
  const auto [first, last] = context.client_metadata().equal_range(name);
  if (first == last || std::next(first) != last) return {};
  return {first->second.data(), first->second.size()};
}

// Ends a call at once.
class Refusal final : public grpc::ServerGenericBidiReactor {
 public:
  explicit Refusal(const absl::Status& status) { Finish(rpc::ToGrpc(status)); }
  void OnDone() override { delete this; }
};

class ReflectionStream final : public grpc::ServerGenericBidiReactor {
 public:
  ReflectionStream() : reflection_(PublicServices()) { StartRead(&request_); }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    std::vector<grpc::Slice> slices;
    std::string bytes;
    if (!request_.Dump(&slices).ok()) {
      return Finish(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "not a message"));
    }
    for (const grpc::Slice& slice : slices) {
      bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
    const grpc::Slice answer(reflection_.Answer(bytes));
    reply_ = grpc::ByteBuffer(&answer, 1);
    StartWrite(&reply_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    StartRead(&request_);
  }
  void OnDone() override { delete this; }

 private:
  Reflection reflection_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer reply_;
};

Traffic TrafficOf(const google::protobuf::MethodDescriptor& method) {
  const auto& policy = method.options().GetExtension(options::v1::policy);
  if (method.options().GetExtension(google::api::http).has_get()) return Traffic::kRead;
  return policy.audience() == Policy::ANYONE ? Traffic::kSession : Traffic::kWrite;
}

}  // namespace

std::string AddressOf(const std::string& peer) {
  const std::size_t begin = peer.find(':');
  const std::size_t end = peer.rfind(':');
  if (begin == std::string::npos || begin == end) return peer;
  return peer.substr(begin + 1, end - begin - 1);
}

Proxy::Proxy(ProxyParts parts) : parts_(parts) {
  for (const auto* service : PublicServices()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const auto& method = *service->method(i);
      // A user's token would be refused by the service as well; here it does not even get there.
      const auto& policy = method.options().GetExtension(options::v1::policy);
      if (policy.audience() == Policy::SERVICE) continue;
      methods_["/" + service->full_name() + "/" + method.name()] = {
          .peer = PeerOf(service->full_name()), .traffic = TrafficOf(method)};
    }
  }
}

absl::Status Proxy::Admit(const grpc::GenericCallbackServerContext& context, Peer*& peer) {
  const auto method = methods_.find(context.method());
  if (method == methods_.end()) {
    return PermissionDenied(kNotPublic,
                            "There is no public method of this name: list them by reflection.");
  }
  const std::string caller =
      parts_.tokens.CallerOf(Metadata(context, "authorization"), AddressOf(context.peer()));
  const auto wait = parts_.limiter.Take(method->second.traffic, caller);
  if (wait.has_value()) {
    return WithRetryAfter(ResourceExhausted(kTooManyRequests,
                                            "Too many requests of this caller: wait, then send "
                                            "fewer at a time."),
                          *wait);
  }
  peer = parts_.peers.Find(method->second.peer);
  if (peer != nullptr) return absl::OkStatus();
  return Unavailable(kServiceAway,
                     "This gateway has no address of the service " + method->second.peer + ".");
}

grpc::ServerGenericBidiReactor* Proxy::CreateReactor(grpc::GenericCallbackServerContext* context) {
  if (context->method() == kReflectionV1 || context->method() == kReflectionV1Alpha) {
    return new ReflectionStream;
  }
  Peer* peer = nullptr;
  const absl::Status status = Admit(*context, peer);
  if (!status.ok()) return new Refusal(status);
  CallFacts facts;
  facts.authorization = Metadata(*context, "authorization");
  facts.traceparent = telemetry::ChildTraceparent(Metadata(*context, "traceparent"), parts_.rng);
  facts.request_id = Metadata(*context, "x-correlation-id");
  if (facts.request_id.empty()) facts.request_id = parts_.ids.Next();
  return Forward(*context, *peer, std::move(facts));
}

}  // namespace jointly::gateway
