#include "common/rpc/server_keys.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/error/check.h"
#include "common/error/error.h"

namespace jointly::rpc {
namespace {

constexpr std::string_view kPublicSuffix = ".pub.pem";

std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void LoadServiceKeys(const std::string& directory, Keys& keys) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string file = entry.path().filename();
    if (!file.ends_with(kPublicSuffix)) continue;
    const auto key = auth::PublicKeyFromPem(ReadFile(entry.path()));
    if (!key.ok()) {
      keys.problems.push_back(entry.path().string() + ": " + MessageOf(key.status()));
      continue;
    }
    keys.services.emplace(file.substr(0, file.size() - kPublicSuffix.size()), *key);
  }
  if (error) keys.problems.push_back(directory + ": " + error.message());
}

unsigned char FromHex(char digit) {
  return static_cast<unsigned char>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

}  // namespace

Keys LoadKeys(const config::Common& config) {
  Keys keys;
  if (config.service_key_file.empty()) {
    keys.problems.push_back("service-key-file is missing: this service signs its tokens with it");
  } else {
    auto signing = auth::SigningKey::FromPem(ReadFile(config.service_key_file));
    if (signing.ok()) {
      keys.signing.emplace(*std::move(signing));
    } else {
      keys.problems.push_back("service-key-file: " + MessageOf(signing.status()));
    }
  }
  if (config.service_keys_directory.empty()) {
    keys.problems.push_back(
        "service-keys-directory is missing: the tokens of other services are checked with it");
  } else {
    LoadServiceKeys(config.service_keys_directory, keys);
  }
  if (!config.master_key_file.empty()) {
    auto master = auth::SecretKey::FromFile(config.master_key_file);
    if (master.ok()) {
      keys.master.emplace(*std::move(master));
    } else {
      keys.problems.push_back("master-key-file: " + MessageOf(master.status()));
    }
  }
  return keys;
}

auth::SecretKey ReplyKeyOf(const Keys& keys) {
  const std::string secret = keys.master.has_value() ? keys.master->bytes() : keys.signing->ToPem();
  const std::string digits = auth::Sha256Hex("jointly stored replies\n" + secret);
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes += static_cast<char>(FromHex(digits[i]) << 4 | FromHex(digits[i + 1]));
  }
  auto key = auth::SecretKey::FromBytes(std::move(bytes));
  Check(key.ok(), "a hash is 32 bytes");
  return *std::move(key);
}

ServiceTokens::ServiceTokens(auth::SigningKey key, std::string service,
                             const std::string& deployment, const Clock& clock)
    : key_(std::move(key)), clock_(clock) {
  claims_.issuer = "https://jointly/" + deployment + "/service";
  claims_.principal.kind = auth::Principal::Kind::kService;
  claims_.principal.name = "service:" + std::move(service);
}

std::string ServiceTokens::Current() {
  const Time now = clock_.Now();
  const std::lock_guard lock(mutex_);
  // Also when the clock was set back: a token from the future is refused.
  if (token_.empty() || now >= renew_ || now < claims_.issued) {
    claims_.issued = now;
    claims_.expires = now + auth::kAccessTokenLife;
    renew_ = now + auth::kAccessTokenLife / 2;
    token_ = MakeToken(key_, claims_);
  }
  return token_;
}

}  // namespace jointly::rpc
