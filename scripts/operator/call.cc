#include "scripts/operator/call.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>
#include <google/rpc/error_details.pb.h>

#include <algorithm>
#include <future>

#include "common/error/error.h"
#include "common/error/macros.h"
#include "common/rpc/runtime.h"
#include "scripts/operator/reflection.h"

namespace jointly::tool {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

inline constexpr Reason kUnknownMethod{"UNKNOWN_METHOD"};
inline constexpr Reason kBadJson{"BAD_JSON"};
constexpr const char* kTypePrefix = "type.googleapis.com";

// A server as its reflection shows it.
struct Server {
  Server(const std::string& address, int timeout_seconds)
      : channel(Connect(address)), stream(channel, timeout_seconds), database(stream) {}
  std::shared_ptr<grpc::Channel> channel;
  ReflectionStream stream;
  ReflectedDatabase database;
  DescriptorPool pool{&database};
};

absl::Status UnknownService(const std::string& name, const std::vector<std::string>& services) {
  std::string known;
  for (const std::string& service : services) known += "\n  " + service;
  return NotFound(kUnknownMethod, "the server has no service \"" + name + "\"; it has:" + known);
}

// "Mobility" and "mobility.v1.Mobility" also mean jointly.mobility.v1.Mobility.
absl::StatusOr<const ServiceDescriptor*> FindService(Server& server, const std::string& name) {
  ASSIGN_OR_RETURN(const std::vector<std::string> services, server.stream.ListServices());
  const auto fits = [&](const std::string& service) {
    return service == name || service.ends_with("." + name);
  };
  const auto found = std::find_if(services.begin(), services.end(), fits);
  if (found == services.end()) return UnknownService(name, services);
  const ServiceDescriptor* service = server.pool.FindServiceByName(*found);
  if (service == nullptr) return UnknownService(name, services);
  return service;
}

absl::StatusOr<const MethodDescriptor*> FindMethod(Server& server, std::string path) {
  if (!path.empty() && path.front() == '/') path.erase(0, 1);
  const std::size_t cut = path.find('/') != std::string::npos ? path.find('/') : path.rfind('.');
  if (cut == std::string::npos) {
    return InvalidArgument(kUnknownMethod,
                           "a method is Service/Method, such as Mobility/ListCalls");
  }
  ASSIGN_OR_RETURN(const ServiceDescriptor* service, FindService(server, path.substr(0, cut)));
  const MethodDescriptor* method = service->FindMethodByName(path.substr(cut + 1));
  if (method != nullptr) return method;
  std::string known;
  for (int i = 0; i < service->method_count(); ++i) known += "\n  " + service->method(i)->name();
  return NotFound(kUnknownMethod, service->full_name() + " has no method \"" +
                                      path.substr(cut + 1) + "\"; it has:" + known);
}

std::string UrlOf(const google::protobuf::Descriptor& type) {
  return std::string(kTypePrefix) + '/' + type.full_name();
}

absl::StatusOr<std::string> CallUnary(Server& server, const CallSpec& spec,
                                      const MethodDescriptor& method, const std::string& bytes) {
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer reply;
  const auto context = MakeContext(spec.token, spec.timeout_seconds);
  std::promise<grpc::Status> done;
  grpc::GenericStub(server.channel)
      .UnaryCall(context.get(), "/" + method.service()->full_name() + "/" + method.name(), {},
                 &request, &reply, [&](grpc::Status status) { done.set_value(std::move(status)); });
  RETURN_IF_ERROR(rpc::FromGrpc(done.get_future().get()));
  std::vector<grpc::Slice> slices;
  if (!reply.Dump(&slices).ok()) return Internal(kInternal, "the reply cannot be read");
  std::string text;
  for (const grpc::Slice& part : slices) {
    text.append(reinterpret_cast<const char*>(part.begin()), part.size());
  }
  return text;
}

template <typename Detail, typename Show>
void ShowDetail(const absl::Status& status, Show show) {
  Detail detail;
  const auto payload =
      status.GetPayload(std::string(kTypePrefix) + '/' + Detail::descriptor()->full_name());
  if (payload.has_value() && detail.ParseFromString(std::string(*payload))) show(detail);
}

}  // namespace

absl::StatusOr<std::string> CallByReflection(const CallSpec& spec) {
  Server server(spec.address, spec.timeout_seconds);
  ASSIGN_OR_RETURN(const MethodDescriptor* method, FindMethod(server, spec.method));
  if (method->client_streaming() || method->server_streaming()) {
    return InvalidArgument(kUnknownMethod,
                           method->full_name() + " streams: use the REST API for documents");
  }
  const std::unique_ptr<google::protobuf::util::TypeResolver> resolver(
      google::protobuf::util::NewTypeResolverForDescriptorPool(kTypePrefix, &server.pool));
  std::string bytes;
  const auto read = google::protobuf::util::JsonToBinaryString(
      resolver.get(), UrlOf(*method->input_type()), spec.json.empty() ? "{}" : spec.json, &bytes);
  if (!read.ok()) {
    return InvalidArgument(kBadJson,
                           "the request is no JSON of " + method->input_type()->full_name() + ": " +
                               read.ToString() + "\n" + method->input_type()->DebugString());
  }
  ASSIGN_OR_RETURN(const std::string reply, CallUnary(server, spec, *method, bytes));
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string json;
  const auto written = google::protobuf::util::BinaryToJsonString(
      resolver.get(), UrlOf(*method->output_type()), reply, &json, options);
  if (!written.ok()) return Internal(kInternal, "the reply cannot be shown: " + written.ToString());
  return json;
}

absl::StatusOr<std::string> ListMethods(const std::string& address, int timeout_seconds) {
  Server server(address, timeout_seconds);
  ASSIGN_OR_RETURN(std::vector<std::string> services, server.stream.ListServices());
  std::sort(services.begin(), services.end());
  std::string text;
  for (const std::string& name : services) {
    text += name + '\n';
    const ServiceDescriptor* service = server.pool.FindServiceByName(name);
    for (int i = 0; service != nullptr && i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      text += "  " + method.name() + '(' + (method.client_streaming() ? "stream " : "") +
              method.input_type()->name() + ") returns (" +
              (method.server_streaming() ? "stream " : "") + method.output_type()->name() + ")\n";
    }
  }
  return text;
}

absl::StatusOr<std::string> Describe(const std::string& address, const std::string& symbol,
                                     int timeout_seconds) {
  Server server(address, timeout_seconds);
  if (symbol.find('/') != std::string::npos) {
    ASSIGN_OR_RETURN(const MethodDescriptor* method, FindMethod(server, symbol));
    return method->DebugString() + '\n' + method->input_type()->DebugString() + '\n' +
           method->output_type()->DebugString();
  }
  if (const auto* message = server.pool.FindMessageTypeByName(symbol))
    return message->DebugString();
  if (const auto* set = server.pool.FindEnumTypeByName(symbol)) return set->DebugString();
  ASSIGN_OR_RETURN(const ServiceDescriptor* service, FindService(server, symbol));
  return service->DebugString();
}

std::string Explain(const absl::Status& status) {
  std::string text = absl::StatusCodeToString(status.code());
  const std::string reason = ReasonOf(status);
  if (!reason.empty() && reason != text) text += " (" + reason + ")";
  // The message of a bad request repeats its fields, which follow.
  std::string fields;
  ShowDetail<google::rpc::BadRequest>(status, [&](const google::rpc::BadRequest& detail) {
    for (const auto& violation : detail.field_violations()) {
      fields += "  field " + violation.field() + ": " + violation.description() + '\n';
    }
  });
  text += fields.empty() ? ": " + MessageOf(status) + '\n' : '\n' + fields;
  for (const Fact& fact : FactsOf(status)) text += "  " + fact.name + " = " + fact.value + '\n';
  ShowDetail<google::rpc::PreconditionFailure>(
      status, [&](const google::rpc::PreconditionFailure& detail) {
        for (const auto& violation : detail.violations()) {
          text += "  guard " + violation.type() + " on " + violation.subject() + ": " +
                  violation.description() + '\n';
        }
      });
  ShowDetail<google::rpc::RetryInfo>(status, [&](const google::rpc::RetryInfo& detail) {
    const double seconds =
        static_cast<double>(detail.retry_delay().seconds()) + detail.retry_delay().nanos() / 1e9;
    text += "  try again in " + std::to_string(seconds) + " s\n";
  });
  return text;
}

}  // namespace jointly::tool
