#include "services/theses/domain/cotutelle_deadlines.h"

#include <algorithm>

#include "services/theses/domain/cotutelle_decide.h"

namespace jointly::theses {
namespace {

using deadlines::Deadline;
using deadlines::Severity;
using DeadlineState = deadlines::State;

constexpr std::chrono::seconds kEndOfDay{23 * 3600 + 59 * 60 + 59};
constexpr int kSignatureIdleDays = 14;
constexpr int kResolveDays = 30;
constexpr std::chrono::days kDormantDays{365};

struct Line {
  std::string kind;
  Date anchor{};
  int months = 0;
  int days = 0;
  Severity severity = Severity::kAgreement;
  DeadlineState state = DeadlineState::kArmed;
  std::string basis;
  std::string what;  // What the anchor is, for the reason.
};

class List {
 public:
  List(const Cotutelle& cotutelle, const CotutellePlace& place, Time now)
      : cotutelle_(cotutelle), place_(place), now_(now), name_("cotutelles/" + cotutelle.id) {}

  // Adds the deadline; one that is armed although its time has passed is missed.
  void Add(const Line& line) {
    const deadlines::Rule rule{.kind = line.kind,
                               .months = line.months,
                               .days = line.days,
                               .clock = kEndOfDay,
                               .severity = line.severity,
                               .basis = line.basis};
    const auto due = deadlines::Evaluate(
        rule, {.date = line.anchor, .clock = kEndOfDay, .zone = place_.time_zone}, {});
    if (!due.ok()) return;  // Zones are checked before they are stored.
    Deadline deadline;
    deadline.id = name_ + "/" + line.kind;
    deadline.generation = cotutelle_.revision;
    deadline.kind = line.kind;
    deadline.subject = name_;
    deadline.due = due->civil;
    deadline.due_time = due->instant;
    deadline.severity = line.severity;
    const bool late = line.state == DeadlineState::kArmed && now_ > due->instant;
    deadline.state = late ? DeadlineState::kMissed : line.state;
    deadline.audience = place_.offices;
    deadline.basis = line.basis;
    deadline.rationale = line.what + ": " + due->rationale;
    list_.push_back(std::move(deadline));
  }
  std::vector<Deadline> Take() { return std::move(list_); }

 private:
  const Cotutelle& cotutelle_;
  const CotutellePlace& place_;
  Time now_;
  std::string name_;
  std::vector<Deadline> list_;
};

bool Holds(CotutelleState state) {
  return state == CotutelleState::kInForce || state == CotutelleState::kSuspended ||
         state == CotutelleState::kNoticeWindow || state == CotutelleState::kDormantReview;
}

// The days that count back from the end.
void AddTerm(const Cotutelle& cotutelle, List& list) {
  const Date end = LastDay(cotutelle);
  const bool over = cotutelle.ended_date.has_value();
  const bool decided =
      over || cotutelle.notice_end_date.has_value() || !cotutelle.successor.empty();
  const auto when = [](bool met) { return met ? DeadlineState::kMet : DeadlineState::kArmed; };
  const std::string what = "the last day of cotutelles/" + cotutelle.id;
  list.Add({.kind = "review",
            .anchor = end,
            .months = -12,
            .state = when(decided || cotutelle.state == CotutelleState::kDormantReview),
            .basis = "review 12 months before an agreement ends",
            .what = what});
  list.Add({.kind = "decision",
            .anchor = end,
            .months = -9,
            .state = when(decided),
            .basis = "decision to renew 9 months before an agreement ends",
            .what = what});
  const int notice = NoticeMonths(cotutelle.head());
  list.Add({.kind = "notice",
            .anchor = end,
            .months = -notice,
            .state = when(decided),
            .basis = cotutelle.head().notice_months > 0
                         ? "the agreement's own notice clause"
                         : "notice 6 months before the end, for want of a clause",
            .what = what});
  list.Add({.kind = "renewal",
            .anchor = end,
            .months = -3,
            .state = when(decided),
            .basis = "renewal signed 3 months before an agreement ends",
            .what = what});
  list.Add({.kind = "end",
            .anchor = end,
            .state = when(over),
            .basis = "arrete 25-05-2016 art. 20-23: the agreement must cover the defence",
            .what = what});
}

std::optional<Time> StartOf(Date date, const std::string& zone) {
  const auto instant = ToInstant({.date = date, .clock = std::chrono::seconds(0), .zone = zone});
  if (!instant.ok()) return std::nullopt;
  return *instant;
}

}  // namespace

std::vector<Deadline> DeadlinesOf(const Cotutelle& cotutelle, const CotutellePlace& place,
                                  Time now) {
  List list(cotutelle, place, now);
  if (cotutelle.state == CotutelleState::kSigning && cotutelle.ladder_date.has_value()) {
    const agreement::Signature* next = agreement::NextRung(cotutelle.ladder);
    list.Add({.kind = "signature",
              .anchor = *cotutelle.ladder_date,
              .days = kSignatureIdleDays,
              .severity = Severity::kLocal,
              .basis = "a signature step that rests 14 days is chased",
              .what = "step " + std::to_string(next->step) + ", " + next->signatory +
                      ", is open since"});
  }
  if (!cotutelle.timeline.empty()) AddTerm(cotutelle, list);
  if (!cotutelle.blocked_by.empty()) {
    std::string why;
    for (const std::string& name : cotutelle.blocked_by) why += (why.empty() ? "" : ", ") + name;
    list.Add({.kind = "expiry_blocked",
              .anchor = LastDay(cotutelle),
              .days = kResolveDays,
              .basis = "an agreement that ended while a thesis depends on it is renewed, amended, "
                       "or given up",
              .what = "ended although " + why});
  }
  return list.Take();
}

Time DormantFrom(Time last_change) { return last_change + kDormantDays; }

std::vector<CotutelleTimer> TimersOf(const Cotutelle& cotutelle, const std::string& time_zone,
                                     Time now) {
  const bool holds = Holds(cotutelle.state) && !cotutelle.timeline.empty();
  CotutelleTimer ends{.kind = kCotutelleEnds, .due = std::nullopt};
  if (holds) {
    ends.due = StartOf(AddDays(LastDay(cotutelle), 1), time_zone);
    if (!cotutelle.blocked_by.empty()) ends.due = now + std::chrono::days(1);
  }
  CotutelleTimer notice{.kind = kCotutelleNotice, .due = std::nullopt};
  if (cotutelle.state == CotutelleState::kInForce) {
    notice.due =
        StartOf(agreement::AddMonths(cotutelle.head().end_date, -NoticeMonths(cotutelle.head())),
                time_zone);
  }
  CotutelleTimer dormant{.kind = kCotutelleDormant, .due = std::nullopt};
  const bool sleeps =
      cotutelle.state >= CotutelleState::kRenewed || cotutelle.state == CotutelleState::kSuspended;
  if (!sleeps) dormant.due = DormantFrom(cotutelle.update_time);
  return {ends, notice, dormant};
}

}  // namespace jointly::theses
