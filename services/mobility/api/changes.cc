#include "services/mobility/api/changes.h"

#include <jointly/mobility/v1/mobility_events.pb.h>

#include "common/auth/cipher.h"
#include "common/rpc/convert.h"
#include "services/mobility/api/convert.h"
#include "services/mobility/domain/deadlines_of.h"

namespace jointly::mobility {
namespace {

std::string DigestOf(const google::protobuf::Message& message) {
  return auth::Sha256Hex(message.SerializeAsString());
}

// Everything that both digests cover; file names stay sealed.
pb::Application RecordOf(const store::Case& row) {
  const Application& application = row.application;
  pb::Application message;
  message.set_name("applications/" + application.id);
  message.set_call("calls/" + application.call);
  message.set_student(application.student);
  message.set_home_institution(application.home_institution);
  for (const Choice& choice : application.choices) *message.add_choices() = ToProto(choice);
  *message.mutable_profile() = ToProto(application.profile);
  for (const Document& document : application.documents) {
    *message.add_documents() = ToProto(document, application.id);
  }
  message.set_state(static_cast<pb::Application::State>(application.state));
  message.set_score(application.score.value_or(0));
  if (application.waitlist_choice.has_value()) {
    *message.mutable_waitlist_choice() = ToProto(*application.waitlist_choice);
  }
  if (application.offer.has_value()) *message.mutable_offer() = ToProto(*application.offer);
  for (const auto& reason : application.reasons) *message.add_reasons() = ToProto(reason);
  message.set_decision_note(application.decision_note);
  message.set_appeal_grounds(application.appeal_grounds);
  if (application.decision_time.has_value()) {
    *message.mutable_decision_time() = rpc::ToProto(*application.decision_time);
  }
  if (!application.mobility.empty()) message.set_mobility("mobilities/" + application.mobility);
  *message.mutable_create_time() = rpc::ToProto(application.create_time);
  if (application.submit_time.has_value()) {
    *message.mutable_submit_time() = rpc::ToProto(*application.submit_time);
  }
  *message.mutable_update_time() = rpc::ToProto(application.update_time);
  message.set_revision(application.revision);
  message.set_demo(application.demo);
  return message;
}

// Others learn where a case stands, not what is in it: profile, papers, score and words stay here.
void ClearContent(pb::Application& message) {
  const std::string home_unit = message.profile().home_unit();
  message.clear_profile();
  if (!home_unit.empty()) message.mutable_profile()->set_home_unit(home_unit);
  message.clear_documents();
  message.clear_score();
  message.clear_decision_note();
  message.clear_appeal_grounds();
  for (pb::Verdict& reason : *message.mutable_reasons()) {
    reason.clear_evidence();
    reason.clear_remedy();
  }
}

template <typename EventMessage>
void SetChange(const Actor& actor, const Change& change, EventMessage& message) {
  message.mutable_change()->set_action(std::string(change.action));
  message.mutable_change()->set_from(std::string(change.from));
  message.mutable_change()->set_to(std::string(change.to));
  message.mutable_change()->set_actor(actor.base.actor);
  message.mutable_change()->set_note(change.note);
}

template <typename EventMessage>
bus::Event EventOf(const Actor& actor, const Change& change, std::string_view noun,
                   const std::string& id, std::int64_t revision, EventMessage& message) {
  SetChange(actor, change, message);
  rpc::ClearPersonal(message);
  bus::Event event = actor.base;
  event.aggregate_type = "mobility." + std::string(noun);
  event.aggregate_id = id;
  event.revision = revision;
  event.action = change.action;
  event.message_name = message.GetDescriptor()->full_name();
  event.body = message.SerializeAsString();
  event.from = change.from;
  event.to = change.to;
  return event;
}

void AddToAudience(const std::string& name, bus::Event& event) {
  if (!name.empty()) event.audience.push_back(name);
}

}  // namespace

Actor ActorOf(const rpc::Call& call) { return {.base = rpc::EventOf(call), .now = call.now}; }

Actor TimerActor(Time now) {
  Actor actor{.base = {}, .now = now};
  actor.base.actor = "timer";
  return actor;
}

Actor FollowerActor(const bus::Message& cause, Time now) {
  Actor actor{.base = {}, .now = now};
  actor.base.actor = "service:mobility";
  actor.base.traceparent = cause.traceparent;
  actor.base.correlation_id = cause.correlation_id;
  actor.base.causation_id = cause.message_id;
  return actor;
}

bus::Event CallChanged(const Actor& actor, const Call* before, const Call& after,
                       const Change& change) {
  pb::CallEvent message;
  *message.mutable_call() = ToProto(after, actor.now);
  bus::Event event = EventOf(actor, change, "call", after.id, after.revision, message);
  event.subject = "calls/" + after.id;
  event.audience = {after.home_institution};
  if (before != nullptr) event.before_digest = DigestOf(ToProto(*before, actor.now));
  event.after_digest = DigestOf(message.call());
  return event;
}

bus::Event ApplicationChanged(const Actor& actor, const store::Case* before,
                              const store::Case& after, const Change& change) {
  const Application& application = after.application;
  pb::ApplicationEvent message;
  *message.mutable_application() = RecordOf(after);
  const std::string after_digest = DigestOf(message.application());
  pb::Application& told = *message.mutable_application();
  ClearContent(told);
  told.set_waitlist_position(after.waitlist_position);
  told.set_waiting_for(std::string(WaitingFor(application.state, after.mobility)));
  for (const auto& deadline : DeadlinesOf(application, after.call, actor.now)) {
    *told.add_deadlines() = ToProto(deadline);
  }
  told.set_etag(rpc::Etag(application.revision));
  bus::Event event =
      EventOf(actor, change, "application", application.id, application.revision, message);
  event.subject = "applications/" + application.id;
  event.audience = {application.home_institution};
  AddToAudience(after.host_institution, event);
  // A hint alone would tell the student that something was decided.
  if (!Embargoed(application, after.call, actor.now)) AddToAudience(application.student, event);
  if (before != nullptr) event.before_digest = DigestOf(RecordOf(*before));
  event.after_digest = after_digest;
  return event;
}

bus::Event MobilityChanged(const Actor& actor, const MobilityCase* before,
                           const store::MobilityRow& after, const Change& change) {
  pb::MobilityEvent message;
  *message.mutable_mobility() = ToProto(after.mobility);
  message.set_call("calls/" + after.call.id);
  bus::Event event =
      EventOf(actor, change, "mobility", after.mobility.id, after.mobility.revision, message);
  event.subject = "mobilities/" + after.mobility.id;
  event.audience = {after.mobility.sending_institution, after.mobility.receiving_institution,
                    after.mobility.student};
  if (before != nullptr) event.before_digest = DigestOf(ToProto(*before));
  event.after_digest = DigestOf(message.mobility());
  return event;
}

bus::Event QuotaChanged(const Actor& actor, const store::QuotaRow* before,
                        const store::QuotaRow& after, const Change& change) {
  pb::QuotaEvent message;
  *message.mutable_quota() = ToProto(after.quota);
  bus::Event event = EventOf(actor, change, "quota", after.quota.id, after.quota.revision, message);
  event.subject = "quotas/" + after.quota.id;
  event.audience = {after.sending_institution, after.receiving_institution};
  if (before != nullptr) event.before_digest = DigestOf(ToProto(before->quota));
  event.after_digest = DigestOf(message.quota());
  return event;
}

}  // namespace jointly::mobility
