#include "services/theses/domain/refuse.h"

namespace jointly::theses {

absl::Status MissingInput(std::string_view action, std::string_view field, std::string_view text) {
  return InvalidArgument(kMissingInput, text,
                         {{"action", std::string(action)}, {"field", std::string(field)}});
}

absl::Status IllegalMove(std::string_view subject, std::string_view action, std::string_view state,
                         std::string_view possible) {
  const std::string shown(possible.empty() ? "nothing" : possible);
  return FailedPrecondition(kIllegalMove,
                            "\"" + std::string(action) + "\" is not possible for " +
                                std::string(subject) + " while it is " + std::string(state) +
                                "; possible for you now: " + shown,
                            {{"subject", std::string(subject)},
                             {"action", std::string(action)},
                             {"state", std::string(state)},
                             {"possible", std::string(possible)}});
}

absl::Status WrongRole(std::string_view subject, std::string_view action,
                       workflow::Set<Role> allowed, Role role) {
  std::string names;
  for (const Role other :
       {Role::kStudent, Role::kDirector, Role::kOffice, Role::kOfficeInCharge, Role::kService}) {
    if (!allowed.Has(other)) continue;
    if (!names.empty()) names += ",";
    names += Name(other);
  }
  return PermissionDenied(kWrongRole,
                          "\"" + std::string(action) + "\" for " + std::string(subject) +
                              " is taken by: " + names + "; you act as " + std::string(Name(role)),
                          {{"subject", std::string(subject)},
                           {"action", std::string(action)},
                           {"role", std::string(Name(role))},
                           {"allowed", names}});
}

}  // namespace jointly::theses
