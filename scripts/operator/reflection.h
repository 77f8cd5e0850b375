#pragma once

#include <absl/status/statusor.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor_database.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

// What a server says of itself by gRPC server reflection, so that `call` works with any version of
// any service.
namespace jointly::tool {

// One stream of grpc.reflection.v1alpha.ServerReflection. Debian ships no header of that service;
// its messages are few, and are written and read field by field.
class ReflectionStream {
 public:
  ReflectionStream(std::shared_ptr<grpc::Channel> channel, int timeout_seconds);
  ~ReflectionStream();

  absl::StatusOr<std::vector<std::string>> ListServices();
  // Serialized FileDescriptorProtos: the file and some of what it imports.
  absl::StatusOr<std::vector<std::string>> FileByName(const std::string& name);
  absl::StatusOr<std::vector<std::string>> FileOfSymbol(const std::string& symbol);

 private:
  absl::StatusOr<std::string> Ask(int field, const std::string& value);
  bool Await();

  grpc::GenericStub stub_;
  std::unique_ptr<grpc::ClientContext> context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  bool broken_ = false;
};

// Lets a DescriptorPool ask the server for what it does not know yet.
class ReflectedDatabase final : public google::protobuf::DescriptorDatabase {
 public:
  explicit ReflectedDatabase(ReflectionStream& stream) : stream_(stream) {}
  bool FindFileByName(const std::string& name, google::protobuf::FileDescriptorProto* out) override;
  bool FindFileContainingSymbol(const std::string& symbol,
                                google::protobuf::FileDescriptorProto* out) override;
  bool FindFileContainingExtension(const std::string& type, int number,
                                   google::protobuf::FileDescriptorProto* out) override;

 private:
  void Keep(const absl::StatusOr<std::vector<std::string>>& files);

  ReflectionStream& stream_;
  google::protobuf::SimpleDescriptorDatabase known_;
};

}  // namespace jointly::tool
