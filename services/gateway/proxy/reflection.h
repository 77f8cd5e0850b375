#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace jointly::gateway {

// Answers grpc.reflection.v1 and v1alpha (both have the same wire form) from the linked
// descriptors: the proxy has no registered services of its own that gRPC's plugin could list. One
// object per stream; a file is sent once per stream.
class Reflection {
 public:
  explicit Reflection(std::vector<const google::protobuf::ServiceDescriptor*> services)
      : services_(std::move(services)) {}

  // A serialized ServerReflectionRequest into a ServerReflectionResponse. What cannot be found, or
  // parsed, is an error_response.
  std::string Answer(const std::string& request);

 private:
  std::string Files(const google::protobuf::FileDescriptor* file);
  void Append(const google::protobuf::FileDescriptor& file, std::string& response);
  std::string Extensions(const std::string& type) const;
  std::string ExtensionFile(const std::string& request);
  std::string Services() const;

  const std::vector<const google::protobuf::ServiceDescriptor*> services_;
  std::unordered_set<std::string> sent_;
};

inline constexpr std::string_view kReflectionV1 =
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
inline constexpr std::string_view kReflectionV1Alpha =
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

}  // namespace jointly::gateway
