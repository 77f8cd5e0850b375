#include "common/auth/token.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <vector>

#include "common/auth/cipher.h"
#include "common/auth/token_parts.h"
#include "common/error/error.h"
#include "common/error/macros.h"

namespace jointly::auth {
namespace {

using Json = nlohmann::json;

constexpr int kDepthMax = 4;
constexpr std::size_t kGrantsMax = 128;
constexpr std::size_t kTextBytesMax = 256;
constexpr std::int64_t kSecondsMax = 253'402'300'799;  // The end of the year 9999.
constexpr std::string_view kPersonPrefix = "people/";
constexpr std::string_view kServicePrefix = "service:";

std::int64_t Seconds(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

// An object without duplicate members at any depth: two readers of one text must not see two
// meanings. It starts with its brace: no byte order mark, no white space.
std::optional<Json> ParseObject(std::string_view text) {
  if (!text.starts_with('{')) return std::nullopt;
  std::vector<std::set<std::string>> names;
  bool sound = true;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kDepthMax) sound = false;
    if (event == Json::parse_event_t::object_start) names.emplace_back();
    if (event == Json::parse_event_t::object_end) names.pop_back();
    if (event == Json::parse_event_t::key) {
      sound = names.back().insert(parsed.get<std::string>()).second && sound;
    }
    return sound;  // What is not kept needs no memory.
  };
  Json json = Json::parse(text, watch, /*allow_exceptions=*/false);
  if (!sound || !json.is_object()) return std::nullopt;
  return json;
}

// Text of at most 256 bytes without control characters.
std::optional<std::string> TextOf(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  auto text = found->get<std::string>();
  const bool printable = std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (!printable || text.size() > kTextBytesMax) return std::nullopt;
  return text;
}

std::optional<Time> TimeOf(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > kSecondsMax) return std::nullopt;
  const auto seconds = found->get<std::int64_t>();
  if (seconds < 0 || seconds > kSecondsMax) return std::nullopt;
  return Time(std::chrono::seconds(seconds));
}

bool IsId(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// "international_office@institutions/uga". A role that this binary does not know gives no right,
// so that a newer identity can run beside older services.
bool ReadGrants(const Json& object, std::vector<Grant>& grants) {
  const auto found = object.find("grants");
  if (found == object.end()) return true;
  if (!found->is_array() || found->size() > kGrantsMax) return false;
  for (const Json& item : *found) {
    if (!item.is_string()) return false;
    const auto& text = item.get_ref<const std::string&>();
    const std::size_t at = text.find('@');
    if (at == std::string::npos || at == 0 || at + 1 == text.size()) return false;
    const Role role = ParseRole(text.substr(0, at));
    if (role != Role::kUnspecified) grants.push_back({role, text.substr(at + 1)});
  }
  return true;
}

bool ReadPerson(const Json& object, Principal& principal) {
  principal.kind = Principal::Kind::kPerson;
  const auto read = [&](const char* name, std::string& into) {
    if (!object.contains(name)) return true;
    const auto text = TextOf(object, name);
    if (text.has_value()) into = *text;
    return text.has_value();
  };
  return IsId(std::string_view(principal.name).substr(kPersonPrefix.size())) &&
         read("inst", principal.institution) && read("lang", principal.language) &&
         read("zone", principal.zone) && read("sid", principal.session) &&
         ReadGrants(object, principal.grants);
}

}  // namespace

std::string UserIssuer(std::string_view deployment) {
  return "https://jointly/" + std::string(deployment) + "/identity";
}

std::string ServiceIssuer(std::string_view deployment) {
  return "https://jointly/" + std::string(deployment) + "/service";
}

std::string MakeToken(const SigningKey& key, const Claims& claims) {
  const Principal& principal = claims.principal;
  const Json header = {{"alg", "ES256"}, {"kid", key.kid()}, {"typ", "at+jwt"}};
  Json payload = {{"iss", claims.issuer},
                  {"sub", principal.name},
                  {"aud", claims.audience},
                  {"iat", Seconds(claims.issued)},
                  {"exp", Seconds(claims.expires)}};
  if (principal.kind == Principal::Kind::kPerson) {
    payload["inst"] = principal.institution;
    payload["lang"] = principal.language;
    payload["zone"] = principal.zone;
    payload["sid"] = principal.session;
    Json grants = Json::array();
    for (const Grant& grant : principal.grants) {
      grants.push_back(std::string(Name(grant.role)) + "@" + grant.scope);
    }
    payload["grants"] = std::move(grants);
  }
  constexpr auto kReplace = Json::error_handler_t::replace;
  const std::string text = Base64UrlEncode(header.dump(-1, ' ', false, kReplace)) + "." +
                           Base64UrlEncode(payload.dump(-1, ' ', false, kReplace));
  return text + "." + Base64UrlEncode(key.Sign(text));
}

absl::Status RefuseToken(std::string_view why) {
  return Unauthenticated(Reason{kTokenRefused},
                         "the access token is refused (" + std::string(why) +
                             "): refresh the session or sign in again",
                         {{"why", std::string(why)}});
}

absl::StatusOr<TokenParts> SplitToken(std::string_view token) {
  if (token.empty() || token.size() > kTokenBytesMax) return RefuseToken("size");
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (first == std::string_view::npos || first == last ||
      token.substr(first + 1, last - first - 1).find('.') != std::string_view::npos) {
    return RefuseToken("parts");
  }
  const auto header = Base64UrlDecode(token.substr(0, first));
  auto payload = Base64UrlDecode(token.substr(first + 1, last - first - 1));
  auto signature = Base64UrlDecode(token.substr(last + 1));
  if (!header.ok() || !payload.ok() || !signature.ok()) return RefuseToken("encoding");
  const auto json = ParseObject(*header);
  if (!json.has_value()) return RefuseToken("header");
  if (TextOf(*json, "alg") != "ES256") return RefuseToken("alg");
  if (TextOf(*json, "typ") != "at+jwt") return RefuseToken("typ");
  auto kid = TextOf(*json, "kid");
  if (!kid.has_value() || kid->empty()) return RefuseToken("kid");
  if (json->size() != 3) return RefuseToken("header member");
  return TokenParts{*std::move(kid), token.substr(0, last), *std::move(payload),
                    *std::move(signature)};
}

absl::StatusOr<ParsedClaims> ParseClaims(std::string_view payload) {
  const auto json = ParseObject(payload);
  if (!json.has_value()) return RefuseToken("payload");
  auto issuer = TextOf(*json, "iss");
  auto subject = TextOf(*json, "sub");
  auto audience = TextOf(*json, "aud");
  const auto issued = TimeOf(*json, "iat");
  const auto expires = TimeOf(*json, "exp");
  if (!issuer || !subject || !audience || !issued || !expires) return RefuseToken("claims");
  const auto not_before = json->contains("nbf") ? TimeOf(*json, "nbf") : issued;
  if (!not_before) return RefuseToken("claims");
  ParsedClaims parsed{{.issuer = *std::move(issuer),
                       .principal = {.name = *std::move(subject)},
                       .audience = *std::move(audience),
                       .issued = *issued,
                       .expires = *expires},
                      *not_before};
  Principal& principal = parsed.claims.principal;
  if (principal.name.starts_with(kPersonPrefix)) {
    if (!ReadPerson(*json, principal)) return RefuseToken("claims");
    return parsed;
  }
  // A service has no grants: what it may call is configuration.
  if (!principal.name.starts_with(kServicePrefix) || json->contains("grants") ||
      !IsId(std::string_view(principal.name).substr(kServicePrefix.size()))) {
    return RefuseToken("claims");
  }
  principal.kind = Principal::Kind::kService;
  return parsed;
}

}  // namespace jointly::auth
