#pragma once

#include <array>
#include <vector>

#include "common/workflow/workflow.h"
#include "services/identity/domain/person.h"

// What may be done to a person, by whom.
namespace jointly::identity {

enum class PersonAction {
  kUpdate,
  kGrant,
  kUngrant,
  kRevoke,          // Ends all sessions.
  kChangePassword,  // Ends the other sessions.
  kDisable,
  kErase,
};

// What the caller is to the person. An administrator has the person's institution in their scope;
// a person with a grant in "*" has only administrators of "*".
enum class Relation { kSelf, kOffice, kAdministrator };

// Which of them the caller is; one may be several.
struct Relations {
  bool self = false;
  bool office = false;
  bool administrator = false;

  constexpr bool Meet(workflow::Set<Relation> wanted) const {
    return (self && wanted.Has(Relation::kSelf)) || (office && wanted.Has(Relation::kOffice)) ||
           (administrator && wanted.Has(Relation::kAdministrator));
  }
};

struct PersonFacts {
  // Whether this step would take the last "administrator" in "*" away.
  bool last_administrator = false;
};

workflow::Verdict AdministratorRemains(const PersonFacts& facts);
inline constexpr workflow::Guard<PersonFacts> kAdministratorRemains{
    "LAST_ADMINISTRATOR", "The deployment keeps an administrator", &AdministratorRemains};

using PersonMove = workflow::Move<PersonState, PersonAction, Relation, PersonFacts>;

namespace person_rows {
using enum PersonState;
using enum PersonAction;
using enum Relation;

inline constexpr workflow::Set<PersonState> kNotErased{kActive, kDisabled};
inline constexpr workflow::Set<Relation> kStaff{kOffice, kAdministrator};
inline constexpr workflow::Set<Relation> kAll{kSelf, kOffice, kAdministrator};
inline constexpr workflow::Set<Relation> kOwner{kSelf, kAdministrator};
inline constexpr std::array kKeepOne = {&kAdministratorRemains};

// clang-format off
inline constexpr auto kTable = std::to_array<PersonMove>({
    // action          from        to         by              event        guards
    {kUpdate,          kActive,    kActive,   kAll,           "updated",   {}},
    {kUpdate,          kDisabled,  kDisabled, kStaff,         "updated",   {}},
    {kGrant,           kActive,    kActive,   kStaff,         "granted",   {}},
    {kUngrant,         kActive,    kActive,   kStaff,         "ungranted", kKeepOne},
    {kUngrant,         kDisabled,  kDisabled, kStaff,         "ungranted", {}},
    {kRevoke,          kActive,    kActive,   kOwner,         "revoked",   {}},
    {kChangePassword,  kActive,    kActive,   kSelf,          "revoked",   {}},
    {kDisable,         kActive,    kDisabled, kAdministrator, "disabled",  kKeepOne},
    {kErase,           kNotErased, kErased,   kAdministrator, "erased",    kKeepOne},
});
// clang-format on
}  // namespace person_rows

inline constexpr const auto& kPersonWorkflow = person_rows::kTable;
static_assert(workflow::Deterministic(kPersonWorkflow));
static_assert(workflow::Connected(kPersonWorkflow, PersonState::kActive));

std::vector<workflow::Edge> PersonEdges();

std::string_view Name(PersonAction action);  // "change_password"

// The row of the table, once the state, the caller and the guards allow it. Errors:
// FAILED_PRECONDITION ILLEGAL_MOVE or GUARD_REFUSED; PERMISSION_DENIED WRONG_ROLE.
absl::StatusOr<const PersonMove*> Decide(const Person& person, PersonAction action,
                                         const Relations& caller, const PersonFacts& facts);

}  // namespace jointly::identity
