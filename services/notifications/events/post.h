#pragma once

#include <optional>
#include <string>

#include "common/db/database.h"
#include "services/notifications/domain/types.h"

namespace jointly::notifications {

// One message, before it is known how many people it goes to.
struct Letter {
  // What it comes from: an event's aggregate, revision and kind, or a deadline's date and step.
  // With the recipient and the channel it is the key: a message exists once per key.
  std::string source;
  std::string kind;
  std::string subject;
  Parameters parameters;
  bool email = true;
  bool statutory = false;
  Hold hold;                      // Neither seen nor sent before.
  std::string deadline;           // Id, for a reminder.
  std::optional<Time> last_time;  // A mail is not worth sending after it.
  // With office hours, the mail waits for the recipient's; `wanted` is when it would go otherwise.
  bool office_hours = false;
  Time wanted;
  std::optional<Time> due;  // What the wait must not outlast.
  std::string suppressed;   // A reason why no mail is sent at all; the inbox has it nevertheless.
};

// Writes the inbox row and the queued mail, each once.
void Post(db::Tx& tx, const Letter& letter, const Recipient& recipient, Time now);

}  // namespace jointly::notifications
