#include "services/identity/domain/person.h"

#include <algorithm>
#include <array>

namespace jointly::identity {
namespace {

constexpr std::array<std::string_view, 3> kStateNames = {"active", "disabled", "erased"};
constexpr std::size_t kScopeBytesMax = 200;
constexpr std::size_t kEmailBytesMax = 254;  // RFC 5321, 4.5.3.1.3.
constexpr std::size_t kLocalPartBytesMax = 64;

std::size_t TextBytes(const std::vector<Grant>& grants) {
  std::size_t bytes = 0;
  for (const Grant& grant : grants) bytes += grant.role.size() + grant.scope.size() + 4;
  return bytes;
}

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsSegment(std::string_view segment, bool collection) {
  return !segment.empty() && segment.size() <= 64 &&
         std::all_of(segment.begin(), segment.end(), [collection](char c) {
           const bool upper = c >= 'A' && c <= 'Z';
           return IsLower(c) || (collection ? upper : IsDigit(c) || c == '-');
         });
}

bool IsAtomText(char c) {
  constexpr std::string_view kSigns = "!#$%&'*+-/=?^_`{|}~.";
  return IsLower(c) || IsDigit(c) || kSigns.find(c) != std::string_view::npos;
}

// Labels of letters, digits and inner dashes; at least two.
bool IsDomain(std::string_view domain) {
  int labels = 0;
  while (true) {
    const std::size_t dot = domain.find('.');
    const std::string_view label = domain.substr(0, dot);
    const bool sound = !label.empty() && label.size() <= 63 && label.front() != '-' &&
                       label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
                         return IsLower(c) || IsDigit(c) || c == '-';
                       });
    if (!sound) return false;
    ++labels;
    if (dot == std::string_view::npos) return labels >= 2;
    domain.remove_prefix(dot + 1);
  }
}

}  // namespace

std::string_view Name(PersonState state) { return kStateNames[static_cast<std::size_t>(state)]; }

PersonState ParsePersonState(std::string_view name) {
  const auto found = std::find(kStateNames.begin(), kStateNames.end(), name);
  // A state that nobody knows opens nothing.
  if (found == kStateNames.end()) return PersonState::kErased;
  return static_cast<PersonState>(found - kStateNames.begin());
}

absl::Status Add(Person& person, const Grant& grant) {
  if (Holds(person, grant)) {
    return AlreadyExists(
        kGrantExists, "the person already holds this role in this scope",
        {{"person", "people/" + person.id}, {"role", grant.role}, {"scope", grant.scope}});
  }
  person.grants.push_back(grant);
  if (TextBytes(person.grants) > kGrantTextBytesMax) {
    return FailedPrecondition(
        kTooManyGrants,
        "the person's grants would not fit into a token: remove some, or "
        "grant a wider scope once",
        {{"person", "people/" + person.id}, {"grants", std::to_string(person.grants.size())}});
  }
  std::sort(person.grants.begin(), person.grants.end());
  return absl::OkStatus();
}

absl::Status Remove(Person& person, const Grant& grant) {
  if (std::erase(person.grants, grant) > 0) return absl::OkStatus();
  return NotFound(
      kGrantNotFound, "the person does not hold this role in this scope",
      {{"person", "people/" + person.id}, {"role", grant.role}, {"scope", grant.scope}});
}

bool Holds(const Person& person, const Grant& grant) {
  return std::find(person.grants.begin(), person.grants.end(), grant) != person.grants.end();
}

bool HoldsEverywhere(const Person& person) {
  return std::any_of(person.grants.begin(), person.grants.end(),
                     [](const Grant& grant) { return grant.scope == kEverywhere; });
}

void RaiseFloor(Person& person, Time now) {
  const Time next = std::chrono::floor<std::chrono::seconds>(now) + std::chrono::seconds(1);
  person.not_before = std::max(next, person.not_before + std::chrono::seconds(1));
}

Time IssueTime(const Person& person, Time now) {
  const Time second = std::chrono::floor<std::chrono::seconds>(now);
  return std::max(second, person.not_before);
}

bool IsScope(std::string_view scope) {
  if (scope == kEverywhere) return true;
  if (scope.size() > kScopeBytesMax) return false;
  for (bool collection = true;; collection = !collection) {
    const std::size_t slash = scope.find('/');
    if (!IsSegment(scope.substr(0, slash), collection)) return false;
    if (slash == std::string_view::npos) return !collection;
    scope.remove_prefix(slash + 1);
  }
}

bool IsInstitution(std::string_view name) {
  constexpr std::string_view kPrefix = "institutions/";
  return name.starts_with(kPrefix) && IsSegment(name.substr(kPrefix.size()), false);
}

std::string NormalEmail(std::string_view email) {
  if (email.size() > kEmailBytesMax) return "";
  std::string normal(email);
  for (char& c : normal) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const std::size_t at = normal.rfind('@');
  if (at == std::string::npos) return "";
  const std::string_view local = std::string_view(normal).substr(0, at);
  const bool sound = !local.empty() && local.size() <= kLocalPartBytesMax && local.front() != '.' &&
                     local.back() != '.' && local.find("..") == std::string_view::npos &&
                     std::all_of(local.begin(), local.end(), IsAtomText) &&
                     IsDomain(std::string_view(normal).substr(at + 1));
  return sound ? normal : "";
}

}  // namespace jointly::identity
