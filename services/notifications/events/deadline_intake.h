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

// The reminder's time has come: writes its messages, in the transaction of the timer.
absl::Status Remind(db::Tx& tx, const timers::Timer& timer, Time now);

// Arms the next step again after something that decides its time has changed (an embargo moved).
absl::Status RearmReminder(db::Tx& tx, const std::string& deadline, Time now);

}  // namespace jointly::notifications
