#include <exception>

#include "common/error/macros.h"
#include "common/telemetry/log.h"
#include "services/budgets/grpc/budgets_service.h"

// The two streams. At any time a stream has either one operation of gRPC outstanding or one piece
// of work on the runtime's pool, never both, and Finish is called once, by whichever comes last:
// gRPC calls OnDone only after it, so no work ever meets a reactor that is gone, cancelled or not.
namespace jointly::budgets {
namespace {

template <typename Work>
absl::Status Guarded(const Work& work) {
  try {
    return work();
  } catch (const std::exception& error) {
    telemetry::Error("a stream's step threw", {{"what", error.what()}});
    return Internal(kInternal, "the server failed in an unexpected way; its log has more");
  }
}

void Report(const char* method, const rpc::Call& call, const std::string& attachment,
            const absl::Status& status) {
  telemetry::Info("stream", {{"method", method},
                             {"code", absl::StatusCodeToString(status.code())},
                             {"principal", call.principal.name},
                             {"request_id", call.request_id},
                             {"attachment", attachment},
                             {"reason", ReasonOf(status)}});
}

class UploadStream final : public grpc::ServerReadReactor<pb::UploadAttachmentRequest> {
 public:
  UploadStream(rpc::Runtime& runtime, Api& api, grpc::CallbackServerContext& context,
               pb::Attachment& response)
      : runtime_(runtime), api_(api), context_(context), response_(response) {
    StartRead(&message_);
  }

  // After the last message, and when the caller went away, `ok` is false.
  void OnReadDone(bool ok) override {
    if (!runtime_.Post([this, ok] { Step(ok); })) End(rpc::Overloaded());
  }
  void OnDone() override { delete this; }

 private:
  void Step(bool more) {
    const absl::Status status = Guarded([&] { return more ? Take() : Complete(); });
    if (status.ok() && more) {
      StartRead(&message_);
    } else {
      End(status);
    }
  }

  absl::Status Take() {
    if (upload_ == nullptr) return Begin();
    if (!message_.has_chunk()) return WrongPart("chunk", "every message after the first");
    return upload_->Append(message_.chunk());
  }

  absl::Status Begin() {
    ASSIGN_OR_RETURN(call_, runtime_.Admit(context_, *pb::UploadAttachmentRequest::descriptor()));
    if (!message_.has_start()) return WrongPart("start", "the first message");
    RETURN_IF_ERROR(rpc::AdoptRequestId(call_, message_.start()));
    ASSIGN_OR_RETURN(upload_, api_.BeginUpload(call_, message_.start()));
    return absl::OkStatus();
  }

  // A caller who broke off looks like one who has said everything: only when the content is safely
  // stored is it surely known, and only then is it named.
  absl::Status Complete() {
    if (upload_ == nullptr) return WrongPart("start", "the first message");
    RETURN_IF_ERROR(upload_->Close());
    if (context_.IsCancelled()) return absl::CancelledError("the caller broke the upload off");
    ASSIGN_OR_RETURN(response_, api_.FinishUpload(call_, *upload_));
    return absl::OkStatus();
  }

  static absl::Status WrongPart(const char* part, const char* where) {
    Violations violations;
    violations.Add(part, std::string("is required in ") + where);
    return violations.ToStatus();
  }

  void End(const absl::Status& status) {
    upload_.reset();
    Report("UploadAttachment", call_, response_.name(), status);
    Finish(rpc::ToGrpc(status));  // Last: OnDone may delete this at once.
  }

  rpc::Runtime& runtime_;
  Api& api_;
  grpc::CallbackServerContext& context_;
  pb::Attachment& response_;
  pb::UploadAttachmentRequest message_;
  rpc::Call call_;
  std::unique_ptr<Upload> upload_;
};

class DownloadStream final : public grpc::ServerWriteReactor<pb::DownloadAttachmentResponse> {
 public:
  DownloadStream(rpc::Runtime& runtime, Api& api, grpc::CallbackServerContext& context,
                 const pb::DownloadAttachmentRequest& request)
      : runtime_(runtime), api_(api), context_(context), request_(request) {
    PostStep();
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return End(absl::CancelledError("the caller broke the download off"));
    PostStep();
  }
  void OnDone() override { delete this; }

 private:
  void PostStep() {
    if (!runtime_.Post([this] { Step(); })) End(rpc::Overloaded());
  }

  void Step() {
    bool ended = false;
    const absl::Status status = Guarded([&] { return Prepare(ended); });
    if (status.ok() && !ended) {
      StartWrite(&message_);
    } else {
      End(status);
    }
  }

  // The next message: the attachment, then its content.
  absl::Status Prepare(bool& ended) {
    message_.Clear();
    if (download_.content == nullptr) {
      ASSIGN_OR_RETURN(call_,
                       runtime_.Admit(context_, *pb::DownloadAttachmentRequest::descriptor()));
      ASSIGN_OR_RETURN(download_, api_.OpenDownload(call_, request_));
      *message_.mutable_attachment() = download_.attachment;
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(std::string chunk, download_.content->Next());
    ended = chunk.empty();
    message_.set_chunk(std::move(chunk));
    return absl::OkStatus();
  }

  void End(const absl::Status& status) {
    Report("DownloadAttachment", call_, request_.name(), status);
    Finish(rpc::ToGrpc(status));  // Last: OnDone may delete this at once.
  }

  rpc::Runtime& runtime_;
  Api& api_;
  grpc::CallbackServerContext& context_;
  const pb::DownloadAttachmentRequest& request_;  // Lives as long as the call.
  pb::DownloadAttachmentResponse message_;
  rpc::Call call_;
  Download download_;
};

}  // namespace

grpc::ServerReadReactor<pb::UploadAttachmentRequest>* Service::UploadAttachment(
    grpc::CallbackServerContext* context, pb::Attachment* response) {
  return new UploadStream(runtime_, api_, *context, *response);
}

grpc::ServerWriteReactor<pb::DownloadAttachmentResponse>* Service::DownloadAttachment(
    grpc::CallbackServerContext* context, const pb::DownloadAttachmentRequest* request) {
  return new DownloadStream(runtime_, api_, *context, *request);
}

}  // namespace jointly::budgets
