#include "services/identity/api/authority.h"

namespace jointly::identity {

using auth::Principal;
using auth::Role;

store::Scope ScopeOf(const Principal& principal) {
  constexpr std::string_view kPeople = "people/";
  store::Scope scope;
  if (principal.kind == Principal::Kind::kPerson && principal.name.starts_with(kPeople)) {
    scope.self = principal.name.substr(kPeople.size());
  }
  for (const auth::Grant& grant : principal.grants) {
    const bool sees = grant.role == Role::kAdministrator ||
                      grant.role == Role::kInternationalOffice ||
                      grant.role == Role::kDoctoralOffice || grant.role == Role::kAuditor;
    if (!sees) continue;
    if (grant.scope == kEverywhere) scope.everybody = true;
    if (IsInstitution(grant.scope)) scope.institutions.push_back(grant.scope);
  }
  return scope;
}

Relations RelationsTo(const Person& person, const Principal& principal) {
  // An institution's staff must not lock the operator's people out.
  const bool in_reach = !HoldsEverywhere(person) || principal.everywhere(Role::kAdministrator);
  return {
      .self = principal.kind == Principal::Kind::kPerson && principal.name == "people/" + person.id,
      .office = in_reach && !person.institution.empty() &&
                principal.HoldsIn(Role::kInternationalOffice, person.institution),
      .administrator = in_reach && principal.HoldsIn(Role::kAdministrator, person.institution)};
}

absl::Status MayCreate(const Principal& principal, const std::string& institution) {
  if (principal.HoldsIn(Role::kAdministrator, institution)) return absl::OkStatus();
  if (!institution.empty() && principal.HoldsIn(Role::kInternationalOffice, institution)) {
    return absl::OkStatus();
  }
  return PermissionDenied(kOutsideScope,
                          "you may create people of institutions whose administrator or "
                          "international office you are",
                          {{"institution", institution}});
}

absl::Status MayGrant(const Principal& principal, const Grant& grant) {
  if (principal.HoldsIn(Role::kAdministrator, grant.scope)) return absl::OkStatus();
  if (grant.role == auth::Name(Role::kStudent) &&
      principal.HoldsIn(Role::kInternationalOffice, grant.scope)) {
    return absl::OkStatus();
  }
  return PermissionDenied(kGrantNotYours,
                          "only an administrator of the scope gives and takes this role there; an "
                          "international office gives and takes student in its own institution",
                          {{"role", grant.role}, {"scope", grant.scope}});
}

}  // namespace jointly::identity
