#include "services/gateway/transcode/json_writer.h"

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "common/error/check.h"
#include "services/gateway/transcode/base64.h"
#include "services/gateway/transcode/field_value.h"

namespace jointly::gateway {
namespace {

namespace protobuf = google::protobuf;
using protobuf::FieldDescriptor;
using protobuf::Message;
using protobuf::Reflection;

template <typename Number>
void AppendNumber(Number value, std::string& text) {
  std::array<char, 32> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  text.append(digits.data(), end);
}

template <typename Real>
void AppendReal(Real value, std::string& text) {
  if (std::isfinite(value)) return AppendNumber(value, text);
  text += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
}

template <typename Number>
void AppendQuoted(Number value, std::string& text) {
  text += '"';
  AppendNumber(value, text);
  text += '"';
}

void AppendText(std::string_view value, std::string& text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  text += '"';
  std::size_t clean = 0;  // Where the part begins that needs no escape.
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto byte = static_cast<unsigned char>(value[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    text.append(value, clean, i - clean);
    clean = i + 1;
    switch (byte) {
      case '"':
      case '\\':
        text += {'\\', static_cast<char>(byte)};
        break;
      case '\n':
        text += "\\n";
        break;
      default:
        text += "\\u00";
        text += {kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  text.append(value, clean, std::string_view::npos);
  text += '"';
}

// Two or more digits of a part of a time.
void AppendDigits(int value, int least, std::string& text) {
  std::array<char, 16> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  text.append(static_cast<std::size_t>(std::max<long>(0, least - (end - digits.data()))), '0');
  text.append(digits.data(), end);
}

// RFC 3339 in UTC with no, 3, 6 or 9 digits of a second.
void AppendTime(const protobuf::Timestamp& time, std::string& text) {
  const std::chrono::sys_seconds instant{std::chrono::seconds(time.seconds())};
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const auto clock = static_cast<int>((instant - day).count());
  text += '"';
  AppendDigits(static_cast<int>(date.year()), 4, text);
  text += '-';
  AppendDigits(static_cast<int>(static_cast<unsigned>(date.month())), 2, text);
  text += '-';
  AppendDigits(static_cast<int>(static_cast<unsigned>(date.day())), 2, text);
  text += 'T';
  AppendDigits(clock / 3600, 2, text);
  text += ':';
  AppendDigits(clock / 60 % 60, 2, text);
  text += ':';
  AppendDigits(clock % 60, 2, text);
  if (const int nanos = time.nanos(); nanos != 0) {
    text += '.';
    if (nanos % 1'000'000 == 0) {
      AppendDigits(nanos / 1'000'000, 3, text);
    } else if (nanos % 1000 == 0) {
      AppendDigits(nanos / 1000, 6, text);
    } else {
      AppendDigits(nanos, 9, text);
    }
  }
  text += "Z\"";
}

void AppendMask(const protobuf::FieldMask& mask, std::string& text) {
  std::string paths;
  for (const std::string& path : mask.paths()) {
    paths += (paths.empty() ? "" : ",") + LowerCamel(path);
  }
  AppendText(paths, text);
}

// Any, Struct and their kin, which no reply of ours holds yet.
void AppendForeign(const Message& message, std::string& text) {
  protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string part;
  Check(protobuf::util::MessageToJsonString(message, &part, options).ok(), "a reply is not JSON");
  text += part;
}

void AppendEnum(const FieldDescriptor& field, int number, std::string& text) {
  const auto* value = field.enum_type()->FindValueByNumber(number);
  if (value == nullptr) return AppendNumber(number, text);
  text.append("\"").append(value->name()).append("\"");
}

void AppendBytes(const FieldDescriptor& field, const std::string& value, std::string& text) {
  if (field.type() == FieldDescriptor::TYPE_STRING) return AppendText(value, text);
  text += '"';
  EncodeBase64(value, text);
  text += '"';
}

// Get or GetRepeated, whichever `index` (-1: singular) asks for.
#define JOINTLY_GET(Type)                            \
  (index < 0 ? reflection.Get##Type(message, &field) \
             : reflection.GetRepeated##Type(message, &field, index))

void AppendValue(const Message& message, const FieldDescriptor& field, int index,
                 std::string& text) {
  const Reflection& reflection = *message.GetReflection();
  std::string scratch;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return AppendNumber(JOINTLY_GET(Int32), text);
    case FieldDescriptor::CPPTYPE_UINT32:
      return AppendNumber(JOINTLY_GET(UInt32), text);
    case FieldDescriptor::CPPTYPE_INT64:
      return AppendQuoted(JOINTLY_GET(Int64), text);
    case FieldDescriptor::CPPTYPE_UINT64:
      return AppendQuoted(JOINTLY_GET(UInt64), text);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return AppendReal(JOINTLY_GET(Float), text);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return AppendReal(JOINTLY_GET(Double), text);
    case FieldDescriptor::CPPTYPE_BOOL:
      text += JOINTLY_GET(Bool) ? "true" : "false";
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      return AppendEnum(field, JOINTLY_GET(EnumValue), text);
    case FieldDescriptor::CPPTYPE_STRING:
      return AppendBytes(
          field,
          index < 0 ? reflection.GetStringReference(message, &field, &scratch)
                    : reflection.GetRepeatedStringReference(message, &field, index, &scratch),
          text);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return AppendJson(JOINTLY_GET(Message), text);
  }
}

#undef JOINTLY_GET

// A key of any scalar type, as the name of a member.
void AppendKey(const Message& entry, const FieldDescriptor& key, std::string& text) {
  std::string value;
  AppendValue(entry, key, -1, value);
  if (value.starts_with('"')) {
    text += value;
  } else {
    text.append("\"").append(value).append("\"");
  }
}

void AppendMap(const Message& message, const FieldDescriptor& field, std::string& text) {
  const Reflection& reflection = *message.GetReflection();
  text += '{';
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
    if (i > 0) text += ',';
    AppendKey(entry, *field.message_type()->map_key(), text);
    text += ':';
    AppendValue(entry, *field.message_type()->map_value(), -1, text);
  }
  text += '}';
}

void AppendList(const Message& message, const FieldDescriptor& field, std::string& text) {
  const int size = message.GetReflection()->FieldSize(message, &field);
  text += '[';
  for (int i = 0; i < size; ++i) {
    if (i > 0) text += ',';
    AppendValue(message, field, i, text);
  }
  text += ']';
}

void AppendMember(const Message& message, const FieldDescriptor& field, std::string& text) {
  if (field.is_map()) return AppendMap(message, field, text);
  if (field.is_repeated()) return AppendList(message, field, text);
  AppendValue(message, field, -1, text);
}

}  // namespace

void AppendJson(const Message& message, std::string& text) {
  const protobuf::Descriptor& type = *message.GetDescriptor();
  if (const auto* time = dynamic_cast<const protobuf::Timestamp*>(&message); time != nullptr) {
    return AppendTime(*time, text);
  }
  if (type.file()->package() == "google.protobuf") {
    if (const auto* mask = dynamic_cast<const protobuf::FieldMask*>(&message); mask != nullptr) {
      return AppendMask(*mask, text);
    }
    if (IsWrapper(type)) return AppendValue(message, *type.field(0), -1, text);
    if (IsUnsupported(type) || IsTextMessage(type)) return AppendForeign(message, text);
  }
  const Reflection& reflection = *message.GetReflection();
  text += '{';
  bool first = true;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.has_presence() && !reflection.HasField(message, &field)) continue;
    if (!std::exchange(first, false)) text += ',';
    text.append("\"").append(field.json_name()).append("\":");
    AppendMember(message, field, text);
  }
  text += '}';
}

}  // namespace jointly::gateway
