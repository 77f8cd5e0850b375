#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/deadlines/deadlines.h"

// When a deadline's reminders are due, and what a change of the deadline does to them. Pure: the
// caller brings the time and what was settled before.
namespace jointly::notifications {

// A reminder's distance from the due date in days: -7 is a week before, 1 the day after. It is the
// step's identity: a step settled for a due date is never taken again for the same date.
using Step = int;

// What a deadline is called here: its kind, which for budgets and their documents, theses and
// their agreements begins with the collection ("commitments.expire", "theses.fr.reports"), because
// their kinds are words that others use too ("submit").
std::string KindOf(const deadlines::Deadline& deadline);

// The steps of a kind (as KindOf says it) and severity, in order of time.
std::span<const Step> LadderOf(std::string_view deadline_kind, deadlines::Severity severity);

// Whether a reminder of the kind asks one person to act: their office sees the deadline in its
// list, and is not told of every student's.
bool RemindsPeopleOnly(std::string_view deadline_kind);

// Whether reminders may still be due: it is armed, or was missed and is not done yet.
bool IsLive(const deadlines::Deadline& deadline);

// The instant of a step: the same time of day, so many days away, in the deadline's own zone.
Time StepTime(const CivilTime& due, Step step);

// Why a step was settled without a message.
inline constexpr std::string_view kSent = "sent";
inline constexpr std::string_view kCollapsed = "collapsed";     // A later one says it all.
inline constexpr std::string_view kArmedLater = "armed_later";  // Its time was over at the start.
inline constexpr std::string_view kPastDue = "past_due";        // Nothing to remind of any more.
inline constexpr std::string_view kNobody = "nobody";           // No recipient.

struct Settled {
  Step step = 0;
  std::string_view outcome;
  friend bool operator==(const Settled&, const Settled&) = default;
};

// What an arriving deadline does.
struct ArrivalPlan {
  bool accepted = false;         // A newer generation; else nothing changes at all.
  bool live = false;             // Reminders may still be due.
  bool tell_moved = false;       // One message that the date has moved.
  bool at_once = false;          // That message does not wait for office hours.
  std::vector<Settled> settled;  // Steps that are not taken any more.
  std::optional<Step> next;      // To be armed.
};

// `before`: as kept, if it is. `done`: steps settled for the date of `after`. `told`: whether any
// message about this deadline was sent, whatever its date was.
ArrivalPlan PlanArrival(const deadlines::Deadline* before, const deadlines::Deadline& after,
                        const std::set<Step>& done, bool told, Time now);

// What happens when the armed step's time has come. Several steps whose time has passed become one
// message, of the most urgent.
struct FirePlan {
  std::optional<Step> send;
  std::vector<Settled> settled;  // Without the one that is sent.
  std::optional<Step> next;
};
FirePlan PlanFire(const deadlines::Deadline& deadline, Step armed, const std::set<Step>& done,
                  Time now);

}  // namespace jointly::notifications
