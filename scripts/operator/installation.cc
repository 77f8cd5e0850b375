#include "scripts/operator/installation.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <jointly/identity/v1/identity.grpc.pb.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "common/config/config.h"
#include "common/error/error.h"
#include "common/error/macros.h"
#include "common/rpc/runtime.h"

namespace jointly::tool {
namespace {

inline constexpr Reason kNotRunning{"NOT_RUNNING"};
inline constexpr Reason kUnknownService{"UNKNOWN_SERVICE"};
inline constexpr Reason kNoPassword{"NO_PASSWORD"};
constexpr int kSignInSeconds = 10;

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream stream(path);
  std::ostringstream text;
  if (!stream || !(text << stream.rdbuf())) {
    return NotFound(kNotRunning, "cannot read " + path);
  }
  return text.str();
}

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

absl::StatusOr<Endpoints> ReadEndpoints(const std::string& var) {
  const std::string path = var + "/run/endpoints.json";
  const absl::StatusOr<std::string> text = ReadFile(path);
  google::protobuf::Struct json;
  if (!text.ok() || !google::protobuf::util::JsonStringToMessage(*text, &json).ok()) {
    return NotFound(
        kNotRunning,
        "cannot read " + path + ": start the installation with scripts/run, or give host:port");
  }
  Endpoints endpoints;
  const auto& fields = json.fields();
  const auto text_of = [&](const char* name) {
    const auto field = fields.find(name);
    return field == fields.end() ? std::string() : field->second.string_value();
  };
  endpoints.gateway = text_of("gateway");
  endpoints.grpc = text_of("grpc");
  const auto services = fields.find("services");
  if (services != fields.end()) {
    for (const auto& [name, address] : services->second.struct_value().fields()) {
      endpoints.services[name] = address.string_value();
    }
  }
  return endpoints;
}

absl::StatusOr<std::string> Resolve(const std::string& var, const std::string& target) {
  if (config::IsAddress(target)) return target;
  ASSIGN_OR_RETURN(const Endpoints endpoints, ReadEndpoints(var));
  if (target == "gateway" || target == "grpc") return endpoints.grpc;
  const auto service = endpoints.services.find(target);
  if (service != endpoints.services.end()) return service->second;
  std::string known;
  for (const auto& [name, address] : endpoints.services) known += name + ", ";
  return InvalidArgument(kUnknownService, "\"" + target + "\" is no service; known are: " + known +
                                              "gateway, or give host:port");
}

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(rpc::kMessageBytesMax);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, rpc::kMetadataBytesMax);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

std::unique_ptr<grpc::ClientContext> MakeContext(const std::string& token, int timeout_seconds) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                     gpr_time_from_seconds(timeout_seconds, GPR_TIMESPAN)));
  if (!token.empty()) context->AddMetadata("authorization", "Bearer " + token);
  return context;
}

absl::StatusOr<std::string> TokenOf(const std::string& var, const Identity& identity) {
  if (!identity.token.empty() || identity.account.empty()) return identity.token;
  std::string file = identity.password_file;
  if (file.empty()) {
    const bool administrator = identity.account.starts_with("administrator@");
    file = var + (administrator ? "/keys/administrator.password" : "/keys/demo.password");
  }
  const absl::StatusOr<std::string> password = ReadFile(file);
  if (!password.ok()) {
    return NotFound(kNoPassword, "no password for " + identity.account + ": " + file +
                                     " cannot be read; name the file with --password-file");
  }
  ASSIGN_OR_RETURN(const std::string address, Resolve(var, "identity"));
  jointly::identity::v1::SignInRequest request;
  request.set_email(identity.account);
  request.set_password(FirstLine(*password));
  jointly::identity::v1::Session session;
  const auto context = MakeContext("", kSignInSeconds);
  RETURN_IF_ERROR(rpc::FromGrpc(jointly::identity::v1::Identity::NewStub(Connect(address))
                                    ->SignIn(context.get(), request, &session)));
  return session.access_token();
}

}  // namespace jointly::tool
