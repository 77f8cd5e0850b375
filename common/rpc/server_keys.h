#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/auth/cipher.h"
#include "common/auth/token.h"
#include "common/config/config.h"

// The keys of a process, and the tokens that it signs. Private to common/rpc.
namespace jointly::rpc {

struct Keys {
  std::optional<auth::SigningKey> signing;
  std::optional<auth::SecretKey> master;
  std::map<std::string, auth::PublicKey> services;  // By name: "mobility".
  std::vector<std::string> problems;                // Why the process cannot start.
};
Keys LoadKeys(const config::Common& config);

// The key of stored replies: of the master key where there is one, else of the signing key, so that
// it outlives a restart and is the same in every replica.
auth::SecretKey ReplyKeyOf(const Keys& keys);

// This service's own token, signed anew before the old one ends. Thread-safe.
class ServiceTokens {
 public:
  ServiceTokens(auth::SigningKey key, std::string service, const std::string& deployment,
                const Clock& clock);
  std::string Current();

 private:
  auth::SigningKey key_;
  auth::Claims claims_;
  const Clock& clock_;
  std::mutex mutex_;
  std::string token_;
  Time renew_;
};

}  // namespace jointly::rpc
