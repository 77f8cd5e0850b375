#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>

#include "common/blob/upload.h"
#include "common/error/macros.h"
#include "common/rpc/runtime.h"

// Contents that come and go in pieces: the two reactors of a service that keeps files. At any time
// a stream has either one operation of gRPC outstanding or one piece of work on the runtime's pool,
// never both, and Finish is called once, by whichever comes last: gRPC calls OnDone only after it,
// so no work ever meets a reactor that is gone, cancelled or not.
namespace jointly::rpc {

// Runs a step; what it throws is an error of the server.
absl::Status Guarded(const std::function<absl::Status()>& step);
// The log's line of a stream that ended. `noun` is "document", `name` the document's.
void ReportStream(const google::protobuf::Descriptor& request, const Call& call,
                  const std::string& noun, const std::string& name, const absl::Status& status);
// Refuses a message that has another part of the content than its place asks for.
absl::Status WrongPart(const char* part, const char* where);

// `Request` is `oneof { Start start; bytes chunk }`, `Response` the resource that it becomes, and
// `Upload` a blob::Upload.
template <typename Request, typename Response, typename Upload>
class UploadStream final : public grpc::ServerReadReactor<Request> {
 public:
  struct Handlers {
    std::string noun;
    std::function<absl::StatusOr<std::unique_ptr<Upload>>(Call&, const typename Request::Start&)>
        begin;
    std::function<absl::StatusOr<Response>(Call&, const Upload&)> finish;
  };

  UploadStream(Runtime& runtime, grpc::CallbackServerContext& context, Response& response,
               Handlers handlers)
      : runtime_(runtime), context_(context), response_(response), handlers_(std::move(handlers)) {
    this->StartRead(&message_);
  }

  // After the last message, and when the caller went away, `ok` is false.
  void OnReadDone(bool ok) override {
    if (!runtime_.Post([this, ok] { Step(ok); })) End(Overloaded());
  }
  void OnDone() override { delete this; }

 private:
  void Step(bool more) {
    const absl::Status status = Guarded([&] { return more ? Take() : Complete(); });
    if (status.ok() && more) {
      this->StartRead(&message_);
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
    ASSIGN_OR_RETURN(call_, runtime_.Admit(context_, *Request::descriptor()));
    if (!message_.has_start()) return WrongPart("start", "the first message");
    RETURN_IF_ERROR(AdoptRequestId(call_, message_.start()));
    ASSIGN_OR_RETURN(upload_, handlers_.begin(call_, message_.start()));
    return absl::OkStatus();
  }

  // A caller who broke off looks like one who has said everything: only when the content is safely
  // stored is it surely known, and only then is it named.
  absl::Status Complete() {
    if (upload_ == nullptr) return WrongPart("start", "the first message");
    RETURN_IF_ERROR(upload_->Close());
    if (context_.IsCancelled()) return absl::CancelledError("the caller broke the upload off");
    ASSIGN_OR_RETURN(response_, handlers_.finish(call_, *upload_));
    return absl::OkStatus();
  }

  void End(const absl::Status& status) {
    upload_.reset();
    ReportStream(*Request::descriptor(), call_, handlers_.noun, response_.name(), status);
    this->Finish(ToGrpc(status));  // Last: OnDone may delete this at once.
  }

  Runtime& runtime_;
  grpc::CallbackServerContext& context_;
  Response& response_;
  Handlers handlers_;
  Request message_;
  Call call_;
  std::unique_ptr<Upload> upload_;
};

// `Response` is `oneof { Resource noun; bytes chunk }`: the resource first, then its content.
// `Download` has members `resource` and `content`.
template <typename Request, typename Response, typename Download>
class DownloadStream final : public grpc::ServerWriteReactor<Response> {
 public:
  struct Handlers {
    std::string noun;
    std::function<absl::StatusOr<Download>(Call&, const Request&)> open;
    decltype(Download::resource)* (Response::*resource)();  // &Response::mutable_document
  };

  DownloadStream(Runtime& runtime, grpc::CallbackServerContext& context, const Request& request,
                 Handlers handlers)
      : runtime_(runtime), context_(context), request_(request), handlers_(std::move(handlers)) {
    PostStep();
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return End(absl::CancelledError("the caller broke the download off"));
    PostStep();
  }
  void OnDone() override { delete this; }

 private:
  void PostStep() {
    if (!runtime_.Post([this] { Step(); })) End(Overloaded());
  }

  void Step() {
    bool ended = false;
    const absl::Status status = Guarded([&] { return Prepare(ended); });
    if (status.ok() && !ended) {
      this->StartWrite(&message_);
    } else {
      End(status);
    }
  }

  // The next message.
  absl::Status Prepare(bool& ended) {
    message_.Clear();
    if (download_.content == nullptr) {
      ASSIGN_OR_RETURN(call_, runtime_.Admit(context_, *Request::descriptor()));
      ASSIGN_OR_RETURN(download_, handlers_.open(call_, request_));
      *(message_.*handlers_.resource)() = download_.resource;
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(std::string chunk, download_.content->Next());
    ended = chunk.empty();
    message_.set_chunk(std::move(chunk));
    return absl::OkStatus();
  }

  void End(const absl::Status& status) {
    ReportStream(*Request::descriptor(), call_, handlers_.noun, request_.name(), status);
    this->Finish(ToGrpc(status));  // Last: OnDone may delete this at once.
  }

  Runtime& runtime_;
  grpc::CallbackServerContext& context_;
  const Request& request_;  // Lives as long as the call.
  Handlers handlers_;
  Response message_;
  Call call_;
  Download download_;
};

}  // namespace jointly::rpc
