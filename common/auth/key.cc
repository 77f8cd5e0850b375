#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <array>
#include <memory>

#include "common/auth/cipher.h"
#include "common/auth/token.h"
#include "common/auth/verifying_key.h"
#include "common/error/check.h"
#include "common/error/error.h"
#include "common/error/macros.h"

namespace jointly::auth {
namespace {

inline constexpr Reason kBadKey{"INVALID_KEY"};

constexpr std::size_t kCoordinateBytes = 32;
constexpr std::size_t kSignatureBytes = 2 * kCoordinateBytes;

// One deleter for every OpenSSL type.
struct Deleter {
  void operator()(BIO* p) const { BIO_free_all(p); }
  void operator()(BIGNUM* p) const { BN_clear_free(p); }
  void operator()(EC_GROUP* p) const { EC_GROUP_free(p); }
  void operator()(EC_POINT* p) const { EC_POINT_free(p); }
  void operator()(ECDSA_SIG* p) const { ECDSA_SIG_free(p); }
  void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
  void operator()(EVP_PKEY_CTX* p) const { EVP_PKEY_CTX_free(p); }
  void operator()(OSSL_PARAM* p) const { OSSL_PARAM_free(p); }
  void operator()(OSSL_PARAM_BLD* p) const { OSSL_PARAM_BLD_free(p); }
};
template <typename T>
using Owned = std::unique_ptr<T, Deleter>;

std::shared_ptr<void> Share(EVP_PKEY* key) {
  return {key, [](void* p) { EVP_PKEY_free(static_cast<EVP_PKEY*>(p)); }};
}
EVP_PKEY* Raw(const std::shared_ptr<void>& key) { return static_cast<EVP_PKEY*>(key.get()); }

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

absl::Status RefuseKey(std::string_view text) {
  ERR_clear_error();  // Another caller on this thread must not find our leftovers.
  return InvalidArgument(kBadKey, text);
}

// Builds a P-256 key from an uncompressed point and, for a pair, the secret number. Null when the
// point is not on the curve.
EVP_PKEY* Build(std::string_view point, const BIGNUM* secret) {
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  if (secret != nullptr) {
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, secret);
  }
  const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  Check(parameters != nullptr && context != nullptr, "OpenSSL cannot build EC keys");
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key,
                        secret != nullptr ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
                        parameters.get()) != 1) {
    return nullptr;
  }
  return key;
}

// The curve decides with the algorithm: a key of another curve is never taken (RFC 8725, 3.1).
bool IsP256(const EVP_PKEY* key) {
  std::array<char, 64> name;
  std::size_t length = 0;
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_group_name(key, name.data(), name.size(), &length) == 1 &&
         std::string_view(name.data(), length) == "prime256v1";
}

std::string Coordinate(const EVP_PKEY* key, const char* parameter) {
  BIGNUM* number = nullptr;
  Check(EVP_PKEY_get_bn_param(key, parameter, &number) == 1, "an EC key without coordinates");
  const Owned<BIGNUM> owner(number);
  std::string bytes(kCoordinateBytes, '\0');
  Check(BN_bn2binpad(number, Bytes(bytes), static_cast<int>(bytes.size())) > 0,
        "an EC coordinate is too long");
  return Base64UrlEncode(bytes);
}

// RFC 7638: the required members in lexical order, without white space.
std::string Thumbprint(const std::string& x, const std::string& y) {
  const std::string text = R"({"crv":"P-256","kty":"EC","x":")" + x + R"(","y":")" + y + "\"}";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int length = 0;
  Check(EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr) == 1,
        "SHA-256 failed");
  return Base64UrlEncode({reinterpret_cast<const char*>(digest.data()), length});
}

PublicKey PublicOf(const EVP_PKEY* key) {
  PublicKey result;
  result.x = Coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X);
  result.y = Coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y);
  result.kid = Thumbprint(result.x, result.y);
  return result;
}

Owned<BIO> Reader(std::string_view text) {
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string TextOf(BIO* bio) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<std::size_t>(length));
}

// Without it OpenSSL would ask for a passphrase at the terminal.
int NoPassphrase(char*, int, int, void*) { return -1; }

}  // namespace

SigningKey::SigningKey(std::shared_ptr<void> key)
    : key_(std::move(key)), kid_(PublicOf(Raw(key_)).kid) {}

SigningKey SigningKey::Generate(Rng& rng) {
  const Owned<EC_GROUP> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  const Owned<EC_POINT> point(EC_POINT_new(group.get()));
  const Owned<BIGNUM> secret(BN_secure_new());
  std::string bytes(kCoordinateBytes, '\0');
  // Draw again outside [1, n - 1], so that every key is equally likely.
  do {
    rng.Fill({Bytes(bytes), bytes.size()});
    BN_bin2bn(Bytes(bytes), static_cast<int>(bytes.size()), secret.get());
  } while (BN_is_zero(secret.get()) || BN_cmp(secret.get(), EC_GROUP_get0_order(group.get())) >= 0);
  BN_set_flags(secret.get(), BN_FLG_CONSTTIME);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  Check(EC_POINT_mul(group.get(), point.get(), secret.get(), nullptr, nullptr, nullptr) == 1,
        "an EC point cannot be computed");
  std::string octets(1 + 2 * kCoordinateBytes, '\0');
  Check(EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, Bytes(octets),
                           octets.size(), nullptr) == octets.size(),
        "an EC point cannot be written");
  EVP_PKEY* key = Build(octets, secret.get());
  Check(key != nullptr, "an EC key cannot be built");
  return SigningKey(Share(key));
}

absl::StatusOr<SigningKey> SigningKey::FromPem(std::string_view pem) {
  const Owned<BIO> bio = Reader(pem);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, &NoPassphrase, nullptr);
  if (key == nullptr) return RefuseKey("not an unencrypted PKCS#8 PEM of a private key");
  auto owner = Share(key);
  if (!IsP256(key)) return RefuseKey("the private key is not on P-256; tokens are ES256 only");
  return SigningKey(std::move(owner));
}

std::string SigningKey::ToPem() const {
  const Owned<BIO> bio(BIO_new(BIO_s_secmem()));
  Check(PEM_write_bio_PKCS8PrivateKey(bio.get(), Raw(key_), nullptr, nullptr, 0, nullptr,
                                      nullptr) == 1,
        "a private key cannot be written");
  return TextOf(bio.get());
}

PublicKey SigningKey::Public() const { return PublicOf(Raw(key_)); }

std::string SigningKey::Sign(std::string_view message) const {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  std::array<unsigned char, 80> der;  // Two 33-byte integers with their headers take at most 72.
  std::size_t length = der.size();
  Check(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, Raw(key_)) == 1 &&
            EVP_DigestSign(context.get(), der.data(), &length, Bytes(message), message.size()) == 1,
        "signing failed");
  const unsigned char* cursor = der.data();
  const Owned<ECDSA_SIG> pair(d2i_ECDSA_SIG(nullptr, &cursor, static_cast<long>(length)));
  Check(pair != nullptr, "OpenSSL made a signature that it cannot read");
  std::string raw(kSignatureBytes, '\0');
  constexpr int kPad = static_cast<int>(kCoordinateBytes);
  Check(BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), Bytes(raw), kPad) == kPad &&
            BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), Bytes(raw) + kPad, kPad) == kPad,
        "a signature is too long");
  return raw;
}

absl::StatusOr<PublicKey> PublicKeyFromPem(std::string_view pem) {
  const Owned<BIO> bio = Reader(pem);
  EVP_PKEY* key = PEM_read_bio_PUBKEY(bio.get(), nullptr, &NoPassphrase, nullptr);
  if (key == nullptr) return RefuseKey("not a SubjectPublicKeyInfo PEM of a public key");
  const auto owner = Share(key);
  if (!IsP256(key)) return RefuseKey("the public key is not on P-256; tokens are ES256 only");
  return PublicOf(key);
}

std::string ToPem(const PublicKey& key) {
  const auto verifying = VerifyingKey::From(key);
  Check(verifying.ok(), "a public key that is not on the curve cannot be written");
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  Check(PEM_write_bio_PUBKEY(bio.get(), static_cast<EVP_PKEY*>(verifying->handle())) == 1,
        "a public key cannot be written");
  return TextOf(bio.get());
}

absl::StatusOr<VerifyingKey> VerifyingKey::From(const PublicKey& key) {
  ASSIGN_OR_RETURN(const std::string x, Base64UrlDecode(key.x));
  ASSIGN_OR_RETURN(const std::string y, Base64UrlDecode(key.y));
  if (x.size() != kCoordinateBytes || y.size() != kCoordinateBytes) {
    return RefuseKey("a P-256 coordinate has 32 bytes");
  }
  EVP_PKEY* built = Build("\x04" + x + y, nullptr);
  if (built == nullptr) return RefuseKey("the coordinates are not a point of P-256");
  auto owner = Share(built);
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_pkey(nullptr, built, nullptr));
  if (EVP_PKEY_public_check(context.get()) != 1) {
    return RefuseKey("the coordinates are not a usable point of P-256");
  }
  return VerifyingKey(std::move(owner));
}

bool VerifyingKey::Verifies(std::string_view message, std::string_view signature) const {
  if (signature.size() != kSignatureBytes) return false;
  constexpr int kHalf = static_cast<int>(kCoordinateBytes);
  const Owned<ECDSA_SIG> pair(ECDSA_SIG_new());
  Check(ECDSA_SIG_set0(pair.get(), BN_bin2bn(Bytes(signature), kHalf, nullptr),
                       BN_bin2bn(Bytes(signature) + kHalf, kHalf, nullptr)) == 1,
        "a signature cannot be built");
  std::array<unsigned char, 80> der;
  unsigned char* cursor = der.data();
  const int length = i2d_ECDSA_SIG(pair.get(), &cursor);
  if (length <= 0) return false;
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  const bool valid =
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, Raw(key_)) == 1 &&
      EVP_DigestVerify(context.get(), der.data(), static_cast<std::size_t>(length), Bytes(message),
                       message.size()) == 1;
  if (!valid) ERR_clear_error();
  return valid;
}

}  // namespace jointly::auth
