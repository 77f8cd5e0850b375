#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <string>
#include <string_view>

// Puts values that came as text or as JSON tokens into fields of a message, by the rules of
// proto3's JSON mapping, strictly. A repeated field gets one more element.
//
// Each returns what is wrong with the value, for the caller's list of violations; empty when the
// field was set. The texts continue "field x ...".
namespace jointly::gateway {

// A string in JSON, a query parameter or a path segment: strings, enums by name, numbers and bytes
// in their text forms, and Timestamp, Duration and FieldMask.
std::string SetText(google::protobuf::Message& message,
                    const google::protobuf::FieldDescriptor& field, std::string_view text);
std::string SetBool(google::protobuf::Message& message,
                    const google::protobuf::FieldDescriptor& field, bool value);
std::string SetInteger(google::protobuf::Message& message,
                       const google::protobuf::FieldDescriptor& field, std::int64_t value);
std::string SetUnsigned(google::protobuf::Message& message,
                        const google::protobuf::FieldDescriptor& field, std::uint64_t value);
std::string SetDouble(google::protobuf::Message& message,
                      const google::protobuf::FieldDescriptor& field, double value);

// Whether a value of the message type is one JSON string (Timestamp, Duration, FieldMask).
bool IsTextMessage(const google::protobuf::Descriptor& type);
// Whether it is a bare scalar (google.protobuf.StringValue and its kin).
bool IsWrapper(const google::protobuf::Descriptor& type);
// Whether the transcoder cannot carry it (Any, Struct, Value, ListValue): refused at start.
bool IsUnsupported(const google::protobuf::Descriptor& type);

// "must be a string", "must be a whole number", ... for the field's type.
std::string Wanted(const google::protobuf::FieldDescriptor& field);

// "update_time" -> "updateTime".
std::string LowerCamel(std::string_view path);
// "updateTime" -> "update_time".
std::string SnakeCase(std::string_view path);

}  // namespace jointly::gateway
