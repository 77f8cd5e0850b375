#include "services/identity/api/password_hasher.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "common/error/check.h"
#include "common/error/error.h"
#include "common/error/macros.h"

namespace jointly::identity {
namespace {

inline constexpr Reason kSignInBusy{"SIGN_IN_BUSY"};
inline constexpr Reason kNoMemory{"PASSWORD_MEMORY"};

absl::Status Busy() {
  return WithRetryAfter(Unavailable(kSignInBusy,
                                    "too many passwords are being checked just now: try again in "
                                    "a second"),
                        std::chrono::seconds(1));
}

}  // namespace

PasswordHasher::Turn::~Turn() {
  if (hasher_ != nullptr) hasher_->Release();
}

PasswordHasher::PasswordHasher(const PasswordCost& cost) : cost_(cost) {
  Check(sodium_init() >= 0, "libsodium cannot start");
  ++running_;
  const Turn turn(*this);
  const auto decoy = Hash(turn, "the password of nobody");
  Check(decoy.ok(), "there is no memory for one password hash");
  decoy_ = *decoy;
}

absl::StatusOr<PasswordHasher::Turn> PasswordHasher::Wait(
    std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  const auto free = [this] { return running_ < cost_.at_once; };
  if (!free()) {
    if (waiting_ >= cost_.waiting_max) return Busy();
    const auto latest = std::chrono::steady_clock::now() + cost_.wait_max;
    ++waiting_;
    const bool got = freed_.wait_until(lock, std::min(deadline, latest), free);
    --waiting_;
    if (!got) return Busy();
  }
  ++running_;
  return Turn(*this);
}

void PasswordHasher::Release() {
  {
    const std::lock_guard lock(mutex_);
    --running_;
  }
  freed_.notify_one();
}

absl::StatusOr<std::string> PasswordHasher::Hash(const Turn&, std::string_view password) {
  ++computed_;
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), cost_.passes,
                            cost_.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return WithRetryAfter(Unavailable(kNoMemory, "there is no memory to hash a password"),
                          std::chrono::seconds(1));
  }
  return std::string(text.data());
}

bool PasswordHasher::Verify(const Turn&, const std::string& hash, std::string_view password) {
  ++computed_;
  const std::string& against = hash.empty() ? decoy_ : hash;
  const bool right =
      crypto_pwhash_str_verify(against.c_str(), password.data(), password.size()) == 0;
  return right && !hash.empty();
}

bool PasswordHasher::NeedsRehash(const std::string& hash) const {
  return crypto_pwhash_str_needs_rehash(hash.c_str(), cost_.passes, cost_.memory_bytes) != 0;
}

}  // namespace jointly::identity
