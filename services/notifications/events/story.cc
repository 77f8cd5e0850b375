#include "services/notifications/events/story.h"

#include <algorithm>

#include "common/error/macros.h"
#include "services/notifications/domain/rules.h"
#include "services/notifications/events/post.h"
#include "services/notifications/events/recipients.h"
#include "services/notifications/store/activity_store.h"
#include "services/notifications/store/reader_store.h"

namespace jointly::notifications {
namespace {

// The offices that a row of the table means.
std::vector<std::string> OfficesOf(const Story& story, Who who) {
  std::vector<std::string> out;
  switch (who) {
    case Who::kHomeOffice:
      out = {story.home};
      break;
    case Who::kHostOffice:
      out = {story.host};
      break;
    case Who::kProposer:
      out = {story.proposer};
      break;
    case Who::kOtherPartner:
      out = {story.other_partner};
      break;
    case Who::kBothOffices:
      out = {story.proposer, story.other_partner};
      break;
    case Who::kStudent:
    case Who::kApplicants:
      break;
  }
  std::erase(out, "");
  return out;
}

std::vector<std::string> PeopleOf(const Story& story, Who who) {
  if (who == Who::kStudent && !story.student.empty()) return {story.student};
  if (who == Who::kApplicants) return story.applicants;
  return {};
}

Letter LetterOf(const bus::Message& message, const Story& story, const Telling& telling, Time now) {
  // The event's own key, and the kind: one event may tell one person two different things.
  Letter letter{.source = message.aggregate_type + "/" + message.aggregate_id + "/" +
                          std::to_string(message.revision) + "/" + std::string(telling.kind),
                .kind = std::string(telling.kind),
                .subject = message.subject,
                .parameters = story.parameters,
                .email = telling.email};
  if (telling.who == Who::kStudent) letter.hold = story.hold;
  // A replayed history, or a long outage, must not flood anybody.
  if (std::max(message.time, letter.hold.until) + kNews < now) letter.suppressed = "stale";
  return letter;
}

absl::Status TellOffice(db::Tx& tx, const bus::Message& message, const Story& story,
                        const Telling& telling, const std::string& institution, Time now) {
  const Letter letter = LetterOf(message, story, telling, now);
  ASSIGN_OR_RETURN(const std::vector<Recipient> holders,
                   store::HoldersOf(tx, kOfficeRole, institution, ""));
  if (holders.empty()) {
    store::SaveUnclaimed(tx, {.source = letter.source,
                              .role = kOfficeRole,
                              .scope = institution,
                              .kind = letter.kind,
                              .subject = letter.subject,
                              .parameters = letter.parameters,
                              .email = letter.email,
                              .event_time = message.time});
  }
  for (const Recipient& holder : holders) {
    // Whoever did it knows.
    if (holder.person != story.actor) Post(tx, letter, holder, now);
  }
  return absl::OkStatus();
}

absl::Status TellRow(db::Tx& tx, const bus::Message& message, const Story& story,
                     const Telling& telling, Time now) {
  for (const std::string& institution : OfficesOf(story, telling.who)) {
    RETURN_IF_ERROR(TellOffice(tx, message, story, telling, institution, now));
  }
  for (const std::string& person : PeopleOf(story, telling.who)) {
    ASSIGN_OR_RETURN(const std::vector<Recipient> found, store::PersonAsRecipient(tx, person));
    for (const Recipient& recipient : found) {
      Post(tx, LetterOf(message, story, telling, now), recipient, now);
    }
  }
  return absl::OkStatus();
}

}  // namespace

Story StoryOf(const events::v1::Change& change) {
  return {.action = change.action(),
          .from = change.from(),
          .to = change.to(),
          .actor = change.actor(),
          .parameters = {},
          .viewers = {}};
}

absl::Status Tell(db::Tx& tx, const bus::Message& message, const Story& story, Time now) {
  store::InsertActivity(tx,
                        {.id = message.message_id,
                         .subject = message.subject,
                         .event_type = message.event_type,
                         .aggregate = message.aggregate_type,
                         .action = story.action,
                         .from = story.from,
                         .to = story.to,
                         .actor = story.actor,
                         .time = message.time,
                         .parameters = story.parameters},
                        story.viewers);
  for (const Telling& telling : TellingsOf(message.aggregate_type, story.action)) {
    RETURN_IF_ERROR(TellRow(tx, message, story, telling, now));
  }
  return absl::OkStatus();
}

}  // namespace jointly::notifications
