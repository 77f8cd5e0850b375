#include <jointly/theses/v1/theses_events.pb.h>

#include "common/error/macros.h"
#include "services/notifications/domain/rules.h"
#include "services/notifications/domain/title.h"
#include "services/notifications/events/convert.h"
#include "services/notifications/events/deadline_intake.h"
#include "services/notifications/events/handlers.h"
#include "services/notifications/events/story.h"

// The events of theses and their agreements. What is due is said by the rules themselves, as data:
// the deadlines bring their titles along.
namespace jointly::notifications {
namespace {

namespace pb = jointly::theses::v1;

void AddViewer(const std::string& name, Story& story) {
  if (!name.empty()) story.viewers.push_back({.name = name, .hold = {}});
}

template <typename Resource>
absl::Status TakeDeadlinesOf(db::Tx& tx, const Resource& resource, const Parameters& parameters,
                             Time now) {
  ASSIGN_OR_RETURN(auto deadlines, KeptFrom(resource.deadlines(), parameters));
  for (int i = 0; i < resource.deadlines_size(); ++i) {
    for (const auto& [language, title] : resource.deadlines(i).titles()) {
      deadlines[static_cast<std::size_t>(i)].parameters[TitleKey(language)] = title;
    }
  }
  return TakeDeadlines(tx, resource.name(), resource.revision(), deadlines, now);
}

Story ThesisStory(const events::v1::Change& change, const pb::Thesis& thesis) {
  Story story = StoryOf(change);
  story.student = thesis.student();
  story.parameters = {{"thesis", thesis.title()}};
  for (const pb::Side& side : thesis.sides()) {
    story.thesis.sides.emplace_back(side.institution(), side.school());
    story.thesis.directors.push_back(side.director());
    AddViewer(side.institution(), story);
    AddViewer(side.director(), story);
  }
  AddViewer(thesis.student(), story);
  return story;
}

}  // namespace

absl::Status Handlers::FollowThesis(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, ParseBody<pb::ThesisEvent>(message));
  const Time now = clock_.Now();
  const Story story = ThesisStory(event.change(), event.thesis());
  RETURN_IF_ERROR(TakeDeadlinesOf(tx, event.thesis(), story.parameters, now));
  return Tell(tx, message, story, now);
}

// An agreement names neither the student nor the schools of its thesis: they hear of it through the
// thesis, and the institutions' doctoral offices through this.
absl::Status Handlers::FollowCotutelle(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, ParseBody<pb::CotutelleEvent>(message));
  const pb::Cotutelle& cotutelle = event.cotutelle();
  const Time now = clock_.Now();
  Story story = StoryOf(event.change());
  story.parameters = {{"thesis", cotutelle.text().title()}};
  for (const std::string& partner : cotutelle.partners()) {
    story.thesis.sides.emplace_back(partner, "");
    AddViewer(partner, story);
  }
  for (const std::string& director :
       {cotutelle.text().director_a(), cotutelle.text().director_b()}) {
    if (director.empty()) continue;
    story.thesis.directors.push_back(director);
    AddViewer(director, story);
  }
  RETURN_IF_ERROR(TakeDeadlinesOf(tx, cotutelle, story.parameters, now));
  return Tell(tx, message, story, now);
}

}  // namespace jointly::notifications
