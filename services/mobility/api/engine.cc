#include "services/mobility/api/engine.h"

#include <algorithm>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/mobility/api/relation.h"

namespace jointly::mobility {
namespace {

// Keeps the balances' count of the waiting lists.
void MoveOnLists(const Turn& turn, const Application& before, store::Case& row) {
  Application& after = row.application;
  if (before.waitlist_quota == after.waitlist_quota) return;
  row.waitlist_position = 0;
  if (!before.waitlist_quota.empty()) turn.books.Leave(before.waitlist_quota);
  if (after.waitlist_quota.empty()) return;
  turn.books.Join(after.waitlist_quota, after.waitlist_ticket);
  row.waitlist_position = turn.books.Find(after.waitlist_quota)->quota.waiting;
}

// A change that the student may not see yet does not count for them: see view.h.
void DrawVeil(const Application& before, store::Case& row, Time now) {
  if (Embargoed(row.application, row.call, now)) {
    row.veiled_revisions += 1;
    if (!row.veil_update_time.has_value()) row.veil_update_time = before.update_time;
  } else {
    row.veil_update_time.reset();
  }
}

// A timer that is about to fire is left alone: the one who fires it holds its row and then wants
// the ledger that we hold. It will find nothing to do.
constexpr std::chrono::minutes kAboutToFire{1};

void SetTimers(db::Tx& tx, const Application& before, const ApplicationDecision& decision) {
  for (const TimerEffect& effect : decision.timers) {
    if (effect.arm) {
      timers::Arm(tx, {.kind = effect.kind,
                       .subject = effect.subject,
                       .due = effect.due,
                       .generation = effect.generation,
                       .payload = ""});
    } else if (before.offer.has_value() &&
               before.offer->expire_time > decision.after.update_time + kAboutToFire) {
      timers::Cancel(tx, effect.kind, effect.subject);
    }
  }
}

void OpenToHost(const ApplicationDecision& decision, store::Case& row) {
  if (!decision.mobility.has_value()) return;
  row.mobility = decision.mobility->state;
  row.host_institution = decision.mobility->receiving_institution;
  for (const AgreementCondition& condition : row.conditions) {
    if (condition.name == decision.mobility->condition) row.host_unit = condition.receiving_unit;
  }
}

// Whether the student's other applications may count more than before: this one holds no place any
// more, or is decided. See the guard G10.
bool GivesWay(ApplicationState before, ApplicationState after) {
  if (before == after) return false;
  switch (after) {
    case ApplicationState::kDeclined:
    case ApplicationState::kExpired:
    case ApplicationState::kWithdrawn:
    case ApplicationState::kWaitlisted:
    case ApplicationState::kRejected:
    case ApplicationState::kIneligible:
      return true;
    default:
      return false;
  }
}

Actor ServiceOf(const Actor& actor) {
  Actor service = actor;
  service.base.actor = "service:mobility";
  return service;
}

}  // namespace

ApplicationFacts FactsOf(const store::Case& row, Time now) {
  ApplicationFacts facts;
  facts.application = row.application;
  facts.call = row.call;
  facts.now = now;
  facts.conditions = row.conditions;
  facts.mobility = row.mobility;
  return facts;
}

absl::Status AddPlacement(db::Tx& tx, ApplicationFacts& facts) {
  std::vector<std::string> conditions;
  for (const Choice& choice : facts.application.choices) conditions.push_back(choice.condition);
  ASSIGN_OR_RETURN(const auto rows, store::LoadQuotas(tx, conditions, facts.call.academic_year));
  facts.quotas.clear();
  for (const store::QuotaRow& row : rows) facts.quotas.push_back(row.quota);
  ASSIGN_OR_RETURN(facts.linked, store::LoadLinked(tx, facts.application, facts.call.linked_group));
  return absl::OkStatus();
}

std::vector<std::string> LedgersOf(const store::Case& row) {
  std::vector<std::string> ids;
  const Application& application = row.application;
  const bool placed = application.state == ApplicationState::kOffered ||
                      application.state == ApplicationState::kConfirmed;
  if (placed && application.offer.has_value()) ids.push_back(application.offer->quota);
  if (!application.waitlist_quota.empty()) ids.push_back(application.waitlist_quota);
  return ids;
}

absl::StatusOr<store::Case> Engine::Carry(const Turn& turn, const store::Case& before,
                                          const ApplicationDecision& decision) {
  store::Case after = before;
  after.application = decision.after;
  for (const QuotaCommand& command : decision.quota) {
    RETURN_IF_ERROR(turn.books.Apply(command));
  }
  MoveOnLists(turn, before.application, after);
  DrawVeil(before.application, after, turn.actor.now);
  OpenToHost(decision, after);
  store::SaveCase(turn.tx, before, after);
  SetTimers(turn.tx, before.application, decision);
  if (GivesWay(before.application.state, after.application.state)) {
    RETURN_IF_ERROR(WakeLinked(turn, after.application, after.call.linked_group));
  }
  outbox_.Append(turn.tx, ApplicationChanged(turn.actor, &before, after,
                                             {.action = decision.move->event,
                                              .from = Name(decision.from),
                                              .to = Name(after.application.state),
                                              .note = ""}));
  return after;
}

absl::Status Engine::Promote(const Turn& turn, const std::string& quota) {
  const store::QuotaRow* book = turn.books.Find(quota);
  Check(book != nullptr, "a ledger without a lock is promoted");
  if (book->quota.waiting == 0 || book->quota.free() <= 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto rows, store::ListWaiting(turn.tx, quota));
  std::vector<Waiting> list;
  for (const store::WaitingRow& row : rows) {
    list.push_back({.application = row.application,
                    .ticket = row.ticket,
                    .places = PlacesTaken(book->quota.measure, row.term)});
  }
  const Actor service = ServiceOf(turn.actor);
  const Turn own{.tx = turn.tx, .actor = service, .books = turn.books};
  while (const auto next = NextPromoted(list, book->quota.free())) {
    Waiting& waiting = list[*next];
    waiting.blocked = true;  // Either a guard refuses it, or it waits no more.
    ASSIGN_OR_RETURN(const store::Case row,
                     store::LoadCase(turn.tx, waiting.application,
                                     store::Everything(turn.actor.now), store::Lock::kYes));
    ApplicationFacts facts = FactsOf(row, turn.actor.now);
    ASSIGN_OR_RETURN(facts.linked,
                     store::LoadLinked(turn.tx, facts.application, facts.call.linked_group));
    facts.quotas = turn.books.Balances();
    const auto decision = Decide(facts, ApplicationAction::kPromote, Role::kTimer);
    if (absl::IsFailedPrecondition(decision.status())) continue;
    RETURN_IF_ERROR(decision.status());
    RETURN_IF_ERROR(Carry(own, row, *decision).status());
  }
  return absl::OkStatus();
}

absl::StatusOr<store::Case> Engine::LockWithLedgers(const Turn& turn, const store::Case& seen,
                                                    const store::Scope& scope,
                                                    std::vector<std::string> more) {
  for (std::string& id : LedgersOf(seen)) more.push_back(std::move(id));
  RETURN_IF_ERROR(turn.books.Lock(more));
  ASSIGN_OR_RETURN(store::Case row,
                   store::LoadCase(turn.tx, seen.application.id, scope, store::Lock::kYes));
  for (const std::string& id : LedgersOf(row)) {
    if (turn.books.Find(id) == nullptr) {
      return Aborted(kCaseMoved, "the application was changed by somebody else just now: try again",
                     {{"application", "applications/" + row.application.id}});
    }
  }
  return row;
}

absl::Status Engine::WakeLinked(const Turn& turn, const Application& ended,
                                const std::string& linked_group) {
  ASSIGN_OR_RETURN(const auto linked, store::LoadLinked(turn.tx, ended, linked_group));
  for (const LinkedApplication& other : linked) {
    if (other.state != ApplicationState::kWaitlisted) continue;
    timers::Arm(turn.tx, {.kind = std::string(kMayBePromoted),
                          .subject = other.application,
                          .due = turn.actor.now,
                          .payload = ""});
  }
  return absl::OkStatus();
}

absl::Status Engine::PromoteDue(db::Tx& tx, const timers::Timer& timer) {
  const Actor actor = TimerActor(clock_.Now());
  const auto seen =
      store::LoadCase(tx, timer.subject, store::Everything(actor.now), store::Lock::kNo);
  if (absl::IsNotFound(seen.status())) return absl::OkStatus();
  RETURN_IF_ERROR(seen.status());
  // Whoever leaves the list meanwhile is not on the locked one.
  const std::string& quota = seen->application.waitlist_quota;
  if (quota.empty()) return absl::OkStatus();
  Books books(tx, outbox_, actor);
  RETURN_IF_ERROR(books.Lock({quota}));
  RETURN_IF_ERROR(Promote({.tx = tx, .actor = actor, .books = books}, quota));
  books.Settle();
  return absl::OkStatus();
}

absl::Status Engine::ExpireOffer(db::Tx& tx, const timers::Timer& timer) {
  const Actor actor = TimerActor(clock_.Now());
  const store::Scope all = store::Everything(actor.now);
  const auto seen = store::LoadCase(tx, timer.subject, all, store::Lock::kNo);
  if (absl::IsNotFound(seen.status())) return absl::OkStatus();
  RETURN_IF_ERROR(seen.status());
  Books books(tx, outbox_, actor);
  const Turn turn{.tx = tx, .actor = actor, .books = books};
  ASSIGN_OR_RETURN(const store::Case row, LockWithLedgers(turn, *seen, all, {}));
  const Application& application = row.application;
  // Answered, withdrawn, or offered again: this timer is of the past.
  if (application.state != ApplicationState::kOffered) return absl::OkStatus();
  if (actor.now < application.offer->expire_time) {
    timers::Arm(tx, {.kind = timer.kind,
                     .subject = timer.subject,
                     .due = application.offer->expire_time,
                     .generation = application.revision,
                     .payload = ""});
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const ApplicationDecision decision,
                   Decide(FactsOf(row, actor.now), ApplicationAction::kExpire, Role::kTimer));
  RETURN_IF_ERROR(Carry(turn, row, decision).status());
  if (!decision.promote_quota.empty()) RETURN_IF_ERROR(Promote(turn, decision.promote_quota));
  books.Settle();
  return absl::OkStatus();
}

}  // namespace jointly::mobility
