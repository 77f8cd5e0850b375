#pragma once

#include <jointly/deadlines/v1/deadline.pb.h>
#include <jointly/notifications/v1/notifications.pb.h>

#include <string>
#include <string_view>

#include "services/notifications/domain/render.h"
#include "services/notifications/domain/types.h"

namespace jointly::notifications {

namespace pb = jointly::notifications::v1;

inline constexpr std::string_view kNotifications = "notifications";

// Whose eyes a reply is for.
struct ReaderView {
  std::string language = "en";
  std::string zone = "UTC";
};

pb::Notification ToProto(const Notification& notification, const ReaderView& view,
                         const Names& names);
pb::Activity ToProto(const Activity& activity, const ReaderView& view, const Names& names);
pb::Delivery ToProto(const Delivery& delivery);
jointly::deadlines::v1::Deadline ToProto(const deadlines::Deadline& deadline);

}  // namespace jointly::notifications
