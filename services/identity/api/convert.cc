#include "services/identity/api/convert.h"

#include <algorithm>

#include "common/rpc/call.h"
#include "common/rpc/convert.h"
#include "common/time/civil.h"
#include "services/identity/domain/password.h"

namespace jointly::identity {
namespace {

constexpr std::size_t kNameBytesMax = 120;

auth::Role RoleOf(options::v1::Role role) { return static_cast<auth::Role>(role); }

void CheckName(std::string_view name, bool required, const std::string& path,
               Violations& violations) {
  violations.Require(!required || name.find_first_not_of(' ') != std::string_view::npos, path,
                     "is required");
  violations.Require(name.size() <= kNameBytesMax, path, "is longer than 120 bytes");
  // A line break in a name would be one in the header of an e-mail.
  violations.Require(
      std::none_of(name.begin(), name.end(),
                   [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }),
      path, "has control characters");
}

void CheckSettings(const Person& person, Violations& violations) {
  const std::string& language = person.language_code;
  violations.Require(language == "en" || language == "fr" || language == "ja",
                     "person.language_code", "is \"en\", \"fr\" or \"ja\"");
  violations.Require(KnownZone(person.time_zone), "person.time_zone",
                     "is not an IANA time zone such as Europe/Paris");
}

void CheckPersonal(const PersonalData& personal, Violations& violations) {
  CheckName(personal.display_name, true, "person.display_name", violations);
  CheckName(personal.given_name, false, "person.given_name", violations);
  CheckName(personal.family_name, false, "person.family_name", violations);
}

}  // namespace

pb::Person ToProto(const Person& person) {
  pb::Person message;
  message.set_name("people/" + person.id);
  message.set_language_code(person.language_code);
  message.set_time_zone(person.time_zone);
  message.set_institution(person.institution);
  message.set_state(static_cast<pb::Person::State>(static_cast<int>(person.state) + 1));
  for (const Grant& grant : person.grants) {
    pb::Grant& row = *message.add_grants();
    row.set_role(static_cast<options::v1::Role>(auth::ParseRole(grant.role)));
    row.set_scope(grant.scope);
  }
  if (Micros(person.not_before) != 0) {
    *message.mutable_not_before() = rpc::ToProto(person.not_before);
  }
  *message.mutable_create_time() = rpc::ToProto(person.create_time);
  *message.mutable_update_time() = rpc::ToProto(person.update_time);
  message.set_revision(person.revision);
  message.set_etag(rpc::Etag(person.revision));
  return message;
}

void Fill(pb::Person& message, const PersonalData& personal) {
  message.set_display_name(personal.display_name);
  message.set_given_name(personal.given_name);
  message.set_family_name(personal.family_name);
  message.set_email(personal.email);
}

pb::Key ToProto(const auth::PublicKey& key) {
  pb::Key message;
  message.set_kty("EC");
  message.set_crv("P-256");
  message.set_x(key.x);
  message.set_y(key.y);
  message.set_kid(key.kid);
  message.set_alg("ES256");
  message.set_use("sig");
  return message;
}

Grant FromProto(const pb::Grant& message, const std::string& path, Violations& violations) {
  const auth::Role role = RoleOf(message.role());
  const std::string_view name = auth::Name(role);
  violations.Require(!name.empty(), path + ".role", "is not a role");
  violations.Require(IsScope(message.scope()), path + ".scope",
                     "is a resource name such as institutions/uga, or \"*\"");
  violations.Require(message.scope() != kEverywhere || role == auth::Role::kAdministrator ||
                         role == auth::Role::kAuditor,
                     path + ".scope", "\"*\" is for administrators and auditors only");
  return {.role = std::string(name), .scope = message.scope()};
}

NewPerson FromProto(const pb::CreatePersonRequest& request, bool may_lack_institution,
                    Violations& violations) {
  const pb::Person& message = request.person();
  NewPerson result{.person = {.institution = message.institution()},
                   .personal = {.display_name = message.display_name(),
                                .given_name = message.given_name(),
                                .family_name = message.family_name(),
                                .email = message.email()},
                   .normal_email = NormalEmail(message.email())};
  if (!message.language_code().empty()) result.person.language_code = message.language_code();
  if (!message.time_zone().empty()) result.person.time_zone = message.time_zone();
  CheckPersonal(result.personal, violations);
  CheckSettings(result.person, violations);
  violations.Require(!result.normal_email.empty(), "person.email",
                     message.email().empty() ? "is required"
                                             : "is not an e-mail address of the form local@domain");
  violations.Require(
      message.institution().empty() ? may_lack_institution : IsInstitution(message.institution()),
      "person.institution", "is required and has the form institutions/{id}");
  if (!request.password().empty()) {
    const std::string problem = PasswordProblem(request.password(), result.normal_email);
    violations.Require(problem.empty(), "password", problem);
  }
  for (int i = 0; i < request.grants_size(); ++i) {
    const std::string path = "grants[" + std::to_string(i) + "]";
    const Grant grant = FromProto(request.grants(i), path, violations);
    violations.Require(!Holds(result.person, grant), path, "is given twice");
    result.person.grants.push_back(grant);
  }
  return result;
}

void Apply(const pb::Person& message, Person& person, PersonalData& personal,
           Violations& violations) {
  personal.display_name = message.display_name();
  personal.given_name = message.given_name();
  personal.family_name = message.family_name();
  person.language_code = message.language_code();
  person.time_zone = message.time_zone();
  CheckPersonal(personal, violations);
  CheckSettings(person, violations);
}

auth::Principal PrincipalOf(const Person& person, const std::string& session) {
  auth::Principal principal{.kind = auth::Principal::Kind::kPerson,
                            .name = "people/" + person.id,
                            .institution = person.institution,
                            .language = person.language_code,
                            .zone = person.time_zone,
                            .session = session};
  for (const Grant& grant : person.grants) {
    principal.grants.push_back({auth::ParseRole(grant.role), grant.scope});
  }
  return principal;
}

}  // namespace jointly::identity
