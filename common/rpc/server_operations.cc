#include "common/rpc/server_operations.h"

#include <algorithm>

#include "common/telemetry/log.h"

namespace jointly::rpc {
namespace {

namespace pb = jointly::operations::v1;

constexpr int kFeedPageDefault = 200;
constexpr int kFeedPageMax = 1000;
// Below the message limit, with room for the frame around the events.
constexpr std::size_t kFeedBytesMax = kMessageBytesMax - 256 * 1024;

// These calls are for the whole process, so a role in one institution is not enough.
absl::Status CheckEverywhere(const Call& call, std::initializer_list<auth::Role> roles) {
  const bool holds = std::any_of(roles.begin(), roles.end(),
                                 [&](auth::Role role) { return call.principal.everywhere(role); });
  if (holds || call.principal.kind == auth::Principal::Kind::kService) return absl::OkStatus();
  return PermissionDenied(kRoleMissing,
                          "operator's calls need the role in the scope \"*\": the whole deployment",
                          {{"method", call.method}});
}

pb::ListEventsResponse ToProto(bus::FeedPage page) {
  pb::ListEventsResponse response;
  response.set_next_cursor(page.next_cursor);
  response.set_at_end(page.at_end);
  for (bus::Message& message : page.events) {
    pb::LoggedEvent& event = *response.add_events();
    event.set_message_id(message.message_id);
    event.set_aggregate_type(message.aggregate_type);
    event.set_aggregate_id(message.aggregate_id);
    event.set_revision(message.revision);
    event.set_event_type(message.event_type);
    event.mutable_headers()->insert(message.headers.begin(), message.headers.end());
    event.set_body(std::move(message.body));
  }
  return response;
}

absl::StatusOr<pb::ListEventsResponse> ListEvents(db::Database& database,
                                                  const pb::ListEventsRequest& request) {
  Violations violations;
  violations.Require(request.page_size() >= 0, "page_size", "is negative");
  violations.Require(request.aggregate_type().empty() == request.aggregate_id().empty(),
                     "aggregate_id", "goes with aggregate_type: give both or neither");
  if (!violations.empty()) return violations.ToStatus();
  bus::FeedQuery query{.cursor = request.cursor(),
                       .page_size = request.page_size() == 0
                                        ? kFeedPageDefault
                                        : std::min(request.page_size(), kFeedPageMax),
                       .aggregate_type = request.aggregate_type(),
                       .aggregate_id = request.aggregate_id(),
                       .after_revision = request.after_revision()};
  for (;;) {
    ASSIGN_OR_RETURN(bus::FeedPage page, bus::ReadFeed(database, query));
    pb::ListEventsResponse response = ToProto(std::move(page));
    // Large bodies: a shorter page, since its cursor must be that of its last event.
    if (query.page_size == 1 || response.ByteSizeLong() <= kFeedBytesMax) return response;
    query.page_size = std::max(1, std::min(query.page_size, response.events_size()) / 2);
  }
}

}  // namespace

grpc::ServerUnaryReactor* EventFeedService::ListEvents(grpc::CallbackServerContext* context,
                                                       const pb::ListEventsRequest* request,
                                                       pb::ListEventsResponse* response) {
  return runtime_.Serve(context, request, response,
                        [this](Call&, const pb::ListEventsRequest& query) {
                          return rpc::ListEvents(database_, query);
                        });
}

grpc::ServerUnaryReactor* OperationsService::ListParked(grpc::CallbackServerContext* context,
                                                        const pb::ListParkedRequest* request,
                                                        pb::ListParkedResponse* response) {
  return runtime_.Serve(
      context, request, response,
      [this](Call& call,
             const pb::ListParkedRequest& query) -> absl::StatusOr<pb::ListParkedResponse> {
        RETURN_IF_ERROR(CheckEverywhere(call, {auth::Role::kAdministrator}));
        return bus::ListParked(operations_, query);
      });
}

grpc::ServerUnaryReactor* OperationsService::ReplayParked(grpc::CallbackServerContext* context,
                                                          const pb::ReplayParkedRequest* request,
                                                          pb::ReplayParkedResponse* response) {
  return runtime_.Serve(
      context, request, response,
      [this](Call& call,
             const pb::ReplayParkedRequest& command) -> absl::StatusOr<pb::ReplayParkedResponse> {
        RETURN_IF_ERROR(CheckEverywhere(call, {auth::Role::kAdministrator}));
        return bus::ReplayParked(operations_, command, call.principal.name);
      });
}

grpc::ServerUnaryReactor* OperationsService::DropParked(grpc::CallbackServerContext* context,
                                                        const pb::DropParkedRequest* request,
                                                        pb::DropParkedResponse* response) {
  return runtime_.Serve(
      context, request, response,
      [this](Call& call,
             const pb::DropParkedRequest& command) -> absl::StatusOr<pb::DropParkedResponse> {
        RETURN_IF_ERROR(CheckEverywhere(call, {auth::Role::kAdministrator}));
        return bus::DropParked(operations_, command, call.principal.name);
      });
}

grpc::ServerUnaryReactor* OperationsService::VerifyAudit(grpc::CallbackServerContext* context,
                                                         const pb::VerifyAuditRequest* request,
                                                         pb::VerifyAuditResponse* response) {
  return runtime_.Serve(
      context, request, response,
      [this](Call& call, const pb::VerifyAuditRequest&) -> absl::StatusOr<pb::VerifyAuditResponse> {
        RETURN_IF_ERROR(CheckEverywhere(call, {auth::Role::kAdministrator, auth::Role::kAuditor}));
        return bus::VerifyAudit(operations_.database);
      });
}

grpc::ServerUnaryReactor* OperationsService::Reconcile(grpc::CallbackServerContext* context,
                                                       const pb::ReconcileRequest* request,
                                                       pb::ReconcileResponse* response) {
  return runtime_.Serve(
      context, request, response,
      [this](Call& call, const pb::ReconcileRequest&) -> absl::StatusOr<pb::ReconcileResponse> {
        RETURN_IF_ERROR(CheckEverywhere(call, {auth::Role::kAdministrator}));
        pb::ReconcileResponse reply;
        if (reconcile_ == nullptr) return reply;  // It follows nobody.
        ASSIGN_OR_RETURN(const std::int64_t received, reconcile_());
        reply.set_received(received);
        return reply;
      });
}

}  // namespace jointly::rpc
