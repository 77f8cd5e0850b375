#include "services/notifications/api/convert.h"

#include "common/rpc/call.h"
#include "common/rpc/convert.h"
#include "common/text/text.h"

namespace jointly::notifications {
pb::Notification ToProto(const Notification& notification, const ReaderView& view,
                         const Names& names) {
  const Text text = Render({.kind = notification.kind,
                            .language = view.language,
                            .zone = view.zone,
                            .parameters = notification.parameters,
                            .at = notification.visible_time},
                           names);
  pb::Notification out;
  out.set_name(std::string(kNotifications) + "/" + notification.id);
  out.set_person(notification.person);
  out.set_kind(notification.kind);
  out.set_subject(notification.subject);
  out.set_title(text.title);
  out.set_text(text.text);
  out.set_read(notification.read_time.has_value());
  // When it came before the reader's eyes: an embargoed message is as old as its embargo's end.
  *out.mutable_create_time() = rpc::ToProto(notification.visible_time);
  if (notification.read_time.has_value()) {
    *out.mutable_read_time() = rpc::ToProto(*notification.read_time);
  }
  out.set_revision(notification.revision);
  out.set_etag(rpc::Etag(notification.revision));
  return out;
}

pb::Activity ToProto(const Activity& activity, const ReaderView& view, const Names& names) {
  pb::Activity out;
  out.set_name("activities/" + activity.id);
  out.set_subject(activity.subject);
  out.set_event_type(activity.event_type);
  out.set_action(activity.action);
  out.set_from(activity.from);
  out.set_to(activity.to);
  out.set_actor(activity.actor);
  *out.mutable_time() = rpc::ToProto(activity.time);
  out.set_text(RenderPhrase(activity.aggregate + "." + activity.action, "activity",
                            {.kind = "",
                             .language = view.language,
                             .zone = view.zone,
                             .parameters = activity.parameters,
                             .at = activity.time},
                            names));
  return out;
}

pb::Delivery ToProto(const Delivery& delivery) {
  pb::Delivery out;
  out.set_name("deliveries/" + delivery.id);
  out.set_person(delivery.person);
  out.set_kind(delivery.kind);
  out.set_subject(delivery.subject);
  out.set_channel("email");
  pb::Delivery::State state = pb::Delivery::STATE_UNSPECIFIED;
  pb::Delivery::State_Parse(UpperCase(Name(delivery.state)), &state);
  out.set_state(state);
  out.set_attempts(delivery.attempts);
  out.set_last_reply(delivery.last_reply);
  out.set_message_id(delivery.message_id);
  *out.mutable_create_time() = rpc::ToProto(delivery.create_time);
  if (delivery.state == DeliveryState::kQueued) {
    *out.mutable_next_time() = rpc::ToProto(delivery.next_time);
  }
  if (delivery.accept_time.has_value()) {
    *out.mutable_accept_time() = rpc::ToProto(*delivery.accept_time);
  }
  out.set_language_code(delivery.language);
  out.set_reason(delivery.reason);
  return out;
}

jointly::deadlines::v1::Deadline ToProto(const deadlines::Deadline& deadline) {
  jointly::deadlines::v1::Deadline out;
  out.set_id(deadline.id);
  out.set_generation(deadline.generation);
  out.set_kind(deadline.kind);
  out.set_subject(deadline.subject);
  *out.mutable_due_date() = rpc::ToProto(deadline.due.date);
  out.set_due_clock(FormatClock(deadline.due.clock));
  out.set_time_zone(deadline.due.zone);
  *out.mutable_due_time() = rpc::ToProto(deadline.due_time);
  // The numbers of the enumerations are the same on purpose (common/deadlines).
  out.set_severity(
      static_cast<jointly::deadlines::v1::Deadline::Severity>(static_cast<int>(deadline.severity)));
  out.set_state(
      static_cast<jointly::deadlines::v1::Deadline::State>(static_cast<int>(deadline.state)));
  for (const deadlines::Audience& audience : deadline.audience) {
    auto& row = *out.add_audience();
    row.set_person(audience.person);
    row.set_role(audience.role);
    row.set_institution(audience.institution);
    row.set_unit(audience.unit);
  }
  out.set_basis(deadline.basis);
  out.set_rationale(deadline.rationale);
  return out;
}

}  // namespace jointly::notifications
