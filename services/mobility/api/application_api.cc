#include <charconv>

#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/list.h"
#include "common/rpc/mask.h"
#include "common/rpc/name.h"
#include "common/text/text.h"
#include "services/mobility/api/convert.h"
#include "services/mobility/api/mobility_api.h"
#include "services/mobility/api/view.h"
#include "services/mobility/store/history_store.h"
#include "services/mobility/store/replica_store.h"

namespace jointly::mobility {
namespace {

constexpr Reason kOtherInstitution{"OTHER_INSTITUTION"};
constexpr Reason kConditionUnknown{"CONDITION_UNKNOWN"};
constexpr std::chrono::milliseconds kReplicaDelay{2'000};

std::string CallId(std::string_view name) {
  constexpr std::string_view kCollection = "calls/";
  return std::string(name.starts_with(kCollection) ? name.substr(kCollection.size()) : name);
}

// A unit is one of the home institution's: the office of a unit sees what names it.
void CheckHomeUnit(const StudyProfile& profile, const std::string& institution,
                   Violations& violations) {
  violations.Require(profile.home_unit.empty() || auth::Covers(institution, profile.home_unit),
                     "application.profile.home_unit", "must be a unit of " + institution);
}

// Fills in what the replica knows of the choices. A choice of another agreement is a mistake; one
// of the call's own that is unknown may be on its way.
absl::Status LoadChoices(db::Tx& tx, const Call& call, const std::vector<Choice>& choices,
                         std::vector<AgreementCondition>& found) {
  found.clear();
  if (choices.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto conditions, store::LoadConditions(tx, call.agreement));
  Violations violations;
  std::string unknown;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const std::string& name = choices[i].condition;
    violations.Require(name.starts_with(call.agreement + "/"),
                       "application.choices[" + std::to_string(i) + "].condition",
                       "must be a condition of " + call.agreement + ", the call's agreement");
    bool known = false;
    for (const AgreementCondition& condition : conditions) {
      if (condition.name != name) continue;
      known = true;
      found.push_back(condition);
    }
    if (!known) unknown = name;
  }
  RETURN_IF_ERROR(violations.ToStatus());
  if (unknown.empty()) return absl::OkStatus();
  return WithRetryAfter(
      FailedPrecondition(kConditionUnknown,
                         unknown + " is not known here: correct the name, or try again if it was "
                                   "agreed a moment ago",
                         {{"condition", unknown}}),
      kReplicaDelay);
}

}  // namespace

// What the caller sees of a case after a command, or when they ask for it.
absl::StatusOr<pb::Application> Api::Answer(db::Tx& tx, const rpc::Call& call,
                                            const store::Case& row) {
  const Relation relation = RelationTo(call.principal, row);
  pb::Application message = ApplicationFor(relation, row, vault_, call.now);
  if (relation.roles.empty()) return message;
  ApplicationFacts facts = FactsOf(row, call.now);
  // Only offices take the steps that look at places.
  if (!relation.student()) RETURN_IF_ERROR(AddPlacement(tx, facts));
  AddAllowedActions(facts, relation, message);
  return message;
}

absl::StatusOr<pb::Application> Api::CreateApplication(
    rpc::Call& call, const pb::CreateApplicationRequest& request) {
  Violations violations;
  const pb::Application& draft = request.application();
  const auto call_ids = rpc::ParseName("calls/*", draft.call());
  violations.Require(!call_ids.empty(), "application.call", "must look like calls/{id}");
  ApplicationFacts facts;
  facts.now = call.now;
  facts.application.student = call.principal.name;
  facts.application.choices = ChoicesFromProto(draft, "application", violations);
  facts.application.profile = FromProto(draft.profile(), "application.profile", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return Run<pb::Application>(
      call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::Application> {
        ASSIGN_OR_RETURN(facts.call,
                         store::LoadCall(tx, call_ids.front(), ScopeOf(call), store::Lock::kNo));
        if (call.principal.institution != facts.call.home_institution) {
          return PermissionDenied(kOtherInstitution,
                                  "this call is for students of " + facts.call.home_institution,
                                  {{"home_institution", facts.call.home_institution}});
        }
        Violations more;
        CheckHomeUnit(facts.application.profile, facts.call.home_institution, more);
        RETURN_IF_ERROR(more.ToStatus());
        store::Case row;
        RETURN_IF_ERROR(LoadChoices(tx, facts.call, facts.application.choices, row.conditions));
        ASSIGN_OR_RETURN(const bool live, store::HasLive(tx, call.principal.name, facts.call.id));
        facts.application.id = ids_.Next();
        facts.application.demo = facts.call.demo;
        ASSIGN_OR_RETURN(row.application, jointly::mobility::CreateApplication(facts, live));
        row.call = facts.call;
        store::InsertCase(tx, row);
        engine_.outbox().Append(
            tx,
            ApplicationChanged(
                ActorOf(call), nullptr, row,
                {.action = "created", .from = "", .to = Name(row.application.state), .note = ""}));
        return Answer(tx, call, row);
      });
}

absl::StatusOr<pb::Application> Api::GetApplication(rpc::Call& call,
                                                    const pb::GetApplicationRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("applications", request.name()));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::Application> {
        ASSIGN_OR_RETURN(const store::Case row,
                         store::LoadCase(tx, id, ScopeOf(call), store::Lock::kNo));
        return Answer(tx, call, row);
      },
      call.transact_options());
}

absl::StatusOr<pb::ListApplicationsResponse> Api::ListApplications(
    rpc::Call& call, const pb::ListApplicationsRequest& request) {
  const store::Scope scope = ScopeOf(call);
  const std::string state = store::VisibleStateSql(scope);
  const rpc::ListSpec spec{
      .columns = {{.field = "call", .sql = "application.call", .map = &CallId},
                  {.field = "state", .sql = state, .map = &LowerCase},
                  {.field = "home_institution", .sql = "application.home_institution"},
                  {.field = "student", .sql = "application.student"}},
      .key_sql = "application.id"};
  ASSIGN_OR_RETURN(
      const rpc::Page page,
      rpc::ParsePage(spec, {request.page_size(), request.page_token(), request.filter()},
                     store::CaseScopeParameters(scope) + 1));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListApplicationsResponse> {
        ASSIGN_OR_RETURN(
            const auto rows,
            store::ListCases(tx, scope, {page.where, page.order_and_limit, page.parameters}));
        pb::ListApplicationsResponse response;
        std::string last;
        for (const store::Case& row : rows) {
          if (response.applications_size() == page.size) {
            response.set_next_page_token(rpc::NextPageToken(page, last));
            break;
          }
          const Relation relation = RelationTo(call.principal, row);
          pb::Application& message = *response.add_applications();
          message = ApplicationFor(relation, row, vault_, call.now);
          AddOpenActions(static_cast<ApplicationState>(message.state()), relation, message);
          last = row.application.id;
        }
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::Application> Api::UpdateApplication(
    rpc::Call& call, const pb::UpdateApplicationRequest& request) {
  ASSIGN_OR_RETURN(const std::string id,
                   rpc::IdOf("applications", request.application().name(), "application.name"));
  return Run<pb::Application>(
      call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::Application> {
        ASSIGN_OR_RETURN(store::Case row,
                         store::LoadCase(tx, id, ScopeOf(call), store::Lock::kYes));
        const Relation relation = RelationTo(call.principal, row);
        RETURN_IF_ERROR(
            rpc::MatchEtag(request.application().etag(), VisibleRevision(row, relation, call.now)));
        ASSIGN_OR_RETURN(const Role role,
                         ActingRole(relation, kApplicationWorkflow, ApplicationAction::kUpdate));
        pb::Application message;
        for (const Choice& choice : row.application.choices) {
          *message.add_choices() = ToProto(choice);
        }
        *message.mutable_profile() = ToProto(row.application.profile);
        RETURN_IF_ERROR(rpc::ApplyMask(request.update_mask(), {"choices", "profile"},
                                       request.application(), message));
        ApplicationFacts facts = FactsOf(row, call.now);
        Violations violations;
        facts.input.choices = ChoicesFromProto(message, "application", violations);
        facts.input.profile = FromProto(message.profile(), "application.profile", violations);
        CheckHomeUnit(*facts.input.profile, row.application.home_institution, violations);
        RETURN_IF_ERROR(violations.ToStatus());
        ASSIGN_OR_RETURN(const ApplicationDecision decision,
                         Decide(facts, ApplicationAction::kUpdate, role));
        RETURN_IF_ERROR(LoadChoices(tx, row.call, *facts.input.choices, row.conditions));
        const Actor actor = ActorOf(call);
        Books books(tx, engine_.outbox(), actor);
        ASSIGN_OR_RETURN(const store::Case after,
                         engine_.Carry({.tx = tx, .actor = actor, .books = books}, row, decision));
        return Answer(tx, call, after);
      });
}

namespace {

// The subjects of a trail and whether some of it is hidden from the caller.
struct Trail {
  std::vector<std::string> subjects;
  bool veiled = false;
};

absl::StatusOr<Trail> LoadTrail(db::Tx& tx, const rpc::Call& call, const std::string& name) {
  const store::Scope scope = ScopeOf(call);
  const auto mobility = rpc::ParseName("mobilities/*", name);
  std::string id;
  if (!mobility.empty()) {
    ASSIGN_OR_RETURN(const store::MobilityRow row,
                     store::LoadMobility(tx, mobility.front(), scope, store::Lock::kNo));
    id = row.mobility.application;
  } else {
    ASSIGN_OR_RETURN(id, rpc::IdOf("applications", name));
  }
  ASSIGN_OR_RETURN(const store::Case row, store::LoadCase(tx, id, scope, store::Lock::kNo));
  Trail trail{.subjects = {"applications/" + id}, .veiled = false};
  if (!row.application.mobility.empty()) {
    trail.subjects.push_back("mobilities/" + row.application.mobility);
  }
  trail.veiled = RelationTo(call.principal, row).student() && BeforeDecision(row.call, call.now);
  return trail;
}

pb::HistoryEntry ToProto(const store::HistoryRow& row) {
  pb::HistoryEntry entry;
  *entry.mutable_time() = rpc::ToProto(row.time);
  entry.set_subject(row.subject);
  entry.set_action(row.action);
  entry.set_from(row.from);
  entry.set_to(row.to);
  entry.set_actor(row.actor);
  entry.set_revision(row.revision);
  return entry;
}

}  // namespace

absl::StatusOr<pb::ListHistoryResponse> Api::ListHistory(rpc::Call& call,
                                                         const pb::ListHistoryRequest& request) {
  // The name is part of the key's text, so that a token of one trail does not fit another.
  const std::string key = "history of " + request.name();
  ASSIGN_OR_RETURN(const rpc::Page page,
                   rpc::ParsePage({.columns = {}, .key_sql = key},
                                  {request.page_size(), request.page_token(), ""}, 1));
  std::int64_t after_id = 0;
  if (!page.parameters.empty()) {
    const auto* text = std::get_if<std::string>(&page.parameters.front().variant());
    if (text != nullptr) std::from_chars(text->data(), text->data() + text->size(), after_id);
  }
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListHistoryResponse> {
        ASSIGN_OR_RETURN(const Trail trail, LoadTrail(tx, call, request.name()));
        ASSIGN_OR_RETURN(const auto rows, store::ListHistory(tx, {.subjects = trail.subjects,
                                                                  .after_id = after_id,
                                                                  .limit = page.size + 1,
                                                                  .veiled = trail.veiled}));
        pb::ListHistoryResponse response;
        std::int64_t last = 0;
        for (const store::HistoryRow& row : rows) {
          if (response.entries_size() == page.size) {
            response.set_next_page_token(rpc::NextPageToken(page, std::to_string(last)));
            break;
          }
          *response.add_entries() = ToProto(row);
          last = row.id;
        }
        return response;
      },
      call.transact_options());
}

}  // namespace jointly::mobility
