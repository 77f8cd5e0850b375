#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "common/auth/token.h"

// The inside of a token, without keys, caches or clocks. For the files of this module.
namespace jointly::auth {

// Every refusal of a token: UNAUTHENTICATED TOKEN_REFUSED. `why` is a fixed word for logs and
// tests.
absl::Status RefuseToken(std::string_view why);

struct TokenParts {
  std::string kid;
  std::string_view signed_text;  // "header.payload", of the token that was split.
  std::string payload;           // Decoded, not yet read: first the signature.
  std::string signature;
};
// Checks the size, the three parts, their encoding and the header: exactly alg ES256, typ at+jwt
// and a kid. Any other header member is refused: crit, jwk, jku, x5u and x5c among them.
absl::StatusOr<TokenParts> SplitToken(std::string_view token);

// What the payload says, its shape checked: not yet against keys and clock.
struct ParsedClaims {
  Claims claims;
  Time not_before;  // `nbf`; `iat` when absent.
};
absl::StatusOr<ParsedClaims> ParseClaims(std::string_view payload);

}  // namespace jointly::auth
