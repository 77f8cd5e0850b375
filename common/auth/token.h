#pragma once

#include <absl/status/statusor.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/auth/principal.h"
#include "common/time/clock.h"
#include "common/time/rng.h"

// Tokens are JWTs signed with ES256, and nothing else: the verifier decides the algorithm, never
// the token (RFC 8725). Every service checks them itself.
namespace jointly::auth {

inline constexpr std::chrono::seconds kAccessTokenLife{300};
inline constexpr std::chrono::seconds kLeeway{60};
inline constexpr std::size_t kTokenBytesMax = 8 * 1024;

// A longer-lived token is refused, whoever signed it: revocations are kept no longer than this.
inline constexpr std::chrono::seconds kTokenLifeMax{3600};

// Who signs tokens of people, and tokens of services, in a deployment.
std::string UserIssuer(std::string_view deployment);     // "https://jointly/<deployment>/identity"
std::string ServiceIssuer(std::string_view deployment);  // "https://jointly/<deployment>/service"

// A public key as published: P-256, coordinates as base64url of 32 bytes.
struct PublicKey {
  std::string kid;
  std::string x;
  std::string y;
  friend bool operator==(const PublicKey&, const PublicKey&) = default;
};

// SubjectPublicKeyInfo PEM, as kept in <service>.pub.pem. Errors: INVALID_ARGUMENT.
absl::StatusOr<PublicKey> PublicKeyFromPem(std::string_view pem);
std::string ToPem(const PublicKey& key);

// A private P-256 key.
class SigningKey {
 public:
  static SigningKey Generate(Rng& rng);
  // PKCS#8 PEM, as kept in a file (services) or sealed in the database (identity).
  static absl::StatusOr<SigningKey> FromPem(std::string_view pem);
  std::string ToPem() const;
  PublicKey Public() const;  // kid = RFC 7638 thumbprint.
  const std::string& kid() const { return kid_; }
  // Raw r || s, 64 bytes.
  std::string Sign(std::string_view message) const;

 private:
  explicit SigningKey(std::shared_ptr<void> key);
  std::shared_ptr<void> key_;  // EVP_PKEY
  std::string kid_;
};

// What goes into a token. Times are whole seconds on the wire.
struct Claims {
  std::string issuer;  // UserIssuer or ServiceIssuer of the deployment.
  Principal principal;
  std::string audience = "jointly";
  Time issued;
  Time expires;
};
std::string MakeToken(const SigningKey& key, const Claims& claims);

// Where public keys come from; asked again for an unknown kid, at most every 30 s (sooner only
// while it fails: 1 s, 2 s, 4 s ...). Called on the thread of the call that needs the key, one at a
// time.
using FetchKeys = std::function<absl::StatusOr<std::vector<PublicKey>>()>;

struct VerifierOptions {
  std::string deployment;
  FetchKeys fetch_user_keys;                      // identity's JWKS.
  std::map<std::string, PublicKey> service_keys;  // By service name; from configuration.
};

// Checks tokens: strict base64url and JSON (no duplicate members), typ, alg, kid, signature, iss,
// aud, exp, nbf, size; then the person's not_before. Verified tokens are cached until they expire.
// Every refusal is UNAUTHENTICATED TOKEN_REFUSED with a reason for the log; keys that cannot be
// fetched make UNAVAILABLE.
class Verifier {
 public:
  Verifier(VerifierOptions options, const Clock& clock);
  ~Verifier();
  absl::StatusOr<Principal> Verify(std::string_view token);
  // Tokens of the person ("people/{id}") issued before `not_before` are refused from now on. An
  // earlier instant than one already known changes nothing.
  void Revoke(const std::string& person, Time not_before);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

inline constexpr std::string_view kTokenRefused = "TOKEN_REFUSED";

}  // namespace jointly::auth
