#include "services/gateway/transcode/descriptors.h"

#include "common/error/check.h"

namespace jointly::gateway {

// Made by the build from proto/: see embed_descriptors.cmake.
std::string_view EmbeddedDescriptorBytes();

namespace {

namespace protobuf = google::protobuf;

std::string Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \n\t");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \n\t") - begin + 1));
}

// Comment lines keep the space that follows the slashes; a line of dashes is a heading of the file.
std::string Unindent(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.starts_with(' ')) line.remove_prefix(1);
    if (line.starts_with("---")) continue;
    result += std::string(line) + "\n";
  }
  return Trim(result);
}

std::string TextOf(const protobuf::SourceCodeInfo::Location& location) {
  const std::string leading = Unindent(location.leading_comments());
  const std::string trailing = Unindent(location.trailing_comments());
  if (leading.empty() || trailing.empty()) return leading + trailing;
  return leading + "\n" + trailing;
}

// The full name of the element that a path of SourceCodeInfo leads to; empty for what is none (a
// number, an option). The field numbers are those of descriptor.proto.
template <typename Element, typename Name>
const Element* At(const protobuf::RepeatedPtrField<Element>& elements, int index, Name& name) {
  if (index < 0 || index >= elements.size()) return nullptr;
  name += "." + elements.Get(index).name();
  return &elements.Get(index);
}

std::string NameInEnum(const protobuf::EnumDescriptorProto& type, std::string name,
                       const std::vector<int>& path, std::size_t depth) {
  if (depth == path.size()) return name;
  if (depth + 2 != path.size() || path[depth] != 2) return {};

  return At(type.value(), path[depth + 1], name) == nullptr ? std::string() : name;
}

std::string NameInMessage(const protobuf::DescriptorProto& message, std::string name,
                          const std::vector<int>& path, std::size_t depth) {
  if (depth == path.size()) return name;
  if (depth + 1 >= path.size()) return {};
  const int index = path[depth + 1];
  if (path[depth] == 2 && depth + 2 == path.size()) {
    return At(message.field(), index, name) == nullptr ? std::string() : name;
  }
  if (path[depth] == 3) {
    const auto* nested = At(message.nested_type(), index, name);
    return nested == nullptr ? std::string() : NameInMessage(*nested, name, path, depth + 2);
  }
  if (path[depth] == 4) {
    const auto* nested = At(message.enum_type(), index, name);
    return nested == nullptr ? std::string() : NameInEnum(*nested, name, path, depth + 2);
  }
  return {};
}

std::string NameInFile(const protobuf::FileDescriptorProto& file, const std::vector<int>& path) {
  std::string name = file.package();
  if (path.size() < 2) return {};
  if (path[0] == 4) {
    const auto* message = At(file.message_type(), path[1], name);
    return message == nullptr ? std::string() : NameInMessage(*message, name, path, 2);
  }
  if (path[0] == 5) {
    const auto* type = At(file.enum_type(), path[1], name);
    return type == nullptr ? std::string() : NameInEnum(*type, name, path, 2);
  }
  if (path[0] == 6) {
    const auto* service = At(file.service(), path[1], name);
    if (service == nullptr || path.size() == 2) return service == nullptr ? std::string() : name;
    if (path.size() != 4 || path[2] != 2) return {};
    return At(service->method(), path[3], name) == nullptr ? std::string() : name;
  }
  return {};
}

}  // namespace

const protobuf::FileDescriptorSet& EmbeddedFiles() {
  static const protobuf::FileDescriptorSet* const kFiles = [] {
    auto* files = new protobuf::FileDescriptorSet;
    const std::string_view bytes = EmbeddedDescriptorBytes();
    Check(files->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())),
          "the embedded descriptors do not parse");
    return files;
  }();
  return *kFiles;
}

std::vector<const protobuf::FileDescriptor*> LinkedFiles() {
  std::vector<const protobuf::FileDescriptor*> files;
  for (const auto& file : EmbeddedFiles().file()) {
    files.push_back(protobuf::DescriptorPool::generated_pool()->FindFileByName(file.name()));
    Check(files.back() != nullptr, "not linked (jointly_all_messages is missing): " + file.name());
  }
  return files;
}

Comments::Comments(const protobuf::FileDescriptorSet& files) {
  for (const auto& file : files.file()) {
    for (const auto& location : file.source_code_info().location()) {
      const std::string text = TextOf(location);
      if (text.empty()) continue;
      const std::string name = NameInFile(file, {location.path().begin(), location.path().end()});
      if (!name.empty()) texts_[name] = text;
    }
  }
}

std::string_view Comments::Of(std::string_view full_name) const {
  const auto found = texts_.find(full_name);
  return found == texts_.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace jointly::gateway
