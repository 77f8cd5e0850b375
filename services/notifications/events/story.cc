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

constexpr const char* kManagerRole = "budget_manager";
constexpr const char* kAccountantRole = "accountant";
constexpr const char* kDoctoralRole = "doctoral_office";

// Everybody who holds a role in an institution or, when one is named, its unit.
struct Office {
  std::string role;
  std::string institution;
  std::string unit;
};

Office InternationalOffice(const std::string& institution) {
  return {.role = kOfficeRole, .institution = institution, .unit = ""};
}

// The offices that a row of the table means.
std::vector<Office> OfficesOf(const Story& story, Who who) {
  std::vector<Office> out;
  switch (who) {
    case Who::kHomeOffice:
      out = {InternationalOffice(story.home)};
      break;
    case Who::kHostOffice:
      out = {InternationalOffice(story.host)};
      break;
    case Who::kProposer:
      out = {InternationalOffice(story.proposer)};
      break;
    case Who::kOtherPartner:
      out = {InternationalOffice(story.other_partner)};
      break;
    case Who::kBothOffices:
      out = {InternationalOffice(story.proposer), InternationalOffice(story.other_partner)};
      break;
    case Who::kBudgetManagers:
      out = {{kManagerRole, story.budget.institution, story.budget.unit}};
      break;
    case Who::kAccountants:
      out = {{kAccountantRole, story.budget.institution, story.budget.unit}};
      break;
    case Who::kPartnerManagers:
      for (const std::string& partner : story.budget.other_partners) {
        out.push_back({kManagerRole, partner, ""});
      }
      break;
    case Who::kDoctoralOffices:
      for (const auto& [institution, school] : story.thesis.sides) {
        out.push_back({kDoctoralRole, institution, school});
      }
      break;
    case Who::kStudent:
    case Who::kApplicants:
    case Who::kRequester:
    case Who::kClaimant:
    case Who::kDelegate:
    case Who::kDirectors:
      break;
  }
  std::erase_if(out, [](const Office& office) { return office.institution.empty(); });
  return out;
}

std::vector<std::string> PeopleOf(const Story& story, Who who) {
  if (who == Who::kStudent && !story.student.empty()) return {story.student};
  if (who == Who::kApplicants) return story.applicants;
  if (who == Who::kDirectors) {
    std::vector<std::string> others = story.thesis.directors;
    std::erase(others, story.actor);
    return others;
  }
  const std::string& party = who == Who::kRequester  ? story.requester
                             : who == Who::kDelegate ? story.delegate
                                                     : story.claimant;
  const bool is_party = who == Who::kRequester || who == Who::kClaimant || who == Who::kDelegate;
  // A service may have asked ("services/mobility"). Whoever did it knows.
  if (is_party && party.starts_with("people/") && party != story.actor) return {party};
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

// Waits for the first who gets the role in a scope that covers the office.
void KeepForLater(db::Tx& tx, const Letter& letter, const Office& office, Time event_time) {
  for (const std::string& scope : {office.institution, office.unit}) {
    if (scope.empty()) continue;
    store::SaveUnclaimed(tx, {.source = letter.source,
                              .role = office.role,
                              .scope = scope,
                              .kind = letter.kind,
                              .subject = letter.subject,
                              .parameters = letter.parameters,
                              .email = letter.email,
                              .event_time = event_time});
  }
}

absl::Status TellOffice(db::Tx& tx, const Letter& letter, const Office& office,
                        const std::string& actor, Time event_time, Time now) {
  ASSIGN_OR_RETURN(const std::vector<Recipient> holders,
                   store::HoldersOf(tx, office.role, office.institution, office.unit));
  if (holders.empty()) KeepForLater(tx, letter, office, event_time);
  for (const Recipient& holder : holders) {
    // Whoever did it knows.
    if (holder.person != actor) Post(tx, letter, holder, now);
  }
  return absl::OkStatus();
}

absl::Status TellRow(db::Tx& tx, const bus::Message& message, const Story& story,
                     const Telling& telling, Time now) {
  const Letter letter = LetterOf(message, story, telling, now);
  for (const Office& office : OfficesOf(story, telling.who)) {
    RETURN_IF_ERROR(TellOffice(tx, letter, office, story.actor, message.time, now));
  }
  for (const std::string& person : PeopleOf(story, telling.who)) {
    ASSIGN_OR_RETURN(const std::vector<Recipient> found, store::PersonAsRecipient(tx, person));
    for (const Recipient& recipient : found) Post(tx, letter, recipient, now);
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

absl::Status TellWarning(db::Tx& tx, const bus::Message& message, const Story& story,
                         const Telling& telling, const Warning& warning, Time now) {
  Letter letter = LetterOf(message, story, telling, now);
  letter.source = warning.source;
  letter.subject = warning.subject;
  letter.parameters = warning.parameters;
  for (const Office& office : OfficesOf(story, telling.who)) {
    RETURN_IF_ERROR(TellOffice(tx, letter, office, /*actor=*/"", message.time, now));
  }
  return absl::OkStatus();
}

}  // namespace jointly::notifications
