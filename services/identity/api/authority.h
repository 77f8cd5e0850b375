#pragma once

#include "common/auth/principal.h"
#include "services/identity/domain/workflow.h"
#include "services/identity/store/person_store.h"

// Who may see and do what in identity, from the caller's grants.
namespace jointly::identity {

inline constexpr Reason kOutsideScope{"OUTSIDE_SCOPE"};
inline constexpr Reason kGrantNotYours{"GRANT_NOT_YOURS"};

// Oneself, and the people of institutions where one is administrator, international or doctoral
// office, or auditor. A grant in a unit shows nobody: people belong to an institution as a whole.
store::Scope ScopeOf(const auth::Principal& principal);

Relations RelationsTo(const Person& person, const auth::Principal& principal);

// Errors: PERMISSION_DENIED OUTSIDE_SCOPE.
absl::Status MayCreate(const auth::Principal& principal, const std::string& institution);
// Administrators of the scope may give and take every role in it; an office STUDENT in its own
// scope. Errors: PERMISSION_DENIED GRANT_NOT_YOURS.
absl::Status MayGrant(const auth::Principal& principal, const Grant& grant);

}  // namespace jointly::identity
