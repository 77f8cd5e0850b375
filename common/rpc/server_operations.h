#pragma once

#include <jointly/operations/v1/operations.grpc.pb.h>

#include <functional>

#include "common/bus/operations.h"
#include "common/rpc/runtime.h"

// The feed and the operator's calls that every process offers. Private to common/rpc.
namespace jointly::rpc {

class EventFeedService final : public bus::pb::EventFeed::CallbackService {
 public:
  EventFeedService(Runtime& runtime, db::Database& database)
      : runtime_(runtime), database_(database) {}
  grpc::ServerUnaryReactor* ListEvents(grpc::CallbackServerContext* context,
                                       const bus::pb::ListEventsRequest* request,
                                       bus::pb::ListEventsResponse* response) override;

 private:
  Runtime& runtime_;
  db::Database& database_;
};

class OperationsService final : public bus::pb::Operations::CallbackService {
 public:
  // Pulls every producer's feed now, and says how many events came; null where there is no
  // consumer.
  using Reconciler = std::function<absl::StatusOr<std::int64_t>()>;
  OperationsService(Runtime& runtime, bus::OperationsContext operations, Reconciler reconcile)
      : runtime_(runtime), operations_(operations), reconcile_(std::move(reconcile)) {}
  grpc::ServerUnaryReactor* ListParked(grpc::CallbackServerContext* context,
                                       const bus::pb::ListParkedRequest* request,
                                       bus::pb::ListParkedResponse* response) override;
  grpc::ServerUnaryReactor* ReplayParked(grpc::CallbackServerContext* context,
                                         const bus::pb::ReplayParkedRequest* request,
                                         bus::pb::ReplayParkedResponse* response) override;
  grpc::ServerUnaryReactor* DropParked(grpc::CallbackServerContext* context,
                                       const bus::pb::DropParkedRequest* request,
                                       bus::pb::DropParkedResponse* response) override;
  grpc::ServerUnaryReactor* VerifyAudit(grpc::CallbackServerContext* context,
                                        const bus::pb::VerifyAuditRequest* request,
                                        bus::pb::VerifyAuditResponse* response) override;
  grpc::ServerUnaryReactor* Reconcile(grpc::CallbackServerContext* context,
                                      const bus::pb::ReconcileRequest* request,
                                      bus::pb::ReconcileResponse* response) override;

 private:
  Runtime& runtime_;
  bus::OperationsContext operations_;
  Reconciler reconcile_;
};

}  // namespace jointly::rpc
