#pragma once

#include <absl/status/statusor.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

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
  // Another key for one purpose ("identity email lookup"), from which this one cannot be found.
  SecretKey Derive(std::string_view purpose) const;

 private:
  explicit SecretKey(std::string& bytes);  // Wipes what it was given.
  std::string bytes_;
};

// nonce || ciphertext || tag. `context` (table and row id) is authenticated, so that a ciphertext
// cannot be moved to another row.
std::string Seal(const SecretKey& key, std::string_view plain, std::string_view context, Rng& rng);
// Errors: DATA_LOSS when the key, the context or the bytes are not those of Seal.
absl::StatusOr<std::string> Unseal(const SecretKey& key, std::string_view sealed,
                                   std::string_view context);

// The text of a file that holds a secret: a regular file that only its owner may read, at most
// `bytes_max` long. Errors: FAILED_PRECONDITION naming the path and what to do.
absl::StatusOr<std::string> ReadSecretFile(const std::string& path, std::size_t bytes_max = 16384);

std::string Sha256Hex(std::string_view bytes);
std::string HmacSha256(const SecretKey& key, std::string_view message);  // 32 bytes.
std::string HexEncode(std::string_view bytes);
// Takes the same time wherever the first difference is.
bool SameSecret(std::string_view a, std::string_view b);
std::string Base64UrlEncode(std::string_view bytes);                 // Without padding.
absl::StatusOr<std::string> Base64UrlDecode(std::string_view text);  // Strict.
std::string RandomToken(Rng& rng, std::size_t bytes = 32);           // base64url.

}  // namespace jointly::auth
