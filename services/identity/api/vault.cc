#include "services/identity/api/vault.h"

#include <jointly/identity/v1/identity.pb.h>

#include "common/error/macros.h"

namespace jointly::identity {
namespace {

namespace pb = jointly::identity::v1;

std::string KeyContext(const std::string& person) { return "personal.wrapped_key/" + person; }
std::string DataContext(const std::string& person) { return "personal.sealed/" + person; }

// The proto message is the stored form, so that fields can be added without a migration.
std::string Encode(const PersonalData& data) {
  pb::Person message;
  message.set_display_name(data.display_name);
  message.set_given_name(data.given_name);
  message.set_family_name(data.family_name);
  message.set_email(data.email);
  return message.SerializeAsString();
}

}  // namespace

Vault::Vault(const auth::SecretKey& master_key, Rng& rng)
    : master_key_(master_key.Derive("identity personal data")),
      lookup_key_(master_key.Derive("identity email lookup")),
      rng_(rng) {}

store::SealedPersonal Vault::Seal(const std::string& person, const PersonalData& data) const {
  const auth::SecretKey key = auth::SecretKey::Generate(rng_);
  return {.person = person,
          .wrapped_key = auth::Seal(master_key_, key.bytes(), KeyContext(person), rng_),
          .sealed = auth::Seal(key, Encode(data), DataContext(person), rng_)};
}

absl::StatusOr<auth::SecretKey> Vault::Unwrap(const store::SealedPersonal& sealed) const {
  ASSIGN_OR_RETURN(std::string bytes,
                   auth::Unseal(master_key_, sealed.wrapped_key, KeyContext(sealed.person)));
  return auth::SecretKey::FromBytes(std::move(bytes));
}

absl::StatusOr<store::SealedPersonal> Vault::Reseal(const store::SealedPersonal& before,
                                                    const PersonalData& data) const {
  ASSIGN_OR_RETURN(const auth::SecretKey key, Unwrap(before));
  return store::SealedPersonal{
      .person = before.person,
      .wrapped_key = before.wrapped_key,
      .sealed = auth::Seal(key, Encode(data), DataContext(before.person), rng_)};
}

absl::StatusOr<PersonalData> Vault::Open(const store::SealedPersonal& sealed) const {
  ASSIGN_OR_RETURN(const auth::SecretKey key, Unwrap(sealed));
  ASSIGN_OR_RETURN(const std::string bytes,
                   auth::Unseal(key, sealed.sealed, DataContext(sealed.person)));
  pb::Person message;
  if (!message.ParseFromString(bytes)) return Internal(kInternal, "personal data does not parse");
  return PersonalData{.display_name = message.display_name(),
                      .given_name = message.given_name(),
                      .family_name = message.family_name(),
                      .email = message.email()};
}

std::string Vault::EmailHash(std::string_view normal_email) const {
  return auth::HexEncode(auth::HmacSha256(lookup_key_, normal_email));
}

}  // namespace jointly::identity
