#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/auth/cipher.h"

namespace jointly::identity {

// "<session>.<generation>.<random>.<mac>". The MAC tells a token that we once issued from a made-up
// one, so one row per session is enough to notice an old token, and a forged one costs no query.
class RefreshTokens {
 public:
  RefreshTokens(const auth::SecretKey& master_key, Rng& rng)
      : key_(master_key.Derive("identity refresh tokens")), rng_(rng) {}

  struct Parsed {
    std::string session;
    std::int64_t generation = 0;
  };
  std::string Make(const std::string& session, std::int64_t generation) const;
  // Nothing when we never issued it.
  std::optional<Parsed> Parse(std::string_view token) const;
  static std::string HashOf(std::string_view token) { return auth::Sha256Hex(token); }

 private:
  std::string MacOf(std::string_view text) const;

  auth::SecretKey key_;
  Rng& rng_;
};

}  // namespace jointly::identity
