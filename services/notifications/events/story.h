#pragma once

#include <jointly/events/v1/change.pb.h>

#include <string>
#include <utility>
#include <vector>

#include "common/bus/event.h"
#include "common/db/database.h"
#include "services/notifications/domain/rules.h"
#include "services/notifications/domain/types.h"

namespace jointly::notifications {

// An event, reduced to what decides who is told and what the texts mention.
struct Story {
  std::string action;
  std::string from;
  std::string to;
  std::string actor;
  Parameters parameters;
  std::vector<Viewer> viewers;  // Of the activity feed.
  // Who is meant by the rows of the table (domain/rules.h); empty: nobody.
  std::string student;
  std::string home;
  std::string host;
  std::string proposer;
  std::string other_partner;
  std::vector<std::string> applicants;
  struct Budget {
    std::string institution;
    std::string unit;                         // Empty: the whole institution.
    std::vector<std::string> other_partners;  // Without the institution.
  } budget;
  struct Thesis {
    // Institution and school of each side; an agreement does not name the schools.
    std::vector<std::pair<std::string, std::string>> sides;
    std::vector<std::string> directors;
  } thesis;
  std::string requester;
  std::string claimant;
  std::string delegate;
  Hold hold;  // Of the student's part, when the action is under embargo.
};

// Fills action, states and actor.
Story StoryOf(const events::v1::Change& change);

// Writes the activity and every message that the table asks for.
absl::Status Tell(db::Tx& tx, const bus::Message& message, const Story& story, Time now);

// A warning that the event carries. It exists once per source, whatever events bring it.
struct Warning {
  std::string source;
  std::string subject;
  Parameters parameters;
};
// Tells it as the row says. Also to whoever caused the event: what they did is not what it says.
absl::Status TellWarning(db::Tx& tx, const bus::Message& message, const Story& story,
                         const Telling& telling, const Warning& warning, Time now);

// Mails about what happened longer ago are not sent; the inbox has them.
inline constexpr std::chrono::days kNews{7};

}  // namespace jointly::notifications
