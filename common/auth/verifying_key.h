#pragma once

#include <absl/status/statusor.h>

#include <memory>
#include <string_view>

#include "common/auth/token.h"

namespace jointly::auth {

// A public P-256 key made ready once, because building one costs as much as a signature check.
class VerifyingKey {
 public:
  // Errors: INVALID_ARGUMENT when the coordinates are no point of the curve.
  static absl::StatusOr<VerifyingKey> From(const PublicKey& key);
  // `signature` is raw r || s, 64 bytes; any other length or form is false.
  bool Verifies(std::string_view message, std::string_view signature) const;
  void* handle() const { return key_.get(); }  // EVP_PKEY

 private:
  explicit VerifyingKey(std::shared_ptr<void> key) : key_(std::move(key)) {}
  std::shared_ptr<void> key_;
};

}  // namespace jointly::auth
