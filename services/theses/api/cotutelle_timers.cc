#include <algorithm>

#include "common/error/macros.h"
#include "services/theses/api/cotutelle_engine.h"
#include "services/theses/store/cotutelle_store.h"

// What time moves: an end that comes, a notice window that opens, an agreement that nobody touches,
// an amendment whose day is there. A timer that finds nothing to do arms the next one.
namespace jointly::theses {
namespace {

constexpr std::chrono::days kAgain{1};

// Looks again tomorrow: what stands in the way may be gone.
void LookAgain(const Turn& turn, const timers::Timer& timer) {
  timers::Timer next = timer;
  next.due = turn.who.now + kAgain;
  timers::Arm(turn.tx, next);
}

bool Refused(const absl::Status& status) { return absl::IsFailedPrecondition(status); }

// The agreement has passed its last day: it ends, or says what it waits for.
absl::Status End(const Turn& turn, const timers::Timer& timer) {
  ASSIGN_OR_RETURN(CotutelleView view,
                   ViewCotutelle(turn, timer.subject, store::Everything(), store::Lock::kYes));
  const Cotutelle& before = view.facts.cotutelle;
  if (before.timeline.empty() || before.ended_date.has_value()) return absl::OkStatus();
  view.facts.on = LastDay(before);
  view.facts.by_time = true;
  if (view.facts.today <= view.facts.on) {  // An amendment moved the end meanwhile.
    LookAgain(turn, timer);
    return absl::OkStatus();
  }
  const bool noticed = before.notice_end_date == view.facts.on;
  CotutelleInput input;
  input.reason = noticed ? "notice" : "";
  const auto decision =
      Decide(view.facts, noticed ? CotutelleAction::kTerminate : CotutelleAction::kExpire,
             OfficeRole::kTimer, input, turn.who.now);
  if (decision.ok()) {
    return CarryOut(turn, view, *decision, std::string(decision->move->event));
  }
  if (!Refused(decision.status())) return decision.status();
  const auto blocked = BlockExpiry(view.facts, turn.who.now);
  if (!blocked.has_value()) {
    LookAgain(turn, timer);
    return absl::OkStatus();
  }
  return CarryOut(turn, view, *blocked, std::string(blocked->move->event),
                  blocked->after.blocked_by.front());
}

absl::Status OpenNotice(const Turn& turn, const timers::Timer& timer) {
  ASSIGN_OR_RETURN(CotutelleView view,
                   ViewCotutelle(turn, timer.subject, store::Everything(), store::Lock::kYes));
  view.facts.by_time = true;
  const auto decision =
      Decide(view.facts, CotutelleAction::kGiveNotice, OfficeRole::kTimer, {}, turn.who.now);
  if (decision.ok()) {
    return CarryOut(turn, view, *decision, std::string(decision->move->event), "by time");
  }
  return Refused(decision.status()) ? absl::OkStatus() : decision.status();
}

absl::Status Review(const Turn& turn, const timers::Timer& timer) {
  ASSIGN_OR_RETURN(CotutelleView view,
                   ViewCotutelle(turn, timer.subject, store::Everything(), store::Lock::kYes));
  const Time last = std::max(view.facts.cotutelle.update_time, view.facts.thesis.update_time);
  if (turn.who.now < DormantFrom(last)) {
    timers::Timer next = timer;
    next.due = DormantFrom(last);
    timers::Arm(turn.tx, next);
    return absl::OkStatus();
  }
  view.facts.by_time = true;
  const auto decision =
      Decide(view.facts, CotutelleAction::kReview, OfficeRole::kTimer, {}, turn.who.now);
  if (decision.ok()) {
    return CarryOut(turn, view, *decision, std::string(decision->move->event),
                    "no sign of life for 12 months");
  }
  return Refused(decision.status()) ? absl::OkStatus() : decision.status();
}

absl::Status Amend(const Turn& turn, const timers::Timer& timer) {
  const std::size_t slash = timer.subject.find('/');
  if (slash == std::string::npos) return absl::OkStatus();
  const std::string cotutelle = timer.subject.substr(0, slash);
  ASSIGN_OR_RETURN(const CotutelleView view,
                   ViewCotutelle(turn, cotutelle, store::Everything(), store::Lock::kYes));
  ASSIGN_OR_RETURN(
      const Amendment amendment,
      store::LoadAmendment(turn.tx, cotutelle, timer.subject.substr(slash + 1), store::Lock::kYes));
  if (amendment.state != CotutelleState::kSigned) return absl::OkStatus();
  const auto decision = Decide(FactsOf(view, amendment), AmendmentAction::kPutInForce,
                               OfficeRole::kTimer, {}, turn.who.now);
  if (decision.ok()) return CarryOut(turn, view, *decision);
  if (!Refused(decision.status())) return decision.status();
  LookAgain(turn, timer);
  return absl::OkStatus();
}

using Work = absl::Status (*)(const Turn&, const timers::Timer&);

timers::Handler Handle(Engine& engine, Work work) {
  return [&engine, work](db::Tx& tx, const timers::Timer& timer) {
    const Who who = TimeWho(engine.clock().Now());
    const absl::Status status = work({tx, engine, who}, timer);
    // What a timer is about can not come back once it is gone.
    return absl::IsNotFound(status) ? absl::OkStatus() : status;
  };
}

}  // namespace

std::map<std::string, timers::Handler> CotutelleTimers(Engine& engine) {
  return {{std::string(kCotutelleEnds), Handle(engine, &End)},
          {std::string(kCotutelleNotice), Handle(engine, &OpenNotice)},
          {std::string(kCotutelleDormant), Handle(engine, &Review)},
          {std::string(kAmendmentEffective), Handle(engine, &Amend)}};
}

}  // namespace jointly::theses
