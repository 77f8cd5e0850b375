#include "common/auth/principal.h"

#include <algorithm>
#include <array>

namespace jointly::auth {
namespace {

// By the number of the enumerator.
constexpr std::array<std::string_view, 8> kRoleNames = {"",
                                                        "student",
                                                        "international_office",
                                                        "doctoral_office",
                                                        "budget_manager",
                                                        "accountant",
                                                        "administrator",
                                                        "auditor"};

}  // namespace

std::string_view Name(Role role) {
  const auto number = static_cast<std::size_t>(role);
  return number < kRoleNames.size() ? kRoleNames[number] : "";
}

Role ParseRole(std::string_view name) {
  for (std::size_t number = 1; number < kRoleNames.size(); ++number) {
    if (kRoleNames[number] == name) return static_cast<Role>(number);
  }
  return Role::kUnspecified;
}

bool Covers(std::string_view scope, std::string_view resource) {
  if (scope.empty()) return false;
  if (scope == "*" || scope == resource) return true;
  // Only a whole segment counts: "institutions/a" does not cover "institutions/ab".
  return resource.size() > scope.size() && resource.starts_with(scope) &&
         resource[scope.size()] == '/';
}

bool Principal::Holds(Role role) const {
  return std::any_of(grants.begin(), grants.end(),
                     [role](const Grant& grant) { return grant.role == role; });
}

bool Principal::HoldsIn(Role role, std::string_view resource) const {
  return std::any_of(grants.begin(), grants.end(), [&](const Grant& grant) {
    return grant.role == role && Covers(grant.scope, resource);
  });
}

std::vector<std::string> Principal::ScopesOf(Role role) const {
  std::vector<std::string> scopes;
  for (const Grant& grant : grants) {
    if (grant.role == role) scopes.push_back(grant.scope);
  }
  return scopes;
}

bool Principal::everywhere(Role role) const {
  return std::any_of(grants.begin(), grants.end(), [role](const Grant& grant) {
    return grant.role == role && grant.scope == "*";
  });
}

}  // namespace jointly::auth
