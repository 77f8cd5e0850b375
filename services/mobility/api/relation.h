#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/rpc/call.h"
#include "services/mobility/domain/types.h"
#include "services/mobility/store/application_store.h"
#include "services/mobility/store/mobility_store.h"
#include "services/mobility/store/scope.h"

// What a caller is to a case. Home and host office are not granted: they follow from the case's two
// institutions and the caller's international-office grants.
namespace jointly::mobility {

// How much of a case is shown.
enum class Eyes {
  kStudent,  // Their own: no score, no offer before the decision time.
  kReader,   // Administrators and auditors: all but what only the two offices need.
  kOffice,
};

struct Relation {
  std::vector<Role> roles;  // Empty: may look, not act.
  Eyes eyes = Eyes::kReader;

  bool student() const { return eyes == Eyes::kStudent; }
};

// Which rows the caller sees at all: part of every query.
store::Scope ScopeOf(const rpc::Call& call);

// A student is the student of their own case, whatever else they are: nobody decides on themselves.
Relation RelationTo(const auth::Principal& principal, const store::Case& row);
Relation RelationTo(const auth::Principal& principal, const store::MobilityRow& row);

// The role in which the caller takes an action: one that the table's row allows where they have
// several. PERMISSION_DENIED WRONG_ROLE when they may only look.
template <typename Table, typename Action>
absl::StatusOr<Role> ActingRole(const Relation& relation, const Table& table, Action action) {
  for (const auto& move : table) {
    if (move.action != action) continue;
    for (const Role role : relation.roles) {
      if (move.by.Has(role)) return role;
    }
  }
  if (!relation.roles.empty()) return relation.roles.front();
  return PermissionDenied(kWrongRole,
                          "you may see this case, not act on it: the student and the two "
                          "international offices do",
                          {{"action", std::string(Name(action))}});
}

// The revision that the caller sees, and that their etag names.
std::int64_t VisibleRevision(const store::Case& row, const Relation& relation, Time now);
// Whether what was decided is still hidden from the student.
bool BeforeDecision(const Call& call, Time now);

}  // namespace jointly::mobility
