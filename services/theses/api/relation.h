#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/rpc/call.h"
#include "services/theses/domain/types.h"
#include "services/theses/store/scope.h"

// What a caller is to a thesis: its student, one of its directors, a doctoral office of one or both
// of its sides, or somebody who may only look.
namespace jointly::theses {

inline constexpr Reason kNotYourSide{"NOT_YOUR_SIDE"};  // institution

struct Relation {
  std::vector<Role> roles;         // Empty: may look, not act.
  std::vector<std::string> sides;  // Institutions whose doctoral office the caller is.
  bool student() const { return !roles.empty() && roles.front() == Role::kStudent; }
  bool Has(Role role) const;
  bool OfficeOf(std::string_view institution) const;
};

// Which rows the caller sees at all: part of every query.
store::Scope ScopeOf(const rpc::Call& call);

// A student is the student of their own thesis, whatever else they are: nobody decides on
// themselves.
Relation RelationTo(const auth::Principal& principal, const Thesis& thesis);

// Whether the caller is the doctoral office of one side: DOCTORAL_OFFICE in its institution or in
// its school.
bool IsOffice(const auth::Principal& principal, const Side& side);

// The side on whose behalf an office acts: the one that the request names, or the only one that the
// caller has. Errors: INVALID_ARGUMENT for an institution that is no side, or when the caller is
// the office of both and names none; PERMISSION_DENIED NOT_YOUR_SIDE.
absl::StatusOr<std::string> ActingSide(const Relation& relation, const Thesis& thesis,
                                       const std::string& institution);

}  // namespace jointly::theses
