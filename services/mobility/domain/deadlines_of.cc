#include "services/mobility/domain/deadlines_of.h"

#include "common/deadlines/holidays.h"
#include "common/error/macros.h"
#include "services/mobility/domain/text.h"

namespace jointly::mobility {
namespace {

using deadlines::Audience;
using deadlines::Deadline;
using deadlines::Severity;
using DeadlineState = deadlines::State;

constexpr std::string_view kOffice = "international_office";

// What one deadline says beside the aggregate that it belongs to.
struct Line {
  std::string kind;
  CivilTime due;
  Severity severity = Severity::kLocal;
  DeadlineState state = DeadlineState::kArmed;
  std::vector<Audience> audience;
  std::string basis;
  std::string rationale;
};

// Adds the deadline; one that is armed although its time has passed is missed.
void Add(std::vector<Deadline>& list, const std::string& subject, std::int64_t generation, Time now,
         Line line) {
  const auto due_time = ToInstant(line.due);
  if (!due_time.ok()) return;  // Calls with an unknown zone are refused before they are stored.
  Deadline deadline;
  deadline.id = subject + "/" + line.kind;
  deadline.generation = generation;
  deadline.kind = std::move(line.kind);
  deadline.subject = subject;
  deadline.due = std::move(line.due);
  deadline.due_time = *due_time;
  deadline.severity = line.severity;
  deadline.state =
      line.state == DeadlineState::kArmed && now > *due_time ? DeadlineState::kMissed : line.state;
  deadline.audience = std::move(line.audience);
  deadline.basis = std::move(line.basis);
  deadline.rationale = std::move(line.rationale);
  list.push_back(std::move(deadline));
}

Audience Office(const std::string& institution) {
  return {.role = std::string(kOffice), .institution = institution};
}

Audience Student(const Application& application) { return {.person = application.student}; }

// A date of the call itself happens by itself: it is armed until then and met afterwards.
DeadlineState HappensBy(const Call& call, const CivilTime& due, Time now) {
  if (call.state == CallState::kCancelled) return DeadlineState::kCancelled;
  const auto due_time = ToInstant(due);
  return due_time.ok() && now > *due_time ? DeadlineState::kMet : DeadlineState::kArmed;
}

DeadlineState StateOfDraft(const Application& application) {
  if (application.submit_time.has_value()) return DeadlineState::kMet;
  return application.state == ApplicationState::kDraft ? DeadlineState::kArmed
                                                       : DeadlineState::kCancelled;
}

DeadlineState StateOfCompletion(ApplicationState state) {
  if (state == ApplicationState::kIncomplete) return DeadlineState::kArmed;
  return state == ApplicationState::kWithdrawn || state == ApplicationState::kIneligible
             ? DeadlineState::kCancelled
             : DeadlineState::kMet;
}

DeadlineState StateOfOffer(const Application& application) {
  if (application.offer->answer_time.has_value()) return DeadlineState::kMet;
  if (application.state == ApplicationState::kOffered) return DeadlineState::kArmed;
  return application.state == ApplicationState::kExpired ? DeadlineState::kMissed
                                                         : DeadlineState::kCancelled;
}

// Whoever does not appeal misses nothing: the right to do so just ends.
DeadlineState StateOfAppeal(const Application& application, Time now) {
  const bool open = application.state == ApplicationState::kRejected ||
                    application.state == ApplicationState::kIneligible;
  if (!open) {
    return application.state == ApplicationState::kWithdrawn ? DeadlineState::kCancelled
                                                             : DeadlineState::kMet;
  }
  const auto due = ToInstant(*application.appeal_until);
  return due.ok() && now > *due ? DeadlineState::kWaived : DeadlineState::kArmed;
}

DeadlineState StateOfNomination(ApplicationState state) {
  if (state == ApplicationState::kConfirmed) return DeadlineState::kArmed;
  return state == ApplicationState::kNominated ? DeadlineState::kMet : DeadlineState::kCancelled;
}

bool WasConfirmed(const Application& application) {
  return application.offer.has_value() && application.offer->answer_time.has_value() &&
         application.state != ApplicationState::kDeclined;
}

void AddOffer(std::vector<Deadline>& list, const std::string& subject,
              const Application& application, const Call& call, Time now) {
  const Offer& offer = *application.offer;
  const auto due = ToCivil(offer.expire_time, call.close_time.zone);
  if (!due.ok()) return;
  Line line{.kind = "offer_expires", .due = *due};
  line.state = StateOfOffer(application);
  line.audience = {Office(application.home_institution)};
  if (!Embargoed(application, call, now)) line.audience.push_back(Student(application));
  line.basis = "calls/" + call.id + ": an offer stands for " +
               std::to_string(call.offer_validity_hours) + " hours";
  line.rationale = Text(offer.offer_time, call.close_time.zone) + " + " +
                   std::to_string(call.offer_validity_hours) + " hours = " + Text(*due);
  Add(list, subject, application.revision, now, std::move(line));
}

deadlines::Rule AppealRule(const Call& call) {
  return {.kind = "appeal",
          .working_days = call.appeal_working_days,
          .clock = std::chrono::seconds(23 * 3600 + 59 * 60 + 59)};
}

absl::StatusOr<deadlines::Due> EvaluateAppeal(const Call& call, Time decision_time) {
  const std::string& zone = call.decision_time.zone;
  ASSIGN_OR_RETURN(const CivilTime anchor, ToCivil(decision_time, zone));
  return deadlines::Evaluate(AppealRule(call), anchor, deadlines::CalendarOfZone(zone).calendar);
}

void AddAppeal(std::vector<Deadline>& list, const std::string& subject,
               const Application& application, const Call& call, Time now) {
  Line line{.kind = "appeal", .due = *application.appeal_until};
  line.state = StateOfAppeal(application, now);
  line.audience = {Office(application.home_institution)};
  if (!Embargoed(application, call, now)) line.audience.push_back(Student(application));
  line.basis = "calls/" + call.id + ": appeals within " + std::to_string(call.appeal_working_days) +
               " working days";
  if (application.decision_time.has_value()) {
    const auto due = EvaluateAppeal(call, *application.decision_time);
    if (due.ok() && FormatDate(due->civil.date) == FormatDate(line.due.date)) {
      line.rationale =
          due->rationale + " (" + deadlines::CalendarOfZone(call.decision_time.zone).name + ")";
    }
  }
  if (line.rationale.empty()) line.rationale = Text(line.due) + " as decided";
  Add(list, subject, application.revision, now, std::move(line));
}

}  // namespace

absl::StatusOr<CivilTime> AppealUntil(const Call& call, Time decision_time) {
  ASSIGN_OR_RETURN(const deadlines::Due due, EvaluateAppeal(call, decision_time));
  return due.civil;
}

std::vector<Deadline> DeadlinesOf(const Call& call, Time now) {
  std::vector<Deadline> list;
  if (call.state == CallState::kDraft) return list;
  const std::string subject = "calls/" + call.id;
  const auto add = [&](std::string kind, const CivilTime& due, Severity severity,
                       std::string rationale) {
    Line line{.kind = std::move(kind), .due = due, .severity = severity};
    line.state = HappensBy(call, due, now);
    line.audience = {Office(call.home_institution)};
    line.rationale = Text(due) + std::move(rationale);
    Add(list, subject, call.revision, now, std::move(line));
  };
  add("closes", call.close_time, Severity::kLocal, " as set by the call");
  add("decides", call.decision_time, Severity::kLocal, " as set by the call");
  if (call.nomination_close_time.has_value()) {
    add("nominations_close", *call.nomination_close_time, Severity::kAgreement,
        " as set by the host");
  }
  return list;
}

std::vector<Deadline> DeadlinesOf(const Application& application, const Call& call, Time now) {
  std::vector<Deadline> list;
  const std::string subject = "applications/" + application.id;
  {
    Line line{.kind = "submit", .due = call.close_time};
    line.state = call.state == CallState::kCancelled && !application.submit_time.has_value()
                     ? DeadlineState::kCancelled
                     : StateOfDraft(application);
    line.audience = {Student(application)};
    line.rationale = Text(call.close_time) + ": the call closes";
    Add(list, subject, application.revision, now, std::move(line));
  }
  if (application.complete_until.has_value()) {
    Line line{.kind = "complete", .due = *application.complete_until};
    line.state = StateOfCompletion(application.state);
    line.audience = {Student(application), Office(application.home_institution)};
    line.rationale = Text(*application.complete_until) + " as given by the home office";
    Add(list, subject, application.revision, now, std::move(line));
  }
  if (application.offer.has_value()) AddOffer(list, subject, application, call, now);
  if (application.appeal_until.has_value()) AddAppeal(list, subject, application, call, now);
  if (call.nomination_close_time.has_value() && WasConfirmed(application)) {
    Line line{
        .kind = "nominate", .due = *call.nomination_close_time, .severity = Severity::kAgreement};
    line.state = StateOfNomination(application.state);
    line.audience = {Office(application.home_institution)};
    line.rationale = Text(*call.nomination_close_time) + ": the host's nomination window closes";
    Add(list, subject, application.revision, now, std::move(line));
  }
  return list;
}

}  // namespace jointly::mobility
