#include "services/gateway/transcode/field_value.h"

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/util/time_util.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "services/gateway/transcode/base64.h"

namespace jointly::gateway {
namespace {

namespace protobuf = google::protobuf;
using protobuf::FieldDescriptor;
using protobuf::Message;
using protobuf::Reflection;

// Set or Add, whichever the field's label asks for.
#define JOINTLY_PUT(Type, value)                                         \
  do {                                                                   \
    const Reflection& reflection = *message.GetReflection();             \
    field.is_repeated() ? reflection.Add##Type(&message, &field, value)  \
                        : reflection.Set##Type(&message, &field, value); \
    return {};                                                           \
  } while (false)

std::string PutString(Message& message, const FieldDescriptor& field, std::string value) {
  JOINTLY_PUT(String, std::move(value));
}

std::string PutEnum(Message& message, const FieldDescriptor& field, int number) {
  JOINTLY_PUT(EnumValue, number);
}

Message& Child(Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  return field.is_repeated() ? *reflection.AddMessage(&message, &field)
                             : *reflection.MutableMessage(&message, &field);
}

template <typename Number>
bool Parse(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool IsDigits(std::string_view text, std::size_t least, std::size_t most) {
  if (text.size() < least || text.size() > most) return false;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return true;
}

// RFC 3339: "2026-11-14T12:00:00.5+01:00". Protobuf's parser checks the ranges, but takes forms
// that are none.
bool LooksLikeTime(std::string_view text) {
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
      text[16] != ':') {
    return false;
  }
  for (const auto& [begin, count] : {std::pair{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}, {17, 2}}) {
    const auto size = static_cast<std::size_t>(count);
    if (!IsDigits(text.substr(static_cast<std::size_t>(begin), size), size, size)) return false;
  }
  text = text.substr(19);
  if (text.starts_with('.')) {
    const std::size_t end = text.find_first_not_of("0123456789", 1);
    if (end == std::string_view::npos || !IsDigits(text.substr(1, end - 1), 1, 9)) return false;
    text = text.substr(end);
  }
  if (text == "Z") return true;
  return text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':' &&
         IsDigits(text.substr(1, 2), 2, 2) && IsDigits(text.substr(4), 2, 2);
}

// "3.5s", "-1s".
bool LooksLikeDuration(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (!text.ends_with('s')) return false;
  text.remove_suffix(1);
  const std::size_t dot = text.find('.');
  return IsDigits(text.substr(0, dot), 1, 12) &&
         (dot == std::string_view::npos || IsDigits(text.substr(dot + 1), 1, 9));
}

std::string SetFieldMask(Message& target, std::string_view text) {
  auto& mask = dynamic_cast<protobuf::FieldMask&>(target);
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view path = text.substr(0, comma);
    if (path.empty()) return "has an empty path between commas";
    for (const char c : path) {
      const bool fits = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                        (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '*';
      if (!fits) return "must be field paths separated by commas, like displayName,profile.grade";
    }
    mask.add_paths(SnakeCase(path));
    if (comma == std::string_view::npos) return {};
    text = text.substr(comma + 1);
    if (text.empty()) return "has an empty path after the last comma";
  }
  return {};
}

std::string SetTextMessage(Message& message, const FieldDescriptor& field, std::string_view text) {
  const std::string& type = field.message_type()->full_name();
  if (type == "google.protobuf.FieldMask") return SetFieldMask(Child(message, field), text);
  if (type == "google.protobuf.Timestamp") {
    protobuf::Timestamp time;
    if (!LooksLikeTime(text) || !protobuf::util::TimeUtil::FromString(std::string(text), &time)) {
      return Wanted(field);
    }
    Child(message, field).CopyFrom(time);
    return {};
  }
  protobuf::Duration duration;
  if (!LooksLikeDuration(text) ||
      !protobuf::util::TimeUtil::FromString(std::string(text), &duration)) {
    return Wanted(field);
  }
  Child(message, field).CopyFrom(duration);
  return {};
}

std::string SetEnumText(Message& message, const FieldDescriptor& field, std::string_view text) {
  const auto* value = field.enum_type()->FindValueByName(std::string(text));
  if (value != nullptr) return PutEnum(message, field, value->number());
  std::string names;
  for (int i = 0; i < field.enum_type()->value_count(); ++i) {
    // Nobody means the value zero by name; it is what an absent field says.
    if (field.enum_type()->value(i)->number() == 0) continue;
    names += (names.empty() ? "" : ", ") + field.enum_type()->value(i)->name();
  }
  return "must be one of " + names;
}

std::string SetNumberText(Message& message, const FieldDescriptor& field, std::string_view text) {
  double real = 0;
  std::int64_t integer = 0;
  std::uint64_t natural = 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      // from_chars takes "inf" and "nan"; SetDouble refuses them.
      return Parse(text, real) ? SetDouble(message, field, real) : Wanted(field);
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return Parse(text, natural) ? SetUnsigned(message, field, natural) : Wanted(field);
    default:
      return Parse(text, integer) ? SetInteger(message, field, integer) : Wanted(field);
  }
}

}  // namespace

std::string SetText(Message& message, const FieldDescriptor& field, std::string_view text) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      if (field.type() == FieldDescriptor::TYPE_STRING) {
        // No database of ours keeps it, and no person types it.
        if (text.find('\0') != std::string_view::npos) return "must not hold the character U+0000";
        return PutString(message, field, std::string(text));
      }
      std::string bytes;
      return DecodeBase64(text, bytes) ? PutString(message, field, std::move(bytes))
                                       : Wanted(field);
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetEnumText(message, field, text);
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return Wanted(field);
      return SetBool(message, field, text == "true");
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (IsWrapper(*field.message_type())) {
        return SetText(Child(message, field), *field.message_type()->field(0), text);
      }
      if (!IsTextMessage(*field.message_type())) return Wanted(field);
      return SetTextMessage(message, field, text);
    default:
      return SetNumberText(message, field, text);
  }
}

std::string SetBool(Message& message, const FieldDescriptor& field, bool value) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && IsWrapper(*field.message_type())) {
    return SetBool(Child(message, field), *field.message_type()->field(0), value);
  }
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_BOOL) return Wanted(field);
  JOINTLY_PUT(Bool, value);
}

std::string SetInteger(Message& message, const FieldDescriptor& field, std::int64_t value) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      if (value < std::numeric_limits<std::int32_t>::min() ||
          value > std::numeric_limits<std::int32_t>::max()) {
        return Wanted(field);
      }
      JOINTLY_PUT(Int32, static_cast<std::int32_t>(value));
    case FieldDescriptor::CPPTYPE_INT64:
      JOINTLY_PUT(Int64, value);
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      if (value < 0) return Wanted(field);
      return SetUnsigned(message, field, static_cast<std::uint64_t>(value));
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return SetDouble(message, field, static_cast<double>(value));
    case FieldDescriptor::CPPTYPE_ENUM:
      if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max() ||
          field.enum_type()->FindValueByNumber(static_cast<int>(value)) == nullptr) {
        return SetEnumText(message, field, std::to_string(value));
      }
      return PutEnum(message, field, static_cast<int>(value));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (!IsWrapper(*field.message_type())) return Wanted(field);
      return SetInteger(Child(message, field), *field.message_type()->field(0), value);
    default:
      return Wanted(field);
  }
}

std::string SetUnsigned(Message& message, const FieldDescriptor& field, std::uint64_t value) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT32:
      if (value > std::numeric_limits<std::uint32_t>::max()) return Wanted(field);
      JOINTLY_PUT(UInt32, static_cast<std::uint32_t>(value));
    case FieldDescriptor::CPPTYPE_UINT64:
      JOINTLY_PUT(UInt64, value);
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return SetDouble(message, field, static_cast<double>(value));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (!IsWrapper(*field.message_type())) return Wanted(field);
      return SetUnsigned(Child(message, field), *field.message_type()->field(0), value);
    default:
      if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return Wanted(field);
      }
      return SetInteger(message, field, static_cast<std::int64_t>(value));
  }
}

std::string SetDouble(Message& message, const FieldDescriptor& field, double value) {
  if (!std::isfinite(value)) return Wanted(field);
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_DOUBLE:
      JOINTLY_PUT(Double, value);
    case FieldDescriptor::CPPTYPE_FLOAT:
      if (std::abs(value) > static_cast<double>(std::numeric_limits<float>::max())) {
        return Wanted(field);
      }
      JOINTLY_PUT(Float, static_cast<float>(value));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (!IsWrapper(*field.message_type())) return Wanted(field);
      return SetDouble(Child(message, field), *field.message_type()->field(0), value);
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      // "1.0" and "1e3" are whole numbers (proto3 JSON), as long as a double holds them exactly.
      if (std::trunc(value) != value || std::abs(value) > 9007199254740992.0) return Wanted(field);
      return SetInteger(message, field, static_cast<std::int64_t>(value));
    default:
      return Wanted(field);
  }
}

bool IsTextMessage(const protobuf::Descriptor& type) {
  return type.full_name() == "google.protobuf.Timestamp" ||
         type.full_name() == "google.protobuf.Duration" ||
         type.full_name() == "google.protobuf.FieldMask";
}

bool IsWrapper(const protobuf::Descriptor& type) {
  return type.file()->name() == "google/protobuf/wrappers.proto";
}

bool IsUnsupported(const protobuf::Descriptor& type) {
  return type.file()->name() == "google/protobuf/struct.proto" ||
         type.file()->name() == "google/protobuf/any.proto";
}

std::string Wanted(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_BOOL:
      return "must be true or false";
    case FieldDescriptor::TYPE_STRING:
      return "must be a string";
    case FieldDescriptor::TYPE_BYTES:
      return "must be bytes in base64";
    case FieldDescriptor::TYPE_ENUM:
      return "must be the name of a value of " + field.enum_type()->name();
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_DOUBLE:
      return "must be a finite number";
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_FIXED32:
      return "must be a whole number from 0 to 4294967295";
    case FieldDescriptor::TYPE_UINT64:
    case FieldDescriptor::TYPE_FIXED64:
      return "must be a whole number from 0 to 18446744073709551615";
    case FieldDescriptor::TYPE_INT32:
    case FieldDescriptor::TYPE_SINT32:
    case FieldDescriptor::TYPE_SFIXED32:
      return "must be a whole number from -2147483648 to 2147483647";
    case FieldDescriptor::TYPE_INT64:
    case FieldDescriptor::TYPE_SINT64:
    case FieldDescriptor::TYPE_SFIXED64:
      return "must be a whole number of 64 bits";
    case FieldDescriptor::TYPE_MESSAGE:
    case FieldDescriptor::TYPE_GROUP:
      break;
  }
  const std::string& type = field.message_type()->full_name();
  if (type == "google.protobuf.Timestamp") {
    return "must be an RFC 3339 time like 2026-11-14T12:00:00Z";
  }
  if (type == "google.protobuf.Duration") return "must be a duration in seconds like 3.5s";
  if (type == "google.protobuf.FieldMask") return "must be a string of field paths";
  if (IsWrapper(*field.message_type())) return Wanted(*field.message_type()->field(0));
  return "must be an object";
}

std::string LowerCamel(std::string_view path) {
  std::string result;
  bool raise = false;
  for (const char c : path) {
    if (c == '_') {
      raise = true;
      continue;
    }
    result.push_back(raise && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    raise = false;
  }
  return result;
}

std::string SnakeCase(std::string_view path) {
  std::string result;
  for (const char c : path) {
    if (c >= 'A' && c <= 'Z') {
      result.push_back('_');
      result.push_back(static_cast<char>(c - 'A' + 'a'));
    } else {
      result.push_back(c);
    }
  }
  return result;
}

}  // namespace jointly::gateway
