#include "common/agreement/agreement.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace jointly::agreement {
namespace {

void AppendText(std::string& json, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::string_view kShort = "btn?fr";  // For 0x08 to 0x0d; 0x0b has none.
  json += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (byte >= 0x08 && byte <= 0x0d && byte != 0x0b) {
      json += '\\';
      json += kShort[byte - 0x08U];
    } else if (byte < 0x20) {
      json += "\\u00";
      json += kHex[byte >> 4];
      json += kHex[byte & 15];
    } else {
      json += c;
    }
  }
  json += '"';
}

void Append(std::string& json, const Field& field);

void AppendList(std::string& json, const Field::List& list) {
  json += '[';
  for (const Field& item : list) {
    if (&item != &list.front()) json += ',';
    Append(json, item);
  }
  json += ']';
}

// Member names are ASCII here, so the map's order by bytes is RFC 8785's order by UTF-16 units.
void AppendObject(std::string& json, const Field::Object& object) {
  json += '{';
  bool first = true;
  for (const auto& [name, value] : object) {
    if (!first) json += ',';
    first = false;
    AppendText(json, name);
    json += ':';
    Append(json, value);
  }
  json += '}';
}

void Append(std::string& json, const Field& field) {
  if (const auto* text = std::get_if<std::string>(&field.variant())) {
    AppendText(json, *text);
  } else if (const auto* number = std::get_if<std::int64_t>(&field.variant())) {
    json += std::to_string(*number);
  } else if (const auto* list = std::get_if<Field::List>(&field.variant())) {
    AppendList(json, *list);
  } else {
    AppendObject(json, std::get<Field::Object>(field.variant()));
  }
}

}  // namespace

std::string CanonicalJson(const Field& field) {
  std::string json;
  Append(json, field);
  return json;
}

std::string ContentHash(const Field& text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::string json = CanonicalJson(text);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(json.data()), json.size(), digest.data());
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += kHex[byte >> 4];
    hex += kHex[byte & 15];
  }
  return hex;
}

Standing StandingOf(const std::vector<std::string>& parties, const std::vector<Approval>& approvals,
                    std::string_view content_hash) {
  const auto approved =
      std::count_if(parties.begin(), parties.end(), [&](const std::string& party) {
        return std::any_of(approvals.begin(), approvals.end(), [&](const Approval& approval) {
          return approval.party == party && approval.content_hash == content_hash;
        });
      });
  if (approved == 0) return Standing::kNone;
  return approved == static_cast<std::ptrdiff_t>(parties.size()) ? Standing::kAll
                                                                 : Standing::kPartly;
}

}  // namespace jointly::agreement
