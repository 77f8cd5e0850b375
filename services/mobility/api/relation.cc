#include "services/mobility/api/relation.h"

namespace jointly::mobility {
namespace {

constexpr auth::Role kSeeingRoles[] = {auth::Role::kInternationalOffice, auth::Role::kAdministrator,
                                       auth::Role::kAuditor};

bool IsOffice(const auth::Principal& principal, const std::string& institution,
              const std::string& unit) {
  constexpr auto kOffice = auth::Role::kInternationalOffice;
  return (!institution.empty() && principal.HoldsIn(kOffice, institution)) ||
         (!unit.empty() && principal.HoldsIn(kOffice, unit));
}

struct Sides {
  std::string student;
  std::string home;
  std::string home_unit;
  std::string host;
  std::string host_unit;
};

Relation RelationOf(const auth::Principal& principal, const Sides& sides) {
  if (principal.name == sides.student) return {.roles = {Role::kStudent}, .eyes = Eyes::kStudent};
  Relation relation;
  if (IsOffice(principal, sides.home, sides.home_unit)) {
    relation.roles.push_back(Role::kHomeOffice);
  }
  if (IsOffice(principal, sides.host, sides.host_unit)) {
    relation.roles.push_back(Role::kHostOffice);
  }
  if (!relation.roles.empty()) relation.eyes = Eyes::kOffice;
  return relation;
}

}  // namespace

store::Scope ScopeOf(const rpc::Call& call) {
  store::Scope scope{.person = call.principal.name, .now = call.now};
  for (const auth::Role role : kSeeingRoles) {
    for (std::string& held : call.principal.ScopesOf(role)) {
      if (held == "*") scope.everywhere = true;
      // Administrators and auditors see by "*" only; an office by its institution or unit.
      else if (role == auth::Role::kInternationalOffice)
        scope.offices.push_back(std::move(held));
    }
  }
  return scope;
}

Relation RelationTo(const auth::Principal& principal, const store::Case& row) {
  return RelationOf(principal, {.student = row.application.student,
                                .home = row.application.home_institution,
                                .home_unit = row.application.profile.home_unit,
                                .host = row.host_institution,
                                .host_unit = row.host_unit});
}

Relation RelationTo(const auth::Principal& principal, const store::MobilityRow& row) {
  return RelationOf(principal, {.student = row.mobility.student,
                                .home = row.mobility.sending_institution,
                                .home_unit = row.sending_unit,
                                .host = row.mobility.receiving_institution,
                                .host_unit = row.receiving_unit});
}

bool BeforeDecision(const Call& call, Time now) {
  const auto decision = ToInstant(call.decision_time);
  return decision.ok() && now < *decision;
}

std::int64_t VisibleRevision(const store::Case& row, const Relation& relation, Time now) {
  const bool veiled = relation.student() && BeforeDecision(row.call, now);
  return row.application.revision - (veiled ? row.veiled_revisions : 0);
}

}  // namespace jointly::mobility
