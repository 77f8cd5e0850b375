#include "services/notifications/events/deadline_intake.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/error/macros.h"
#include "services/notifications/domain/format.h"
#include "services/notifications/domain/ladder.h"
#include "services/notifications/domain/quiet.h"
#include "services/notifications/events/post.h"
#include "services/notifications/events/recipients.h"
#include "services/notifications/store/deadline_store.h"
#include "services/notifications/store/delivery_store.h"
#include "services/notifications/store/inbox_store.h"

namespace jointly::notifications {
namespace {

using deadlines::Deadline;

// What the timer carries: the date that it was armed for, and the step.
std::string PayloadOf(const Deadline& deadline, Step step) {
  return FormatDate(deadline.due.date) + " " + std::to_string(step);
}

// Nothing when the timer was armed for another date than the present one.
std::optional<Step> StepOf(const timers::Timer& timer, const Deadline& deadline) {
  const std::string date = FormatDate(deadline.due.date) + " ";
  if (!timer.payload.starts_with(date)) return std::nullopt;
  Step step = 0;
  const char* end = timer.payload.data() + timer.payload.size();
  const auto [stop, error] = std::from_chars(timer.payload.data() + date.size(), end, step);
  return error == std::errc() && stop == end ? std::optional(step) : std::nullopt;
}

std::optional<Time> LimitOf(const Deadline& deadline, Step step) {
  return step > 0 ? std::nullopt : std::optional(deadline.due_time);
}

// The step's own time, or earlier when the office hours of one who is concerned end too early.
absl::StatusOr<Time> FireTime(db::Tx& tx, const KeptDeadline& kept, Step step) {
  const Time nominal = StepTime(kept.deadline.due, step);
  ASSIGN_OR_RETURN(const std::vector<Concerned> concerned, ConcernedAt(tx, kept, nominal));
  Time earliest = nominal;
  for (const Concerned& row : concerned) {
    const Time send = QuietShift(nominal, LimitOf(kept.deadline, step), row.recipient.zone);
    earliest = std::min(earliest, std::max(send, row.hold.until));
  }
  return earliest;
}

absl::Status ArmNext(db::Tx& tx, const KeptDeadline& kept, std::optional<Step> step) {
  if (!step.has_value()) {
    timers::Cancel(tx, kReminderTimer, kept.deadline.id);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const Time fire_time, FireTime(tx, kept, *step));
  timers::Arm(tx, {.kind = kReminderTimer,
                   .subject = kept.deadline.id,
                   .due = fire_time,
                   .generation = kept.deadline.generation,
                   .payload = PayloadOf(kept.deadline, *step)});
  return absl::OkStatus();
}

void SettleSteps(db::Tx& tx, const Deadline& deadline, const std::vector<Settled>& settled,
                 Time now) {
  for (const Settled& row : settled) {
    store::SaveStep(tx, {.deadline = deadline.id,
                         .due = deadline.due.date,
                         .name = std::to_string(row.step),
                         .generation = deadline.generation,
                         .outcome = row.outcome,
                         .time = now});
  }
}

Letter LetterOf(const KeptDeadline& kept, std::string kind, std::string source) {
  const Deadline& deadline = kept.deadline;
  Letter letter{.source = std::move(source),
                .kind = std::move(kind),
                .subject = deadline.subject,
                .parameters = kept.parameters,
                .statutory = deadline.severity == deadlines::Severity::kStatutory,
                .deadline = deadline.id};
  letter.parameters["deadline"] = KindOf(deadline);
  letter.parameters["due"] = EncodeCivil(deadline.due);
  return letter;
}

// Writes the letter to all who are concerned at `at`; whether there was anybody.
absl::StatusOr<bool> PostToConcerned(db::Tx& tx, const KeptDeadline& kept, Letter letter, Time at,
                                     Time now) {
  ASSIGN_OR_RETURN(const std::vector<Concerned> concerned, ConcernedAt(tx, kept, at));
  for (const Concerned& row : concerned) {
    letter.hold = row.hold;
    Post(tx, letter, row.recipient, now);
  }
  return !concerned.empty();
}

absl::Status TellMoved(db::Tx& tx, const KeptDeadline& kept, bool at_once, Time now) {
  const Deadline& deadline = kept.deadline;
  const std::string name = "moved/" + std::to_string(deadline.generation);
  Letter letter =
      LetterOf(kept, "deadline_moved",
               "deadline/" + deadline.id + "/" + FormatDate(deadline.due.date) + " " + name);
  letter.office_hours = !at_once;
  letter.wanted = now;
  if (now < deadline.due_time) letter.due = deadline.due_time;
  ASSIGN_OR_RETURN(const bool told, PostToConcerned(tx, kept, std::move(letter), now, now));
  store::SaveStep(tx, {.deadline = deadline.id,
                       .due = deadline.due.date,
                       .name = name,
                       .generation = deadline.generation,
                       .outcome = told ? kSent : kNobody,
                       .time = now});
  return absl::OkStatus();
}

// What was written for the old state and has not reached anybody.
void Retract(db::Tx& tx, const Deadline& deadline, std::string_view reason, Time now) {
  store::DropPlannedNotifications(tx, deadline.id, now);
  store::SuppressForDeadline(tx, deadline.id, reason);
}

bool SameAudience(const KeptDeadline& left, const KeptDeadline& right) {
  return left.deadline.audience == right.deadline.audience &&
         std::equal(
             left.holds.begin(), left.holds.end(), right.holds.begin(), right.holds.end(),
             [](const Hold& a, const Hold& b) { return a.call == b.call && a.until == b.until; });
}

bool SameReminders(const KeptDeadline& left, const KeptDeadline& right) {
  const Deadline& a = left.deadline;
  const Deadline& b = right.deadline;
  return a.kind == b.kind && a.severity == b.severity && a.state == b.state &&
         a.due_time == b.due_time && EncodeCivil(a.due) == EncodeCivil(b.due) &&
         left.parameters == right.parameters && SameAudience(left, right);
}

// The deadlines of mobility that depend on the call alone.
constexpr const char* kSubmit = "submit";
constexpr const char* kCloses = "closes";

void FollowCall(bool cancelled, const Deadline* closes, KeptDeadline& row) {
  Deadline& deadline = row.deadline;
  if (deadline.state != deadlines::State::kArmed) return;
  if (cancelled) {
    deadline.state = deadlines::State::kCancelled;
  } else if (deadline.kind == kSubmit && closes != nullptr &&
             closes->due_time > deadline.due_time) {
    deadline.due = closes->due;
    deadline.due_time = closes->due_time;
  }
}

absl::Status TakeOne(db::Tx& tx, const KeptDeadline* before, const KeptDeadline& after, Time now) {
  const Deadline& deadline = after.deadline;
  if (before != nullptr && deadline.generation <= before->deadline.generation) {
    return absl::OkStatus();
  }
  if (before != nullptr && SameReminders(*before, after)) {
    store::SaveDeadline(tx, after, /*audience_changed=*/false);
    return absl::OkStatus();
  }
  std::set<Step> done;
  bool told = false;
  if (before != nullptr) {
    ASSIGN_OR_RETURN(done, store::SettledSteps(tx, deadline.id, deadline.due.date));
    ASSIGN_OR_RETURN(told, store::WasTold(tx, deadline.id));
  }
  const ArrivalPlan plan =
      PlanArrival(before == nullptr ? nullptr : &before->deadline, deadline, done, told, now);
  store::SaveDeadline(tx, after, before == nullptr || !SameAudience(*before, after));
  SettleSteps(tx, deadline, plan.settled, now);
  const bool was_live = before != nullptr && IsLive(before->deadline);
  if (!plan.live && was_live) Retract(tx, deadline, Name(deadline.state), now);
  if (plan.tell_moved) {
    Retract(tx, deadline, "moved", now);
    RETURN_IF_ERROR(TellMoved(tx, after, plan.at_once, now));
  }
  // What was not live has no timer to cancel.
  if (!was_live && !plan.next.has_value()) return absl::OkStatus();
  return ArmNext(tx, after, plan.next);
}

// The kind of message for a deadline of a kind; "deadline_due" for those that have none.
std::string TemplateOf(const Deadline& deadline, Step step) {
  struct Row {
    std::string_view deadline;
    std::string_view kind;
  };
  constexpr std::array<Row, 12> kTemplates{{{"submit", "application_due"},
                                            {"closes", "call_closes"},
                                            {"call_closes", "call_closes"},
                                            {"complete", "completion_due"},
                                            {"offer_expires", "offer_expires"},
                                            {"appeal", "appeal_ends"},
                                            {"decides", "decision_due"},
                                            {"nominate", "nomination_due"},
                                            {"nominations_close", "nominations_close"},
                                            {"budgets.end", "budget_ends"},
                                            {"periods.end", "period_ends"},
                                            {"commitments.expire", "commitment_expires"}}};
  if (step > 0) return "deadline_overdue";
  const std::string kind = KindOf(deadline);
  const auto found = std::find_if(kTemplates.begin(), kTemplates.end(),
                                  [&](const Row& row) { return row.deadline == kind; });
  return std::string(found == kTemplates.end() ? "deadline_due" : found->kind);
}

absl::Status SendStep(db::Tx& tx, const KeptDeadline& kept, Step step, Time now) {
  const Deadline& deadline = kept.deadline;
  // Without the generation: a step that was sent for a date is not sent for it again.
  Letter letter = LetterOf(kept, TemplateOf(deadline, step),
                           "deadline/" + deadline.id + "/" + PayloadOf(deadline, step));
  letter.office_hours = true;
  letter.wanted = std::max(now, StepTime(deadline.due, step));
  letter.due = letter.last_time = LimitOf(deadline, step);
  const Time at = letter.wanted;
  ASSIGN_OR_RETURN(const bool sent, PostToConcerned(tx, kept, std::move(letter), at, now));
  SettleSteps(tx, deadline, {{step, sent ? kSent : kNobody}}, now);
  return absl::OkStatus();
}

}  // namespace

absl::Status TakeDeadlines(db::Tx& tx, const std::string& subject, std::int64_t revision,
                           const std::vector<KeptDeadline>& arrived, Time now) {
  ASSIGN_OR_RETURN(const std::vector<KeptDeadline> kept, store::LockDeadlinesOf(tx, subject));
  const auto find = [](const std::vector<KeptDeadline>& list, const std::string& id) {
    return std::find_if(list.begin(), list.end(),
                        [&](const KeptDeadline& row) { return row.deadline.id == id; });
  };
  for (const KeptDeadline& after : arrived) {
    const auto before = find(kept, after.deadline.id);
    RETURN_IF_ERROR(TakeOne(tx, before == kept.end() ? nullptr : &*before, after, now));
  }
  for (const KeptDeadline& before : kept) {
    if (find(arrived, before.deadline.id) != arrived.end()) continue;
    if (before.deadline.state == deadlines::State::kSuperseded) continue;
    KeptDeadline after = before;
    after.deadline.generation = revision;
    after.deadline.state = deadlines::State::kSuperseded;
    RETURN_IF_ERROR(TakeOne(tx, &before, after, now));
  }
  return absl::OkStatus();
}

absl::Status FollowCallDates(db::Tx& tx, const std::string& call, bool cancelled,
                             const Deadline* closes, Time now) {
  ASSIGN_OR_RETURN(const std::vector<KeptDeadline> kept,
                   store::LockDeadlinesOfApplicants(tx, call));
  for (const KeptDeadline& present : kept) {
    KeptDeadline after = present;
    FollowCall(cancelled, closes, after);
    // The generation stays the owner's, so that its next one replaces this.
    KeptDeadline before = present;
    before.deadline.generation -= 1;
    if (!SameReminders(before, after)) RETURN_IF_ERROR(TakeOne(tx, &before, after, now));
  }
  return absl::OkStatus();
}

absl::Status AlignWithCall(db::Tx& tx, const std::string& call, bool cancelled,
                           std::vector<KeptDeadline>& arrived) {
  const bool draft = std::any_of(arrived.begin(), arrived.end(), [](const KeptDeadline& row) {
    return row.deadline.kind == kSubmit && row.deadline.state == deadlines::State::kArmed;
  });
  if (!draft && !cancelled) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::optional<KeptDeadline> closes,
                   store::LockDeadline(tx, call + "/" + kCloses));
  for (KeptDeadline& row : arrived) {
    FollowCall(cancelled, closes.has_value() ? &closes->deadline : nullptr, row);
  }
  return absl::OkStatus();
}

absl::Status Remind(db::Tx& tx, const timers::Timer& timer, Time now) {
  ASSIGN_OR_RETURN(const std::optional<KeptDeadline> kept, store::LockDeadline(tx, timer.subject));
  if (!kept.has_value()) return absl::OkStatus();
  const std::optional<Step> armed = StepOf(timer, kept->deadline);
  if (!armed.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::set<Step> done,
                   store::SettledSteps(tx, timer.subject, kept->deadline.due.date));
  const FirePlan plan = PlanFire(kept->deadline, *armed, done, now);
  SettleSteps(tx, kept->deadline, plan.settled, now);
  if (plan.send.has_value()) RETURN_IF_ERROR(SendStep(tx, *kept, *plan.send, now));
  // The timer's own row is gone already; without a next step there is nothing to cancel.
  return plan.next.has_value() ? ArmNext(tx, *kept, plan.next) : absl::OkStatus();
}

absl::Status RearmReminder(db::Tx& tx, const std::string& deadline, Time now) {
  ASSIGN_OR_RETURN(const std::optional<KeptDeadline> kept, store::LockDeadline(tx, deadline));
  if (!kept.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::set<Step> done,
                   store::SettledSteps(tx, deadline, kept->deadline.due.date));
  KeptDeadline same = *kept;
  same.deadline.generation += 1;
  const ArrivalPlan plan = PlanArrival(&kept->deadline, same.deadline, done, false, now);
  if (!plan.live || !plan.next.has_value()) return absl::OkStatus();
  return ArmNext(tx, *kept, plan.next);
}

}  // namespace jointly::notifications
