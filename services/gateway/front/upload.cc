#include <jointly/mobility/v1/mobility.grpc.pb.h>

#include <algorithm>

#include "common/error/error.h"
#include "common/error/macros.h"
#include "common/rpc/runtime.h"
#include "common/time/ids.h"
#include "services/gateway/front/documents.h"
#include "services/gateway/front/exchanges.h"
#include "services/gateway/http/head.h"
#include "services/gateway/transcode/field_value.h"
#include "services/gateway/transcode/path_template.h"
#include "services/gateway/transcode/request.h"

namespace jointly::gateway {
namespace {

namespace pb = jointly::mobility::v1;

inline constexpr Reason kServiceAway{"SERVICE_UNAVAILABLE"};
// A slow client may take its time; the server's own limit on the body ends it before this.
constexpr std::chrono::milliseconds kUploadTimeout{150'000};
constexpr std::size_t kChunkBytes = 64 * 1024;

// The first message, from the path, the query and the headers. Every violation at once.
absl::Status MakeStart(const RequestFacts& facts, const DocumentParts& parts,
                       pb::UploadDocumentRequest::Start& start) {
  Violations violations;
  start.set_parent("applications/" + parts.target.segments[2]);
  for (const auto& [name, value] : parts.target.query) {
    const FieldPath path = FindField(*start.GetDescriptor(), name);
    const bool known =
        path.size() == 1 && (path[0]->name() == "kind" || path[0]->name() == "file_name" ||
                             path[0]->name() == "sha256");
    if (!violations.Require(known, name.substr(0, 100),
                            "is not a query parameter of this method")) {
      continue;
    }
    const bool first = start.GetReflection()->GetString(start, path[0]).empty();
    if (!violations.Require(first, path[0]->name(), "is given twice")) continue;
    const std::string problem = SetText(start, *path[0], value);
    violations.Require(problem.empty(), path[0]->name(), problem);
  }
  if (facts.idempotency_key.has_value()) {
    violations.Require(IsUuid(*facts.idempotency_key), "Idempotency-Key", "must be a UUID");
  }
  violations.Require(!facts.if_match.has_value(), "If-Match", "is not supported by uploads");
  start.set_request_id(facts.idempotency_key.value_or(parts.ids->Next()));
  const bool form =
      facts.content_type.has_value() &&
      EqualsIgnoringCase(std::string_view(*facts.content_type).substr(0, 10), "multipart/");
  violations.Require(!form, "Content-Type", "must be that of the file: send its raw bytes");
  return violations.ToStatus();
}

// The hold keeps gRPC from ending the stream while the connection still wants to write; Finish and
// Abort release it, and OnDone comes after.
class Upload final : public BasicExchange,
                     public BodySink,
                     public grpc::ClientWriteReactor<pb::UploadDocumentRequest> {
 public:
  Upload(RequestFacts facts, DocumentParts parts)
      : BasicExchange(std::move(facts)), parts_(std::move(parts)) {}

  std::size_t body_bytes_max() const override { return parts_.bytes_max; }
  BodySink* sink() override { return this; }
  void Serve(std::string, Respond respond) override {
    respond(Refuse(400, "An upload is streamed."));
  }

  void Write(std::string part, std::function<void(bool)> done) override {
    if (!Started()) return done(false);
    wanted_ = std::move(done);
    rest_ = std::move(part);
    sent_ = 0;
    WriteNext();
  }

  void Finish(Respond respond) override {
    if (!Started()) return respond(ProblemResponse(facts_, refusal_));
    respond_ = std::move(respond);
    if (!broken_ && !start_sent_) {
      // An empty file: the start alone; OnWriteDone closes the stream.
      finishing_ = true;
      return WriteNext();
    }
    Close();
  }

  void Abort(std::function<void()> done) override {
    if (!Started()) return done();
    respond_ = [done = std::move(done)](const HttpResponse&) { done(); };
    context_.TryCancel();
    broken_ = true;
    Close();
  }

  void OnWriteDone(bool ok) override {
    if (!ok) broken_ = true;
    if (ok && sent_ < rest_.size()) return WriteNext();
    if (std::exchange(finishing_, false)) return Close();
    const auto done = std::exchange(wanted_, nullptr);
    done(!broken_);
  }

  void OnDone(const grpc::Status& status) override {
    const absl::Status result =
        Explain(rpc::FromGrpc(status), parts_.peer->name(), /*repeatable=*/true);
    HttpResponse response =
        result.ok() ? JsonResponse(facts_, WriteJson(document_)) : ProblemResponse(facts_, result);
    // The connection may destroy this object as soon as it has the answer.
    const Respond respond = std::move(respond_);
    respond(std::move(response));
  }

 private:
  // Opens the call at the first use; false: it cannot be, and refusal_ says why.
  bool Started() {
    if (started_ || !refusal_.ok()) return started_;
    refusal_ = MakeStart(facts_, parts_, *message_.mutable_start());
    if (refusal_.ok() && parts_.peer == nullptr) {
      refusal_ = Unavailable(kServiceAway, "This gateway has no address of the service mobility.");
    }
    if (!refusal_.ok()) return false;
    started_ = true;
    CallFacts call = facts_.call;
    call.timeout = kUploadTimeout;
    Prepare(call, context_);
    stub_ = pb::Mobility::NewStub(parts_.peer->channel());
    stub_->async()->UploadDocument(&context_, &document_, this);
    AddHold();
    StartCall();
    return true;
  }

  void WriteNext() {
    if (!start_sent_) {
      start_sent_ = true;
    } else {
      const std::size_t size = std::min(kChunkBytes, rest_.size() - sent_);
      message_.set_chunk(rest_.substr(sent_, size));
      sent_ += size;
    }
    StartWrite(&message_);
  }

  void Close() {
    if (!broken_) StartWritesDone();
    RemoveHold();
  }

  const DocumentParts parts_;
  absl::Status refusal_;
  std::unique_ptr<pb::Mobility::Stub> stub_;
  grpc::ClientContext context_;
  pb::UploadDocumentRequest message_;
  pb::Document document_;
  std::function<void(bool)> wanted_;
  Respond respond_;
  std::string rest_;
  std::size_t sent_ = 0;
  bool started_ = false;
  bool start_sent_ = false;
  bool finishing_ = false;
  bool broken_ = false;
};

}  // namespace

std::unique_ptr<Exchange> NewUpload(RequestFacts facts, DocumentParts parts) {
  return std::make_unique<Upload>(std::move(facts), std::move(parts));
}

}  // namespace jointly::gateway
