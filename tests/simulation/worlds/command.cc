#include "tests/simulation/worlds/command.h"

#include <google/protobuf/descriptor.h>
#include <jointly/options/v1/options.pb.h>

#include <algorithm>
#include <cctype>

#include "common/error/check.h"

namespace jointly::simulation {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

inline constexpr Reason kNotForYou{"NOT_FOR_YOU"};

const FieldDescriptor* FieldOf(const google::protobuf::Message& message, const char* name,
                               FieldDescriptor::CppType type) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  return field != nullptr && field->cpp_type() == type ? field : nullptr;
}

}  // namespace

const MethodDescriptor& MethodOf(const google::protobuf::Descriptor& request,
                                 const std::string& service) {
  // The messages of a large service are in files of their own.
  std::string name = service;
  name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
  const auto& file = *request.file();
  const auto* found = file.pool()->FindServiceByName(std::string(file.package()) + "." + name);
  Check(found != nullptr, "there is no service " + name);
  for (int i = 0; i < found->method_count(); ++i) {
    if (found->method(i)->input_type() == &request) return *found->method(i);
  }
  Die(service + " has no method for " + request.full_name());
}

absl::Status CheckPolicy(const MethodDescriptor& method, const auth::Principal& caller) {
  using options::v1::Policy;
  const Policy& policy = method.options().GetExtension(options::v1::policy);
  if (policy.audience() == Policy::ANYONE || policy.audience() == Policy::SIGNED_IN) {
    return absl::OkStatus();
  }
  const bool granted =
      policy.audience() == Policy::GRANTED &&
      std::any_of(policy.roles().begin(), policy.roles().end(),
                  [&](const int role) { return caller.Holds(static_cast<auth::Role>(role)); });
  if (granted) return absl::OkStatus();
  return PermissionDenied(kNotForYou, "the method is for others");
}

bool SetRequestId(google::protobuf::Message& request, const std::string& request_id) {
  const auto* field = FieldOf(request, "request_id", FieldDescriptor::CPPTYPE_STRING);
  if (field == nullptr) return false;
  request.GetReflection()->SetString(&request, field, request_id);
  return true;
}

bool IsRehearsal(const google::protobuf::Message& request) {
  const auto* field = FieldOf(request, "validate_only", FieldDescriptor::CPPTYPE_BOOL);
  return field != nullptr && request.GetReflection()->GetBool(request, field);
}

std::string NameIn(const google::protobuf::Message& message) {
  const auto* field = FieldOf(message, "name", FieldDescriptor::CPPTYPE_STRING);
  return field == nullptr ? std::string() : message.GetReflection()->GetString(message, field);
}

std::string SubjectIn(const google::protobuf::Message& request) {
  const std::string name = NameIn(request);
  if (!name.empty()) return name;
  const google::protobuf::Descriptor& type = *request.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.is_repeated() || field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const auto& inner = request.GetReflection()->GetMessage(request, &field);
    const auto* call = FieldOf(inner, "call", FieldDescriptor::CPPTYPE_STRING);
    if (!NameIn(inner).empty()) return NameIn(inner);
    if (call != nullptr) return "in " + inner.GetReflection()->GetString(inner, call);
  }
  return "";
}

}  // namespace jointly::simulation
