#pragma once

#include <jointly/identity/v1/identity.pb.h>

#include <string>
#include <string_view>

#include "common/auth/token.h"
#include "common/error/error.h"
#include "services/identity/domain/person.h"

// proto <-> domain. Every violation of a request is added, by its path.
namespace jointly::identity {

namespace pb = jointly::identity::v1;

// Without names and address: what events carry and what is stored as a reply.
pb::Person ToProto(const Person& person);
void Fill(pb::Person& message, const PersonalData& personal);
pb::Key ToProto(const auth::PublicKey& key);

struct NewPerson {
  Person person;
  PersonalData personal;
  std::string normal_email;
};
// `may_lack_institution`: the operator's own people belong to none.
NewPerson FromProto(const pb::CreatePersonRequest& request, bool may_lack_institution,
                    Violations& violations);

// What UpdatePerson may change, and how the message that it leads to is read back.
inline const std::vector<std::string_view> kUpdatable = {
    "display_name", "given_name", "family_name", "language_code", "time_zone"};
void Apply(const pb::Person& message, Person& person, PersonalData& personal,
           Violations& violations);

Grant FromProto(const pb::Grant& message, const std::string& path, Violations& violations);

// An access token's view of a person.
auth::Principal PrincipalOf(const Person& person, const std::string& session);

}  // namespace jointly::identity
