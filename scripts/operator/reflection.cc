#include "scripts/operator/reflection.h"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "common/error/error.h"
#include "common/error/macros.h"
#include "common/rpc/runtime.h"
#include "scripts/operator/installation.h"

namespace jointly::tool {
namespace {

using google::protobuf::FileDescriptorProto;
using google::protobuf::io::CodedInputStream;

constexpr const char* kMethod = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
inline constexpr Reason kNoReflection{"NO_REFLECTION"};

// Fields of ServerReflectionRequest.
constexpr int kFileByName = 3;
constexpr int kFileContainingSymbol = 4;
constexpr int kListServices = 7;
// Fields of ServerReflectionResponse, and inside.
constexpr int kFiles = 4;
constexpr int kServices = 6;
constexpr int kError = 7;
constexpr int kErrorMessage = 2;
constexpr int kFirst = 1;

constexpr std::uint32_t kLengthDelimited = 2;

std::string EncodeText(int field, const std::string& value) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream output(&stream);
  output.WriteTag(static_cast<std::uint32_t>(field) << 3 | kLengthDelimited);
  output.WriteVarint32(static_cast<std::uint32_t>(value.size()));
  output.WriteString(value);
  output.Trim();
  return bytes;
}

// Every length-delimited value of a field; other fields are passed over.
std::vector<std::string> Values(const std::string& message, int field) {
  CodedInputStream input(reinterpret_cast<const std::uint8_t*>(message.data()),
                         static_cast<int>(message.size()));
  std::vector<std::string> values;
  for (std::uint32_t tag = input.ReadTag(); tag != 0; tag = input.ReadTag()) {
    if ((tag & 7) == kLengthDelimited) {
      std::uint32_t length = 0;
      std::string value;
      if (!input.ReadVarint32(&length) || !input.ReadString(&value, static_cast<int>(length))) {
        return values;
      }
      if (static_cast<int>(tag >> 3) == field) values.push_back(std::move(value));
    } else {
      std::uint64_t number = 0;
      const std::uint32_t type = tag & 7;
      const bool passed = type == 0   ? input.ReadVarint64(&number)
                          : type == 1 ? input.Skip(8)
                                      : type == 5 && input.Skip(4);
      if (!passed) return values;
    }
  }
  return values;
}

}  // namespace

ReflectionStream::ReflectionStream(std::shared_ptr<grpc::Channel> channel, int timeout_seconds)
    : stub_(std::move(channel)), context_(MakeContext("", timeout_seconds)) {
  stream_ = stub_.PrepareCall(context_.get(), kMethod, &queue_);
  stream_->StartCall(this);
  broken_ = !Await();
}

ReflectionStream::~ReflectionStream() {
  context_->TryCancel();
  grpc::Status status;
  stream_->Finish(&status, this);
  Await();
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

bool ReflectionStream::Await() {
  void* tag = nullptr;
  bool ok = false;
  return queue_.Next(&tag, &ok) && ok;
}

absl::StatusOr<std::string> ReflectionStream::Ask(int field, const std::string& value) {
  if (!broken_) {
    const grpc::Slice request(EncodeText(field, value));
    stream_->Write(grpc::ByteBuffer(&request, 1), this);
    broken_ = !Await();
  }
  grpc::ByteBuffer buffer;
  if (!broken_) {
    stream_->Read(&buffer, this);
    broken_ = !Await();
  }
  if (broken_) {
    return Unavailable(kNoReflection,
                       "the server does not answer, or has no reflection: is it running there?");
  }
  std::vector<grpc::Slice> slices;
  std::string response;
  if (!buffer.Dump(&slices).ok()) return Internal(kNoReflection, "the answer cannot be read");
  for (const grpc::Slice& slice : slices) {
    response.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  const std::vector<std::string> errors = Values(response, kError);
  if (errors.empty()) return response;
  const std::vector<std::string> texts = Values(errors.front(), kErrorMessage);
  return NotFound(kNoReflection, "the server does not know \"" + value +
                                     "\": " + (texts.empty() ? "no reason given" : texts.front()));
}

absl::StatusOr<std::vector<std::string>> ReflectionStream::ListServices() {
  ASSIGN_OR_RETURN(const std::string response, Ask(kListServices, "*"));
  std::vector<std::string> names;
  for (const std::string& list : Values(response, kServices)) {
    for (const std::string& service : Values(list, kFirst)) {
      for (std::string& name : Values(service, kFirst)) names.push_back(std::move(name));
    }
  }
  return names;
}

absl::StatusOr<std::vector<std::string>> ReflectionStream::FileByName(const std::string& name) {
  ASSIGN_OR_RETURN(const std::string response, Ask(kFileByName, name));
  std::vector<std::string> files;
  for (const std::string& list : Values(response, kFiles)) {
    for (std::string& file : Values(list, kFirst)) files.push_back(std::move(file));
  }
  return files;
}

absl::StatusOr<std::vector<std::string>> ReflectionStream::FileOfSymbol(const std::string& symbol) {
  ASSIGN_OR_RETURN(const std::string response, Ask(kFileContainingSymbol, symbol));
  std::vector<std::string> files;
  for (const std::string& list : Values(response, kFiles)) {
    for (std::string& file : Values(list, kFirst)) files.push_back(std::move(file));
  }
  return files;
}

void ReflectedDatabase::Keep(const absl::StatusOr<std::vector<std::string>>& files) {
  if (!files.ok()) return;
  for (const std::string& bytes : *files) {
    FileDescriptorProto file;
    FileDescriptorProto known;
    if (file.ParseFromString(bytes) && !known_.FindFileByName(file.name(), &known)) {
      known_.Add(file);
    }
  }
}

bool ReflectedDatabase::FindFileByName(const std::string& name, FileDescriptorProto* out) {
  if (known_.FindFileByName(name, out)) return true;
  Keep(stream_.FileByName(name));
  return known_.FindFileByName(name, out);
}

bool ReflectedDatabase::FindFileContainingSymbol(const std::string& symbol,
                                                 FileDescriptorProto* out) {
  if (known_.FindFileContainingSymbol(symbol, out)) return true;
  Keep(stream_.FileOfSymbol(symbol));
  return known_.FindFileContainingSymbol(symbol, out);
}

bool ReflectedDatabase::FindFileContainingExtension(const std::string& type, int number,
                                                    FileDescriptorProto* out) {
  return known_.FindFileContainingExtension(type, number, out);
}

}  // namespace jointly::tool
