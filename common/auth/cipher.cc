#include "common/auth/cipher.h"

#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "common/error/check.h"
#include "common/error/error.h"
#include "common/error/macros.h"

namespace jointly::auth {
namespace {

inline constexpr Reason kSecretFile{"SECRET_FILE_REFUSED"};
inline constexpr Reason kBadKey{"INVALID_KEY"};

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

struct CipherDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, CipherDeleter>;

// Fetched once: EVP_aes_256_gcm() is looked up anew, under a lock, at every use.
const EVP_CIPHER* Aes256Gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return cipher;
}

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string Draw(Rng& rng, std::size_t count) {
  std::string bytes(count, '\0');
  rng.Fill({Bytes(bytes), bytes.size()});
  return bytes;
}

absl::Status DataLoss() {
  return absl::DataLossError(
      "sealed data does not open: the key, its place or its bytes are not those it was sealed "
      "with");
}

absl::Status RefuseFile(const std::string& path, std::string_view text) {
  return FailedPrecondition(kSecretFile, "the secret file " + path + " " + std::string(text),
                            {{"path", path}});
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<signed char, 256> kBase64UrlValues = [] {
  std::array<signed char, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kBase64Url.size(); ++i) {
    values[static_cast<unsigned char>(kBase64Url[i])] = static_cast<signed char>(i);
  }
  return values;
}();

}  // namespace

SecretKey::SecretKey(std::string& bytes) : bytes_(bytes) {
  OPENSSL_cleanse(bytes.data(), bytes.size());
}

SecretKey SecretKey::Generate(Rng& rng) {
  std::string bytes = Draw(rng, kKeyBytes);
  return SecretKey(bytes);
}

absl::StatusOr<SecretKey> SecretKey::FromBytes(std::string bytes) {
  if (bytes.size() != kKeyBytes) {
    return InvalidArgument(kBadKey, "a secret key has 32 bytes",
                           {{"bytes", std::to_string(bytes.size())}});
  }
  return SecretKey(bytes);
}

absl::StatusOr<SecretKey> SecretKey::FromFile(const std::string& path) {
  ASSIGN_OR_RETURN(std::string text, ReadSecretFile(path));
  if (text.ends_with('\n')) text.pop_back();
  std::string bytes;
  for (std::size_t i = 0; text.size() == 2 * kKeyBytes && i < text.size(); i += 2) {
    const int high = HexValue(text[i]);
    const int low = HexValue(text[i + 1]);
    if (high < 0 || low < 0) break;
    bytes += static_cast<char>(high << 4 | low);
  }
  OPENSSL_cleanse(text.data(), text.size());
  if (bytes.size() != kKeyBytes) {
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return RefuseFile(path,
                      "must hold 64 hexadecimal digits and nothing else; make one with "
                      "`openssl rand -hex 32`");
  }
  return SecretKey(bytes);
}

SecretKey::~SecretKey() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

SecretKey SecretKey::Derive(std::string_view purpose) const {
  const std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> kdf(
      EVP_KDF_fetch(nullptr, "HKDF", nullptr), &EVP_KDF_free);
  Check(kdf != nullptr, "OpenSSL has no HKDF");
  const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> context(
      EVP_KDF_CTX_new(kdf.get()), &EVP_KDF_CTX_free);
  std::string digest = "SHA256";
  std::string key = bytes_;
  std::string info(purpose);
  const std::array<OSSL_PARAM, 4> parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key.data(), key.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
      OSSL_PARAM_construct_end()};
  std::string derived(kKeyBytes, '\0');
  Check(EVP_KDF_derive(context.get(), Bytes(derived), derived.size(), parameters.data()) == 1,
        "HKDF failed");
  OPENSSL_cleanse(key.data(), key.size());
  return SecretKey(derived);
}

std::string Seal(const SecretKey& key, std::string_view plain, std::string_view context, Rng& rng) {
  const std::string nonce = Draw(rng, kNonceBytes);
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  std::string out(plain.size(), '\0');
  std::string tag(kTagBytes, '\0');
  int length = 0;
  // A GCM encryption of small input fails only when the library itself is broken.
  const bool sealed = EVP_EncryptInit_ex(cipher.get(), Aes256Gcm(), nullptr,
                                         Bytes(key.bytes()), Bytes(nonce)) == 1 &&
                      EVP_EncryptUpdate(cipher.get(), nullptr, &length, Bytes(context),
                                        static_cast<int>(context.size())) == 1 &&
                      EVP_EncryptUpdate(cipher.get(), Bytes(out), &length, Bytes(plain),
                                        static_cast<int>(plain.size())) == 1 &&
                      EVP_EncryptFinal_ex(cipher.get(), Bytes(tag), &length) == 1 &&
                      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG,
                                          static_cast<int>(kTagBytes), tag.data()) == 1;
  Check(sealed, "AES-256-GCM failed");
  return nonce + out + tag;
}

absl::StatusOr<std::string> Unseal(const SecretKey& key, std::string_view sealed,
                                   std::string_view context) {
  if (sealed.size() < kNonceBytes + kTagBytes) return DataLoss();
  const std::string_view nonce = sealed.substr(0, kNonceBytes);
  const std::string_view body = sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  std::string plain(body.size(), '\0');
  std::array<unsigned char, kTagBytes> rest;
  int length = 0;
  const bool opened = EVP_DecryptInit_ex(cipher.get(), Aes256Gcm(), nullptr,
                                         Bytes(key.bytes()), Bytes(nonce)) == 1 &&
                      EVP_DecryptUpdate(cipher.get(), nullptr, &length, Bytes(context),
                                        static_cast<int>(context.size())) == 1 &&
                      EVP_DecryptUpdate(cipher.get(), Bytes(plain), &length, Bytes(body),
                                        static_cast<int>(body.size())) == 1 &&
                      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG,
                                          static_cast<int>(kTagBytes), tag.data()) == 1 &&
                      EVP_DecryptFinal_ex(cipher.get(), rest.data(), &length) == 1;
  if (!opened) {
    OPENSSL_cleanse(plain.data(), plain.size());
    return DataLoss();
  }
  return plain;
}

absl::StatusOr<std::string> ReadSecretFile(const std::string& path, std::size_t bytes_max) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return RefuseFile(path, "cannot be opened; check the path and its owner");
  const auto close_file = [](const int* f) { close(*f); };
  const std::unique_ptr<const int, decltype(close_file)> closer(&file, close_file);
  // The opened file is judged, not the path: a path may be swapped between two looks.
  struct stat facts {};
  if (fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    return RefuseFile(path, "is not a regular file");
  }
  if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return RefuseFile(path, "can be read by others; run `chmod 600` on it");
  }
  if (static_cast<std::size_t>(facts.st_size) > bytes_max) return RefuseFile(path, "is too large");
  std::string text(static_cast<std::size_t>(facts.st_size), '\0');
  std::size_t used = 0;
  while (used < text.size()) {
    const ssize_t got = read(file, text.data() + used, text.size() - used);
    if (got <= 0) return RefuseFile(path, "cannot be read to its end");
    used += static_cast<std::size_t>(got);
  }
  return text;
}

std::string Sha256Hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int length = 0;
  // Fetched once: EVP_sha256() is looked up anew, under a lock, at every use.
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Check(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, sha256, nullptr) == 1,
        "SHA-256 failed");
  return HexEncode({reinterpret_cast<const char*>(digest.data()), length});
}

std::string HmacSha256(const SecretKey& key, std::string_view message) {
  std::string mac(32, '\0');
  std::size_t length = 0;
  const unsigned char* result =
      EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key.bytes().data(), key.bytes().size(),
                Bytes(message), message.size(), Bytes(mac), mac.size(), &length);
  Check(result != nullptr && length == mac.size(), "HMAC-SHA-256 failed");
  return mac;
}

std::string HexEncode(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

bool SameSecret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string Base64UrlEncode(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    count += 8;
    while (count >= 6) {
      count -= 6;
      text += kBase64Url[bits >> count & 63];
    }
  }
  if (count > 0) text += kBase64Url[bits << (6 - count) & 63];
  return text;
}

absl::StatusOr<std::string> Base64UrlDecode(std::string_view text) {
  const auto refused = [] {
    return InvalidArgument({"INVALID_BASE64URL"},
                           "not base64url without padding (RFC 4648 section 5), in its one form");
  };
  if (text.size() % 4 == 1) return refused();
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const signed char value = kBase64UrlValues[static_cast<unsigned char>(c)];
    if (value < 0) return refused();
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 255);
    }
  }
  // Left-over bits must be zero: else two texts would mean the same bytes.
  if ((bits & ((1U << count) - 1)) != 0) return refused();
  return bytes;
}

std::string RandomToken(Rng& rng, std::size_t bytes) { return Base64UrlEncode(Draw(rng, bytes)); }

}  // namespace jointly::auth
