#include "common/blob/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "common/auth/cipher.h"
#include "common/error/check.h"

namespace jointly::blob {

void Digest::Free::operator()(void* context) const {
  ::EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context));
}

Digest::Digest() : context_(::EVP_MD_CTX_new()) {
  Check(context_ != nullptr && ::EVP_DigestInit_ex(static_cast<EVP_MD_CTX*>(context_.get()),
                                                   ::EVP_sha256(), nullptr) == 1,
        "OpenSSL has no SHA-256");
}
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::Update(std::string_view bytes) {
  Check(
      ::EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_.get()), bytes.data(), bytes.size()) == 1,
      "OpenSSL could not hash");
}

std::string Digest::FinishHex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  Check(::EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(context_.get()), bytes.data(), &size) == 1,
        "OpenSSL could not hash");
  return auth::HexEncode(std::string_view(reinterpret_cast<const char*>(bytes.data()), size));
}

bool IsSha256Hex(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace jointly::blob
