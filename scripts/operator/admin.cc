#include "scripts/operator/admin.h"

#include <grpcpp/generic/generic_stub.h>
#include <jointly/operations/v1/operations.grpc.pb.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <future>

#include "common/error/error.h"
#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/runtime.h"
#include "common/time/civil.h"
#include "scripts/operator/call.h"

namespace jointly::tool {
namespace {

namespace pb = jointly::operations::v1;

inline constexpr Reason kPartlyFailed{"PARTLY_FAILED"};
inline constexpr Reason kChainBroken{"CHAIN_BROKEN"};
inline constexpr Reason kNoSuchMessage{"NO_SUCH_MESSAGE"};

using Work = std::function<absl::Status(const std::string& service, pb::Operations::Stub& stub)>;

// Does the work on every service, also after one has failed; says which failed.
absl::Status ForEach(const AdminSpec& spec, const Work& work) {
  std::string failed;
  for (const auto& [name, address] : spec.services) {
    const auto stub = pb::Operations::NewStub(Connect(address));
    const absl::Status status = work(name, *stub);
    if (status.ok()) continue;
    if (spec.services.size() == 1) return status;
    std::fprintf(stderr, "%s: %s", name.c_str(), Explain(status).c_str());
    failed += (failed.empty() ? "" : ", ") + name;
  }
  if (failed.empty()) return absl::OkStatus();
  return Unavailable(kPartlyFailed, "this failed on: " + failed + " (see above)");
}

// Calls one of the methods with the token and the deadline.
template <typename Request, typename Response>
absl::StatusOr<Response> Ask(const AdminSpec& spec, pb::Operations::Stub& stub,
                             grpc::Status (pb::Operations::Stub::*method)(grpc::ClientContext*,
                                                                          const Request&,
                                                                          Response*),
                             const Request& request) {
  const auto context = MakeContext(spec.token, spec.timeout_seconds);
  Response response;
  RETURN_IF_ERROR(rpc::FromGrpc((stub.*method)(context.get(), request, &response)));
  return response;
}

absl::StatusOr<Time> ParseSince(const std::string& text) {
  const std::string_view number = std::string_view(text).substr(0, text.size() - 1);
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), count);
  const std::map<char, std::int64_t> seconds = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86'400}};
  const auto unit = seconds.find(text.back());
  if (error == std::errc() && end == number.data() + number.size() && unit != seconds.end()) {
    return SystemClock().Now() - std::chrono::seconds(count * unit->second);
  }
  return ParseTime(text);
}

absl::StatusOr<pb::ListParkedRequest> ToRequest(const ParkFilter& filter) {
  pb::ListParkedRequest request;
  request.set_event_type(filter.event_type);
  request.set_aggregate_id(filter.aggregate_id);
  if (!filter.since.empty()) {
    ASSIGN_OR_RETURN(const Time since, ParseSince(filter.since));
    *request.mutable_since() = rpc::ToProto(since);
  }
  return request;
}

// The parked messages of one service that the filter names.
absl::StatusOr<std::vector<pb::ParkedMessage>> Find(const AdminSpec& spec,
                                                    pb::Operations::Stub& stub,
                                                    const ParkFilter& filter, bool show) {
  ASSIGN_OR_RETURN(pb::ListParkedRequest request, ToRequest(filter));
  request.set_show(show);
  if (filter.message_ids.size() == 1) request.set_message_id(filter.message_ids.front());
  ASSIGN_OR_RETURN(const pb::ListParkedResponse response,
                   Ask(spec, stub, &pb::Operations::Stub::ListParked, request));
  if (!response.broker_error().empty()) {
    std::fprintf(stderr, "only what is parked in the database is shown: %s\n",
                 response.broker_error().c_str());
  }
  std::vector<pb::ParkedMessage> found;
  for (const pb::ParkedMessage& message : response.messages()) {
    const auto& ids = filter.message_ids;
    if (ids.empty() || std::find(ids.begin(), ids.end(), message.message_id()) != ids.end()) {
      found.push_back(message);
    }
  }
  return found;
}

void PrintMessage(const std::string& service, const pb::ParkedMessage& message) {
  std::printf("%-14s %s  %s  %s/%s #%lld  %d attempts  in the %s\n    %s\n", service.c_str(),
              message.message_id().c_str(), message.event_type().c_str(),
              message.aggregate_type().c_str(), message.aggregate_id().c_str(),
              static_cast<long long>(message.revision()), message.attempts(),
              message.place().c_str(), message.error().c_str());
}

// Finds what the filter names in every service, and does `work` with the ids of each.
absl::Status WithParked(const AdminSpec& spec, const ParkFilter& filter,
                        const std::function<absl::StatusOr<std::vector<std::string>>(
                            pb::Operations::Stub&, const std::vector<std::string>&)>& work,
                        const char* done) {
  std::size_t count = 0;
  RETURN_IF_ERROR(ForEach(spec, [&](const std::string& service, pb::Operations::Stub& stub) {
    const auto found = Find(spec, stub, filter, false);
    if (!found.ok()) return found.status();
    std::vector<std::string> ids;
    for (const pb::ParkedMessage& message : *found) ids.push_back(message.message_id());
    if (ids.empty()) return absl::OkStatus();
    const auto changed = work(stub, ids);
    if (!changed.ok()) return changed.status();
    for (const std::string& id : *changed) {
      std::printf("%-14s %s  %s\n", service.c_str(), id.c_str(), done);
    }
    count += changed->size();
    return absl::OkStatus();
  }));
  if (count == 0) return NotFound(kNoSuchMessage, "no parked message fits: see park ls");
  return absl::OkStatus();
}

// grpc.health.v1.Health/Check: the status is the only field of the reply.
absl::StatusOr<int> CheckOne(const AdminSpec& spec, const std::string& address) {
  const grpc::Slice empty;
  const grpc::ByteBuffer request(&empty, 1);
  grpc::ByteBuffer reply;
  const auto context = MakeContext("", spec.timeout_seconds);
  std::promise<grpc::Status> done;
  grpc::GenericStub(Connect(address))
      .UnaryCall(context.get(), "/grpc.health.v1.Health/Check", {}, &request, &reply,
                 [&](grpc::Status status) { done.set_value(std::move(status)); });
  RETURN_IF_ERROR(rpc::FromGrpc(done.get_future().get()));
  grpc::Slice slice;
  if (!reply.DumpToSingleSlice(&slice).ok() || slice.size() < 2) return 0;
  return slice.begin()[1];
}

}  // namespace

absl::Status ListParked(const AdminSpec& spec, const ParkFilter& filter) {
  std::size_t count = 0;
  const absl::Status status =
      ForEach(spec, [&](const std::string& service, pb::Operations::Stub& stub) {
        const auto found = Find(spec, stub, filter, false);
        if (!found.ok()) return found.status();
        for (const pb::ParkedMessage& message : *found) PrintMessage(service, message);
        count += found->size();
        return absl::OkStatus();
      });
  std::printf("%zu parked\n", count);
  return status;
}

absl::Status ShowParked(const AdminSpec& spec, const ParkFilter& filter) {
  std::size_t count = 0;
  RETURN_IF_ERROR(ForEach(spec, [&](const std::string& service, pb::Operations::Stub& stub) {
    const auto found = Find(spec, stub, filter, true);
    if (!found.ok()) return found.status();
    for (const pb::ParkedMessage& message : *found) {
      PrintMessage(service, message);
      std::printf("    received %s\n%s\n",
                  FormatTime(rpc::FromProto(message.receive_time())).c_str(),
                  message.content().c_str());
    }
    count += found->size();
    return absl::OkStatus();
  }));
  if (count == 0) return NotFound(kNoSuchMessage, "no parked message fits: see park ls");
  return absl::OkStatus();
}

absl::Status ReplayParked(const AdminSpec& spec, const ParkFilter& filter, bool dry_run) {
  return WithParked(
      spec, filter,
      [&](pb::Operations::Stub& stub,
          const std::vector<std::string>& ids) -> absl::StatusOr<std::vector<std::string>> {
        pb::ReplayParkedRequest request;
        for (const std::string& id : ids) request.add_message_ids(id);
        request.set_dry_run(dry_run);
        ASSIGN_OR_RETURN(const auto response,
                         Ask(spec, stub, &pb::Operations::Stub::ReplayParked, request));
        return std::vector<std::string>(response.message_ids().begin(),
                                        response.message_ids().end());
      },
      dry_run ? "would be replayed" : "replayed");
}

absl::Status DropParked(const AdminSpec& spec, const ParkFilter& filter, const std::string& reason,
                        bool dry_run) {
  return WithParked(
      spec, filter,
      [&](pb::Operations::Stub& stub,
          const std::vector<std::string>& ids) -> absl::StatusOr<std::vector<std::string>> {
        pb::DropParkedRequest request;
        for (const std::string& id : ids) request.add_message_ids(id);
        request.set_reason(reason);
        request.set_dry_run(dry_run);
        ASSIGN_OR_RETURN(const auto response,
                         Ask(spec, stub, &pb::Operations::Stub::DropParked, request));
        return std::vector<std::string>(response.message_ids().begin(),
                                        response.message_ids().end());
      },
      dry_run ? "would be dropped" : "dropped");
}

absl::Status Reconcile(const AdminSpec& spec) {
  return ForEach(spec, [&](const std::string& service, pb::Operations::Stub& stub) {
    const auto response = Ask(spec, stub, &pb::Operations::Stub::Reconcile, pb::ReconcileRequest());
    if (!response.ok()) return response.status();
    std::printf("%-14s %lld events read from the producers' feeds\n", service.c_str(),
                static_cast<long long>(response->received()));
    return absl::OkStatus();
  });
}

absl::Status VerifyAudit(const AdminSpec& spec) {
  return ForEach(spec, [&](const std::string& service, pb::Operations::Stub& stub) -> absl::Status {
    const auto response =
        Ask(spec, stub, &pb::Operations::Stub::VerifyAudit, pb::VerifyAuditRequest());
    if (!response.ok()) return response.status();
    std::printf("%-14s %lld verified, %lld not sealed yet  %s\n", service.c_str(),
                static_cast<long long>(response->verified()),
                static_cast<long long>(response->unsealed()),
                response->first_bad_sequence() == 0 ? "the chain is whole" : "BROKEN");
    if (response->first_bad_sequence() == 0) return absl::OkStatus();
    return FailedPrecondition(
        kChainBroken,
        "the audit chain does not verify: the database was changed behind the service's back",
        {{"sequence", std::to_string(response->first_bad_sequence())},
         {"finding", response->finding()}});
  });
}

absl::Status CheckHealth(const AdminSpec& spec) {
  std::string failed;
  for (const auto& [name, address] : spec.services) {
    const absl::StatusOr<int> health = CheckOne(spec, address);
    const std::string text = !health.ok()   ? Explain(health.status())
                             : *health == 1 ? "serving\n"
                                            : "not serving\n";
    std::printf("%-14s %-22s %s", name.c_str(), address.c_str(), text.c_str());
    if (!health.ok() || *health != 1) failed += (failed.empty() ? "" : ", ") + name;
  }
  if (failed.empty()) return absl::OkStatus();
  return Unavailable(kPartlyFailed, "not serving: " + failed);
}

}  // namespace jointly::tool
