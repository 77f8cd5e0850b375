#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/deadlines/deadlines.h"
#include "common/time/clock.h"
#include "services/notifications/domain/parameters.h"

namespace jointly::notifications {

// Later than any clock: what waits for something that is not known yet.
inline constexpr Time kNever{std::chrono::microseconds(std::int64_t{253'402'300'799} * 1'000'000)};

// What is known of a person without asking identity.
struct Reader {
  std::string person;  // "people/x".
  std::string language = "en";
  std::string zone = "UTC";
  std::string institution;
  std::string state = "active";  // "active", "disabled", "erased".
  std::int64_t revision = 0;
  struct Role {
    std::string role;
    std::string scope;
  };
  std::vector<Role> roles;
};

// Somebody to be told.
struct Recipient {
  std::string person;
  std::string zone = "UTC";
};

// Until when something is kept from a student: the decision time of the call. It moves with the
// call; `call` is empty when there is nothing to wait for.
struct Hold {
  std::string call;
  Time until;
};

// A deadline as kept, with who is concerned from when.
struct KeptDeadline {
  deadlines::Deadline deadline;
  std::vector<Hold> holds;  // One per audience row.
  Parameters parameters;    // What its texts mention beside the date.
};

struct Notification {
  std::string id;
  std::string person;
  std::string kind;
  std::string subject;
  Parameters parameters;
  Time hold_time;     // Hidden until then; the epoch: not at all.
  Time visible_time;  // When it came, or will come, before the reader's eyes.
  std::optional<Time> read_time;
  std::int64_t revision = 1;
  Time create_time;
  std::string deadline;      // Id, for a reminder.
  std::string embargo_call;  // Whose decision time makes it visible.
  std::string list_key;      // Orders the inbox by when a message became visible.
};

enum class DeliveryState { kQueued, kSending, kAccepted, kUncertain, kBounced, kSuppressed };
std::string_view Name(DeliveryState state);
DeliveryState ParseDeliveryState(std::string_view name);

// One e-mail to one person, from the decision to its fate. Never an address, never a name.
struct Delivery {
  std::string id;
  std::string person;
  std::string kind;
  std::string subject;
  Parameters parameters;
  bool statutory = false;  // Sent again when its fate is uncertain.
  std::string deadline;
  std::optional<Time> last_time;  // Not worth sending after it.
  DeliveryState state = DeliveryState::kQueued;
  std::string reason;  // Of a suppression or bounce: a word.
  int attempts = 0;
  int uncertain = 0;       // Attempts of unknown outcome.
  std::int64_t lease = 0;  // Counts the claims.
  Time next_time;
  std::string last_reply;
  std::string message_id;
  std::string address_hash;
  std::string language;
  Time create_time;
  std::optional<Time> accept_time;
  std::string embargo_call;
  std::string list_key;
};

struct Activity {
  std::string id;  // The event's message id.
  std::string subject;
  std::string event_type;
  std::string aggregate;
  std::string action;
  std::string from;
  std::string to;
  std::string actor;
  Time time;
  Parameters parameters;
  std::string list_key;
};

// A person or an institution that may see an activity, from a time on.
struct Viewer {
  std::string name;
  Hold hold;
};

// The viewer of a budget's activities that stands for an institution or a unit: budget managers and
// accountants there, not the offices that follow its students, and the other way round.
std::string BudgetsOf(std::string_view scope);

// Sorts as text as (time, id) does: the key of keyset paging.
std::string ListKey(Time time, std::string_view id);

}  // namespace jointly::notifications
