#include "common/bus/envelope.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "common/error/macros.h"
#include "common/time/civil.h"
#include "common/time/ids.h"

namespace jointly::bus {
namespace {

constexpr std::string_view kTypePrefix = "jointly.";
// A protobuf type URL; without a scheme https is meant, and CloudEvents wants the scheme written.
constexpr std::string_view kSchemaPrefix = "https://type.googleapis.com/";
constexpr std::size_t kSequenceDigits = 20;
constexpr std::size_t kNameBytesMax = 512;

std::string Padded(std::int64_t revision) {
  const std::string digits = std::to_string(revision);
  return std::string(kSequenceDigits - digits.size(), '0') + digits;
}

// Valid UTF-8 without control characters: PostgreSQL refuses NUL and broken UTF-8 in a TEXT column,
// and a message that the inbox refuses for ever would stop the queue.
bool IsCleanText(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      if (byte < 0x20 || byte == 0x7f) return false;
      ++i;
      continue;
    }
    const std::size_t length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    if (byte < 0xc2 || byte > 0xf4 || i + length > text.size()) return false;
    std::uint32_t code = byte & (0x7fU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0) != 0x80) return false;
      code = code << 6 | (next & 0x3fU);
    }
    const std::uint32_t least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
    if (code < least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
    i += length;
  }
  return true;
}

bool IsWord(std::string_view text) {
  if (text.empty() || text.front() < 'a' || text.front() > 'z') return false;
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

// The parts of "jointly.mobility.application.submitted.v1".
struct TypeParts {
  std::string service;
  std::string noun;
  std::string action;
};

std::optional<TypeParts> SplitType(std::string_view type) {
  if (!type.starts_with(kTypePrefix) || MajorVersionOf(type) == 0) return std::nullopt;
  std::vector<std::string_view> words;
  std::string_view rest = type.substr(kTypePrefix.size());
  while (!rest.empty()) {
    const std::size_t dot = rest.find('.');
    words.push_back(rest.substr(0, dot));
    rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
  }
  if (words.size() != 4 || !IsWord(words[0]) || !IsWord(words[1]) || !IsWord(words[2])) {
    return std::nullopt;
  }
  return TypeParts{std::string(words[0]), std::string(words[1]), std::string(words[2])};
}

// Over our own headers only: the broker and a replay add theirs.
std::string ChecksumOf(const Headers& headers, std::string_view body) {
  std::string text;
  for (const auto& [name, value] : headers) {
    if (name.starts_with("cloudEvents_") || name == kHeaderAudience) {
      text += name + "=" + value + "\n";
    }
  }
  text += body;
  char digits[17];
  std::snprintf(digits, sizeof(digits), "%016llx",
                static_cast<unsigned long long>(StableHash(text)));
  return digits;
}

// Collects what is wrong with an envelope, so that one look in the parked queue shows it all.
class Reader {
 public:
  explicit Reader(const Headers& headers) : headers_(headers) {}

  std::string Required(const char* name, std::size_t bytes_max = kNameBytesMax) {
    const auto found = headers_.find(name);
    if (found == headers_.end() || found->second.empty()) return Fail(name, "is missing");
    if (found->second.size() > bytes_max) return Fail(name, "is too long");
    return found->second;
  }
  std::string Optional(const char* name) const {
    const auto found = headers_.find(name);
    return found == headers_.end() ? std::string() : found->second;
  }
  std::string Fail(std::string_view name, std::string_view what) {
    findings_ += (findings_.empty() ? "" : "; ") + std::string(name) + " " + std::string(what);
    return std::string();
  }
  absl::Status ToStatus() const {
    if (findings_.empty()) return absl::OkStatus();
    return InvalidArgument(kEnvelopeUnreadable, "the envelope cannot be read: " + findings_);
  }

 private:
  const Headers& headers_;
  std::string findings_;
};

void CheckTexts(const Headers& headers, Reader& reader) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : headers) {
    bytes += name.size() + value.size();
    if (!IsCleanText(name) || !IsCleanText(value)) {
      reader.Fail(IsCleanText(name) ? name : "a header name", "is no clean text");
    }
  }
  if (bytes > kHeaderBytesMax) reader.Fail("the header", "is longer than 32 KiB");
}

std::int64_t ReadSequence(Reader& reader) {
  const std::string text = reader.Required(kHeaderSequence);
  if (text.empty()) return 0;
  std::int64_t revision = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
  const bool digits = text.find_first_not_of("0123456789") == std::string::npos;
  if (error != std::errc() || end != text.data() + text.size() || !digits ||
      text.size() != kSequenceDigits || revision < 1) {
    reader.Fail(kHeaderSequence, "is not a revision of 20 digits");
  }
  return revision;
}

void ReadType(Reader& reader, Message& message) {
  message.event_type = reader.Required(kHeaderType);
  if (message.event_type.empty()) return;
  const auto parts = SplitType(message.event_type);
  if (!parts.has_value()) {
    reader.Fail(kHeaderType, "is not jointly.<service>.<aggregate>.<action>.v<major>");
    return;
  }
  message.source = parts->service;
  message.aggregate_type = parts->service + "." + parts->noun;
  message.action = parts->action;
  // A service speaks for its own aggregates only.
  const std::string source = reader.Required(kHeaderSource);
  if (!source.empty() && !source.starts_with("//" + parts->service + ".jointly/")) {
    reader.Fail(kHeaderSource, "is not the service of the type");
  }
}

// A JSON string. Nearly all headers are plain and need no escapes.
void AppendJson(const std::string& value, std::string& text) {
  const bool plain = std::all_of(value.begin(), value.end(), [](char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
  });
  if (plain) {
    text.append("\"").append(value).append("\"");
    return;
  }
  // Replaces what is no UTF-8: writing an event must not throw for a caller's odd bytes.
  text += nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// These come from callers: an odd one is left out, or no consumer could read the event.
void AddOptional(Headers& headers, const char* name, const std::string& value) {
  if (!value.empty() && IsCleanText(value)) headers[name] = value;
}

}  // namespace

Headers MakeHeaders(const Event& event, const Stamp& stamp) {
  Headers headers = {
      {kHeaderId, stamp.message_id},
      {kHeaderSource, "//" + stamp.service + ".jointly/" + stamp.deployment},
      {kHeaderType, EventType(event)},
      {kHeaderSubject, event.subject},
      {kHeaderTime, FormatTime(stamp.time)},
      {kHeaderSequence, Padded(event.revision)},
      {kHeaderSpecVersion, "1.0"},
      {kHeaderDataSchema, std::string(kSchemaPrefix) + event.message_name},
      {kHeaderPartitionKey, event.aggregate_id},
  };
  AddOptional(headers, kHeaderTraceparent, event.traceparent);
  AddOptional(headers, kHeaderCorrelationId, event.correlation_id);
  AddOptional(headers, kHeaderCausationId, event.causation_id);
  std::string audience;
  for (std::size_t i = 0; i < event.audience.size() && i < kAudienceNamesMax; ++i) {
    audience += (i == 0 ? "" : ",") + event.audience[i];
  }
  AddOptional(headers, kHeaderAudience, audience);
  SetChecksum(headers, event.body);
  return headers;
}

void SetChecksum(Headers& headers, std::string_view body) {
  headers[kHeaderChecksum] = ChecksumOf(headers, body);
}

std::string EncodeHeaders(const Headers& headers) {
  std::string text;
  for (const auto& [name, value] : headers) {
    text += text.empty() ? '{' : ',';
    AppendJson(name, text);
    text += ':';
    AppendJson(value, text);
  }
  return text.empty() ? "{}" : text + '}';
}

absl::StatusOr<Headers> DecodeHeaders(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return InvalidArgument(kEnvelopeUnreadable, "headers are no JSON object");
  Headers headers;
  for (const auto& [name, value] : json.items()) {
    if (!value.is_string()) {
      return InvalidArgument(kEnvelopeUnreadable, "header " + name + " is no string");
    }
    headers.emplace(name, value.get<std::string>());
  }
  return headers;
}

absl::StatusOr<Message> ParseMessage(Headers headers, std::string body) {
  Reader reader(headers);
  CheckTexts(headers, reader);
  Message message;
  message.message_id = reader.Required(kHeaderId);
  if (!message.message_id.empty() && !IsUuid(message.message_id)) {
    reader.Fail(kHeaderId, "is no UUID");
  }
  ReadType(reader, message);
  message.subject = reader.Required(kHeaderSubject);
  message.aggregate_id = reader.Required(kHeaderPartitionKey);
  message.revision = ReadSequence(reader);
  const std::string time = reader.Required(kHeaderTime);
  if (!time.empty()) {
    const auto parsed = ParseTime(time);
    if (parsed.ok()) {
      message.time = *parsed;
    } else {
      reader.Fail(kHeaderTime, "is not RFC 3339 in UTC");
    }
  }
  const std::string version = reader.Required(kHeaderSpecVersion);
  if (!version.empty() && version != "1.0") reader.Fail(kHeaderSpecVersion, "is not 1.0");
  if (body.size() > kBodyBytesMax) reader.Fail("the body", "is longer than 256 KiB");
  const std::string checksum = reader.Optional(kHeaderChecksum);
  if (!checksum.empty() && checksum != ChecksumOf(headers, body)) {
    reader.Fail(kHeaderChecksum, "does not fit: the message was damaged");
  }
  RETURN_IF_ERROR(reader.ToStatus());
  message.traceparent = reader.Optional(kHeaderTraceparent);
  message.correlation_id = reader.Optional(kHeaderCorrelationId);
  message.causation_id = reader.Optional(kHeaderCausationId);
  message.headers = std::move(headers);
  message.body = std::move(body);
  return message;
}

absl::StatusOr<Message> FromWire(WireMessage wire) {
  ASSIGN_OR_RETURN(Message message, ParseMessage(std::move(wire.headers), std::move(wire.body)));
  if (!wire.message_id.empty() && wire.message_id != message.message_id) {
    return InvalidArgument(kEnvelopeUnreadable, "message_id contradicts cloudEvents_id");
  }
  if (!wire.event_type.empty() && wire.event_type != message.event_type) {
    return InvalidArgument(kEnvelopeUnreadable, "type contradicts cloudEvents_type");
  }
  return message;
}

WireMessage ToWire(Message message) {
  WireMessage wire;
  wire.routing_key = message.event_type.substr(kTypePrefix.size());
  wire.message_id = std::move(message.message_id);
  wire.event_type = std::move(message.event_type);
  wire.headers = std::move(message.headers);
  wire.timestamp_seconds = Micros(message.time) / 1'000'000;
  wire.body = std::move(message.body);
  return wire;
}

int MajorVersionOf(std::string_view event_type) {
  const std::size_t dot = event_type.rfind(".v");
  if (dot == std::string_view::npos) return 0;
  const std::string_view digits = event_type.substr(dot + 2);
  int version = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), version);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  return whole && version >= 1 && version <= 999 ? version : 0;
}

std::string ProducerOf(std::string_view aggregate_type) {
  return std::string(aggregate_type.substr(0, aggregate_type.find('.')));
}

std::string MessageNameOf(const Headers& headers) {
  const auto found = headers.find(kHeaderDataSchema);
  if (found == headers.end() || !found->second.starts_with(kSchemaPrefix)) return std::string();
  return found->second.substr(kSchemaPrefix.size());
}

std::uint64_t StableHash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  return hash;
}

int SlotOf(std::string_view aggregate_type, std::string_view aggregate_id) {
  const std::string key = std::string(aggregate_type) + "/" + std::string(aggregate_id);
  return static_cast<int>(StableHash(key) % kSlots);
}

}  // namespace jointly::bus
