#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/db/database.h"
#include "services/notifications/domain/types.h"

namespace jointly::notifications {

inline constexpr const char* kOfficeRole = "international_office";

// A recipient of a deadline's reminder, and until when the matter is kept from them.
struct Concerned {
  Recipient recipient;
  Hold hold;
};

// Whom a reminder of the deadline reaches at `at`: each person once. Reminders that ask a person to
// act go to people only, although their office sees the deadline too. Left out is who may not know
// yet at that time, and who learns of the matter only within the day before it: the message that
// ends the embargo says the date.
absl::StatusOr<std::vector<Concerned>> ConcernedAt(db::Tx& tx, const KeptDeadline& kept, Time at);

}  // namespace jointly::notifications
