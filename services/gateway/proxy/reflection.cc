#include "services/gateway/proxy/reflection.h"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/unknown_field_set.h>

namespace jointly::gateway {
namespace {

namespace protobuf = google::protobuf;
using protobuf::UnknownField;
using protobuf::UnknownFieldSet;

// The proto of reflection is not installed; messages are read and written by field number, as
// grpc/reflection/v1alpha/reflection.proto gives them.
enum RequestField {
  kFileByFilename = 3,
  kFileContainingSymbol = 4,
  kFileContainingExtension = 5,
  kAllExtensionNumbersOfType = 6,
  kListServices = 7,
};
enum ResponseField {
  kOriginalRequest = 2,
  kFileDescriptorResponse = 4,
  kExtensionNumberResponse = 5,
  kListServicesResponse = 6,
  kErrorResponse = 7,
};

constexpr int kNotFound = 5;
constexpr int kInvalidArgument = 3;
constexpr int kUnimplemented = 12;

std::string Serialized(const UnknownFieldSet& fields) {
  std::string bytes;
  fields.SerializeToString(&bytes);
  return bytes;
}

// A response whose one member `number` is the message `content`.
std::string Member(int number, const UnknownFieldSet& content) {
  UnknownFieldSet response;
  response.AddLengthDelimited(number, Serialized(content));
  return Serialized(response);
}

std::string Error(int code, const std::string& text) {
  UnknownFieldSet error;
  error.AddVarint(1, static_cast<std::uint64_t>(code));
  error.AddLengthDelimited(2, text);
  return Member(kErrorResponse, error);
}

const protobuf::DescriptorPool& Pool() { return *protobuf::DescriptorPool::generated_pool(); }

}  // namespace

void Reflection::Append(const protobuf::FileDescriptor& file, std::string& response) {
  if (!sent_.insert(file.name()).second) return;
  protobuf::FileDescriptorProto proto;
  file.CopyTo(&proto);
  UnknownFieldSet files;
  files.AddLengthDelimited(1, proto.SerializeAsString());
  response += Serialized(files);
  for (int i = 0; i < file.dependency_count(); ++i) Append(*file.dependency(i), response);
}

// The file first, then what it imports and this stream has not had yet.
std::string Reflection::Files(const protobuf::FileDescriptor* file) {
  if (file == nullptr) return Error(kNotFound, "No such file or symbol.");
  sent_.erase(file->name());  // Asked for by name: sent again.
  std::string content;
  Append(*file, content);
  UnknownFieldSet response;
  response.AddLengthDelimited(kFileDescriptorResponse, content);
  return Serialized(response);
}

std::string Reflection::Extensions(const std::string& type) const {
  const protobuf::Descriptor* descriptor = Pool().FindMessageTypeByName(type);
  if (descriptor == nullptr) return Error(kNotFound, "No such type.");
  std::vector<const protobuf::FieldDescriptor*> extensions;
  Pool().FindAllExtensions(descriptor, &extensions);
  UnknownFieldSet response;
  response.AddLengthDelimited(1, type);
  for (const auto* extension : extensions) {
    response.AddVarint(2, static_cast<std::uint64_t>(extension->number()));
  }
  return Member(kExtensionNumberResponse, response);
}

// ExtensionRequest {containing_type = 1, extension_number = 2}.
std::string Reflection::ExtensionFile(const std::string& request) {
  UnknownFieldSet fields;
  if (!fields.ParseFromString(request)) return Error(kInvalidArgument, "Not a request.");
  std::string type;
  int number = 0;
  for (int i = 0; i < fields.field_count(); ++i) {
    const UnknownField& field = fields.field(i);
    if (field.number() == 1 && field.type() == UnknownField::TYPE_LENGTH_DELIMITED) {
      type = field.length_delimited();
    }
    if (field.number() == 2 && field.type() == UnknownField::TYPE_VARINT) {
      number = static_cast<int>(field.varint());
    }
  }
  const protobuf::Descriptor* descriptor = Pool().FindMessageTypeByName(type);
  const protobuf::FieldDescriptor* extension =
      descriptor == nullptr ? nullptr : Pool().FindExtensionByNumber(descriptor, number);
  return Files(extension == nullptr ? nullptr : extension->file());
}

std::string Reflection::Services() const {
  UnknownFieldSet response;
  for (const auto* service : services_) {
    UnknownFieldSet row;
    row.AddLengthDelimited(1, service->full_name());
    response.AddLengthDelimited(1, Serialized(row));
  }
  return Member(kListServicesResponse, response);
}

std::string Reflection::Answer(const std::string& request) {
  UnknownFieldSet head;
  head.AddLengthDelimited(kOriginalRequest, request);
  UnknownFieldSet fields;
  if (!fields.ParseFromString(request)) {
    return Serialized(head) + Error(kInvalidArgument, "Not a request.");
  }
  // The last member of the oneof counts.
  std::string answer = Error(kUnimplemented, "The request asks nothing.");
  for (int i = 0; i < fields.field_count(); ++i) {
    const UnknownField& field = fields.field(i);
    if (field.type() != UnknownField::TYPE_LENGTH_DELIMITED) continue;
    const std::string& text = field.length_delimited();
    switch (field.number()) {
      case kFileByFilename:
        answer = Files(Pool().FindFileByName(text));
        break;
      case kFileContainingSymbol:
        answer = Files(Pool().FindFileContainingSymbol(text));
        break;
      case kFileContainingExtension:
        answer = ExtensionFile(text);
        break;
      case kAllExtensionNumbersOfType:
        answer = Extensions(text);
        break;
      case kListServices:
        answer = Services();
        break;
      default:
        break;
    }
  }
  return Serialized(head) + answer;
}

}  // namespace jointly::gateway
