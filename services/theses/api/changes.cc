#include "services/theses/api/changes.h"

#include <jointly/theses/v1/theses_events.pb.h>

#include "common/auth/cipher.h"
#include "services/theses/api/convert.h"

namespace jointly::theses {
namespace {

constexpr std::string_view kService = "service:theses";

std::string DigestOf(const Thesis& thesis) {
  return auth::Sha256Hex(RecordToProto(thesis).SerializeAsString());
}

}  // namespace

Who WhoOf(const rpc::Call& call) { return {.base = rpc::EventOf(call), .now = call.now}; }

Who FollowerWho(const bus::Message& cause, Time now) {
  Who who{.base = {}, .now = now};
  who.base.actor = kService;
  who.base.traceparent = cause.traceparent;
  who.base.correlation_id = cause.correlation_id;
  who.base.causation_id = cause.message_id;
  return who;
}

Who ServiceWho(Time now) {
  Who who{.base = {}, .now = now};
  who.base.actor = kService;
  return who;
}

bus::Event ThesisChanged(const Who& who, const ThesisNews& news, const Change& change) {
  const Thesis& thesis = news.after;
  pb::ThesisEvent message;
  *message.mutable_thesis() = news.told;
  message.mutable_change()->set_action(std::string(change.action));
  message.mutable_change()->set_from(std::string(change.from));
  message.mutable_change()->set_to(std::string(change.to));
  message.mutable_change()->set_actor(who.base.actor);
  message.mutable_change()->set_note(change.note);
  rpc::ClearPersonal(message);
  bus::Event event = who.base;
  event.aggregate_type = "theses.thesis";
  event.aggregate_id = thesis.id;
  event.revision = thesis.revision;
  event.subject = "theses/" + thesis.id;
  event.action = change.action;
  event.message_name = message.GetDescriptor()->full_name();
  event.body = message.SerializeAsString();
  event.from = change.from;
  event.to = change.to;
  event.audience = {thesis.sides[0].institution, thesis.sides[1].institution, thesis.student,
                    thesis.sides[0].director, thesis.sides[1].director};
  if (news.before != nullptr) event.before_digest = DigestOf(*news.before);
  event.after_digest = DigestOf(thesis);
  return event;
}

}  // namespace jointly::theses
