#include "services/budgets/api/relation.h"

#include <algorithm>

#include "common/error/macros.h"
#include "services/budgets/store/change_store.h"
#include "services/budgets/store/replica_store.h"

namespace jointly::budgets {
namespace {

constexpr auth::Role kReaders[] = {auth::Role::kBudgetManager, auth::Role::kAccountant,
                                   auth::Role::kAdministrator, auth::Role::kAuditor};

const std::string& OfficeOf(const Budget& budget) {
  return budget.unit.empty() ? budget.institution : budget.unit;
}

}  // namespace

store::Scope ScopeOf(const auth::Principal& principal) {
  store::Scope scope;
  for (const auth::Role role : kReaders) {
    if (principal.everywhere(role)) scope.everywhere = true;
    for (std::string& name : principal.ScopesOf(role)) {
      scope.offices.push_back(std::move(name));
    }
  }
  return scope;
}

store::Scope ScopeOf(const rpc::Call& call) { return ScopeOf(call.principal); }

store::ClaimScope ClaimScopeOf(const rpc::Call& call) {
  return {.offices = ScopeOf(call), .person = call.principal.name};
}

std::vector<Role> RolesOn(const auth::Principal& principal, const Budget& budget) {
  std::vector<Role> roles;
  if (principal.HoldsIn(auth::Role::kBudgetManager, OfficeOf(budget))) {
    roles.push_back(Role::kManager);
  }
  if (principal.HoldsIn(auth::Role::kAccountant, OfficeOf(budget))) {
    roles.push_back(Role::kAccountant);
  }
  const bool partner = std::any_of(
      budget.partners.begin(), budget.partners.end(),
      [&](const std::string& name) { return principal.HoldsIn(auth::Role::kBudgetManager, name); });
  if (partner) roles.push_back(Role::kPartner);
  return roles;
}

std::vector<Role> RolesOn(const auth::Principal& principal, const Budget& budget,
                          const ExpenseClaim& claim) {
  std::vector<Role> roles = RolesOn(principal, budget);
  // Their offices come second: what a guard refuses as self-approval is then said as such.
  if (principal.name == claim.claimant) roles.insert(roles.begin(), Role::kClaimant);
  return roles;
}

bool MayClaim(const auth::Principal& principal, const Budget& budget) {
  const std::string& own = principal.institution;
  if (!own.empty() && (own == budget.institution || HasPartner(budget, own))) return true;
  return store::Sees(ScopeOf(principal), budget);
}

absl::Status MayOnlyLook(std::string_view action) {
  return PermissionDenied(kWrongRole,
                          "you may see this budget, not act on it: the budget managers and "
                          "accountants of its own institution do",
                          {{"action", std::string(action)}});
}

absl::StatusOr<Role> RequireRole(const std::vector<Role>& roles, workflow::Set<Role> wanted,
                                 std::string_view action) {
  for (const Role role : roles) {
    if (wanted.Has(role)) return role;
  }
  return MayOnlyLook(action);
}

absl::StatusOr<Actor> ActorOf(const Desk& desk, const rpc::Call& call,
                              const std::string& on_behalf_of) {
  Actor actor;
  actor.hand = {.person = call.principal.name, .in_place_of = on_behalf_of};
  actor.today = desk.today();
  if (!on_behalf_of.empty()) {
    ASSIGN_OR_RETURN(actor.delegations,
                     store::DelegationsTo(desk.tx(), desk.budget().id, call.principal.name));
  }
  return actor;
}

absl::Status AddHolders(const Desk& desk, auth::Role role, Actor& actor) {
  const Budget& budget = desk.budget();
  std::vector<std::string> scopes = {budget.institution, "*"};
  if (!budget.unit.empty()) scopes.push_back(budget.unit);
  ASSIGN_OR_RETURN(actor.able, store::HoldersOf(desk.tx(), std::string(auth::Name(role)), scopes));
  return absl::OkStatus();
}

absl::Status AddAble(const Desk& desk, auth::Role role, Actor& actor) {
  const Budget& budget = desk.budget();
  RETURN_IF_ERROR(AddHolders(desk, role, actor));
  ASSIGN_OR_RETURN(const std::vector<Delegation> delegations,
                   store::ListDelegations(desk.tx(), budget.id));
  const std::vector<std::string> holders = actor.able;
  for (const Delegation& delegation : delegations) {
    const bool holder =
        std::find(holders.begin(), holders.end(), delegation.delegator) != holders.end();
    const bool known =
        std::find(actor.able.begin(), actor.able.end(), delegation.delegate) != actor.able.end();
    if (holder && !known && InForce(delegation, actor.today)) {
      actor.able.push_back(delegation.delegate);
    }
  }
  return absl::OkStatus();
}

}  // namespace jointly::budgets
