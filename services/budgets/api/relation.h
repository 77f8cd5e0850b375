#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/rpc/call.h"
#include "services/budgets/api/desk.h"
#include "services/budgets/domain/decide.h"
#include "services/budgets/store/claim_store.h"

// What a caller is to a budget and its documents.
namespace jointly::budgets {

inline constexpr Reason kNotOwnInstitution{"NOT_OWN_INSTITUTION"};  // institution

// Which budgets the caller sees at all: part of every query.
store::Scope ScopeOf(const auth::Principal& principal);
store::Scope ScopeOf(const rpc::Call& call);
store::ClaimScope ClaimScopeOf(const rpc::Call& call);

// Manager and accountant of the budget's own institution or unit, partner of any other.
std::vector<Role> RolesOn(const auth::Principal& principal, const Budget& budget);
// A claimant has no other part in their own claim: nobody decides on themselves.
std::vector<Role> RolesOn(const auth::Principal& principal, const Budget& budget,
                          const ExpenseClaim& claim);

// Who may claim on a budget: whoever sees it, and the people of its institution and partners, who
// travel for it.
bool MayClaim(const auth::Principal& principal, const Budget& budget);

absl::Status MayOnlyLook(std::string_view action);

// The role in which the caller takes an action: one that the table's row allows where they have
// several. PERMISSION_DENIED WRONG_ROLE when they may only look.
template <typename Table, typename Action>
absl::StatusOr<Role> ActingRole(const std::vector<Role>& roles, const Table& table, Action action) {
  for (const auto& move : table) {
    if (move.action != action) continue;
    for (const Role role : roles) {
      if (move.by.Has(role)) return role;
    }
  }
  if (!roles.empty()) return roles.front();
  return MayOnlyLook(Name(action));
}

// The first of the roles that is wanted; PERMISSION_DENIED WRONG_ROLE when none is.
absl::StatusOr<Role> RequireRole(const std::vector<Role>& roles, workflow::Set<Role> wanted,
                                 std::string_view action);

// The acting person, with the delegation under which they stand in for `on_behalf_of`.
absl::StatusOr<Actor> ActorOf(const Desk& desk, const rpc::Call& call,
                              const std::string& on_behalf_of);
// The same for a step that may be delegated: somebody who stands in acts with the office of the one
// who asked them to, which was looked at when the delegation was made.
template <typename Table, typename Action>
absl::StatusOr<Role> RoleFor(const Actor& actor, const std::vector<Role>& roles, const Table& table,
                             Action action) {
  if (!actor.hand.in_place_of.empty() && MayStandIn(actor).passed) {
    for (const auto& move : table) {
      if (move.action != action) continue;
      for (const Role role : {Role::kManager, Role::kAccountant}) {
        if (move.by.Has(role)) return role;
      }
    }
  }
  return ActingRole(roles, table, action);
}
// Who holds the office in the budget.
absl::Status AddHolders(const Desk& desk, auth::Role role, Actor& actor);
// The same with those they delegated to: who else could take the step, for a refusal, loaded only
// when one is made.
absl::Status AddAble(const Desk& desk, auth::Role role, Actor& actor);

// Decides; when the caller is refused as the wrong person, once more with who could do it instead,
// so that the refusal says so.
template <typename Facts, typename Action>
auto DecideFor(const Desk& desk, Facts& facts, Action action, Role role, auth::Role office)
    -> decltype(Decide(facts, action, role)) {
  auto decision = Decide(facts, action, role);
  if (ReasonOf(decision.status()) != kSelfApproval.name) return decision;
  RETURN_IF_ERROR(AddAble(desk, office, facts.actor));
  return Decide(facts, action, role);
}

}  // namespace jointly::budgets
