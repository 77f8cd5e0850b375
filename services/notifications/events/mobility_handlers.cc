#include <jointly/mobility/v1/mobility_events.pb.h>

#include <algorithm>
#include <array>

#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/text/text.h"
#include "services/notifications/domain/format.h"
#include "services/notifications/domain/rules.h"
#include "services/notifications/events/convert.h"
#include "services/notifications/events/deadline_intake.h"
#include "services/notifications/events/handlers.h"
#include "services/notifications/events/story.h"
#include "services/notifications/store/activity_store.h"
#include "services/notifications/store/deadline_store.h"
#include "services/notifications/store/delivery_store.h"
#include "services/notifications/store/inbox_store.h"
#include "services/notifications/store/replica_store.h"

// The events of mobility: calls, applications and mobilities.
namespace jointly::notifications {
namespace {

namespace pb = jointly::mobility::v1;

// The instant of a civil date-time; nothing when it is none.
std::optional<Time> InstantOf(const pb::CivilDateTime& civil) {
  const auto date = rpc::FromProto(civil.date());
  const auto clock = ParseClock(civil.clock());
  if (!date.has_value() || !clock.ok()) return std::nullopt;
  const auto instant = ToInstant({*date, *clock, civil.time_zone()});
  return instant.ok() ? std::optional(*instant) : std::nullopt;
}

// A decision under embargo makes a deadline that the student may not know of yet. Its owner leaves
// the student out until then, and has no event at that moment: so they are added here, with the
// hold.
void HoldFromStudent(KeptDeadline& kept, const std::string& student, const Hold& hold) {
  auto& audience = kept.deadline.audience;
  const auto found =
      std::find_if(audience.begin(), audience.end(),
                   [&](const deadlines::Audience& row) { return row.person == student; });
  if (found != audience.end()) {
    kept.holds.at(static_cast<std::size_t>(found - audience.begin())) = hold;
    return;
  }
  audience.push_back({.person = student, .role = "", .institution = "", .unit = ""});
  kept.holds.push_back(hold);
}

// States that a decision under embargo leads to: a message about it may still be held.
bool MayBeHeld(const std::string& state) {
  constexpr std::array<std::string_view, 4> kStates{"offered", "waitlisted", "rejected", "expired"};
  return std::find(kStates.begin(), kStates.end(), state) != kStates.end();
}

// A draft is its student's alone.
std::vector<Viewer> ViewersOf(const pb::Application& application, const Hold& hold) {
  std::vector<Viewer> out{{.name = application.student(), .hold = hold}};
  if (application.state() != pb::Application::DRAFT) {
    out.push_back({.name = application.home_institution(), .hold = {}});
  }
  return out;
}

// The date by which an offer is to be answered, for its text.
std::string OfferDue(const pb::Application& application,
                     const std::vector<KeptDeadline>& deadlines) {
  for (const KeptDeadline& kept : deadlines) {
    if (kept.deadline.kind == "offer_expires") return EncodeCivil(kept.deadline.due);
  }
  if (!application.offer().has_expire_time()) return "";
  const auto civil = ToCivil(rpc::FromProto(application.offer().expire_time()), "UTC");
  return civil.ok() ? EncodeCivil(*civil) : "";
}

// What an application's call says about it: until when its decisions are hidden (when anything of
// this event is), and whether it goes on at all.
struct Embargo {
  Hold hold;
  bool applies = false;
  bool call_cancelled = false;
};

absl::StatusOr<Embargo> EmbargoOf(db::Tx& tx, const pb::Application& application,
                                  const std::string& action,
                                  const std::vector<KeptDeadline>& deadlines) {
  const std::string state = LowerCase(pb::Application::State_Name(application.state()));
  Embargo embargo;
  embargo.applies = IsEmbargoed("mobility.application", action) ||
                    std::any_of(deadlines.begin(), deadlines.end(), [&](const KeptDeadline& row) {
                      return IsEmbargoedDeadline(row.deadline.kind, state);
                    });
  if (!embargo.applies) {
    ASSIGN_OR_RETURN(const auto card, store::FindCall(tx, application.call()));
    embargo.call_cancelled = card.has_value() && card->state == "cancelled";
    return embargo;
  }
  ASSIGN_OR_RETURN(const store::CallCard card, store::LockCall(tx, application.call()));
  embargo.hold = {.call = application.call(), .until = card.decision_time};
  // A decision says itself from when the student may know it: that the call's decision time was
  // moved is another aggregate's news and may still be on its way.
  if (application.has_decision_time()) {
    embargo.hold.until = std::max(embargo.hold.until, rpc::FromProto(application.decision_time()));
  }
  embargo.call_cancelled = card.state == "cancelled";
  return embargo;
}

// The call's own deadlines, and those of applications that depend on it.
absl::Status TakeCallDeadlines(db::Tx& tx, const pb::Call& call, const Parameters& parameters,
                               Time now) {
  ASSIGN_OR_RETURN(const auto deadlines, KeptFrom(call.deadlines(), parameters));
  ASSIGN_OR_RETURN(const auto before, store::LockDeadline(tx, call.name() + "/closes"));
  RETURN_IF_ERROR(TakeDeadlines(tx, call.name(), call.revision(), deadlines, now));
  const auto closes = std::find_if(deadlines.begin(), deadlines.end(), [](const KeptDeadline& row) {
    return row.deadline.kind == "closes";
  });
  const bool cancelled = call.state() == pb::Call::CANCELLED;
  const bool moved = closes != deadlines.end() &&
                     (!before.has_value() || before->deadline.due_time < closes->deadline.due_time);
  if (!cancelled && !moved) return absl::OkStatus();
  return FollowCallDates(tx, call.name(), cancelled, moved ? &closes->deadline : nullptr, now);
}

// Why there is no grant; the figures stay with the offices, as the text that has them does.
void AddRefusal(const pb::Funding& funding, Parameters& parameters) {
  parameters["reason"] = funding.reason();
  for (const auto& message : funding.facts()) {
    if (message.name() == "requested") parameters["asked"] = message.value();
    if (message.name() == "available") parameters["available"] = message.value();
  }
}

}  // namespace

absl::Status Handlers::FollowCall(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, ParseBody<pb::CallEvent>(message));
  const pb::Call& call = event.call();
  const Time now = clock_.Now();
  ASSIGN_OR_RETURN(const store::CallCard before, store::LockCall(tx, call.name()));
  const Time decision_time = InstantOf(call.decision_time()).value_or(kNever);
  store::SaveCall(tx, {.name = call.name(),
                       .title = call.display_name(),
                       .home_institution = call.home_institution(),
                       .decision_time = decision_time,
                       .state = LowerCase(pb::Call::State_Name(call.state())),
                       .revision = call.revision()});
  if (before.decision_time != decision_time) {
    RETURN_IF_ERROR(store::MoveHeldNotifications(tx, call.name(), decision_time, now));
    store::MoveHeldDeliveries(tx, call.name(), decision_time, now);
    store::MoveHeldActivities(tx, call.name(), decision_time, now);
    ASSIGN_OR_RETURN(const auto moved,
                     store::MoveHeldAudiences(tx, call.name(), decision_time, now));
    for (const std::string& deadline : moved) RETURN_IF_ERROR(RearmReminder(tx, deadline, now));
  }
  Story story = StoryOf(event.change());
  story.home = call.home_institution();
  story.parameters = {{"call", call.name()}, {"home", call.home_institution()}};
  story.viewers = {{.name = call.home_institution(), .hold = {}}};
  if (story.action == "cancelled") {
    ASSIGN_OR_RETURN(story.applicants, store::LiveApplicants(tx, call.name()));
  }
  RETURN_IF_ERROR(TakeCallDeadlines(tx, call, story.parameters, now));
  return Tell(tx, message, story, now);
}

absl::Status Handlers::FollowApplication(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, ParseBody<pb::ApplicationEvent>(message));
  const pb::Application& application = event.application();
  const Time now = clock_.Now();
  const std::string state = LowerCase(pb::Application::State_Name(application.state()));
  Story story = StoryOf(event.change());
  story.student = application.student();
  story.home = application.home_institution();
  story.parameters = {{"call", application.call()}, {"home", application.home_institution()}};
  ASSIGN_OR_RETURN(auto deadlines, KeptFrom(application.deadlines(), story.parameters));
  ASSIGN_OR_RETURN(const Embargo embargo, EmbargoOf(tx, application, story.action, deadlines));
  if (IsEmbargoed(message.aggregate_type, story.action)) story.hold = embargo.hold;
  RETURN_IF_ERROR(AlignWithCall(tx, application.call(), embargo.call_cancelled, deadlines));
  for (KeptDeadline& kept : deadlines) {
    if (IsEmbargoedDeadline(kept.deadline.kind, state)) {
      HoldFromStudent(kept, application.student(), embargo.hold);
    }
  }
  if (MayBeHeld(story.from)) {
    // The last decision before the decision time is the one that counts.
    store::DropHeldNotifications(tx, message.subject, story.student, now);
    store::SuppressHeld(tx, message.subject, story.student, now);
  }
  store::SaveApplicant(tx, {.application = application.name(),
                            .call = application.call(),
                            .student = application.student(),
                            .home_institution = application.home_institution(),
                            .state = state,
                            .revision = application.revision()});
  story.viewers = ViewersOf(application, story.hold);
  RETURN_IF_ERROR(TakeDeadlines(tx, application.name(), application.revision(), deadlines, now));
  if (state == "offered") story.parameters["due"] = OfferDue(application, deadlines);
  return Tell(tx, message, story, now);
}

absl::Status Handlers::FollowMobility(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, ParseBody<pb::MobilityEvent>(message));
  const pb::MobilityCase& mobility = event.mobility();
  Story story = StoryOf(event.change());
  story.student = mobility.student();
  story.home = mobility.sending_institution();
  story.host = mobility.receiving_institution();
  story.parameters = {{"home", story.home}, {"host", story.host}};
  if (story.action == "unfunded") AddRefusal(mobility.funding(), story.parameters);
  for (const std::string& viewer : {story.student, story.home, story.host}) {
    story.viewers.push_back({.name = viewer, .hold = {}});
  }
  return Tell(tx, message, story, clock_.Now());
}

}  // namespace jointly::notifications
