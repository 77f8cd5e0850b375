#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "common/auth/cipher.h"
#include "services/mobility/domain/types.h"

namespace jointly::mobility {

// Personal data of this service at rest: what a nominee is called and was born as, and how a
// student names their files. A key per person, wrapped by the master key; without the key what was
// sealed is gone for ever.
class Vault {
 public:
  Vault(auth::SecretKey master_key, Rng& rng) : master_key_(std::move(master_key)), rng_(rng) {}

  // A new key for a person, as it is stored.
  std::string NewWrappedKey(const std::string& person) const;

  // Text forms fit a packed column. Opening gives the empty text when there is no key any more.
  absl::StatusOr<std::string> SealFileName(const std::string& person, const std::string& wrapped,
                                           const Document& document) const;
  std::string OpenFileName(const std::string& person, const std::string& wrapped,
                           const Document& document) const;

  absl::StatusOr<std::string> SealNominee(const std::string& person, const std::string& wrapped,
                                          const std::string& mobility,
                                          const Nominee& nominee) const;
  // Nothing when it was erased.
  absl::StatusOr<std::optional<Nominee>> OpenNominee(const std::string& person,
                                                     const std::string& wrapped,
                                                     const std::string& mobility,
                                                     const std::string& sealed) const;

 private:
  absl::StatusOr<auth::SecretKey> Unwrap(const std::string& person,
                                         const std::string& wrapped) const;

  auth::SecretKey master_key_;
  Rng& rng_;
};

}  // namespace jointly::mobility
