#include "tests/unit/gateway/random_message.h"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <array>
#include <limits>

#include "services/gateway/transcode/descriptors.h"

namespace jointly::gateway {
namespace {

namespace protobuf = google::protobuf;
using protobuf::FieldDescriptor;
using protobuf::Message;

void Collect(const protobuf::Descriptor& type, std::vector<const Message*>& prototypes) {
  if (!type.options().map_entry()) {
    prototypes.push_back(protobuf::MessageFactory::generated_factory()->GetPrototype(&type));
  }
  for (int i = 0; i < type.nested_type_count(); ++i) Collect(*type.nested_type(i), prototypes);
}

template <typename Number>
Number Edge(std::uint64_t choice) {
  constexpr auto kEdges =
      std::to_array<Number>({std::numeric_limits<Number>::min(), std::numeric_limits<Number>::max(),
                             Number(0), Number(1), Number(42), Number(0) - Number(1)});
  return kEdges[choice % kEdges.size()];
}

}  // namespace

std::vector<const Message*> AllMessagePrototypes() {
  std::vector<const Message*> prototypes;
  for (const auto* file : LinkedFiles()) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      Collect(*file->message_type(i), prototypes);
    }
  }
  return prototypes;
}

std::string RandomMessages::Text() {
  static const auto kPieces =
      std::to_array<std::string>({"a", "Z", " ", "\"", "\\", "/", "\n", "\t", "\x7f", "\x01", "é",
                                  "筑波", "😀", "<", "&", "'", "%", "\u2028", "0"});
  std::string text;
  for (std::uint64_t i = Below(8); i > 0; --i) text += kPieces[Below(kPieces.size())];
  return text;
}

void RandomMessages::FillMap(Message& message, const FieldDescriptor& field, int depth) {
  for (int i = 0; i < 2; ++i) {
    Message* entry = message.GetReflection()->AddMessage(&message, &field);
    entry->GetReflection()->SetString(entry, field.message_type()->map_key(),
                                      "key" + std::to_string(i) + Text());
    FillField(*entry, *field.message_type()->map_value(), depth + 1);
  }
}

void RandomMessages::FillField(Message& message, const FieldDescriptor& field, int depth) {
  const protobuf::Reflection& reflection = *message.GetReflection();
  const bool list = field.is_repeated();
  const auto put = [&](auto set, auto add, auto value) {
    list ? (reflection.*add)(&message, &field, value) : (reflection.*set)(&message, &field, value);
  };
  using Reflection = protobuf::Reflection;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return put(&Reflection::SetInt32, &Reflection::AddInt32, Edge<std::int32_t>(random_()));
    case FieldDescriptor::CPPTYPE_INT64:
      return put(&Reflection::SetInt64, &Reflection::AddInt64, Edge<std::int64_t>(random_()));
    case FieldDescriptor::CPPTYPE_UINT32:
      return put(&Reflection::SetUInt32, &Reflection::AddUInt32, Edge<std::uint32_t>(random_()));
    case FieldDescriptor::CPPTYPE_UINT64:
      return put(&Reflection::SetUInt64, &Reflection::AddUInt64, Edge<std::uint64_t>(random_()));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return put(&Reflection::SetDouble, &Reflection::AddDouble,
                 static_cast<double>(random_()) / (Below(2) == 0 ? 1e3 : 1e-30));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return put(&Reflection::SetFloat, &Reflection::AddFloat,
                 static_cast<float>(Below(1000)) / 8.0f);
    case FieldDescriptor::CPPTYPE_BOOL:
      return put(&Reflection::SetBool, &Reflection::AddBool, Below(2) == 0);
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int count = field.enum_type()->value_count();
      return put(&Reflection::SetEnumValue, &Reflection::AddEnumValue,
                 field.enum_type()
                     ->value(static_cast<int>(Below(static_cast<std::uint64_t>(count))))
                     ->number());
    }
    case FieldDescriptor::CPPTYPE_STRING:
      list ? reflection.AddString(&message, &field, Text())
           : reflection.SetString(&message, &field, Text());
      return;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  Message& child = list ? *reflection.AddMessage(&message, &field)
                        : *reflection.MutableMessage(&message, &field);
  Fill(child, depth + 1);
}

void RandomMessages::Fill(Message& message, int depth) {
  if (auto* time = dynamic_cast<protobuf::Timestamp*>(&message); time != nullptr) {
    time->set_seconds(static_cast<std::int64_t>(Below(4'000'000'000)));
    time->set_nanos(static_cast<std::int32_t>(Below(1'000'000) * (Below(2) == 0 ? 1000 : 1)));
    return;
  }
  if (auto* mask = dynamic_cast<protobuf::FieldMask*>(&message); mask != nullptr) {
    mask->add_paths("display_name");
    mask->add_paths("profile.eqf_level");
    return;
  }
  const protobuf::Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const bool deep = depth > 4 && field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (deep || Below(3) == 0) continue;
    if (field.is_map()) {
      FillMap(message, field, depth);
      continue;
    }
    for (std::uint64_t n = field.is_repeated() ? Below(4) : 1; n > 0; --n) {
      FillField(message, field, depth);
    }
  }
}

}  // namespace jointly::gateway
