#pragma once

#include <jointly/notifications/v1/notifications.grpc.pb.h>

#include "common/rpc/service.h"
#include "services/notifications/api/notifications_api.h"

namespace jointly::notifications {

// The generated service class, one line per method: the runtime checks the caller and runs the
// method of Api on its pool.
class Service final : public pb::Notifications::CallbackService, private rpc::Adapter<Api> {
 public:
  Service(rpc::Runtime& runtime, Api& api) : Adapter(runtime, api) {}

  grpc::ServerUnaryReactor* ListNotifications(grpc::CallbackServerContext* context,
                                              const pb::ListNotificationsRequest* request,
                                              pb::ListNotificationsResponse* response) override {
    return Serve(context, request, response, &Api::ListNotifications);
  }
  grpc::ServerUnaryReactor* GetNotification(grpc::CallbackServerContext* context,
                                            const pb::GetNotificationRequest* request,
                                            pb::Notification* response) override {
    return Serve(context, request, response, &Api::GetNotification);
  }
  grpc::ServerUnaryReactor* MarkNotification(grpc::CallbackServerContext* context,
                                             const pb::MarkNotificationRequest* request,
                                             pb::Notification* response) override {
    return Serve(context, request, response, &Api::MarkNotification);
  }
  grpc::ServerUnaryReactor* MarkAllNotifications(
      grpc::CallbackServerContext* context, const pb::MarkAllNotificationsRequest* request,
      pb::MarkAllNotificationsResponse* response) override {
    return Serve(context, request, response, &Api::MarkAllNotifications);
  }
  grpc::ServerUnaryReactor* ListActivities(grpc::CallbackServerContext* context,
                                           const pb::ListActivitiesRequest* request,
                                           pb::ListActivitiesResponse* response) override {
    return Serve(context, request, response, &Api::ListActivities);
  }
  grpc::ServerUnaryReactor* ListDeadlines(grpc::CallbackServerContext* context,
                                          const pb::ListDeadlinesRequest* request,
                                          pb::ListDeadlinesResponse* response) override {
    return Serve(context, request, response, &Api::ListDeadlines);
  }
  grpc::ServerUnaryReactor* ListDeliveries(grpc::CallbackServerContext* context,
                                           const pb::ListDeliveriesRequest* request,
                                           pb::ListDeliveriesResponse* response) override {
    return Serve(context, request, response, &Api::ListDeliveries);
  }
};

}  // namespace jointly::notifications
