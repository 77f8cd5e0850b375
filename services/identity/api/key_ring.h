#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/auth/cipher.h"
#include "common/auth/token.h"
#include "services/identity/store/key_store.h"

namespace jointly::identity {

inline constexpr std::chrono::hours kKeyLife{24 * 30};
// How long a retired key stays published: longer than any token that it signed is accepted.
inline constexpr std::chrono::seconds kRetiredKeyLife = auth::kTokenLifeMax + 2 * auth::kLeeway;

// The keys that sign access tokens. There is always a current one, and a next one that is published
// ahead of its use, so that services know it before its first token comes.
class KeyRing {
 public:
  KeyRing(const auth::SecretKey& master_key, Rng& rng)
      : master_key_(master_key.Derive("identity signing keys")), rng_(rng) {}

  // Makes what is missing. Returns since when the current key is current.
  absl::StatusOr<Time> Ensure(db::Tx& tx, Time now);
  // next -> current -> retired; forgets what has been retired long enough. Returns the new kid.
  absl::StatusOr<std::string> Rotate(db::Tx& tx, Time now);
  absl::StatusOr<std::shared_ptr<const auth::SigningKey>> Current(db::Tx& tx);
  static absl::StatusOr<std::vector<auth::PublicKey>> Published(db::Tx& tx, Time now);

 private:
  store::KeyRow Make(store::KeyState state, Time now);

  auth::SecretKey master_key_;
  Rng& rng_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const auth::SigningKey>> opened_;  // By kid.
};

}  // namespace jointly::identity
