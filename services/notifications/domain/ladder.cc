#include "services/notifications/domain/ladder.h"

#include <algorithm>
#include <array>

namespace jointly::notifications {
namespace {

using deadlines::Deadline;
using deadlines::Severity;

// A move to a date nearer than this is told without waiting for office hours.
constexpr std::chrono::days kSoon{7};

constexpr std::array<Step, 6> kFull{-30, -14, -7, -2, -1, 1};
constexpr std::array<Step, 5> kBeforeOnly{-30, -14, -7, -2, -1};
constexpr std::array<Step, 5> kWork{-14, -7, -2, -1, 1};
constexpr std::array<Step, 4> kWeeks{-14, -7, -2, -1};
constexpr std::array<Step, 3> kShort{-7, -2, -1};
constexpr std::array<Step, 2> kGentle{-7, -1};
constexpr std::array<Step, 3> kMonths{-60, -30, -7};
constexpr std::array<Step, 2> kMonthAndWeek{-30, -7};
constexpr std::array<Step, 2> kWeekAndLate{-7, 1};
constexpr std::array<Step, 2> kWeekAndDay{-7, 0};
constexpr std::array<Step, 2> kMonthAndDay{-30, 0};
constexpr std::array<Step, 3> kPayment{-7, -1, 1};
constexpr std::array<Step, 4> kClaims{-14, -7, -1, 1};
constexpr std::array<Step, 3> kHalfYear{-180, -90, -30};
constexpr std::array<Step, 2> kReturn{-60, -14};

struct Policy {
  std::string_view kind;
  std::span<const Step> steps;
  bool people_only = false;
};

// Kinds with a policy of their own. After a call has closed or an offer has expired there is
// nothing left to do, so these have no step after the date: the event itself tells.
const std::array<Policy, 25> kPolicies{{
    {"submit", kBeforeOnly, true},       // A student's draft, before its call closes.
    {"closes", kBeforeOnly},             // The office's view of the same date.
    {"call_closes", kBeforeOnly},        //
    {"complete", kWeeks, true},          // What an office found missing.
    {"offer_expires", kShort, true},     // Offers are valid for days, not months.
    {"appeal", kShort, true},            //
    {"decides", kWeeks},                 // Comes by itself.
    {"nominate", kWork},                 // Work of an office: overdue is worth saying.
    {"nominations_close", kBeforeOnly},  //
    {"budgets.start", kWeekAndLate},     // Can be activated.
    {"budgets.end", kMonths},            // Time to ask for an extension.
    {"budgets.settle", kWork},           //
    {"periods.end", kMonths},            //
    {"periods.close", kWork},            //
    {"commitments.expire", kMonthAndWeek},
    // A warning of its own tells managers of all open commitments at once.
    {"commitments.settle", kMonthAndWeek, true},
    {"claims.submit", kClaims},          //
    {"claims.pay", kPayment},            //
    {"transfers.post", kGentle},         //
    {"amendments.notice", kBeforeOnly},  // Afterwards the funder takes none.
    {"budgets.exercice", kMonthAndDay},  // 1 January: the vote comes before it.
    // Falling due, a month before, and being overdue are events: with them -30, -7 and the day.
    {"reports.due", kWeekAndDay},
    {"cotutelles.end", kHalfYear},                  // Time for an amendment.
    {"theses.cotutelle.agreement_end", kHalfYear},  // The thesis's view of the same date.
    {"theses.thesis.return", kReturn},              // From a suspension.
}};

const Policy* PolicyOf(std::string_view deadline_kind) {
  const auto policy = std::find_if(kPolicies.begin(), kPolicies.end(),
                                   [&](const Policy& row) { return row.kind == deadline_kind; });
  return policy == kPolicies.end() ? nullptr : &*policy;
}

// After the owner has declared a deadline missed only the steps after the date remain.
bool Applies(const Deadline& deadline, Step step) {
  return deadline.state == deadlines::State::kArmed || step > 0;
}

// The civil date is the truth: a new time zone table moves the instant and nobody's date.
bool SameDate(const CivilTime& left, const CivilTime& right) {
  return left.date == right.date && left.clock == right.clock && left.zone == right.zone;
}

struct Pending {
  std::vector<Step> passed;
  std::optional<Step> next;
};

Pending PendingSteps(const Deadline& deadline, const std::set<Step>& done, Time now) {
  Pending pending;
  for (const Step step : LadderOf(KindOf(deadline), deadline.severity)) {
    if (done.contains(step) || !Applies(deadline, step)) continue;
    if (StepTime(deadline.due, step) <= now) {
      pending.passed.push_back(step);
    } else if (!pending.next.has_value()) {
      pending.next = step;
    }
  }
  return pending;
}

void Settle(const std::vector<Step>& steps, std::string_view outcome,
            std::vector<Settled>& settled) {
  for (const Step step : steps) settled.push_back({step, outcome});
}

void PlanMove(const Deadline& before, const Deadline& after, const Pending& pending, bool told,
              Time now, ArrivalPlan& plan) {
  const bool earlier = after.due_time < before.due_time;
  const bool soon = after.due_time <= now + kSoon;
  // Who was never told of the old date needs to hear of a later one at its own steps only.
  plan.tell_moved = told || (earlier && (soon || !pending.passed.empty()));
  plan.at_once = earlier && soon;
  Settle(pending.passed, kCollapsed, plan.settled);
  plan.next = pending.next;
}

}  // namespace

std::string KindOf(const Deadline& deadline) {
  std::string_view subject = deadline.subject;
  if (subject.starts_with("theses/")) return "theses." + deadline.kind;
  if (subject.starts_with("cotutelles/")) return "cotutelles." + deadline.kind;
  if (!subject.starts_with("budgets/")) return deadline.kind;
  // "budgets/b1/commitments/c1": the last collection.
  subject = subject.substr(0, subject.rfind('/'));
  return std::string(subject.substr(subject.rfind('/') + 1)) + "." + deadline.kind;
}

std::span<const Step> LadderOf(std::string_view deadline_kind, Severity severity) {
  if (const Policy* policy = PolicyOf(deadline_kind)) return policy->steps;
  return severity == Severity::kCourtesy ? std::span<const Step>(kGentle)
                                         : std::span<const Step>(kFull);
}

bool RemindsPeopleOnly(std::string_view deadline_kind) {
  const Policy* policy = PolicyOf(deadline_kind);
  return policy != nullptr && policy->people_only;
}

bool IsLive(const Deadline& deadline) {
  return deadline.state == deadlines::State::kArmed || deadline.state == deadlines::State::kMissed;
}

Time StepTime(const CivilTime& due, Step step) {
  const auto instant = ToInstant({AddDays(due.date, step), due.clock, due.zone});
  // The zone was checked when the deadline was taken in.
  return instant.ok() ? *instant : Time(std::chrono::sys_days(AddDays(due.date, step))) + due.clock;
}

ArrivalPlan PlanArrival(const Deadline* before, const Deadline& after, const std::set<Step>& done,
                        bool told, Time now) {
  ArrivalPlan plan;
  plan.accepted = before == nullptr || after.generation > before->generation;
  plan.live = plan.accepted && IsLive(after);
  if (!plan.live) return plan;
  const Pending pending = PendingSteps(after, done, now);
  if (before == nullptr || !IsLive(*before)) {
    // A date that is entered late, or revived, starts no storm about the past; one that is over
    // when it is entered (history) says nothing at all.
    Settle(pending.passed, kArmedLater, plan.settled);
    if (now < after.due_time) plan.next = pending.next;
  } else if (!SameDate(before->due, after.due)) {
    PlanMove(*before, after, pending, told, now, plan);
  } else {
    // Same date: what was about to fire still does.
    plan.next = pending.passed.empty() ? pending.next : pending.passed.back();
  }
  return plan;
}

FirePlan PlanFire(const Deadline& deadline, Step armed, const std::set<Step>& done, Time now) {
  FirePlan plan;
  if (!IsLive(deadline)) return plan;
  Pending pending = PendingSteps(deadline, done, now);
  // A step may be armed before its own time, when office hours end too early for it.
  const auto ladder = LadderOf(KindOf(deadline), deadline.severity);
  const bool known = std::find(ladder.begin(), ladder.end(), armed) != ladder.end();
  if (pending.next == armed && known && now < deadline.due_time) {
    pending.passed.push_back(armed);
    std::set<Step> with_armed = done;
    with_armed.insert(pending.passed.begin(), pending.passed.end());
    pending.next = PendingSteps(deadline, with_armed, now).next;
  }
  plan.next = pending.next;
  for (const Step step : pending.passed) {
    if (step < 0 && now >= deadline.due_time) {
      plan.settled.push_back({step, kPastDue});
      continue;
    }
    if (plan.send.has_value()) plan.settled.push_back({*plan.send, kCollapsed});
    plan.send = step;
  }
  return plan;
}

}  // namespace jointly::notifications
