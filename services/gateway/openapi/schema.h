#pragma once

#include <google/protobuf/descriptor.h>

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>

#include "services/gateway/transcode/descriptors.h"

namespace jointly::gateway {

using Json = nlohmann::ordered_json;

// JSON schemas (the dialect of OpenAPI 3.0) of messages and enums, as proto3's JSON mapping writes
// them. Types are collected on the way, once each.
class Schemas {
 public:
  explicit Schemas(const Comments& comments) : comments_(comments) {}

  // {"$ref": "#/components/schemas/mobility.Application"}, or the type itself where JSON has one.
  Json OfMessage(const google::protobuf::Descriptor& type);
  // Of a member, with its comment; lists and maps included.
  Json OfField(const google::protobuf::FieldDescriptor& field);
  // The collected types: the value of components.schemas.
  Json Components() const;

 private:
  Json OfEnum(const google::protobuf::EnumDescriptor& type);
  Json OfValue(const google::protobuf::FieldDescriptor& field);

  const Comments& comments_;
  std::map<std::string, Json> components_;
};

// "mobility.Application.State" of "jointly.mobility.v1.Application.State".
std::string SchemaName(const std::string& full_name);

}  // namespace jointly::gateway
