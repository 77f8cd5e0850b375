#include "services/identity/api/refresh_tokens.h"

#include <charconv>

namespace jointly::identity {
namespace {

constexpr std::size_t kTokenBytesMax = 256;
constexpr std::size_t kRandomBytes = 24;

}  // namespace

std::string RefreshTokens::MacOf(std::string_view text) const {
  return auth::Base64UrlEncode(auth::HmacSha256(key_, text));
}

std::string RefreshTokens::Make(const std::string& session, std::int64_t generation) const {
  const std::string text =
      session + "." + std::to_string(generation) + "." + auth::RandomToken(rng_, kRandomBytes);
  return text + "." + MacOf(text);
}

std::optional<RefreshTokens::Parsed> RefreshTokens::Parse(std::string_view token) const {
  const std::size_t last = token.rfind('.');
  if (token.size() > kTokenBytesMax || last == std::string_view::npos) return std::nullopt;
  const std::string_view text = token.substr(0, last);
  if (!auth::SameSecret(token.substr(last + 1), MacOf(text))) return std::nullopt;
  // From here on the text is our own.
  const std::size_t first = text.find('.');
  const std::size_t second = text.find('.', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
  Parsed parsed{.session = std::string(text.substr(0, first))};
  std::from_chars(text.data() + first + 1, text.data() + second, parsed.generation);
  return parsed;
}

}  // namespace jointly::identity
