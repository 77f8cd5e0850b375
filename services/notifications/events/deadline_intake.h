#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/db/database.h"
#include "common/timers/timers.h"
#include "services/notifications/domain/types.h"

// Deadlines as their owners say them, and the reminders that follow from them.
namespace jointly::notifications {

// The timer of a deadline's next reminder; its subject is the deadline's id.
inline constexpr const char* kReminderTimer = "reminder";

// Takes in all deadlines of a resource, as its event of this revision has them; what the event does
// not name any more is over. Older or equal generations change nothing.
absl::Status TakeDeadlines(db::Tx& tx, const std::string& subject, std::int64_t revision,
                           const std::vector<KeptDeadline>& arrived, Time now);

// A call has changed: the applications to it have no event of their own then. A draft is due when
// its call closes, and nothing is due any more when it was cancelled. `closes` is the call's own
// deadline, if it has one. The owner's next event of an application replaces what this wrote.
absl::Status FollowCallDates(db::Tx& tx, const std::string& call, bool cancelled,
                             const deadlines::Deadline* closes, Time now);

// The same for deadlines that arrive with an application's event, which may have been made before
// the change of the call: a closing only ever moves later.
absl::Status AlignWithCall(db::Tx& tx, const std::string& call, bool cancelled,
                           std::vector<KeptDeadline>& arrived);

// The reminder's time has come: writes its messages, in the transaction of the timer.
absl::Status Remind(db::Tx& tx, const timers::Timer& timer, Time now);

// Arms the next step again after something that decides its time has changed (an embargo moved).
absl::Status RearmReminder(db::Tx& tx, const std::string& deadline, Time now);

}  // namespace jointly::notifications
