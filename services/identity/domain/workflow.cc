#include "services/identity/domain/workflow.h"

#include "common/error/macros.h"

namespace jointly::identity {

workflow::Verdict AdministratorRemains(const PersonFacts& facts) {
  if (!facts.last_administrator) return {};
  return {.passed = false,
          .evidence = "this is the last active person with the grant administrator in \"*\"",
          .remedy = "give administrator in \"*\" to another person first"};
}

std::string_view Name(PersonAction action) {
  constexpr std::array<std::string_view, 7> kNames = {
      "update", "grant", "ungrant", "revoke", "change_password", "disable", "erase"};
  return kNames[static_cast<std::size_t>(action)];
}

std::vector<workflow::Edge> PersonEdges() {
  std::vector<workflow::Edge> edges;
  for (const PersonMove& move : kPersonWorkflow) {
    for (const PersonState from :
         {PersonState::kActive, PersonState::kDisabled, PersonState::kErased}) {
      if (!move.from.Has(from)) continue;
      edges.push_back(
          {std::string(Name(from)), std::string(Name(move.to)), std::string(Name(move.action))});
    }
  }
  return edges;
}

absl::StatusOr<const PersonMove*> Decide(const Person& person, PersonAction action,
                                         const Relations& caller, const PersonFacts& facts) {
  const std::string name = "people/" + person.id;
  const PersonMove* move = workflow::Find(kPersonWorkflow, person.state, action);
  if (move == nullptr) {
    return FailedPrecondition(kIllegalMove,
                              std::string(Name(action)) + " is not open for a person who is " +
                                  std::string(Name(person.state)),
                              {{"person", name},
                               {"action", std::string(Name(action))},
                               {"state", std::string(Name(person.state))}});
  }
  if (!caller.Meet(move->by)) {
    return PermissionDenied(kWrongRole,
                            "you see this person, but " + std::string(Name(action)) + " is for " +
                                (move->by.Has(Relation::kSelf) ? "the person, " : "") +
                                "an administrator of the person's institution" +
                                (move->by.Has(Relation::kOffice) ? " or its office" : ""),
                            {{"person", name}, {"action", std::string(Name(action))}});
  }
  RETURN_IF_ERROR(workflow::RefusalOf(Name(action), name, workflow::Examine(*move, facts)));
  return move;
}

}  // namespace jointly::identity
