#include "services/theses/api/cotutelle_engine.h"

#include <jointly/theses/v1/theses_events.pb.h>

#include <algorithm>
#include <array>

#include "common/auth/cipher.h"
#include "common/error/macros.h"
#include "common/telemetry/failpoint.h"
#include "services/theses/api/cotutelle_convert.h"
#include "services/theses/store/cotutelle_store.h"
#include "services/theses/store/thesis_store.h"

namespace jointly::theses {
namespace {

std::string DigestOf(const Cotutelle& cotutelle) {
  return auth::Sha256Hex(ToProto(cotutelle, Date{}).SerializeAsString());
}

deadlines::Audience OfficeOf(const Side& side) {
  return {.person = {},
          .role = std::string(auth::Name(auth::Role::kDoctoralOffice)),
          .institution = side.institution,
          .unit = side.school};
}

// What the rules of a thesis may see: everything but how far an approval or a signature is.
bool ThesisSees(std::string_view event) {
  constexpr std::array kSeen = {"updated", "returned", "signed",  "in_force",   "suspended",
                                "resumed", "renewed",  "expired", "terminated", "amended"};
  return std::find(kSeen.begin(), kSeen.end(), event) != kSeen.end();
}

void ArmTimers(const Turn& turn, const CotutelleView& view, const Cotutelle& after) {
  for (const CotutelleTimer& timer : TimersOf(after, view.place.time_zone, turn.who.now)) {
    const std::string kind(timer.kind);
    if (!timer.due.has_value()) {
      timers::Cancel(turn.tx, kind, after.id);
      continue;
    }
    timers::Arm(turn.tx, {.kind = kind,
                          .subject = after.id,
                          .due = *timer.due,
                          .generation = after.revision,
                          .payload = ""});
  }
}

bus::Event EventFor(const Turn& turn, const CotutelleView& view, const Cotutelle* before,
                    const Cotutelle& after, const Change& change) {
  pb::CotutelleEvent message;
  pb::Cotutelle& told = *message.mutable_cotutelle();
  told = ToProto(after, view.facts.today);
  AddCotutelleDeadlines(DeadlinesOf(after, view.place, turn.who.now), told);
  message.mutable_change()->set_action(std::string(change.action));
  message.mutable_change()->set_from(std::string(change.from));
  message.mutable_change()->set_to(std::string(change.to));
  message.mutable_change()->set_actor(turn.who.base.actor);
  message.mutable_change()->set_note(change.note);
  rpc::ClearPersonal(message);
  bus::Event event = turn.who.base;
  event.aggregate_type = "theses.cotutelle";
  event.aggregate_id = after.id;
  event.revision = after.revision;
  event.subject = CotutelleName(after.id);
  event.action = change.action;
  event.message_name = message.GetDescriptor()->full_name();
  event.body = message.SerializeAsString();
  event.from = change.from;
  event.to = change.to;
  event.audience = {after.partners[0], after.partners[1], view.facts.thesis.student,
                    view.facts.thesis.sides[0].director, view.facts.thesis.sides[1].director};
  if (before != nullptr) event.before_digest = DigestOf(*before);
  event.after_digest = DigestOf(after);
  return event;
}

absl::StatusOr<CotutelleView> ViewOf(const Turn& turn, Thesis thesis) {
  ASSIGN_OR_RETURN(Setting setting, turn.engine.SettingOf(turn.tx, thesis, turn.who.now));
  CotutelleView view;
  view.facts.today = setting.today;
  view.facts.on = setting.today;
  view.place.time_zone = PlaceInCharge(thesis, setting).zone;
  view.place.offices = {OfficeOf(thesis.sides[0]), OfficeOf(thesis.sides[1])};
  view.facts.siblings = std::move(setting.agreements);
  view.facts.thesis = std::move(thesis);
  return view;
}

// The thesis as it is with the agreement: which one is in force, and what an amendment changed.
absl::Status TellThesis(const Turn& turn, const CotutelleView& view, const Thesis& after,
                        std::string_view event, const std::string& note) {
  const Thesis& before = view.facts.thesis;
  const bool same = before.cotutelle == after.cotutelle && before.title == after.title &&
                    before.award_mode == after.award_mode && before.sides == after.sides &&
                    before.language_code == after.language_code &&
                    before.defence_language_code == after.defence_language_code;
  if (same) {
    if (!ThesisSees(event)) return absl::OkStatus();
    return turn.engine.Recompute(turn.tx, turn.who, before.id).status();
  }
  const std::string_view state = Name(before.state);
  return turn.engine
      .SaveAndTell(turn.tx, turn.who, &before, after,
                   {.action = "updated", .from = state, .to = state, .note = note})
      .status();
}

}  // namespace

Who TimeWho(Time now) {
  Who who{.base = {}, .now = now};
  who.base.actor = "timer";
  return who;
}

absl::StatusOr<CotutelleView> ViewThesis(const Turn& turn, const std::string& thesis,
                                         const store::Scope& scope) {
  ASSIGN_OR_RETURN(Thesis locked, store::LoadThesis(turn.tx, thesis, scope, store::Lock::kYes));
  return ViewOf(turn, std::move(locked));
}

absl::StatusOr<CotutelleView> ViewCotutelle(const Turn& turn, const std::string& id,
                                            const store::Scope& scope, store::Lock lock) {
  ASSIGN_OR_RETURN(const std::string of, store::ThesisOf(turn.tx, id, scope));
  ASSIGN_OR_RETURN(Thesis thesis, store::LoadThesis(turn.tx, of, store::Everything(), lock));
  ASSIGN_OR_RETURN(Cotutelle cotutelle,
                   store::LoadCotutelle(turn.tx, id, store::Everything(), lock));
  ASSIGN_OR_RETURN(CotutelleView view, ViewOf(turn, std::move(thesis)));
  view.facts.cotutelle = std::move(cotutelle);
  return view;
}

absl::Status RequireOffice(const auth::Principal& principal, const Thesis& thesis) {
  if (!RelationTo(principal, thesis).sides.empty()) return absl::OkStatus();
  return PermissionDenied(kWrongRole,
                          "you may see this agreement, not act on it: the doctoral offices of its "
                          "two sides do",
                          {{"thesis", "theses/" + thesis.id}});
}

absl::Status NotInFuture(Date signed_date, Date today) {
  Violations violations;
  violations.Require(signed_date <= today, "signed_date",
                     "must not lie after today, " + FormatDate(today));
  return violations.ToStatus();
}

AmendmentFacts FactsOf(const CotutelleView& view, const Amendment& amendment) {
  return {.amendment = amendment,
          .cotutelle = view.facts.cotutelle,
          .thesis = view.facts.thesis,
          .siblings = view.facts.siblings,
          .on = view.facts.on,
          .today = view.facts.today};
}

absl::Status CarryOut(const Turn& turn, const CotutelleView& view,
                      const CotutelleDecision& decision, const std::string& event,
                      const std::string& note) {
  const Cotutelle& after = decision.after;
  store::SaveCotutelle(turn.tx, after);
  if (event == "frozen") store::KeepVersion(turn.tx, after, turn.who.now);
  ArmTimers(turn, view, after);
  turn.engine.outbox().Append(
      turn.tx,
      EventFor(
          turn, view, &view.facts.cotutelle, after,
          {.action = event, .from = Name(decision.from), .to = Name(after.state), .note = note}));
  Thesis thesis = view.facts.thesis;
  if (event == "in_force") thesis.cotutelle = after.id;
  return TellThesis(turn, view, thesis, event, CotutelleName(after.id) + " " + event);
}

absl::Status CarryIn(const Turn& turn, const CotutelleView& view, const Cotutelle& created) {
  store::InsertCotutelle(turn.tx, created);
  ArmTimers(turn, view, created);
  turn.engine.outbox().Append(
      turn.tx, EventFor(turn, view, nullptr, created,
                        {.action = "created", .from = "", .to = Name(created.state), .note = ""}));
  return absl::OkStatus();
}

absl::Status CarryIn(const Turn& turn, const CotutelleView& view, const Amendment& created) {
  store::InsertAmendment(turn.tx, created);
  return CarryOut(
      turn, view,
      AmendmentMoved(view.facts, CotutelleAction::kChangeAmendment, std::nullopt, turn.who.now),
      "amendment_created", AmendmentName(created));
}

absl::Status CarryOut(const Turn& turn, const CotutelleView& view,
                      const AmendmentDecision& decision) {
  const Amendment& after = decision.after;
  store::SaveAmendment(turn.tx, after);
  const std::string subject = after.cotutelle + "/" + after.id;
  if (after.state != CotutelleState::kSigned) {
    timers::Cancel(turn.tx, std::string(kAmendmentEffective), subject);
  } else {
    const auto due = ToInstant({.date = after.effective_date,
                                .clock = std::chrono::seconds(0),
                                .zone = view.place.time_zone});
    if (due.ok()) {
      timers::Arm(turn.tx, {.kind = std::string(kAmendmentEffective),
                            .subject = subject,
                            .due = *due,
                            .generation = after.revision,
                            .payload = ""});
    }
  }
  const std::string note = AmendmentName(after);
  const std::string event(decision.move->event);
  if (after.state != CotutelleState::kInForce) {
    return CarryOut(
        turn, view,
        AmendmentMoved(view.facts, CotutelleAction::kChangeAmendment, std::nullopt, turn.who.now),
        event, note);
  }
  const TextFrom amended{.first = after.effective_date,
                         .amendment = after.id,
                         .text = Amended(view.facts.cotutelle, after)};
  const CotutelleDecision moved =
      AmendmentMoved(view.facts, CotutelleAction::kAmend, amended, turn.who.now);
  store::SaveCotutelle(turn.tx, moved.after);
  ArmTimers(turn, view, moved.after);
  turn.engine.outbox().Append(turn.tx, EventFor(turn, view, &view.facts.cotutelle, moved.after,
                                                {.action = event,
                                                 .from = Name(moved.from),
                                                 .to = Name(moved.after.state),
                                                 .note = note}));
  if (telemetry::FailpointError("theses.amended")) {
    return Unavailable(kUnavailable, "a fault between agreement and thesis");
  }
  return TellThesis(turn, view, ApplyAmendment(view.facts.thesis, after.changes, after.paths),
                    event, note);
}

}  // namespace jointly::theses
