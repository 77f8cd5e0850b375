#include <exception>

#include "common/rpc/streams.h"
#include "common/telemetry/log.h"

namespace jointly::rpc {
namespace {

// Request types are unique per method: "UploadDocumentRequest" is of UploadDocument.
std::string MethodOf(const google::protobuf::Descriptor& request) {
  constexpr std::string_view kSuffix = "Request";
  std::string name = request.name();
  if (name.ends_with(kSuffix)) name.resize(name.size() - kSuffix.size());
  return name;
}

}  // namespace

absl::Status Guarded(const std::function<absl::Status()>& step) {
  try {
    return step();
  } catch (const std::exception& error) {
    telemetry::Error("a stream's step threw", {{"what", error.what()}});
    return Internal(kInternal, "the server failed in an unexpected way; its log has more");
  }
}

void ReportStream(const google::protobuf::Descriptor& request, const Call& call,
                  const std::string& noun, const std::string& name, const absl::Status& status) {
  telemetry::Info("stream", {{"method", MethodOf(request)},
                             {"code", absl::StatusCodeToString(status.code())},
                             {"principal", call.principal.name},
                             {"request_id", call.request_id},
                             {noun, name},
                             {"reason", ReasonOf(status)}});
}

absl::Status WrongPart(const char* part, const char* where) {
  Violations violations;
  violations.Add(part, std::string("is required in ") + where);
  return violations.ToStatus();
}

}  // namespace jointly::rpc
