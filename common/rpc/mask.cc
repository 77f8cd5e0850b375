#include "common/rpc/mask.h"

#include <google/protobuf/descriptor.h>

#include <memory>
#include <optional>

#include "common/error/error.h"

namespace jointly::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

using FieldPath = std::vector<const FieldDescriptor*>;

// The fields that a path names; nothing when a part is unknown, or lies below a repeated field.
std::optional<FieldPath> Resolve(const Descriptor& type, std::string_view path) {
  FieldPath fields;
  const Descriptor* current = &type;
  for (;;) {
    const std::size_t dot = path.find('.');
    const auto* field =
        current == nullptr ? nullptr : current->FindFieldByName(std::string(path.substr(0, dot)));
    if (field == nullptr) return std::nullopt;
    fields.push_back(field);
    if (dot == std::string_view::npos) return fields;
    current = field->is_repeated() ? nullptr : field->message_type();
    path.remove_prefix(dot + 1);
  }
}

bool IsSet(const Message& message, const FieldPath& path, std::size_t depth = 0) {
  const FieldDescriptor* field = path[depth];
  const auto& reflection = *message.GetReflection();
  if (field->is_repeated()) return reflection.FieldSize(message, field) > 0;
  if (!reflection.HasField(message, field)) return false;
  return depth + 1 == path.size() || IsSet(reflection.GetMessage(message, field), path, depth + 1);
}

void CopyField(const Message& from, Message& into, const FieldPath& path, std::size_t depth = 0) {
  const FieldDescriptor* field = path[depth];
  if (depth + 1 == path.size()) {
    const std::unique_ptr<Message> copy(from.New());
    copy->CopyFrom(from);
    into.GetReflection()->SwapFields(&into, copy.get(), {field});
    return;
  }
  // A parent that neither side has stays absent.
  const bool from_has = from.GetReflection()->HasField(from, field);
  if (!from_has && !into.GetReflection()->HasField(into, field)) return;
  CopyField(from.GetReflection()->GetMessage(from, field),
            *into.GetReflection()->MutableMessage(&into, field), path, depth + 1);
}

bool Allows(const std::vector<std::string_view>& allowed, std::string_view path) {
  for (const std::string_view prefix : allowed) {
    if (path == prefix) return true;
    if (path.size() > prefix.size() && path.starts_with(prefix) && path[prefix.size()] == '.') {
      return true;
    }
  }
  return false;
}

std::string Join(const std::vector<std::string_view>& paths) {
  std::string text;
  for (const std::string_view path : paths) {
    if (!text.empty()) text += ", ";
    text += path;
  }
  return text;
}

}  // namespace

absl::Status ApplyMask(const google::protobuf::FieldMask& mask,
                       const std::vector<std::string_view>& allowed, const Message& from,
                       Message& into) {
  const Descriptor& type = *from.GetDescriptor();
  const bool everything = mask.paths_size() == 1 && mask.paths(0) == "*";
  if (mask.paths().empty() || everything) {
    for (const std::string_view path : allowed) {
      const auto fields = Resolve(type, path);
      if (fields.has_value() && (everything || IsSet(from, *fields))) {
        CopyField(from, into, *fields);
      }
    }
    return absl::OkStatus();
  }
  Violations violations;
  std::vector<FieldPath> paths;
  for (const std::string& path : mask.paths()) {
    const auto fields = Resolve(type, path);
    if (!fields.has_value()) {
      violations.Add("update_mask", "names \"" + path + "\", which " + type.name() +
                                        " does not have; what may be changed: " + Join(allowed));
    } else if (!Allows(allowed, path)) {
      violations.Add("update_mask",
                     "names \"" + path +
                         "\", which cannot be changed this way; what may be: " + Join(allowed));
    } else {
      paths.push_back(*fields);
    }
  }
  if (!violations.empty()) return violations.ToStatus();
  for (const FieldPath& path : paths) CopyField(from, into, path);
  return absl::OkStatus();
}

}  // namespace jointly::rpc
