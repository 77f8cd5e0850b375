#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Request targets (RFC 3986, RFC 9112), read strictly: what cannot be decoded without doubt is
// refused, so that a proxy before us and we never see two different paths.
namespace jointly::gateway {

inline constexpr std::size_t kQueryParametersMax = 100;

struct Target {
  std::vector<std::string> segments;  // Percent-decoded; "/v1/calls" has two.
  std::string verb;                   // "submit" of "/v1/applications/x:submit".
  std::vector<std::pair<std::string, std::string>> query;  // Decoded, in order.
};

// Errors: INVALID_ARGUMENT INVALID_TARGET for a bad escape, a control character, text that is not
// UTF-8, or an encoded slash in a path segment (resource ids never hold one).
absl::StatusOr<Target> ParseTarget(std::string_view target);

// The path alone, as sent; for logs and problem answers (a query can hold personal data).
std::string_view PathOf(std::string_view target);

bool IsUtf8(std::string_view text);

// Keeps letters, digits and a few marks; the rest as %XX (RFC 8187's ext-value).
std::string PercentEncode(std::string_view text);

}  // namespace jointly::gateway
