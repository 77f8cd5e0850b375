#include <google/protobuf/any.pb.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include "common/rpc/runtime.h"

// absl::Status <-> grpc::Status. A payload of absl's is exactly an Any, so details survive both
// ways.
namespace jointly::rpc {
namespace {

const auto& ViolationsOf(const google::rpc::BadRequest& detail) {
  return detail.field_violations();
}
const auto& ViolationsOf(const google::rpc::PreconditionFailure& detail) {
  return detail.violations();
}
auto& MutableViolations(google::rpc::BadRequest& detail) {
  return *detail.mutable_field_violations();
}
auto& MutableViolations(google::rpc::PreconditionFailure& detail) {
  return *detail.mutable_violations();
}

// A client refuses trailing metadata above 8 KiB by default, and would see RESOURCE_EXHAUSTED in
// place of our answer. Details travel base64-coded, and the text beside them is percent-coded.
constexpr std::size_t kDetailBytesMax = 4096;
constexpr std::size_t kTextBytesMax = 768;

// Cuts at a character's boundary.
std::string Shorten(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + " ...";
}

// Keeps the first `kept` violations of a detail and says how many there were beside them.
template <typename Detail>
void Cut(google::protobuf::Any& any, const Detail& whole, int kept) {
  Detail cut = whole;
  const int all = ViolationsOf(whole).size();
  MutableViolations(cut).DeleteSubrange(kept, all - kept);
  MutableViolations(cut).Add()->set_description("and " + std::to_string(all - kept) + " more");
  any.PackFrom(cut);
}

// Halves the violations of a detail until the whole status fits.
template <typename Detail>
void ShortenDetail(google::rpc::Status& status, google::protobuf::Any& any) {
  Detail whole;
  if (!any.Is<Detail>() || !any.UnpackTo(&whole)) return;
  int kept = ViolationsOf(whole).size();
  while (status.ByteSizeLong() > kDetailBytesMax && kept > 1) Cut(any, whole, kept /= 2);
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  google::rpc::Status wire;
  wire.set_code(static_cast<int>(status.code()));
  wire.set_message(Shorten(MessageOf(status), kTextBytesMax));
  status.ForEachPayload([&](auto type_url, const absl::Cord& bytes) {
    google::protobuf::Any& any = *wire.add_details();
    any.set_type_url(std::string(type_url));
    any.set_value(std::string(bytes));
  });
  for (google::protobuf::Any& any : *wire.mutable_details()) {
    ShortenDetail<google::rpc::BadRequest>(wire, any);
    ShortenDetail<google::rpc::PreconditionFailure>(wire, any);
  }
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), wire.message(),
                      wire.details().empty() ? std::string() : wire.SerializeAsString());
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status wire;
  if (status.error_details().empty() || !wire.ParseFromString(status.error_details())) {
    return result;
  }
  for (const google::protobuf::Any& any : wire.details()) {
    result.SetPayload(any.type_url(), absl::Cord(any.value()));
  }
  return result;
}

}  // namespace jointly::rpc
