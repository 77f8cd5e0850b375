#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "common/auth/cipher.h"
#include "services/identity/store/person_store.h"

namespace jointly::identity {

// Personal data between the clear and the database: each person has a key, wrapped by the master
// key, and every ciphertext is bound to its person.
class Vault {
 public:
  Vault(const auth::SecretKey& master_key, Rng& rng);

  // Under a new key.
  store::SealedPersonal Seal(const std::string& person, const PersonalData& data) const;
  // Under the key that the person has already.
  absl::StatusOr<store::SealedPersonal> Reseal(const store::SealedPersonal& before,
                                               const PersonalData& data) const;
  // Errors: DATA_LOSS when the master key is not the one that wrapped the person's key.
  absl::StatusOr<PersonalData> Open(const store::SealedPersonal& sealed) const;

  // Finds an account by its address without storing the address. Keyed, because addresses are
  // easily guessed.
  std::string EmailHash(std::string_view normal_email) const;

 private:
  absl::StatusOr<auth::SecretKey> Unwrap(const store::SealedPersonal& sealed) const;

  auth::SecretKey master_key_;
  auth::SecretKey lookup_key_;
  Rng& rng_;
};

}  // namespace jointly::identity
