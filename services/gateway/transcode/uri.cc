#include "services/gateway/transcode/uri.h"

#include "common/error/error.h"
#include "common/error/macros.h"

namespace jointly::gateway {
namespace {

inline constexpr Reason kInvalidTarget{"INVALID_TARGET"};

absl::Status Refuse(std::string_view what) {
  return InvalidArgument(kInvalidTarget, "The request target " + std::string(what) + ".");
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

enum class Part { kPath, kQuery };

absl::StatusOr<std::string> Decode(std::string_view text, Part part) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? HexValue(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? HexValue(text[i + 2]) : -1;
      if (high < 0 || low < 0) return Refuse("has a % that two hexadecimal digits do not follow");
      c = static_cast<char>(high * 16 + low);
      if (c == '/' && part == Part::kPath) return Refuse("has an encoded slash in its path");
      i += 2;
    } else if (c == '+' && part == Part::kQuery) {
      c = ' ';
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return Refuse("has a control character");
    decoded.push_back(c);
  }
  if (!IsUtf8(decoded)) return Refuse("is not UTF-8");
  return decoded;
}

// "http://host/path" is allowed to any client (RFC 9112 section 3.2.2); we serve the path.
std::string_view OriginForm(std::string_view target) {
  const std::size_t scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos) return target;
  const std::size_t path = target.find('/', scheme + 3);
  return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
}

absl::Status ParseQuery(std::string_view text, Target& target) {
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    ASSIGN_OR_RETURN(std::string name, Decode(pair.substr(0, equals), Part::kQuery));
    std::string value;
    if (equals != std::string_view::npos) {
      ASSIGN_OR_RETURN(value, Decode(pair.substr(equals + 1), Part::kQuery));
    }
    target.query.emplace_back(std::move(name), std::move(value));
    if (target.query.size() > kQueryParametersMax) {
      return Refuse("has more than " + std::to_string(kQueryParametersMax) + " parameters");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Target> ParseTarget(std::string_view text) {
  text = OriginForm(text.substr(0, text.find('#')));
  if (!text.starts_with('/')) return Refuse("does not start with a slash");
  const std::size_t question = text.find('?');
  std::string_view path =
      text.substr(1, question == std::string_view::npos ? question : question - 1);
  Target target;
  // A colon that the client escaped belongs to the segment; a bare one starts the verb.
  const std::size_t slash = path.rfind('/');
  const std::size_t colon = path.rfind(':');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    target.verb = std::string(path.substr(colon + 1));
    if (target.verb.empty()) return Refuse("ends with a colon that no verb follows");
    path = path.substr(0, colon);
  }
  while (!path.empty() || !target.segments.empty()) {
    const std::size_t end = path.find('/');
    ASSIGN_OR_RETURN(std::string segment, Decode(path.substr(0, end), Part::kPath));
    target.segments.push_back(std::move(segment));
    if (end == std::string_view::npos) break;
    path = path.substr(end + 1);
  }
  if (question != std::string_view::npos) {
    RETURN_IF_ERROR(ParseQuery(text.substr(question + 1), target));
  }
  return target;
}

std::string_view PathOf(std::string_view target) {
  return target.substr(0, target.find_first_of("?#"));
}

bool IsUtf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
    }
    const auto second = static_cast<unsigned char>(text[i + 1]);
    // Overlong forms, surrogates, and what lies above U+10FFFF.
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
        (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) {
      return false;
    }
    i += length;
  }
  return true;
}

std::string PercentEncode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::string_view kKept = "!#$&+-.^_`|~";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || kKept.find(c) != std::string_view::npos) {
      encoded.push_back(c);
    } else {
      encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return encoded;
}

}  // namespace jointly::gateway
