#include <google/protobuf/descriptor.h>
#include <jointly/options/v1/options.pb.h>

#include <mutex>
#include <set>
#include <unordered_map>

#include "common/rpc/call.h"

namespace jointly::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// What to do with messages of one type; most types have nothing to do.
struct Plan {
  std::vector<const FieldDescriptor*> clear;
  std::vector<const FieldDescriptor*> descend;
};

bool IsPersonal(const FieldDescriptor& field) {
  return field.options().GetExtension(jointly::options::v1::personal);
}

// Whether a message of the type can hold personal data at any depth.
bool Reaches(const Descriptor& type, std::set<const Descriptor*>& seen) {
  if (!seen.insert(&type).second) return false;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (IsPersonal(field)) return true;
    if (field.message_type() != nullptr && Reaches(*field.message_type(), seen)) return true;
  }
  return false;
}

Plan MakePlan(const Descriptor& type) {
  Plan plan;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (IsPersonal(*field)) {
      plan.clear.push_back(field);
    } else if (field->message_type() != nullptr) {
      std::set<const Descriptor*> seen;
      if (Reaches(*field->message_type(), seen)) plan.descend.push_back(field);
    }
  }
  return plan;
}

const Plan& PlanOf(const Descriptor& type) {
  static std::mutex mutex;
  static auto& plans = *new std::unordered_map<const Descriptor*, std::unique_ptr<const Plan>>();
  const std::lock_guard lock(mutex);
  auto& plan = plans[&type];
  if (plan == nullptr) plan = std::make_unique<const Plan>(MakePlan(type));
  return *plan;
}

}  // namespace

void ClearPersonal(Message& message) {
  const Plan& plan = PlanOf(*message.GetDescriptor());
  if (plan.clear.empty() && plan.descend.empty()) return;
  const Reflection& reflection = *message.GetReflection();
  for (const FieldDescriptor* field : plan.clear) reflection.ClearField(&message, field);
  for (const FieldDescriptor* field : plan.descend) {
    if (field->is_repeated()) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        ClearPersonal(*reflection.MutableRepeatedMessage(&message, field, i));
      }
    } else if (reflection.HasField(message, field)) {
      ClearPersonal(*reflection.MutableMessage(&message, field));
    }
  }
}

}  // namespace jointly::rpc
