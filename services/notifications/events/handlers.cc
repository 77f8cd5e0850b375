#include "services/notifications/events/handlers.h"

#include <jointly/identity/v1/identity_events.pb.h>
#include <jointly/partnerships/v1/partnerships_events.pb.h>

#include <algorithm>

#include "common/error/macros.h"
#include "common/text/text.h"
#include "services/notifications/events/convert.h"
#include "services/notifications/events/deadline_intake.h"
#include "services/notifications/events/post.h"
#include "services/notifications/events/recipients.h"
#include "services/notifications/events/story.h"
#include "services/notifications/store/delivery_store.h"
#include "services/notifications/store/inbox_store.h"
#include "services/notifications/store/reader_store.h"
#include "services/notifications/store/replica_store.h"

namespace jointly::notifications {
namespace {

Reader ReaderOf(const identity::v1::Person& person) {
  Reader reader{.person = person.name(),
                .language = person.language_code().empty() ? "en" : person.language_code(),
                .zone = person.time_zone().empty() ? "UTC" : person.time_zone(),
                .institution = person.institution(),
                .state = LowerCase(identity::v1::Person::State_Name(person.state())),
                .revision = person.revision(),
                .roles = {}};
  for (const auto& grant : person.grants()) {
    reader.roles.push_back({LowerCase(options::v1::Role_Name(grant.role())), grant.scope()});
  }
  return reader;
}

// Roles that the reader has now and had not before.
std::vector<Reader::Role> Gained(const std::optional<Reader>& before, const Reader& after) {
  std::vector<Reader::Role> out;
  for (const Reader::Role& role : after.roles) {
    const bool had =
        before.has_value() &&
        std::any_of(before->roles.begin(), before->roles.end(), [&](const Reader::Role& old) {
          return old.role == role.role && old.scope == role.scope;
        });
    if (!had) out.push_back(role);
  }
  return out;
}

// What waited for somebody to hold the role goes to the one who got it.
absl::Status TellWaiting(db::Tx& tx, const Reader& reader, const std::vector<Reader::Role>& gained,
                         Time now) {
  ASSIGN_OR_RETURN(const std::vector<store::Unclaimed> waiting,
                   store::Claim(tx, gained, now - kNews));
  for (const store::Unclaimed& message : waiting) {
    Post(tx,
         {.source = message.source,
          .kind = message.kind,
          .subject = message.subject,
          .parameters = message.parameters,
          .email = message.email},
         {.person = reader.person, .zone = reader.zone}, now);
  }
  return absl::OkStatus();
}

Viewer Always(const std::string& name) { return {.name = name, .hold = {}}; }

}  // namespace

std::vector<bus::Subscription> Handlers::Subscriptions() {
  const auto follow = [this](absl::Status (Handlers::*handler)(db::Tx&, const bus::Message&)) {
    return [this, handler](db::Tx& tx, const bus::Message& message) {
      RETURN_IF_ERROR((this->*handler)(tx, message));
      tx.AfterCommit(wake_mail_);
      return absl::OkStatus();
    };
  };
  return {{"identity.person", follow(&Handlers::FollowPerson)},
          {"partnerships.institution", follow(&Handlers::FollowInstitution)},
          {"partnerships.agreement", follow(&Handlers::FollowAgreement)},
          {"mobility.call", follow(&Handlers::FollowCall)},
          {"mobility.application", follow(&Handlers::FollowApplication)},
          {"mobility.mobility", follow(&Handlers::FollowMobility)},
          {"budgets.budget", follow(&Handlers::FollowBudget)},
          {"budgets.period", follow(&Handlers::FollowPeriod)},
          {"budgets.commitment", follow(&Handlers::FollowCommitment)},
          {"budgets.claim", follow(&Handlers::FollowClaim)},
          {"budgets.transfer", follow(&Handlers::FollowTransfer)},
          {"budgets.amendment", follow(&Handlers::FollowAmendment)},
          {"budgets.carry_over", follow(&Handlers::FollowCarryOver)},
          {"budgets.report", follow(&Handlers::FollowReport)},
          {"budgets.delegation", follow(&Handlers::FollowDelegation)},
          {"theses.thesis", follow(&Handlers::FollowThesis)},
          {"theses.cotutelle", follow(&Handlers::FollowCotutelle)}};
}

std::map<std::string, timers::Handler> Handlers::Timers() {
  return {{kReminderTimer, std::bind_front(&Handlers::FireReminder, this)}};
}

absl::Status Handlers::FireReminder(db::Tx& tx, const timers::Timer& timer) {
  RETURN_IF_ERROR(Remind(tx, timer, clock_.Now()));
  tx.AfterCommit(wake_mail_);
  return absl::OkStatus();
}

absl::Status Handlers::FollowPerson(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, ParseBody<identity::v1::PersonEvent>(message));
  const Time now = clock_.Now();
  const Reader reader = ReaderOf(event.person());
  ASSIGN_OR_RETURN(const std::optional<Reader> before, store::LoadReader(tx, reader.person));
  store::SaveReader(tx, reader);
  Story story = StoryOf(event.change());
  if (reader.state == "active") {
    RETURN_IF_ERROR(TellWaiting(tx, reader, Gained(before, reader), now));
  } else {
    store::SuppressForPerson(tx, reader.person, reader.state);
  }
  // The inbox of an erased person goes with them; what others did with their case stays.
  if (reader.state == "erased") store::DropInbox(tx, reader.person);
  story.viewers = {Always(reader.person), Always(reader.institution)};
  return Tell(tx, message, story, now);
}

absl::Status Handlers::FollowInstitution(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, ParseBody<partnerships::v1::InstitutionEvent>(message));
  const partnerships::v1::Institution& institution = event.institution();
  store::SaveInstitution(tx, {.name = institution.name(),
                              .display_name = institution.display_name(),
                              .localized_names = {institution.localized_names().begin(),
                                                  institution.localized_names().end()},
                              .zone = institution.time_zone(),
                              .revision = institution.revision()});
  Story story = StoryOf(event.change());
  story.parameters = {{"institution", institution.name()}};
  story.viewers = {Always(institution.name())};
  return Tell(tx, message, story, clock_.Now());
}

absl::Status Handlers::FollowAgreement(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, ParseBody<partnerships::v1::AgreementEvent>(message));
  const partnerships::v1::Agreement& agreement = event.agreement();
  Story story = StoryOf(event.change());
  for (const std::string& partner : agreement.partners()) {
    story.viewers.push_back(Always(partner));
    (partner == agreement.proposer() ? story.proposer : story.other_partner) = partner;
  }
  story.parameters = {{"agreement", agreement.display_name()}};
  // The partner that acted: the one that proposed, else the one that answered.
  const std::string acting = story.action == "proposed" ? story.proposer : story.other_partner;
  if (!acting.empty()) story.parameters["partner"] = acting;
  return Tell(tx, message, story, clock_.Now());
}

}  // namespace jointly::notifications
