#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/time/clock.h"

namespace jointly::auth {

// Mirrors jointly.options.v1.Role.
enum class Role {
  kUnspecified = 0,
  kStudent = 1,
  kInternationalOffice = 2,
  kDoctoralOffice = 3,
  kBudgetManager = 4,
  kAccountant = 5,
  kAdministrator = 6,
  kAuditor = 7,
};
std::string_view Name(Role role);       // "international_office"; also the wire form in tokens.
Role ParseRole(std::string_view name);  // kUnspecified when unknown.

// A role in a scope: "institutions/uga", "institutions/uga/units/phitem", a resource, or "*".
struct Grant {
  Role role = Role::kUnspecified;
  std::string scope;
  friend bool operator==(const Grant&, const Grant&) = default;
};

// Who calls: a person with grants, a service, or nobody.
struct Principal {
  enum class Kind { kAnonymous, kPerson, kService } kind = Kind::kAnonymous;
  std::string name;  // "people/{id}" or "service:mobility"; empty for nobody.
  std::vector<Grant> grants;
  std::string institution;  // Of a person.
  std::string language = "en";
  std::string zone = "UTC";
  std::string session;  // Id of the session that the token came from.

  bool Holds(Role role) const;  // In any scope.
  // In a scope that covers `resource`: the scope itself, one above it, or "*".
  bool HoldsIn(Role role, std::string_view resource) const;
  // Scopes in which one of the roles is held: for the WHERE clause.
  std::vector<std::string> ScopesOf(Role role) const;
  bool everywhere(Role role) const;  // Holds it in "*".
};

// "institutions/a" covers "institutions/a/units/b"; "*" covers all; each covers itself.
bool Covers(std::string_view scope, std::string_view resource);

}  // namespace jointly::auth
