#include "services/mobility/api/view.h"

#include <algorithm>

#include "common/error/macros.h"
#include "common/rpc/call.h"
#include "common/rpc/convert.h"
#include "services/mobility/api/convert.h"
#include "services/mobility/domain/deadlines_of.h"

namespace jointly::mobility {
namespace {

template <typename Rows, typename Message>
void AddRows(const Rows& rows, Message& message) {
  for (const auto& row : rows) {
    pb::AllowedAction& action = *message.add_allowed_actions();
    action.set_action(std::string(Name(row.action)));
    action.set_ready(row.ready());
    for (const auto& finding : row.missing) *action.add_missing() = ToProto(finding);
  }
}

template <typename Actions, typename Message>
void AddNames(const Actions& actions, Message& message) {
  for (const auto action : actions) {
    message.add_allowed_actions()->set_action(std::string(Name(action)));
  }
}

void SetOffer(const store::Case& row, pb::Application& message) {
  const Application& application = row.application;
  message.set_waitlist_position(row.waitlist_position);
  if (application.waitlist_choice.has_value()) {
    *message.mutable_waitlist_choice() = ToProto(*application.waitlist_choice);
  }
  if (application.offer.has_value()) *message.mutable_offer() = ToProto(*application.offer);
  if (application.decision_time.has_value()) {
    *message.mutable_decision_time() = rpc::ToProto(*application.decision_time);
  }
}

void SetTimes(const Application& application, pb::Application& message) {
  *message.mutable_create_time() = rpc::ToProto(application.create_time);
  if (application.submit_time.has_value()) {
    *message.mutable_submit_time() = rpc::ToProto(*application.submit_time);
  }
  *message.mutable_update_time() = rpc::ToProto(application.update_time);
  message.set_revision(application.revision);
  message.set_etag(rpc::Etag(application.revision));
}

// What is left on a budget is of the side that pays: not of the student, not of the host.
bool SeesBudget(const Relation& relation) {
  const auto is = [&](Role role) {
    return std::find(relation.roles.begin(), relation.roles.end(), role) != relation.roles.end();
  };
  return !relation.student() && (is(Role::kHomeOffice) || !is(Role::kHostOffice));
}

}  // namespace

store::Case Veiled(store::Case row, Time now) {
  if (!BeforeDecision(row.call, now)) return row;
  Application& application = row.application;
  application.revision -= row.veiled_revisions;
  const bool embargoed = Embargoed(application, row.call, now);
  if (!embargoed && application.state != ApplicationState::kRanked) return row;
  if (embargoed && row.veil_update_time.has_value()) {
    application.update_time = *row.veil_update_time;
  }
  application.state = ApplicationState::kRanked;
  application.offer.reset();
  application.waitlist_choice.reset();
  application.waitlist_quota.clear();
  application.waitlist_ticket = 0;
  application.reasons.clear();
  application.decision_note.clear();
  application.decision_time.reset();
  application.appeal_until.reset();
  row.waitlist_position = 0;
  return row;
}

pb::Application ApplicationFor(const Relation& relation, const store::Case& row, const Vault& vault,
                               Time now) {
  const store::Case seen = relation.student() ? Veiled(row, now) : row;
  const Application& application = seen.application;
  pb::Application message;
  message.set_name("applications/" + application.id);
  message.set_call("calls/" + application.call);
  message.set_student(application.student);
  message.set_home_institution(application.home_institution);
  for (const Choice& choice : application.choices) *message.add_choices() = ToProto(choice);
  *message.mutable_profile() = ToProto(application.profile);
  for (Document document : application.documents) {
    document.file_name = vault.OpenFileName(application.student, row.wrapped_key, document);
    *message.add_documents() = ToProto(document, application.id);
  }
  message.set_state(static_cast<pb::Application::State>(application.state));
  if (!relation.student()) message.set_score(application.score.value_or(0));
  SetOffer(seen, message);
  for (const auto& reason : application.reasons) *message.add_reasons() = ToProto(reason);
  message.set_decision_note(application.decision_note);
  message.set_appeal_grounds(application.appeal_grounds);
  if (!application.mobility.empty()) message.set_mobility("mobilities/" + application.mobility);
  message.set_waiting_for(std::string(WaitingFor(application.state, row.mobility)));
  for (const auto& deadline : DeadlinesOf(application, row.call, now)) {
    *message.add_deadlines() = ToProto(deadline);
  }
  SetTimes(application, message);
  message.set_demo(application.demo);
  return message;
}

absl::StatusOr<pb::MobilityCase> MobilityFor(const Relation& relation,
                                             const store::MobilityRow& row, const Vault& vault) {
  const MobilityCase& mobility = row.mobility;
  pb::MobilityCase message = ToProto(mobility);
  message.set_cancel_reason(mobility.cancel_reason);
  if (message.has_funding() && !SeesBudget(relation)) {
    message.mutable_funding()->clear_message();
    message.mutable_funding()->clear_facts();
  }
  if (relation.eyes != Eyes::kOffice) return message;
  message.set_host_comment(mobility.host_comment);
  ASSIGN_OR_RETURN(const auto nominee, vault.OpenNominee(mobility.student, row.wrapped_key,
                                                         mobility.id, row.sealed_nominee));
  if (nominee.has_value()) *message.mutable_nominee() = ToProto(*nominee);
  return message;
}

void AddAllowedActions(const ApplicationFacts& facts, const Relation& relation,
                       pb::Application& message) {
  for (const Role role : relation.roles) AddRows(AllowedActions(facts, role), message);
}

void AddAllowedActions(const MobilityFacts& facts, const Relation& relation,
                       pb::MobilityCase& message) {
  for (const Role role : relation.roles) AddRows(AllowedActions(facts, role), message);
}

void AddOpenActions(ApplicationState seen, const Relation& relation, pb::Application& message) {
  for (const Role role : relation.roles) AddNames(OpenActions(seen, role), message);
}

void AddOpenActions(MobilityState state, const Relation& relation, pb::MobilityCase& message) {
  for (const Role role : relation.roles) AddNames(OpenActions(state, role), message);
}

}  // namespace jointly::mobility
