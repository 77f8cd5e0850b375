#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "common/time/rng.h"

// Personal data at rest: AES-256-GCM with a key per person, which a master key from a file wraps.
// Erasing a person is deleting their wrapped key.
namespace jointly::auth {

// 32 secret bytes; wiped when destroyed.
class SecretKey {
 public:
  static SecretKey Generate(Rng& rng);
  // A file of 64 hex digits, readable by its owner only.
  static absl::StatusOr<SecretKey> FromFile(const std::string& path);
  static absl::StatusOr<SecretKey> FromBytes(std::string bytes);
  SecretKey(SecretKey&&) = default;
  SecretKey& operator=(SecretKey&&) = default;
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;
  ~SecretKey();
  const std::string& bytes() const { return bytes_; }

 private:
  explicit SecretKey(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string bytes_;
};

// nonce || ciphertext || tag. `context` (table and row id) is authenticated, so that a ciphertext
// cannot be moved to another row.
std::string Seal(const SecretKey& key, std::string_view plain, std::string_view context, Rng& rng);
// Errors: DATA_LOSS when the key, the context or the bytes are not those of Seal.
absl::StatusOr<std::string> Unseal(const SecretKey& key, std::string_view sealed,
                                   std::string_view context);

std::string Sha256Hex(std::string_view bytes);
std::string HexEncode(std::string_view bytes);
std::string Base64UrlEncode(std::string_view bytes);  // Without padding.
absl::StatusOr<std::string> Base64UrlDecode(std::string_view text);  // Strict.
std::string RandomToken(Rng& rng, std::size_t bytes = 32);  // base64url.

}  // namespace jointly::auth
