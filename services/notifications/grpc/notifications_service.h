#pragma once

#include <jointly/notifications/v1/notifications.grpc.pb.h>

#include "common/rpc/runtime.h"
#include "services/notifications/api/notifications_api.h"

namespace jointly::notifications {

// The generated service class, one line per method: the runtime checks the caller and runs the
// method of Api on its pool.
class Service final : public pb::Notifications::CallbackService {
 public:
  Service(rpc::Runtime& runtime, Api& api) : runtime_(runtime), api_(api) {}

  grpc::ServerUnaryReactor* ListNotifications(grpc::CallbackServerContext* context,
                                              const pb::ListNotificationsRequest* request,
                                              pb::ListNotificationsResponse* response) override {
    return runtime_.Serve(context, request, response,
                          std::bind_front(&Api::ListNotifications, &api_));
  }
  grpc::ServerUnaryReactor* GetNotification(grpc::CallbackServerContext* context,
                                            const pb::GetNotificationRequest* request,
                                            pb::Notification* response) override {
    return runtime_.Serve(context, request, response,
                          std::bind_front(&Api::GetNotification, &api_));
  }
  grpc::ServerUnaryReactor* MarkNotification(grpc::CallbackServerContext* context,
                                             const pb::MarkNotificationRequest* request,
                                             pb::Notification* response) override {
    return runtime_.Serve(context, request, response,
                          std::bind_front(&Api::MarkNotification, &api_));
  }
  grpc::ServerUnaryReactor* MarkAllNotifications(
      grpc::CallbackServerContext* context, const pb::MarkAllNotificationsRequest* request,
      pb::MarkAllNotificationsResponse* response) override {
    return runtime_.Serve(context, request, response,
                          std::bind_front(&Api::MarkAllNotifications, &api_));
  }
  grpc::ServerUnaryReactor* ListActivities(grpc::CallbackServerContext* context,
                                           const pb::ListActivitiesRequest* request,
                                           pb::ListActivitiesResponse* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::ListActivities, &api_));
  }
  grpc::ServerUnaryReactor* ListDeadlines(grpc::CallbackServerContext* context,
                                          const pb::ListDeadlinesRequest* request,
                                          pb::ListDeadlinesResponse* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::ListDeadlines, &api_));
  }
  grpc::ServerUnaryReactor* ListDeliveries(grpc::CallbackServerContext* context,
                                           const pb::ListDeliveriesRequest* request,
                                           pb::ListDeliveriesResponse* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::ListDeliveries, &api_));
  }

 private:
  rpc::Runtime& runtime_;
  Api& api_;
};

}  // namespace jointly::notifications
