#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

// The product's own protos: the linked descriptors, and the same files with their comments, which
// the compiler leaves out of a binary and the build embeds beside it.
namespace jointly::gateway {

// Every jointly/**/*.proto with source information, imports first.
const google::protobuf::FileDescriptorSet& EmbeddedFiles();

// The same files in the generated pool, in the same order. A file that is not linked ends the
// process: the routes would silently be fewer.
std::vector<const google::protobuf::FileDescriptor*> LinkedFiles();

// What a proto says about its elements: leading and trailing comments by full name.
class Comments {
 public:
  explicit Comments(const google::protobuf::FileDescriptorSet& files);
  // The comment of a service, method, message, field, enum or value; empty when there is none.
  std::string_view Of(std::string_view full_name) const;

 private:
  std::map<std::string, std::string, std::less<>> texts_;
};

}  // namespace jointly::gateway
