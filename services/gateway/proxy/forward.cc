#include "services/gateway/proxy/forward.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <mutex>

#include "common/error/error.h"
#include "common/rpc/runtime.h"

namespace jointly::gateway {
namespace {

// A stream may take long, but nothing lasts for ever.
constexpr std::chrono::milliseconds kLongest{150'000};

// The two ends of a passed-on call. Messages go round two circles:
//   requests:  server read -> client write -> server read ...
//   replies:   client read -> server write -> client read ...
// Starting operations of the client end from the server end's callbacks races with the client's
// OnDone, so each circle keeps a hold on it, released when the circle ends; the server end finishes
// only in the client's OnDone. A service may end the call while the caller has more to say: the end
// of the replies then ends the requests too.
class Forwarded {
 public:
  Forwarded(grpc::GenericCallbackServerContext& context, Peer& peer, CallFacts facts)
      : peer_(peer.name()), stub_(peer.channel()), server_(*this), client_(*this) {
    Prepare(facts, client_context_);
    client_context_.set_deadline(DeadlineOf(context));
    stub_.PrepareBidiStreamingCall(&client_context_, context.method(), {}, &client_);
  }

  grpc::ServerGenericBidiReactor* Start() {
    client_.AddMultipleHolds(2);
    client_.StartCall();
    server_.StartRead(&request_);
    return &server_;
  }

 private:
  using ClientBase = grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

  class Server final : public grpc::ServerGenericBidiReactor {
   public:
    explicit Server(Forwarded& pair) : pair_(pair) {}
    void OnReadDone(bool ok) override { pair_.RequestRead(ok); }
    void OnWriteDone(bool ok) override { pair_.ReplyWritten(ok); }
    void OnCancel() override { pair_.client_context_.TryCancel(); }
    void OnDone() override { pair_.Release(); }

   private:
    Forwarded& pair_;
  };

  class Client final : public ClientBase {
   public:
    explicit Client(Forwarded& pair) : pair_(pair) {}
    void OnReadInitialMetadataDone(bool ok) override { pair_.RepliesOpen(ok); }
    void OnReadDone(bool ok) override { pair_.ReplyRead(ok); }
    void OnWriteDone(bool ok) override { pair_.RequestWritten(ok); }
    void OnDone(const grpc::Status& status) override { pair_.Finished(status); }

   private:
    Forwarded& pair_;
  };

  // Where the circle of requests stands. kReading may be ended by the other circle; in kWriting the
  // write's own callback does it.
  enum class Requests { kReading, kWriting, kEnded };

  static gpr_timespec DeadlineOf(const grpc::GenericCallbackServerContext& context) {
    const gpr_timespec longest = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                              gpr_time_from_millis(kLongest.count(), GPR_TIMESPAN));
    const gpr_timespec given = gpr_convert_clock_type(context.raw_deadline(), GPR_CLOCK_MONOTONIC);
    return gpr_time_min(given, longest);
  }

  void RequestRead(bool ok) {
    {
      const std::lock_guard lock(mutex_);
      if (requests_ == Requests::kEnded) return;
      requests_ = ok ? Requests::kWriting : Requests::kEnded;
    }
    if (ok) return client_.StartWrite(&request_);
    client_.StartWritesDone();
    client_.RemoveHold();
  }

  void RequestWritten(bool ok) {
    {
      const std::lock_guard lock(mutex_);
      if (ok && !replies_ended_) {
        requests_ = Requests::kReading;
        // Under the lock: once it is free the other circle may end this one, and with it the call.
        // Callbacks of operations never run inside the call that starts them.
        return server_.StartRead(&request_);
      }
      requests_ = Requests::kEnded;
    }
    client_.RemoveHold();
  }

  void RepliesOpen(bool ok) {
    if (ok) return client_.StartRead(&reply_);
    EndReplies();
  }

  void ReplyRead(bool ok) {
    if (ok) return server_.StartWrite(&reply_);
    EndReplies();
  }

  void ReplyWritten(bool ok) {
    if (ok) return client_.StartRead(&reply_);
    client_context_.TryCancel();
    EndReplies();
  }

  void EndReplies() {
    bool requests_too = false;
    {
      const std::lock_guard lock(mutex_);
      replies_ended_ = true;
      requests_too = requests_ == Requests::kReading;
      if (requests_too) requests_ = Requests::kEnded;
    }
    if (requests_too) client_.RemoveHold();
    client_.RemoveHold();
  }

  void Finished(const grpc::Status& status) {
    server_.Finish(rpc::ToGrpc(Explain(rpc::FromGrpc(status), peer_, /*repeatable=*/false)));
    Release();
  }

  void Release() {
    if (ends_.fetch_sub(1) == 1) delete this;
  }

  const std::string peer_;
  grpc::GenericStub stub_;
  grpc::ClientContext client_context_;
  Server server_;
  Client client_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer reply_;
  std::mutex mutex_;
  Requests requests_ = Requests::kReading;
  bool replies_ended_ = false;
  std::atomic<int> ends_{2};
};

}  // namespace

grpc::ServerGenericBidiReactor* Forward(grpc::GenericCallbackServerContext& context, Peer& peer,
                                        CallFacts facts) {
  return (new Forwarded(context, peer, std::move(facts)))->Start();
}

}  // namespace jointly::gateway
