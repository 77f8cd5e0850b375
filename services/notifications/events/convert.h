#pragma once

#include <absl/status/statusor.h>
#include <jointly/deadlines/v1/deadline.pb.h>

#include <vector>

#include "common/bus/event.h"
#include "common/deadlines/deadlines.h"
#include "common/error/error.h"
#include "services/notifications/domain/types.h"

// Foreign messages in our own types.
namespace jointly::notifications {

// Errors: INVALID_ARGUMENT (the event is parked) for a date, a clock or a zone that is none.
absl::StatusOr<deadlines::Deadline> FromProto(const deadlines::v1::Deadline& deadline);

// All deadlines of an event, with what their texts mention. Nothing of them is held back.
absl::StatusOr<std::vector<KeptDeadline>> KeptFrom(
    const google::protobuf::RepeatedPtrField<deadlines::v1::Deadline>& deadlines,
    const Parameters& parameters);

inline constexpr Reason kEventUnreadable{"EVENT_UNREADABLE"};

// The body of an event. Errors: INVALID_ARGUMENT, which parks it at once.
template <typename Body>
absl::StatusOr<Body> ParseBody(const bus::Message& message) {
  Body body;
  if (!body.ParseFromString(message.body)) {
    return InvalidArgument(kEventUnreadable, "the event's body is no " + body.GetTypeName(),
                           {{"message", message.message_id}});
  }
  return body;
}

}  // namespace jointly::notifications
