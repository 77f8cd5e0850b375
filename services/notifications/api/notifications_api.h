#pragma once

#include <absl/status/statusor.h>
#include <jointly/notifications/v1/notifications.pb.h>

#include "common/db/database.h"
#include "common/rpc/call.h"

namespace jointly::notifications {

namespace pb = jointly::notifications::v1;

// One method per RPC; the contracts are in notifications.proto. Without gRPC, so that tests and the
// simulator call it directly.
class Api {
 public:
  explicit Api(db::Database& database) : database_(database) {}

  absl::StatusOr<pb::ListNotificationsResponse> ListNotifications(
      rpc::Call& call, const pb::ListNotificationsRequest& request);
  absl::StatusOr<pb::Notification> GetNotification(rpc::Call& call,
                                                   const pb::GetNotificationRequest& request);
  absl::StatusOr<pb::Notification> MarkNotification(rpc::Call& call,
                                                    const pb::MarkNotificationRequest& request);
  absl::StatusOr<pb::MarkAllNotificationsResponse> MarkAllNotifications(
      rpc::Call& call, const pb::MarkAllNotificationsRequest& request);
  absl::StatusOr<pb::ListActivitiesResponse> ListActivities(
      rpc::Call& call, const pb::ListActivitiesRequest& request);
  absl::StatusOr<pb::ListDeadlinesResponse> ListDeadlines(rpc::Call& call,
                                                          const pb::ListDeadlinesRequest& request);
  absl::StatusOr<pb::ListDeliveriesResponse> ListDeliveries(
      rpc::Call& call, const pb::ListDeliveriesRequest& request);

 private:
  db::Database& database_;
};

}  // namespace jointly::notifications
