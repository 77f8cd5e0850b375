#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/error/error.h"
#include "common/time/clock.h"

// A person as all services may know them: ids, scopes and times, never a name or an address.
namespace jointly::identity {

inline constexpr Reason kPersonNotFound{"PERSON_NOT_FOUND"};
inline constexpr Reason kGrantExists{"GRANT_EXISTS"};
inline constexpr Reason kGrantNotFound{"GRANT_NOT_FOUND"};
inline constexpr Reason kTooManyGrants{"TOO_MANY_GRANTS"};

enum class PersonState { kActive, kDisabled, kErased };
std::string_view Name(PersonState state);  // "active": in the database and in events.
PersonState ParsePersonState(std::string_view name);

// The role's name in lower case ("student") and the scope it holds in.
struct Grant {
  std::string role;
  std::string scope;
  friend auto operator<=>(const Grant&, const Grant&) = default;
};

struct Person {
  std::string id;
  std::string institution;  // "institutions/uga"; empty for the operator's own people.
  std::string language_code = "en";
  std::string time_zone = "UTC";
  PersonState state = PersonState::kActive;
  std::vector<Grant> grants;
  // Tokens issued before it are refused. A whole second, because tokens carry whole seconds.
  Time not_before{};
  std::int64_t revision = 0;
  Time create_time{};
  Time update_time{};
};

// Names and the address: sealed under the person's own key, and gone when that is deleted.
struct PersonalData {
  std::string display_name;
  std::string given_name;
  std::string family_name;
  std::string email;
  friend bool operator==(const PersonalData&, const PersonalData&) = default;
};

inline constexpr std::string_view kAdministratorRole = "administrator";
inline constexpr std::string_view kEverywhere = "*";
inline const Grant kDeploymentAdministrator{std::string(kAdministratorRole),
                                            std::string(kEverywhere)};

// All grants travel in each token, and a token is at most 8 KiB.
inline constexpr std::size_t kGrantTextBytesMax = 3072;

// Errors: ALREADY_EXISTS GRANT_EXISTS; FAILED_PRECONDITION TOO_MANY_GRANTS.
absl::Status Add(Person& person, const Grant& grant);
// Errors: NOT_FOUND GRANT_NOT_FOUND.
absl::Status Remove(Person& person, const Grant& grant);
bool Holds(const Person& person, const Grant& grant);
bool HoldsEverywhere(const Person& person);  // Any role in "*".

// Makes every token that was issued until now too old: the next whole second, and one later than
// the last floor, because tokens of that floor were stamped with it.
void RaiseFloor(Person& person, Time now);
// The issue time of a token made now: never below the floor, so that a new token is never born
// dead.
Time IssueTime(const Person& person, Time now);

// "institutions/uga/units/phitem", any resource name, or "*".
bool IsScope(std::string_view scope);
bool IsInstitution(std::string_view name);

// The address as it is compared: ASCII, lower case, of the form local@domain; empty when it is no
// address. Addresses outside ASCII (RFC 6531) are not taken: hardly a mail server sends to them.
std::string NormalEmail(std::string_view email);

}  // namespace jointly::identity
