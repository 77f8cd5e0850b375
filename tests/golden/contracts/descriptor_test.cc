#include <google/api/annotations.pb.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>
#include <jointly/budgets/v1/budgets.pb.h>
#include <jointly/budgets/v1/budgets_events.pb.h>
#include <jointly/identity/v1/identity_events.pb.h>
#include <jointly/mobility/v1/mobility_events.pb.h>
#include <jointly/notifications/v1/notifications.pb.h>
#include <jointly/operations/v1/operations.pb.h>
#include <jointly/options/v1/options.pb.h>
#include <jointly/partnerships/v1/partnerships_events.pb.h>
#include <jointly/theses/v1/theses.pb.h>
#include <jointly/theses/v1/theses_events.pb.h>

#include <algorithm>

#include "tests/golden/contracts/golden_file.h"

namespace jointly::test {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

constexpr const char* kFiles[] = {"jointly/budgets/v1/budgets.proto",
                                  "jointly/budgets/v1/budgets_events.proto",
                                  "jointly/budgets/v1/requests.proto",
                                  "jointly/budgets/v1/resources.proto",
                                  "jointly/budgets/v1/views.proto",
                                  "jointly/deadlines/v1/deadline.proto",
                                  "jointly/events/v1/change.proto",
                                  "jointly/identity/v1/identity.proto",
                                  "jointly/identity/v1/identity_events.proto",
                                  "jointly/mobility/v1/mobility.proto",
                                  "jointly/mobility/v1/mobility_events.proto",
                                  "jointly/notifications/v1/notifications.proto",
                                  "jointly/operations/v1/operations.proto",
                                  "jointly/options/v1/options.proto",
                                  "jointly/partnerships/v1/partnerships.proto",
                                  "jointly/partnerships/v1/partnerships_events.proto",
                                  "jointly/theses/v1/requests.proto",
                                  "jointly/theses/v1/resources.proto",
                                  "jointly/theses/v1/theses.proto",
                                  "jointly/theses/v1/theses_events.proto"};

std::vector<const FileDescriptor*> Files() {
  std::vector<const FileDescriptor*> files;
  for (const char* name : kFiles) {
    files.push_back(DescriptorPool::generated_pool()->FindFileByName(name));
    EXPECT_NE(files.back(), nullptr) << name;
  }
  return files;
}

void AppendEnum(const EnumDescriptor& type, std::vector<std::string>& lines) {
  for (int i = 0; i < type.value_count(); ++i) {
    lines.push_back(type.full_name() + "." + type.value(i)->name() + " = " +
                    std::to_string(type.value(i)->number()));
  }
}

std::string TypeOf(const FieldDescriptor& field) {
  std::string type = field.is_repeated() ? "repeated " : "";
  if (field.message_type() != nullptr) return type + field.message_type()->full_name();
  if (field.enum_type() != nullptr) return type + field.enum_type()->full_name();
  return type + field.type_name();
}

void AppendMessage(const Descriptor& message, std::vector<std::string>& lines) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    const bool personal = field.options().GetExtension(options::v1::personal);
    lines.push_back(field.full_name() + " = " + std::to_string(field.number()) + " " +
                    TypeOf(field) + (personal ? " personal" : ""));
  }
  for (int i = 0; i < message.nested_type_count(); ++i) {
    AppendMessage(*message.nested_type(i), lines);
  }
  for (int i = 0; i < message.enum_type_count(); ++i) AppendEnum(*message.enum_type(i), lines);
}

std::string RouteOf(const google::api::HttpRule& rule) {
  switch (rule.pattern_case()) {
    case google::api::HttpRule::kGet:
      return "GET " + rule.get();
    case google::api::HttpRule::kPost:
      return "POST " + rule.post();
    case google::api::HttpRule::kPatch:
      return "PATCH " + rule.patch();
    case google::api::HttpRule::kDelete:
      return "DELETE " + rule.delete_();
    default:
      return "-";
  }
}

std::string PolicyOf(const MethodDescriptor& method) {
  const auto& policy = method.options().GetExtension(options::v1::policy);
  std::string text = options::v1::Policy::Audience_Name(policy.audience());
  for (const int role : policy.roles()) {
    text += " " + options::v1::Role_Name(static_cast<options::v1::Role>(role));
  }
  for (const std::string& service : policy.services()) text += " service:" + service;
  return text;
}

TEST(Descriptors, ChangeOnlyByAddition) {
  std::vector<std::string> lines;
  for (const FileDescriptor* file : Files()) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      AppendMessage(*file->message_type(i), lines);
    }
    for (int i = 0; i < file->enum_type_count(); ++i) AppendEnum(*file->enum_type(i), lines);
  }
  std::sort(lines.begin(), lines.end());
  ExpectGoldenLines("tests/golden/contracts/descriptors.txt", lines);
}

TEST(Methods, HaveAPolicyAndARoute) {
  std::vector<std::string> lines;
  for (const FileDescriptor* file : Files()) {
    for (int s = 0; s < file->service_count(); ++s) {
      const ServiceDescriptor& service = *file->service(s);
      for (int m = 0; m < service.method_count(); ++m) {
        const MethodDescriptor& method = *service.method(m);
        EXPECT_TRUE(method.options().HasExtension(options::v1::policy)) << method.full_name();
        lines.push_back(method.full_name() + " | " + PolicyOf(method) + " | " +
                        RouteOf(method.options().GetExtension(google::api::http)));
      }
    }
  }
  std::sort(lines.begin(), lines.end());
  ExpectGoldenLines("tests/golden/contracts/methods.txt", lines);
}

// Events carry the resource: a personal field in one is cleared, and a test of each service proves
// it. Here: no event message has a personal field of its own.
TEST(Events, HaveNoPersonalFieldOfTheirOwn) {
  for (const FileDescriptor* file : Files()) {
    if (file->name().find("_events.proto") == std::string::npos) continue;
    for (int i = 0; i < file->message_type_count(); ++i) {
      for (int f = 0; f < file->message_type(i)->field_count(); ++f) {
        const FieldDescriptor& field = *file->message_type(i)->field(f);
        EXPECT_FALSE(field.options().GetExtension(options::v1::personal)) << field.full_name();
      }
    }
  }
}

}  // namespace
}  // namespace jointly::test
