#include "services/notifications/events/post.h"

#include <algorithm>

#include "common/auth/cipher.h"
#include "services/notifications/domain/quiet.h"
#include "services/notifications/store/delivery_store.h"
#include "services/notifications/store/inbox_store.h"

namespace jointly::notifications {
namespace {

constexpr std::size_t kIdDigits = 32;

std::string KeyOf(const std::string& source, const std::string& person, std::string_view channel) {
  return auth::Sha256Hex(source + "\n" + person + "\n" + std::string(channel)).substr(0, kIdDigits);
}

struct Times {
  Time visible;
  Time send;
  std::string embargo_call;
};

Times TimesFor(const Letter& letter, const Recipient& recipient, Time now) {
  Times times{.visible = now, .send = now, .embargo_call = ""};
  if (letter.office_hours) {
    times.send = std::max(now, QuietShift(letter.wanted, letter.due, recipient.zone));
    // The inbox disturbs nobody; but what is told early to one, because of their office hours,
    // comes to another at its own time.
    if (times.send > now) times.visible = std::max(now, letter.wanted);
  }
  if (!letter.hold.call.empty() && letter.hold.until > now) {
    times.visible = std::max(times.visible, letter.hold.until);
    times.send = std::max(times.send, letter.hold.until);
    times.embargo_call = letter.hold.call;
  }
  return times;
}

}  // namespace

void Post(db::Tx& tx, const Letter& letter, const Recipient& recipient, Time now) {
  const Times times = TimesFor(letter, recipient, now);
  store::InsertNotification(tx, {.id = KeyOf(letter.source, recipient.person, "inbox"),
                                 .person = recipient.person,
                                 .kind = letter.kind,
                                 .subject = letter.subject,
                                 .parameters = letter.parameters,
                                 .hold_time = times.visible > now ? times.visible : Time(),
                                 .visible_time = times.visible,
                                 .create_time = now,
                                 .deadline = letter.deadline,
                                 .embargo_call = times.embargo_call});
  if (!letter.email) return;
  store::InsertDelivery(
      tx, {.id = KeyOf(letter.source, recipient.person, "email"),
           .person = recipient.person,
           .kind = letter.kind,
           .subject = letter.subject,
           .parameters = letter.parameters,
           .statutory = letter.statutory,
           .deadline = letter.deadline,
           .last_time = letter.last_time,
           .state = letter.suppressed.empty() ? DeliveryState::kQueued : DeliveryState::kSuppressed,
           .reason = letter.suppressed,
           .next_time = times.send,
           .create_time = now,
           .embargo_call = times.embargo_call});
}

}  // namespace jointly::notifications
