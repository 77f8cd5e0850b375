#include "services/theses/api/relation.h"

#include <algorithm>

namespace jointly::theses {

bool Relation::Has(Role role) const {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

bool Relation::OfficeOf(std::string_view institution) const {
  return std::find(sides.begin(), sides.end(), institution) != sides.end();
}

store::Scope ScopeOf(const rpc::Call& call) {
  store::Scope scope{.person = call.principal.name, .offices = {}, .everywhere = false};
  for (const auth::Role role :
       {auth::Role::kDoctoralOffice, auth::Role::kAdministrator, auth::Role::kAuditor}) {
    for (std::string& held : call.principal.ScopesOf(role)) {
      if (held == "*") scope.everywhere = true;
      // Administrators and auditors see by "*" only; an office by its institution or school.
      else if (role == auth::Role::kDoctoralOffice)
        scope.offices.push_back(std::move(held));
    }
  }
  return scope;
}

bool IsOffice(const auth::Principal& principal, const Side& side) {
  return principal.HoldsIn(auth::Role::kDoctoralOffice, side.institution) ||
         principal.HoldsIn(auth::Role::kDoctoralOffice, side.school);
}

Relation RelationTo(const auth::Principal& principal, const Thesis& thesis) {
  Relation relation;
  if (principal.name == thesis.student) {
    relation.roles = {Role::kStudent};
    return relation;
  }
  bool in_charge = false;
  for (const Side& side : thesis.sides) {
    if (IsOffice(principal, side)) {
      relation.sides.push_back(side.institution);
      in_charge = in_charge || side.in_charge;
    }
  }
  if (!relation.sides.empty()) relation.roles.push_back(Role::kOffice);
  if (in_charge) relation.roles.push_back(Role::kOfficeInCharge);
  for (const Side& side : thesis.sides) {
    if (side.director == principal.name && !relation.Has(Role::kDirector)) {
      relation.roles.push_back(Role::kDirector);
    }
  }
  return relation;
}

absl::StatusOr<std::string> ActingSide(const Relation& relation, const Thesis& thesis,
                                       const std::string& institution) {
  if (institution.empty()) {
    if (relation.sides.size() == 1) return relation.sides.front();
    return InvalidArgument(
        kInvalidArgument,
        "name the side: " + thesis.sides[0].institution + " or " + thesis.sides[1].institution,
        {{"field", "institution"}});
  }
  if (FindSide(thesis, institution) == nullptr) {
    return InvalidArgument(kInvalidArgument,
                           institution + " is no side of theses/" + thesis.id + "; its sides are " +
                               thesis.sides[0].institution + " and " + thesis.sides[1].institution,
                           {{"field", "institution"}});
  }
  if (!relation.OfficeOf(institution)) {
    return PermissionDenied(kNotYourSide,
                            "this is recorded by the doctoral office of " + institution,
                            {{"institution", institution}});
  }
  return institution;
}

}  // namespace jointly::theses
