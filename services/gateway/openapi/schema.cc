#include "services/gateway/openapi/schema.h"

#include <nlohmann/json.hpp>

#include "services/gateway/transcode/field_value.h"

namespace jointly::gateway {
namespace {

namespace protobuf = google::protobuf;
using protobuf::FieldDescriptor;

Json Scalar(const char* type, const char* format = nullptr) {
  Json schema;
  schema["type"] = type;
  if (format != nullptr) schema["format"] = format;
  return schema;
}

Json Reference(const std::string& name) { return {{"$ref", "#/components/schemas/" + name}}; }

void Describe(std::string_view comment, Json& schema) {
  if (comment.empty()) return;
  // OpenAPI 3.0 ignores what stands beside a reference.
  if (schema.contains("$ref")) schema = Json{{"allOf", Json::array({schema})}};
  schema["description"] = std::string(comment);
  if (comment.find("Output only") != std::string_view::npos) schema["readOnly"] = true;
}

}  // namespace

std::string SchemaName(const std::string& full_name) {
  constexpr std::string_view kPrefix = "jointly.";
  if (!full_name.starts_with(kPrefix)) return full_name;
  const std::string rest = full_name.substr(kPrefix.size());
  const std::size_t version = rest.find(".v1.");
  return version == std::string::npos ? rest : rest.substr(0, version) + rest.substr(version + 3);
}

Json Schemas::OfMessage(const protobuf::Descriptor& type) {
  const std::string& full_name = type.full_name();
  if (full_name == "google.protobuf.Timestamp") return Scalar("string", "date-time");
  if (full_name == "google.protobuf.Duration") return Scalar("string");
  if (full_name == "google.protobuf.FieldMask") return Scalar("string");
  if (IsWrapper(type)) return OfValue(*type.field(0));
  const std::string name = SchemaName(full_name);
  if (!components_.contains(name)) {
    components_[name] = Json::object();  // First, so that a type that holds itself ends.
    Json schema = Scalar("object");
    Describe(comments_.Of(full_name), schema);
    for (int i = 0; i < type.field_count(); ++i) {
      schema["properties"][type.field(i)->json_name()] = OfField(*type.field(i));
    }
    components_[name] = std::move(schema);
  }
  return Reference(name);
}

Json Schemas::OfEnum(const protobuf::EnumDescriptor& type) {
  const std::string name = SchemaName(type.full_name());
  if (!components_.contains(name)) {
    Json schema = Scalar("string");
    std::string description(comments_.Of(type.full_name()));
    for (int i = 0; i < type.value_count(); ++i) {
      const auto& value = *type.value(i);
      schema["enum"].push_back(value.name());
      const std::string_view comment = comments_.Of(type.full_name() + "." + value.name());
      if (comment.empty()) continue;
      description += (description.empty() ? "" : "\n") + value.name() + ": " + std::string(comment);
    }
    Describe(description, schema);
    components_[name] = std::move(schema);
  }
  return Reference(name);
}

Json Schemas::OfValue(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_BOOL:
      return Scalar("boolean");
    case FieldDescriptor::TYPE_STRING:
      return Scalar("string");
    case FieldDescriptor::TYPE_BYTES:
      return Scalar("string", "byte");
    case FieldDescriptor::TYPE_ENUM:
      return OfEnum(*field.enum_type());
    case FieldDescriptor::TYPE_FLOAT:
      return Scalar("number", "float");
    case FieldDescriptor::TYPE_DOUBLE:
      return Scalar("number", "double");
    case FieldDescriptor::TYPE_INT32:
    case FieldDescriptor::TYPE_SINT32:
    case FieldDescriptor::TYPE_SFIXED32:
      return Scalar("integer", "int32");
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_FIXED32:
      return Scalar("integer", "int64");
    case FieldDescriptor::TYPE_INT64:
    case FieldDescriptor::TYPE_SINT64:
    case FieldDescriptor::TYPE_SFIXED64:
      return Scalar("string", "int64");
    case FieldDescriptor::TYPE_UINT64:
    case FieldDescriptor::TYPE_FIXED64:
      return Scalar("string", "uint64");
    case FieldDescriptor::TYPE_MESSAGE:
    case FieldDescriptor::TYPE_GROUP:
      break;
  }
  return OfMessage(*field.message_type());
}

Json Schemas::OfField(const FieldDescriptor& field) {
  Json schema;
  if (field.is_map()) {
    schema = Scalar("object");
    schema["additionalProperties"] = OfValue(*field.message_type()->map_value());
  } else if (field.is_repeated()) {
    schema = Scalar("array");
    schema["items"] = OfValue(field);
  } else {
    schema = OfValue(field);
  }
  Describe(comments_.Of(field.full_name()), schema);
  return schema;
}

Json Schemas::Components() const {
  Json components = Json::object();
  for (const auto& [name, schema] : components_) components[name] = schema;
  return components;
}

}  // namespace jointly::gateway
