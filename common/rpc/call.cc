#include "common/rpc/call.h"


#include "common/text/text.h"
#include "common/time/ids.h"

namespace jointly::rpc {

bus::Event EventOf(const Call& call) {
  bus::Event event;
  event.actor = call.principal.name;
  event.request_id = call.request_id;
  event.traceparent = call.traceparent;
  event.correlation_id = call.correlation_id;
  return event;
}

absl::Status AdoptRequestId(Call& call, const google::protobuf::Message& request) {
  const auto* field = request.GetDescriptor()->FindFieldByName("request_id");
  if (field == nullptr || field->is_repeated() ||
      field->type() != google::protobuf::FieldDescriptor::TYPE_STRING) {
    return absl::OkStatus();
  }
  std::string id = request.GetReflection()->GetString(request, field);
  if (id.empty()) return absl::OkStatus();
  if (!IsUuid(id)) {
    return InvalidArgument(
        kInvalidRequestId,
        "request_id is not a UUID: make a new one per command, for example with uuidgen, and send "
        "the same one again only to retry the same command",
        {{"field", "request_id"}});
  }
  id = LowerCase(id);
  if (call.correlation_id == call.request_id) call.correlation_id = id;
  call.request_id = std::move(id);
  call.request_id_given = true;
  return absl::OkStatus();
}

std::string Etag(std::int64_t revision) { return '"' + std::to_string(revision) + '"'; }

absl::Status MatchEtag(std::string_view etag, std::int64_t revision) {
  if (etag.empty() || etag == "*" || etag == Etag(revision)) return absl::OkStatus();
  return Aborted(kStaleEtag,
                 "somebody changed it since you read it: read it again, look at what is new, and "
                 "repeat the command with the new etag",
                 {{"etag", std::string(etag)}, {"current", Etag(revision)}});
}

}  // namespace jointly::rpc
